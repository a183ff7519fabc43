"""Runs a load: file after file, batch after batch, each batch one transaction.

Batches are checked whole, so that bad rows are known before anything is written and savepoints cost one per
batch. Only when the database itself refuses something is the batch taken back and its rows tried one by one.
A row whose parent is not there yet is tried once more at the end of its file.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DataError, IntegrityError

from entrepot.commerce import catalog
from entrepot.dataload.cells import LANGUAGE_IDS, BadCell
from entrepot.dataload.file import open_source
from entrepot.dataload.kind import Batch, Kind, Mode, PriceHook, Row, Settings
from entrepot.dataload.order import LoadItem, load_order
from entrepot.dataload.report import ItemReport, Problem, Report
from entrepot.dataload.source import IGNORED, FileRefused, RawRow, Source
from entrepot.dataload.stores import ensure_store
from entrepot.kernel.cache import changing
from entrepot.kernel.db import Database
from entrepot.kernel.statement import savepoint

Progress = Callable[[ItemReport], None]


@dataclass(frozen=True)
class Options:
    """How to load. ``skip`` names kinds to leave out; ``catalog`` is the catalog rows without one belong to."""

    mode: Mode = Mode.REPLACE
    dry_run: bool = False
    skip: frozenset[str] = frozenset()
    max_error: int | None = None
    catalog: str | None = None
    price_list: str = "Standard"
    prices: PriceHook | None = None
    language_ids: Mapping[int, str] = field(default_factory=lambda: dict(LANGUAGE_IDS))
    on_progress: Progress | None = None
    at: datetime | None = None


class _Stop(Exception):
    """More errors than allowed."""


class _RollBack(Exception):
    """The end of a dry run."""


@dataclass
class _Run:
    databases: Mapping[str, Database]
    kinds: Mapping[str, Kind]
    store: str
    options: Options
    report: Report
    at: datetime
    open: tuple[str, Connection] | None = None

    @property
    def settings(self) -> Settings:
        o = self.options
        return Settings(language_ids=o.language_ids, price_list=o.price_list, catalog=o.catalog, prices=o.prices)


def load(
    folder: Path, databases: Mapping[str, Database], store: str, kinds: Mapping[str, Kind], options: Options = Options()
) -> Report:
    """Load a folder (or one file) into a store, creating the store when there is none.

    ``databases`` are the systems' databases by name (``commerce`` …). A dry run does everything and takes it
    back; its counts are those of the real run.
    """
    report = Report(dry_run=options.dry_run)
    run = _Run(databases, kinds, store, options, report, options.at or datetime.now(UTC))
    items = load_order(folder, kinds, options.mode)
    try:
        for system, group in _by_system(run, items):
            with _dry(run, system):
                if system == "commerce":
                    with _transaction(run, system) as conn:
                        ensure_store(conn, store, [item.path for item in items], kinds)
                for item in group:
                    _load_item(run, item)
    except _Stop:
        report.stopped = True
    return report


def _by_system(run: _Run, items: list[LoadItem]) -> Iterator[tuple[str, list[LoadItem]]]:
    """Runs of files that go to the same system; a dry run is one transaction for each."""
    system, group = "commerce", list[LoadItem]()
    for item in items:
        try:
            kind = open_source(item.path, run.kinds, kind=item.kind, charset=item.charset).kind
            wanted = kind.system
        except (FileRefused, OSError):
            wanted = system
        if wanted != system and group:
            yield system, group
            group = []
        system = wanted
        group.append(item)
    yield system, group


@contextmanager
def _dry(run: _Run, system: str) -> Iterator[None]:
    if not run.options.dry_run:
        yield
        return
    try:
        with run.databases[system].write() as conn:
            changing()
            run.open = (system, conn)
            yield
            raise _RollBack
    except _RollBack:
        pass
    finally:
        run.open = None


@contextmanager
def _transaction(run: _Run, system: str) -> Iterator[Connection]:
    """One batch's transaction; in a dry run a savepoint of the one that will be rolled back."""
    if run.open is not None:
        assert run.open[0] == system
        yield run.open[1]
    else:
        with run.databases[system].write() as conn:
            changing()
            yield conn


