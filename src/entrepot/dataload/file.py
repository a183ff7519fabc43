"""Reads a load file row by row, in constant memory: CSV with one or two header lines, or XML.

What is wrong with the header refuses the file before any row; what is wrong with a row is told with the row's
physical line. A row that is not text (a NUL, bytes of another encoding) is a bad row, not the end of the run.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from entrepot.dataload.kind import Kind

MOST_CHARACTERS = 1_100_000
#: Columns of a reject file; ignored when it is loaded again.
IGNORED = frozenset({"ErrorCode", "ErrorMessage"})


class FileRefused(Exception):
    """The file as a whole cannot be loaded."""

    def __init__(self, code: str, message: str, line: int = 1, column: str = "", kind: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.line = line
        self.column = column
        self.kind = kind


@dataclass(frozen=True, slots=True)
class RawRow:
    """One record as it stands in the file; ``fault`` is a code and message when it cannot be read."""

    line: int
    cells: list[str]
    fault: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """An opened file: its kind, its header lines as they stand, its columns and its rows."""

    kind: Kind
    header: list[list[str]]
    columns: list[str]
    rows: Iterator[RawRow]


def open_source(path: Path, kinds: Mapping[str, Kind], *, kind: str | None = None, charset: str = "utf-8-sig") -> Source:
    """Open a load file and check its header; ``kind`` is what the load order expects, if it says so."""
    if path.suffix.lower() == ".xml":
        from entrepot.dataload.xml import open_xml

        return open_xml(path, kinds, kind)
    rows = _records(path, charset)
    first = next(rows, None)
    if first is None:
        raise FileRefused("EMPTY_FILE", "the file has no header line")
    keyword = [cell.strip() for cell in first.cells if cell.strip()]
    stem = path.name.split(".")[0]
    if len(keyword) == 1 and (keyword[0] in kinds or not _one_column(kinds, kind or stem, keyword[0])):
        second = next(rows, None)
        if second is None:
            raise FileRefused("EMPTY_FILE", "the file has a keyword line but no column line")
        found = _kind_of(kinds, keyword[0], kind)
        header, columns = [first.cells, second.cells], second
    else:
        found = _kind_of(kinds, kind or stem, kind)
        header, columns = [first.cells], first
    names = check_columns(found, [cell.strip() for cell in columns.cells], columns.line)
    return Source(found, header, names, rows)


def check_columns(kind: Kind, names: list[str], line: int) -> list[str]:
    """The column names of a header, or the refusal of the file."""
    while names and not names[-1]:
        names.pop()
    for name in names:
        if name in kind.forbidden:
            raise FileRefused("COLUMN_FORBIDDEN", kind.forbidden[name], line, name, kind.keyword)
        if name not in kind.columns and name not in IGNORED and name != "Delete":
            raise FileRefused("UNKNOWN_COLUMN", f"{kind.keyword} has no column {name}", line, name, kind.keyword)
        if names.count(name) > 1:
            raise FileRefused("COLUMN_REPEATED", f"the column {name} is there twice", line, name, kind.keyword)
    for name, column in kind.columns.items():
        if column.mandatory and name not in names:
            raise FileRefused("COLUMN_MISSING", f"{kind.keyword} needs the column {name}", line, name, kind.keyword)
    return names


def _kind_of(kinds: Mapping[str, Kind], keyword: str, expected: str | None) -> Kind:
    if keyword not in kinds:
        raise FileRefused("KIND_UNKNOWN", f"there is no kind of load file called {keyword}", kind=keyword)
    if expected is not None and kinds.get(expected) is not kinds[keyword]:
        raise FileRefused("KIND_MISMATCH", f"the file says {keyword}, the load order says {expected}", kind=keyword)
    return kinds[keyword]


def _one_column(kinds: Mapping[str, Kind], word: str, cell: str) -> bool:
    """A single cell on line one is a column name when the kind is known otherwise and has that column."""
    return word in kinds and cell in kinds[word].columns


def _records(path: Path, charset: str) -> Iterator[RawRow]:
    csv.field_size_limit(MOST_CHARACTERS)
    with path.open(encoding=charset, errors="surrogateescape", newline="") as lines:
        reader = csv.reader(lines, strict=True)
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield RawRow(line, [], ("BAD_ROW", f"this is not a row of CSV: {error}"))
                continue
            if any(cells):
                yield RawRow(line, cells, _fault(cells))


def _fault(cells: list[str]) -> tuple[str, str] | None:
    for cell in cells:
        if cell.isascii():
            if "\0" in cell:
                return "BAD_CHARACTER", "the row contains a NUL character"
        elif any("\udc80" <= letter <= "\udcff" for letter in cell):
            return "BAD_ENCODING", "the row contains bytes that are not in the file's encoding"
        elif "\0" in cell:
            return "BAD_CHARACTER", "the row contains a NUL character"
    return None
