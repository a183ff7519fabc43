"""The tables of a model as they are written: read leniently, checked cell by cell, put back without touching the rest.

A table that is being put right cannot be read as a rule yet, so cells are taken as they stand. When rows are put back,
rows that stay keep the very text they had; comments above a row stay where they were, even when the row goes.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import yaml

from entrepot.configurator.model import OptionClass
from entrepot.configurator.problems import TableNotFound
from entrepot.configurator.read import MAX_ROWS, read_classes
from entrepot.configurator.source import Node

Row = tuple[str, ...]
ANY, NONE = "*", "-"
MAX_FAULTS = 200
#: A row that is found again further below counts as moved, not as everything between removed.
MAX_APART = 2_000
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_NOT_TEXT = frozenset(["true", "false", "null"])
_COMMENT = re.compile(r"\]\s+(#.*)$")


@dataclass(frozen=True, slots=True)
class TableText:
    """A rule's table: its columns with the options each takes, its rows, and the CSV file they are in, if one."""

    rule: str
    columns: Row
    options: tuple[Row, ...]
    rows: tuple[Row, ...]
    allowed: bool
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class CellFault:
    """A cell that cannot stay as it is, counted from 1 (column 0: the row itself); ``near`` is what may have been meant."""

    row: int
    column: int
    cell: str
    code: str
    near: str = ""


def tables_in(source: str, name: str, files: Mapping[str, str]) -> list[TableText]:
    """The tables of a model's text, in its order; the text has to be readable as far as its classes."""
    classes, rules = read_classes(source, name, files)
    by_name = {one.name: one for one in classes}
    found = []
    for rule in rules:
        fields = rule.value if isinstance(rule.value, dict) else {}
        table = fields.get("table")
        if table is not None and isinstance(table.value, dict) and isinstance(fields.get("id"), Node):
            found.append(_table(str(fields["id"].value), table, files, by_name))
    return found


def table_in(source: str, name: str, files: Mapping[str, str], rule: str) -> TableText:
    """One table by its rule."""
    found = next((one for one in tables_in(source, name, files) if one.rule == rule), None)
    if found is None:
        raise TableNotFound(rule=rule)
    return found


def read_rows(text: str, columns: Sequence[str]) -> list[Row]:
    """Rows as they come from a spreadsheet or a form: cells between tabs, semicolons or commas.

    A first row that names the columns, in any order, is not a row of the table; empty rows are none.

    >>> read_rows("battery;board\\nwh-74;h8\\n", ("board", "battery"))
    [('h8', 'wh-74')]
    """
    first = next((line for line in text.splitlines() if line.strip()), "")
    mark = max("\t;,", key=lambda one: (first.count(one) == len(columns) - 1, first.count(one)))
    rows = [tuple(cell.strip() for cell in row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark)]
    rows = [row for row in rows if any(row)]
    if rows and sorted(rows[0]) == sorted(columns):
        order = [rows[0].index(one) for one in columns]
        return [tuple(row[at] for at in order) if len(row) == len(columns) else row for row in rows[1:]]
    return rows


def faults_in(table: TableText, rows: Sequence[Row]) -> list[CellFault]:
    """What is wrong with rows that are to become the table's: the first faults, row by row."""
    if not rows:
        return [CellFault(1, 0, "", "EMPTY")]
    if len(rows) > MAX_ROWS:
        return [CellFault(MAX_ROWS + 1, 0, "", "TOO_MANY")]
    known = [frozenset(options) | {ANY, NONE} for options in table.options]
    faults: list[CellFault] = []
    for number, row in enumerate(rows, 1):
        if len(faults) >= MAX_FAULTS:
            break
        if len(row) != len(table.columns):
            faults.append(CellFault(number, 0, str(len(row)), "WIDTH"))
            continue
        for column, cell in enumerate(row):
            if cell not in known[column]:
                near = next(iter(get_close_matches(cell, table.options[column], 1)), "")
                faults.append(CellFault(number, column + 1, cell, "UNKNOWN" if cell else "BLANK", near))
    return faults


def with_rows(source: str, files: Mapping[str, str], table: TableText, rows: Sequence[Row]) -> tuple[str, dict[str, str]]:
    """The text and its files with other rows in a table; everything else stays as it is, letter by letter."""
    changed = dict(files)
    if table.file:
        changed[table.file] = _csv_with(files[table.file], table, rows)
        return source, changed
    return _yaml_with(source, table, rows), changed


def _table(rule: str, node: Node, files: Mapping[str, str], classes: Mapping[str, OptionClass]) -> TableText:
    fields = node.value
    body = fields.get("allowed") or fields.get("forbidden")
    file = str(fields["file"].value) if "file" in fields else ""
    if file:
        lines = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(files.get(file, ""))) if row]
        columns, rows = tuple(lines[0] if lines else ()), tuple(tuple(row) for row in lines[1:])
    else:
        columns = tuple(str(one.value) for one in _items(fields.get("classes")))
        rows = tuple(tuple(str(cell.value) for cell in _items(row)) for row in _items(body))
    options = tuple(tuple(item.name for item in classes[one].items) if one in classes else () for one in columns)
    return TableText(rule, columns, options, rows, "allowed" in fields, file, node.line)


