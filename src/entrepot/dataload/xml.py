"""Load files in XML: one element per row named after the kind, child elements named like the CSV columns.

Entities and document types are refused outright; attributes are ignored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from lxml import etree

from entrepot.dataload.kind import Kind
from entrepot.dataload.source import FileRefused, RawRow, Source, check_columns


def open_xml(path: Path, kinds: Mapping[str, Kind], expected: str | None) -> Source:
    """Open an XML load file: its first row names the kind, all rows together name the columns."""
    with path.open("rb") as head:
        if b"<!DOCTYPE" in head.read(4096).upper():
            raise FileRefused("BAD_XML", "a document type declaration is not allowed")
    names: list[str] = []
    keyword = ""
    for row in _elements(path):
        keyword = keyword or _name(row)
        if _name(row) != keyword:
            raise FileRefused("KIND_MISMATCH", f"the file holds {keyword} and {_name(row)}", _line(row))
        names += [name for child in row if (name := _name(child)) not in names]
    if keyword not in kinds:
        raise FileRefused("KIND_UNKNOWN", f"there is no kind of load file called {keyword}", kind=keyword)
    kind = kinds[keyword]
    if expected is not None and kinds.get(expected) is not kind:
        raise FileRefused("KIND_MISMATCH", f"the file says {keyword}, the load order says {expected}", kind=keyword)
    check_columns(kind, names, 1)
    return Source(kind, [[keyword], names], names, _rows(path, names))


def _rows(path: Path, names: list[str]) -> Iterator[RawRow]:
    for row in _elements(path):
        cells = {_name(child): child.text or "" for child in row}
        yield RawRow(_line(row), [cells.get(name, "") for name in names])


def _elements(path: Path) -> Iterator[etree._Element]:
    """The row elements one after the other, each forgotten once it has been read."""
    depth = 0
    reading = etree.iterparse(
        str(path), events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        for event, element in reading:
            if event == "start":
                depth += 1
                continue
            depth -= 1
            if depth == 1:
                yield element
                element.clear()
    except etree.XMLSyntaxError as error:
        raise FileRefused("BAD_XML", str(error), error.lineno or 1) from None


def _line(element: etree._Element) -> int:
    line = element.sourceline
    return line if isinstance(line, int) else 1


def _name(element: etree._Element) -> str:
    return str(element.tag).rsplit("}", 1)[-1]
