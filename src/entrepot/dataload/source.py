"""What a load file amounts to once it is opened, whatever its form: a kind, columns, rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from entrepot.dataload.kind import Kind

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
