"""Reads a load file row by row, in constant memory: CSV with one or two header lines, or XML.

What is wrong with the header refuses the file before any row; what is wrong with a row is told with the row's
physical line. A row that is not text (a NUL, bytes of another encoding) is a bad row, not the end of the run.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from entrepot.dataload.kind import Kind
from entrepot.dataload.source import FileRefused, RawRow, Source, check_columns

MOST_CHARACTERS = 1_100_000


def open_source(path: Path, kinds: Mapping[str, Kind], *, kind: str | None = None, charset: str = "utf-8-sig") -> Source:
    """Open a load file and check its header; ``kind`` is what the load order expects, if it says so."""
    if path.suffix.lower() == ".xml":
        from entrepot.dataload.xml import open_xml  # Most starts load no XML, and its library takes its time.

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
