"""What a kind of load file is, and what it is handed: its columns, and batches of rows to put or to delete."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.engine import Connection

from entrepot.commerce import catalog
from entrepot.dataload.cells import Cell
from entrepot.kernel.sheet import Outcome, Sheet


class Mode(StrEnum):
    INSERT = "Insert"
    REPLACE = "Replace"
    DELETE = "Delete"


@dataclass(frozen=True, slots=True)
class PriceRow:
    """A price found in an entry's row; ``price_list`` is None for the list price. Price in 1/100,000."""

    entry_id: int
    price_list: str | None
    currency: str
    price: int
    minimum_quantity: str | None = None
    maximum_quantity: str | None = None
    precedence: float = 0.0
    start: datetime | None = None
    end: datetime | None = None


PriceHook = Callable[[Connection, list[PriceRow]], None]


@dataclass(frozen=True, slots=True)
class Column:
    """How a cell is read; a mandatory column must be in the file, a required cell must not be empty."""

    read: Cell
    mandatory: bool = False
    required: bool = False


@dataclass(slots=True, eq=False)
class Row:
    """One row: its cells by column name (absent columns are absent, empty cells are None)."""

    line: int
    raw: list[str]
    cells: dict[str, Any] = field(default_factory=dict)
    key: str = ""
    outcome: Outcome = Outcome.UNCHANGED
    out: bool = False

    def get(self, column: str) -> Any:
        return self.cells.get(column)

    def has(self, column: str) -> bool:
        return column in self.cells


@dataclass(frozen=True)
class Settings:
    """What a run is told besides the files."""

    language_ids: Mapping[int, str]
    price_list: str = "Standard"
    catalog: str | None = None
    prices: PriceHook | None = None


@dataclass
class Batch:
    """Some rows of one item, inside one transaction of the system the kind writes to.

    ``store`` is None only for kinds that may come before there is one. Rows turned down with `reject` or put
    off with `unresolved` leave `live`; nothing of them may be written.
    """

    conn: Connection
    store_name: str
    at: datetime
    mode: Mode
    settings: Settings
    rows: list[Row]
    last_try: bool
    on_reject: Callable[[Row, str, str, str, str], None]
    deferred: list[Row] = field(default_factory=list)
    _store: catalog.Store | None = None

    @property
    def live(self) -> list[Row]:
        return [row for row in self.rows if not row.out]

    @property
    def store(self) -> catalog.Store:
        if self._store is None:
            self._store = catalog.find_store(self.conn, self.store_name)
        return self._store

    def reject(self, row: Row, code: str, column: str = "", message: str = "", value: Any = None) -> None:
        """Turn the row down; of several problems of a row each is told."""
        row.out = True
        shown = row.cells.get(column) if value is None else value
        self.on_reject(row, code, column, message or code, "" if shown is None else str(shown))

    def unresolved(self, row: Row, column: str, code: str = "PARENT_NOT_FOUND", message: str = "") -> None:
        """Something the row names is not there (yet): try once more at the end of the file, then reject."""
        if self.last_try:
            self.reject(row, code, column, message or f"there is no {row.get(column)}")
        else:
            row.out = True
            self.deferred.append(row)

    def put_off_unknown(self, column: str, known: Container[Any]) -> None:
        """Put off every row whose column names nothing known."""
        for row in self.live:
            if row.get(column) not in known:
                self.unresolved(row, column)

    def note(self, row: Row, outcome: Outcome) -> None:
        row.outcome = max(row.outcome, outcome)

    def write(self, sheet: Sheet, rows: Sequence[tuple[Row, dict[str, Any]]], *, primary: bool = False) -> None:
        """Write one table row per load row and note what became of it.

        For the ``primary`` table of a kind, Insert mode turns down keys that exist.
        """
        pairs = [pair for pair in rows if not pair[0].out]
        if primary and self.mode is Mode.INSERT:
            present = sheet.find(self.conn, (sheet.key_of(values) for _, values in pairs))
            for row, values in pairs:
                if sheet.key_of(values) in present:
                    self.reject(row, "DUPLICATE_KEY", message="this exists already")
            pairs = [pair for pair in pairs if not pair[0].out]
        outcomes = sheet.write(self.conn, [values for _, values in pairs], at=self.at)
        for (row, _), outcome in zip(pairs, outcomes, strict=True):
            self.note(row, outcome)

    def remove(self, sheet: Sheet, rows: Sequence[tuple[Row, tuple[Any, ...]]]) -> None:
        """Delete one table row per load row; one that is not there is turned down as NOT_FOUND."""
        pairs = [pair for pair in rows if not pair[0].out]
        present = sheet.find(self.conn, (key for _, key in pairs))
        for row, key in pairs:
            if key not in present:
                self.reject(row, "NOT_FOUND", message="there is nothing to delete")
            else:
                self.note(row, Outcome.DELETED)
        sheet.delete(self.conn, [key for row, key in pairs if key in present])


def values(row: Row, fields: Mapping[str, str], sheet: Sheet) -> dict[str, Any]:
    """The cells of a row under the names of the table's columns; an empty cell is the column's default."""
    found = {}
    for column, name in fields.items():
        if column in row.cells:
            value = row.cells[column]
            found[name] = sheet.defaults.get(name) if value is None else value
    return found


Step = Callable[[Batch], None]


@dataclass(frozen=True)
class Kind:
    """One kind of load file.

    ``identity``: the columns that make a row one of its kind; a repetition within a file is DUPLICATE_IN_FILE.
    ``system``: whose database the rows go to. ``put`` and ``delete`` get batches; see the package's docstring.
    """

    keyword: str
    sequence: float
    columns: Mapping[str, Column]
    identity: tuple[str, ...]
    put: Step
    delete: Step | None = None
    system: str = "commerce"
    aliases: tuple[str, ...] = ()
    forbidden: Mapping[str, str] = field(default_factory=dict)
    changes_catalog: bool = True
    needs_store: bool = True


def columns(**read: Cell) -> dict[str, Column]:
    """Columns that may be absent and may be empty."""
    return {name: Column(cell) for name, cell in read.items()}


def key_columns(**read: Cell) -> dict[str, Column]:
    """Columns that must be there and filled."""
    return {name: Column(cell, mandatory=True, required=True) for name, cell in read.items()}


def registry(kinds: Iterable[Kind]) -> dict[str, Kind]:
    """Kinds by keyword and alias; a keyword taken twice is a bug."""
    known: dict[str, Kind] = {}
    for kind in kinds:
        for word in (kind.keyword, *kind.aliases):
            assert word not in known, f"two kinds are called {word}"
            known[word] = kind
    return known
