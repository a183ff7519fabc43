"""The diagram of a model: its classes one below the other as they nest, and a line for each rule through those it joins.

Everything is laid out here, in whole units, so that the page draws without a script. The list of rules beneath the
drawing says the same in words, for whoever does not see it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Response, get

from entrepot import configurator
from entrepot.configurator import Model, OptionClass, say
from entrepot.web.edge import house_of
from entrepot.web.management.model_shown import MAX_RULES
from entrepot.web.staff import Asked, desk_of, show

ROW, INDENT, LEFT, WIDTH, GAP, COLUMN, TOP = 34, 18, 8, 250, 30, 26, 34
MAX_CLASSES = 300
#: A title is cut where it would leave its box.
MAX_TITLE = 30


@dataclass(frozen=True, slots=True)
class Box:
    """A class as a box of the drawing."""

    name: str
    title: str
    options: int
    x: int
    y: int
    width: int

    @property
    def middle(self) -> int:
        return self.y + ROW // 2 - 3

    @property
    def shown(self) -> str:
        return self.title if len(self.title) <= MAX_TITLE else f"{self.title[: MAX_TITLE - 1]}…"


@dataclass(frozen=True, slots=True)
class Column:
    """A rule as a line with a dot at each class that it joins."""

    number: int
    told: configurator.Told
    classes: tuple[str, ...]
    x: int
    dots: tuple[int, ...]

    @property
    def top(self) -> int:
        return min(self.dots)

    @property
    def bottom(self) -> int:
        return max(self.dots)


@dataclass(frozen=True, slots=True)
class Diagram:
    """The drawing with its size, and how much of a very large model is not in it."""

    boxes: tuple[Box, ...]
    columns: tuple[Column, ...]
    width: int
    height: int
    classes_left: int
    rules_left: int


def diagram_of(model: Model, language: str) -> Diagram:
    """Lay a model out: a row for each class, a column for each rule that joins any."""
    shown = model.classes[:MAX_CLASSES]
    deep: dict[str, int] = {}
    boxes = []
    for place, one in enumerate(shown):
        above = one.owner.option_class if one.owner else one.parent
        deep[one.name] = deep.get(above, -1) + 1 if above else 0
        x = LEFT + min(deep[one.name], 6) * INDENT
        boxes.append(Box(one.name, _title(one, language), len(one.items), x, TOP + place * ROW, LEFT + WIDTH - x))
    middles = {box.name: box.middle for box in boxes}
    titles = {one.name: _title(one, language) for one in shown}
    columns: list[Column] = []
    for rule, told in zip(model.rules, configurator.tell_rules(model, [rule.id for rule in model.rules], language), strict=True):
        names = [name for name in configurator.classes_in(model, rule) if name in middles]
        if names and len(columns) < MAX_RULES:
            x = LEFT + WIDTH + GAP + len(columns) * COLUMN
            dots = tuple(middles[name] for name in names)
            columns.append(Column(len(columns) + 1, told, tuple(titles[name] for name in names), x, dots))
    width = LEFT + WIDTH + GAP + len(columns) * COLUMN + LEFT
    left = len(model.rules) - len(columns)
    return Diagram(tuple(boxes), tuple(columns), width, TOP + len(shown) * ROW + LEFT, len(model.classes) - len(shown), left)


def _title(one: OptionClass, language: str) -> str:
    return say(one.words, language, one.name)


@get("/management/models/{name:str}/diagram", permission="model.view", sync_to_thread=True)
def diagram_page(request: Asked, name: str, version: int = 0) -> Response[str]:
    """The classes and rules of a version as a drawing, with the same in words beneath it."""
    house, language = house_of(request), desk_of(request).locale
    with house.configurator.database.read() as conn:
        stored = configurator.open_version(conn, name, house.clock.now(), version or None)
    model = configurator.read_model(stored.source, stored.name, stored.files)
    title = say(model.words, language, model.name)
    return show(request, "management/model_diagram.html", stored=stored, title=title, drawn=diagram_of(model, language))


routes: list[Any] = [diagram_page]
