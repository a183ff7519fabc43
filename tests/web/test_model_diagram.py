"""The drawing of a model: each rule has a dot at each class it speaks of, and the same stands below in words."""

from __future__ import annotations

import re

import pytest

from entrepot.configurator import classes_in
from entrepot.configurator.importers import read_model_file
from entrepot.web.management.model_diagram import MAX_CLASSES, diagram_of
from tests.configurator.models import DEMO
from tests.web.staff_suite import Person, text_of

NOTEBOOK = read_model_file(DEMO / "notebook-cto.yaml")


@pytest.mark.parametrize(
    ("rule", "classes"),
    [
        ("panel-size", ["chassis", "panel"]),
        ("battery-power", ["board", "battery"]),
        ("fast-graphics", ["board", "graphics"]),
        ("four-bays", ["ports"]),
        ("charging-port", ["ports"]),
    ],
)
def test_a_rule_speaks_of_these_classes(rule: str, classes: list[str]) -> None:
    assert classes_in(NOTEBOOK, next(one for one in NOTEBOOK.rules if one.id == rule)) == classes


def test_a_sum_speaks_of_every_class_that_weighs_in() -> None:
    adapter = next(one for one in NOTEBOOK.rules if one.id == "adapter")
    assert {"board", "panel", "memory", "drive", "graphics", "wireless", "adapter"} <= set(classes_in(NOTEBOOK, adapter))
    assert "keyboard" not in classes_in(NOTEBOOK, adapter)


def test_boxes_and_columns_do_not_overlap_and_lie_within_the_drawing() -> None:
    drawn = diagram_of(NOTEBOOK, "de-DE")
    assert [box.y for box in drawn.boxes] == sorted({box.y for box in drawn.boxes})
    assert len({column.x for column in drawn.columns}) == len(drawn.columns) == len(NOTEBOOK.rules)
    right = max(box.x + box.width for box in drawn.boxes)
    assert all(right < column.x < drawn.width for column in drawn.columns)
    assert all(box.y + 28 <= drawn.height for box in drawn.boxes)
    inner = next(box for box in drawn.boxes if box.name == "warranty")
    assert inner.x > drawn.boxes[0].x and inner.title == "Garantie"
    assert (drawn.classes_left, drawn.rules_left) == (0, 0) and len(drawn.boxes) < MAX_CLASSES


def test_the_page_draws_and_says_it_in_words() -> None:
    page = Person("merch").get("/management/models/notebook-cto/diagram")
    assert page.status_code == 200 and 'class="diagram" tabindex="0" role="region"' in page.text
    links = re.findall(r'href="#(rule-\d+)" aria-label="Rule', page.text)
    assert links and all(f'id="{one}"' in page.text for one in links)
    words = text_of(page.text)
    assert "The display must have the size of the chassis. panel-size · Chassis, Display" in words
    assert "style=" not in page.text.partition("<svg")[2].partition("</svg>")[0], "the page's policy refuses inline styles"
    assert Person("merch").get("/management/models/nothing/diagram").status_code == 404
    assert Person("agent").get("/management/models/notebook-cto/diagram").status_code == 403
