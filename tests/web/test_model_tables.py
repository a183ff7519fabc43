"""A table of a model as a grid, and the states of a draft: saved, gone back to, never lost."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest

from tests.web.staff_suite import Person, text_of

SOURCE = "/management/models/notebook-cto/source"
TABLE = "/management/models/notebook-cto/tables/battery-power"
HEAD = "board,battery\n"
SIX = "u6,*\nu8,*\nh8,wh-74\nh8,wh-99\nh12,wh-74\nh12,wh-99\n"


@pytest.fixture
def merch() -> Iterator[Person]:
    person = Person("merch")
    person.get(SOURCE)
    yield person
    person.post(f"{SOURCE}/states", {"do": "leave"})


def rows_of(page: str) -> str:
    """The rows as their field holds them."""
    return html.unescape(re.findall(r"(?s)<textarea[^>]*data-grid[^>]*>\n?(.*?)</textarea>", page)[0])


def state_of(page: str) -> str:
    return re.findall(r'name="state" value="(\d+)"', page)[0]


def source_of(page: str) -> str:
    return html.unescape(re.findall(r'(?s)<textarea[^>]*id="f-source"[^>]*>\n?(.*?)</textarea>', page)[0])


def test_the_table_stands_there_as_csv_with_the_options_of_its_classes(merch: Person) -> None:
    assert ">battery-power</a>" in merch.get(SOURCE).text
    page = merch.get(TABLE).text
    assert rows_of(page) == HEAD + SIX
    assert "data-options=" in page and "&#34;wh-99&#34;" in page
    assert "Only these combinations are allowed." in text_of(page)


def test_rows_go_into_the_draft_and_the_rest_of_the_text_stays(merch: Person) -> None:
    before = source_of(merch.get(SOURCE).text)
    page = merch.does(TABLE, {"rows": f"{HEAD}{SIX}u6;wh-56\n".replace("u6;", "u6,"), "state": "0"})
    assert "The draft is saved. Nothing is published yet." in text_of(page)
    after = source_of(merch.get(SOURCE).text)
    added = [line for line in after.splitlines() if line not in before.splitlines()]
    assert added == ["        - [u6, wh-56]"] and len(after.splitlines()) == len(before.splitlines()) + 1
    assert after.startswith("# Tannwerk notebook made to order")


def test_a_block_from_a_spreadsheet_is_taken_with_its_columns_in_any_order(merch: Person) -> None:
    page = merch.does(TABLE, {"rows": "battery\tboard\r\nwh-74\th8\r\n\r\n*\tu6\r\n", "state": "0"})
    assert rows_of(page) == f"{HEAD}h8,wh-74\nu6,*\n"


def test_wrong_cells_are_named_and_nothing_is_saved(merch: Person) -> None:
    answer = merch.post(TABLE, {"rows": f"{HEAD}u6,wh56\nu9,\nu8\n", "state": "0"})
    page = text_of(answer.text)
    assert answer.status_code == 422 and "Did you mean wh-56?" in page
    assert "Row 2: battery is empty. Write * for any option, or - for none." in page
    assert "Row 3: This row has 1 cells instead of 2." in page
    assert rows_of(answer.text) == f"{HEAD}u6,wh56\nu9,\nu8\n", "what was entered stays"
    assert 'name="state" value="0"' in merch.get(TABLE).text
    assert merch.post(TABLE, {"rows": HEAD, "state": "0"}).status_code == 422


def test_undo_redo_and_the_list_lose_nothing(merch: Person) -> None:
    first = merch.does(TABLE, {"rows": f"{HEAD}{SIX}u6,wh-56\n", "state": "0"})
    merch.does(TABLE, {"rows": f"{HEAD}{SIX}u6,wh-74\n", "state": state_of(first)})
    page = merch.get(SOURCE).text
    assert "[u6, wh-74]" in source_of(page) and "States of the draft" in page
    undo, redo = [re.findall(r'name="state" value="(\d*)"', one)[0] for one in page.split("/source/states")[1:3]]
    assert redo == "", "there is nothing to redo"
    page = merch.does(f"{SOURCE}/states", {"state": undo})
    assert "This state is the present one now." in text_of(page) and "[u6, wh-56]" in source_of(page)
    redo = re.findall(r'name="state" value="(\d*)"', page.split("/source/states")[2])[0]
    page = merch.does(f"{SOURCE}/states", {"state": redo})
    assert "[u6, wh-74]" in source_of(page)
    merch.does(f"{SOURCE}/states", {"state": undo})
    merch.does(TABLE, {"rows": f"{HEAD}{SIX}u8,wh-99\n", "state": undo})
    numbers = re.findall(r'name="state" value="(\d+)"', merch.get(SOURCE).text)
    page = merch.does(f"{SOURCE}/states", {"state": redo})
    assert redo in numbers and "[u6, wh-74]" in source_of(page), "what was undone is still there after another saving"


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(merch: Person) -> None:
    merch.does(TABLE, {"rows": f"{HEAD}{SIX}u6,wh-56\n", "state": "0"})
    late = Person("admin")
    late.get(TABLE)
    answer = late.post(TABLE, {"rows": f"{HEAD}{SIX}u8,wh-56\n", "state": "0"})
    assert answer.status_code == 409 and "merch saved this draft meanwhile" in text_of(answer.text)
    assert "u8,wh-56" in rows_of(answer.text) and "[u8, wh-56]" not in source_of(late.get(SOURCE).text)


def test_the_text_is_saved_as_a_draft_and_left(merch: Person) -> None:
    before = source_of(merch.get(SOURCE).text)
    data = {"source": f"{before}# mine\n".replace("\n", "\r\n"), "based_on": "1", "state": "0", "do": "save"}
    merch.does(SOURCE, data)
    assert source_of(merch.get(SOURCE).text).endswith("# mine\n")
    merch.does(f"{SOURCE}/states", {"do": "leave"})
    page = merch.get(SOURCE).text
    assert source_of(page) == before and "Nothing is in the making." in text_of(page)


@pytest.mark.parametrize("who", ["agent", "store", "operator", "mara"])
def test_tables_are_nothing_for_others(who: str) -> None:
    person = Person(who)
    assert person.get(TABLE).status_code == 403
    assert person.post(TABLE, {"rows": HEAD, "state": "0"}).status_code == 403
    assert person.post(f"{SOURCE}/states", {"state": "1"}).status_code == 403


def test_a_rule_without_a_table_has_no_grid(merch: Person) -> None:
    assert merch.get("/management/models/notebook-cto/tables/panel-size").status_code == 404