def _load_item(run: _Run, item: LoadItem) -> None:
    counts = ItemReport(file=item.path.name, kind=item.kind or "")
    started = time.perf_counter()
    try:
        source = open_source(item.path, run.kinds, kind=item.kind, charset=item.charset)
        if source.kind.keyword in run.options.skip:
            return
        if source.kind.system not in run.databases:
            raise FileRefused("SYSTEM_NOT_HERE", f"{source.kind.keyword} is loaded where {source.kind.system} runs")
        run.report.items.append(counts)
        counts.kind = source.kind.keyword
        counts.header = source.header
        _load_rows(run, item, source, counts)
    except FileRefused as refused:
        if refused.kind in run.options.skip:
            return
        _refuse_file(run, counts, refused)
    except (OSError, UnicodeError, LookupError) as error:
        _refuse_file(run, counts, FileRefused("FILE_UNREADABLE", f"the file cannot be read: {error}"))
    finally:
        counts.seconds = time.perf_counter() - started
        if run.options.on_progress:
            run.options.on_progress(counts)


def _refuse_file(run: _Run, counts: ItemReport, refused: FileRefused) -> None:
    counts.refused = True
    counts.kind = counts.kind or refused.kind
    if counts not in run.report.items:
        run.report.items.append(counts)
    run.report.problems.append(
        Problem(counts.file, refused.line, counts.kind, "", refused.column, refused.code, refused.message, "")
    )


def _load_rows(run: _Run, item: LoadItem, source: Source, counts: ItemReport) -> None:
    loading = _Loading(run, item, source, counts)
    while raw := list(islice(source.rows, max(1, item.commit_count))):
        started = time.perf_counter()
        counts.restart_line = raw[0].line
        counts.read += len(raw)
        rows = [row for one in raw if (row := loading.read(one)) is not None]
        loading.commit(rows, last_try=False)
        counts.seconds += time.perf_counter() - started
        if run.options.on_progress:
            run.options.on_progress(counts)
    deferred, loading.deferred = loading.deferred, []
    for first in range(0, len(deferred), max(1, item.commit_count)):
        loading.commit(deferred[first : first + item.commit_count], last_try=True)
    counts.restart_line = None


