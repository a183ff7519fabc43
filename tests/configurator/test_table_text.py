"""Tables in the text of a model: put back without touching what is not theirs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.configurator.model import Table
from entrepot.configurator.problems import TableNotFound
from entrepot.configurator.read import read_model
from entrepot.configurator.table_text import CellFault, faults_in, read_rows, table_in, tables_in, with_rows

HEAD = """\
# The lamp of the workshop.
model: lamp
organization: tannwerk
languages: [en-US]
classes:
  foot: {items: {oak: {}, ash: {}, "true": {}}}  # three woods
  shade: {choose: optional, items: {linen: {}, glass: {}}}
rules:
  - id: fits
    table:
      classes: [foot, shade]
"""
BLOCK = """\
      allowed:
        # light woods
        - [oak, linen]   # as delivered
        - [ash, "*"]

        # painted
        - ["true", glass]
    message: {en-US: These go together.}  # told to shoppers
# the end
"""
TAIL = "    message: {en-US: These go together.}  # told to shoppers\n"
FLOW = f"      allowed: [[oak, linen], [ash, '*']]  # short\n{TAIL}"
FILE = f"      allowed: csv\n      file: fits.csv\n{TAIL}".replace("      classes: [foot, shade]\n", "")
CSV = "foot,shade\noak,linen\n\nash,*\n"


def changed(rows: list[tuple[str, ...]], text: str = HEAD + BLOCK) -> str:
    return with_rows(text, {}, table_in(text, "lamp.yaml", {}, "fits"), rows)[0]


def test_rows_that_stay_keep_their_text_and_every_comment_stays() -> None:
    text = changed([("oak", "glass"), ("ash", "*"), ("ash", "-"), ("true", "glass")])
    assert text.partition("      allowed:\n")[2].partition("    message")[0] == (
        "        # light woods\n"
        "        - [oak, glass]  # as delivered\n"
        '        - [ash, "*"]\n'
        '        - [ash, "-"]\n'
        "\n"
        "        # painted\n"
        '        - ["true", glass]\n'
    )
    assert text.startswith(HEAD) and text.endswith(f"{TAIL}# the end\n")


def test_the_comment_above_a_row_that_goes_stays() -> None:
    text = changed([("oak", "linen"), ("ash", "*")])
    assert "# painted\n    message" in text and "glass" not in text.partition("rules:")[2]


def test_the_same_rows_are_the_same_text() -> None:
    assert changed([("oak", "linen"), ("ash", "*"), ("true", "glass")]) == HEAD + BLOCK


def test_rows_on_one_line_become_lines_of_their_own() -> None:
    text = changed([("oak", "glass")], HEAD + FLOW)
    assert text == f"{HEAD}      allowed:  # short\n        - [oak, glass]\n{TAIL}"
    assert table_in(text, "lamp.yaml", {}, "fits").rows == (("oak", "glass"),)


def test_a_csv_beside_the_model_keeps_the_lines_that_stay() -> None:
    source, files = HEAD.replace("      classes: [foot, shade]\n", "") + FILE, {"fits.csv": CSV, "other.csv": "a\n"}
    table = table_in(source, "lamp.yaml", files, "fits")
    assert (table.columns, table.rows, table.file) == (("foot", "shade"), (("oak", "linen"), ("ash", "*")), "fits.csv")
    same, after = with_rows(source, files, table, [("oak", "linen"), ("ash", "glass"), ("ash", "-")])
    assert same == source and after == {"fits.csv": "foot,shade\noak,linen\n\nash,glass\nash,-\n", "other.csv": "a\n"}


CELLS = st.tuples(st.sampled_from(["oak", "ash", "true", "*"]), st.sampled_from(["linen", "glass", "*", "-"]))


@given(st.lists(CELLS, min_size=1, max_size=12), st.lists(CELLS, min_size=1, max_size=12))
def test_what_is_put_back_is_read_again(first: list[tuple[str, str]], then: list[tuple[str, str]]) -> None:
    text = changed(list(first))
    assert table_in(text, "lamp.yaml", {}, "fits").rows == tuple(first)
    text = changed(list(then), text)
    assert table_in(text, "lamp.yaml", {}, "fits").rows == tuple(then)
    held = read_model(text).rules[0].holds
    assert isinstance(held, Table) and held.rows == tuple(then)
    assert text.count("# ") == (HEAD + BLOCK).count("# ") - ("# as delivered" not in text)


@pytest.mark.parametrize(
    ("pasted", "rows"),
    [
        ("oak\tlinen\nash\tglass\n", [("oak", "linen"), ("ash", "glass")]),
        ("shade;foot\r\nlinen;oak\r\n", [("oak", "linen")]),
        ("foot,shade\n\n\noak , linen\n", [("oak", "linen")]),
        ('"oak","linen"\n,\n', [("oak", "linen")]),
        ("oak\n", [("oak",)]),
        ("", []),
    ],
)
def test_rows_from_a_spreadsheet(pasted: str, rows: list[tuple[str, ...]]) -> None:
    assert read_rows(pasted, ("foot", "shade")) == rows


def test_every_wrong_cell_is_named_with_what_may_have_been_meant() -> None:
    table = table_in(HEAD + BLOCK, "lamp.yaml", {}, "fits")
    assert faults_in(table, [("oak", "-"), ("oka", "linen"), ("oak", ""), ("oak",), ("ash", "*")]) == [
        CellFault(2, 1, "oka", "UNKNOWN", "oak"),
        CellFault(3, 2, "", "BLANK"),
        CellFault(4, 0, "1", "WIDTH"),
    ]
    assert faults_in(table, []) == [CellFault(1, 0, "", "EMPTY")]


def test_a_table_with_wrong_cells_can_be_opened() -> None:
    text = (HEAD + BLOCK).replace("[ash,", "[ahs,")
    assert table_in(text, "lamp.yaml", {}, "fits").rows[1] == ("ahs", "*")
    assert [one.rule for one in tables_in(text, "lamp.yaml", {})] == ["fits"]
    with pytest.raises(TableNotFound):
        table_in(text, "lamp.yaml", {}, "other")