def _items(node: Node | None) -> list[Node]:
    return node.value if node is not None and isinstance(node.value, list) else []


def _csv_with(text: str, table: TableText, rows: Sequence[Row]) -> str:
    lines, end = text.splitlines(keepends=True), 0
    written, old, above = list[_Written](), list[Row](), list[str]()
    reader = csv.reader(io.StringIO(text))
    for row in reader:
        own, end = "".join(lines[end : reader.line_num]), reader.line_num
        if row:
            written.append(_Written(tuple(above), own))
            old.append(tuple(cell.strip() for cell in row))
            above.clear()
        else:
            above.append(own)
    head = [*written[0].above, written[0].text.rstrip("\r\n") + "\n"]
    return "".join([*head, *_merged(old[1:], written[1:], rows, lambda row, _: _csv_line(row)), *above])


def _csv_line(row: Row) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(row)
    return out.getvalue()


def _yaml_with(source: str, table: TableText, rows: Sequence[Row]) -> str:
    key, body = _body(yaml.compose(source, _Loader), table.rule)
    lines = source.splitlines(keepends=True)
    if body.flow_style:
        indent = " " * (key.start_mark.column + 2)
        first, last = lines[body.start_mark.line], lines[body.end_mark.line]
        head, tail = first[: body.start_mark.column].rstrip(), last[body.end_mark.column :].strip()
        text = f"{head}{f'  {tail}' if tail else ''}\n" + "".join(_yaml_line(indent, row, "") for row in rows)
        return "".join([*lines[: body.start_mark.line], text, *lines[body.end_mark.line + 1 :]])
    indent, at = " " * body.start_mark.column, key.end_mark.line + 1
    begin, written, old = at, [], []
    for node in body.value:
        end = _last_line(node) + 1
        written.append(_Written(tuple(lines[at : node.start_mark.line]), "".join(lines[node.start_mark.line : end])))
        old.append(tuple(_cell(cell) for cell in getattr(node, "value", ())))
        at = end
    pieces = _merged(old, written, rows, lambda row, was: _yaml_line(indent, row, was))
    return "".join([*lines[:begin], *pieces, *lines[at:]])


def _body(root: Any, rule: str) -> tuple[Any, Any]:
    """The key and the rows of a rule's table, with their places in the text."""
    rules = next(value for key, value in root.value if key.value == "rules")
    for one in rules.value:
        fields = {key.value: value for key, value in one.value}
        if fields["id"].value == rule and "table" in fields:
            return next((key, value) for key, value in fields["table"].value if key.value in ("allowed", "forbidden"))
    raise TableNotFound(rule=rule)


def _last_line(node: Any) -> int:
    if isinstance(node, yaml.ScalarNode) or node.flow_style or not node.value:
        return int(node.end_mark.line)
    return _last_line(node.value[-1])


def _cell(node: Any) -> str:
    return str(getattr(node, "value", ""))


def _yaml_line(indent: str, row: Row, was: str) -> str:
    """A row as a line; one that takes the place of another keeps the comment at its end."""
    cells = ", ".join(cell if _PLAIN.fullmatch(cell) and cell not in _NOT_TEXT else json.dumps(cell) for cell in row)
    comment = _COMMENT.search(was.rstrip())
    return f"{indent}- [{cells}]{f'  {comment[1]}' if comment else ''}\n"


@dataclass(frozen=True, slots=True)
class _Written:
    """A row as it stands in the text: the lines above it that belong to no other row, and its own."""

    above: tuple[str, ...]
    text: str


def _merged(
    old: Sequence[Row], written: Sequence[_Written], rows: Sequence[Row], write: Callable[[Row, str], str]
) -> Iterator[str]:
    """The text of the new rows: the old text where a row is the same, new text in the place of one that is not."""
    was, now = 0, 0
    for before, after in (*_same(old, rows), (len(old), len(rows))):
        fresh = rows[now:after]
        for offset, place in enumerate(range(was, before)):
            yield from written[place].above
            if offset < len(fresh):
                yield write(fresh[offset], written[place].text)
        for row in fresh[before - was :]:
            yield write(row, "")
        if before < len(old):
            yield from written[before].above
            yield written[before].text if written[before].text.endswith("\n") else written[before].text + "\n"
        was, now = before + 1, after + 1


def _same(old: Sequence[Row], rows: Sequence[Row]) -> list[tuple[int, int]]:
    """The rows that stay, by their old and their new place, both ascending."""
    places: dict[Row, deque[int]] = {}
    for place, row in enumerate(old):
        places.setdefault(row, deque()).append(place)
    found, latest = [], -1
    for now, row in enumerate(rows):
        known = places.get(row, deque())
        while known and known[0] <= latest:
            known.popleft()
        if known and known[0] - latest <= MAX_APART:
            latest = known.popleft()
            found.append((latest, now))
    return found