@dataclass
class _Loading:
    """One file on its way into the database."""

    run: _Run
    item: LoadItem
    source: Source
    counts: ItemReport
    deferred: list[Row] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    problems: list[tuple[Row, str, str, str, str]] = field(default_factory=list)

    def read(self, raw: RawRow) -> Row | None:
        """The row with its cells read, or None when it is turned down."""
        row = Row(raw.line, raw.cells)
        width = len(self.source.columns)
        if raw.fault:
            self.tell(row, raw.fault[0], "", raw.fault[1], "")
        elif len(raw.cells) < width or any(raw.cells[width:]):
            self.tell(row, "RAGGED_ROW", "", f"{len(raw.cells)} cells under {width} columns", "")
        else:
            self._read_cells(row)
            if not row.out:
                self._identify(row)
        return None if row.out else row

    def _read_cells(self, row: Row) -> None:
        kind = self.source.kind
        for name, cell in zip(self.source.columns, row.raw, strict=False):
            if name in IGNORED:
                continue
            if name == "Delete":
                if cell.strip() not in ("", "0", "1"):
                    self.tell(row, "BAD_VALUE", name, "write 1 to delete the row, or nothing", cell)
                row.cells[name] = cell.strip() == "1" or None
                continue
            column = kind.columns[name]
            if not cell or cell.isspace():
                row.cells[name] = None
                if column.required:
                    self.tell(row, "REQUIRED", name, f"{name} must be filled", "")
                continue
            try:
                row.cells[name] = column.read(cell)
            except BadCell as bad:
                self.tell(row, bad.code, name, bad.message, cell)
        row.key = "/".join(str(value) for name in kind.identity if (value := row.cells.get(name)) is not None)

    def _identify(self, row: Row) -> None:
        identity = hash(tuple(row.cells.get(name) for name in self.source.kind.identity))
        if identity in self.seen:
            self.tell(row, "DUPLICATE_IN_FILE", "", f"{row.key} is in this file already", row.key)
        self.seen.add(identity)

    def tell(self, row: Row, code: str, column: str, message: str, value: str) -> None:
        """Report a problem at once: it was found before anything was written."""
        row.out = True
        self._report(row, code, column, message, value)

    def _report(self, row: Row, code: str, column: str, message: str, value: str) -> None:
        counts, report, kind = self.counts, self.run.report, self.source.kind.keyword
        if not counts.rejects or counts.rejects[-1][:-2] != row.raw:
            counts.rejected += 1
            counts.rejects.append([*row.raw, code, message])
        report.problems.append(Problem(counts.file, row.line, kind, row.key, column, code, message, value[:200]))
        allowed = self.item.max_error if self.run.options.max_error is None else self.run.options.max_error
        if 0 <= allowed < counts.rejected:
            raise _Stop

    def commit(self, rows: list[Row], *, last_try: bool) -> None:
        """One transaction: the batch as a whole, or when the database refuses it, row by row."""
        if not rows:
            return
        with _transaction(self.run, self.source.kind.system) as conn:
            try:
                with savepoint(conn):
                    told, deferred = self._apply(conn, rows, last_try)
            except (IntegrityError, DataError):
                told, deferred = self._one_by_one(conn, rows, last_try)
        for row in rows:
            if not row.out:
                self.counts.outcomes[row.outcome] += 1
        for row in deferred:
            row.out = False
        self.deferred.extend(deferred)
        for problem in told:
            self._report(*problem)

    def _one_by_one(
        self, conn: Connection, rows: list[Row], last_try: bool
    ) -> tuple[list[tuple[Row, str, str, str, str]], list[Row]]:
        told, deferred = [], []
        for row in rows:
            row.out, row.outcome = False, type(row.outcome)(0)
            try:
                with savepoint(conn):
                    problems, waiting = self._apply(conn, [row], last_try)
                told += problems
                deferred += waiting
            except (IntegrityError, DataError) as error:
                row.out = True
                code = "DUPLICATE_KEY" if "nique" in str(error.orig) else "BAD_VALUE"
                told.append((row, code, "", f"the database refuses the row: {error.orig}".splitlines()[0], ""))
        return told, deferred

    def _apply(self, conn: Connection, rows: list[Row], last_try: bool) -> tuple[list[tuple[Row, str, str, str, str]], list[Row]]:
        """Put and delete in the order of the file: a run of rows of one sort at a time."""
        told: list[tuple[Row, str, str, str, str]] = []
        deferred: list[Row] = []
        kind = self.source.kind
        store: catalog.Store | None = None
        if kind.needs_store:
            store = catalog.find_store(conn, self.run.store) if kind.system == "commerce" else None
            if store is not None and kind.changes_catalog:
                catalog.begin_change(conn, store.owner_id)
        for deleting, some in _runs(rows, self.item.mode):
            batch = Batch(
                conn=conn,
                store_name=self.run.store,
                at=self.run.at,
                mode=self.item.mode,
                settings=self.run.settings,
                rows=some,
                last_try=last_try,
                on_reject=lambda *problem: told.append(problem),
                deferred=deferred,
                _store=store,
            )
            if not deleting:
                kind.put(batch)
            elif kind.delete is not None:
                kind.delete(batch)
            else:
                for row in some:
                    batch.reject(row, "BAD_VALUE", "Delete", f"{kind.keyword} rows cannot be deleted")
        return told, deferred


def _runs(rows: list[Row], mode: Mode) -> Iterator[tuple[bool, list[Row]]]:
    some: list[Row] = []
    deleting = False
    for row in rows:
        wanted = mode is Mode.DELETE or bool(row.cells.get("Delete"))
        if some and wanted != deleting:
            yield deleting, some
            some = []
        deleting = wanted
        some.append(row)
    if some:
        yield deleting, some
