"""Fills the suite from files: one kind of file per noun, CSV (or XML) in, the contexts' bulk ports out.

``load(folder, databases, store)`` reads every file of a folder in order (``load.yaml`` if there is one, else the
kinds' own sequence), in batches of one transaction each, and answers with a `Report`: counts per file, each
problem with file, line, column and code, and a reject file ready to be corrected. A second run of the same
files changes nothing. A bad row never takes a good one with it; a bad header refuses its file.

**Adding a kind.** Write a module in ``kinds/`` with ``KINDS = [Kind(...)]`` and name it in ``kinds/__init__.py``:

- ``columns``: `columns` (may be absent or empty) and `key_columns` (must be filled), each with a cell reader of
  `entrepot.dataload.cells`. An absent column is absent from ``row.cells``, an empty cell is None: absent keeps the
  stored value, empty resets it. ``values(row, {column: table column}, sheet)`` does just that.
- ``identity``: the columns that name a row; a repetition in one file is DUPLICATE_IN_FILE.
- ``system``: whose database the batch's connection belongs to (``commerce``, ``order_management`` …); its kinds
  must not touch another's.
- ``put(batch)`` and ``delete(batch)``: check first, for all rows at once: look up what rows name with one
  statement each (`kinds.lookups`), turn bad rows down with ``batch.reject(row, code, column, message)``, put off
  those whose parent is not there yet with ``batch.unresolved(row, column)``; both leave ``batch.live``. Then
  write with ``batch.write(sheet, [(row, {...}), ...], primary=True)`` on the `Sheet` of the context, which notes
  what became of each row (and in Insert mode turns down existing keys), or write yourself and ``batch.note``.
- ``changes_catalog`` (default on): the store's catalog version is raised and its owner's catalogs are locked first.

Price columns in entries' rows go to ``Options.prices`` as `PriceRow` values.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from entrepot.dataload.kind import Batch, Column, Kind, Mode, PriceHook, PriceRow, Row, columns, key_columns, values
from entrepot.dataload.kinds import KINDS
from entrepot.dataload.order import LoadOrderMalformed
from entrepot.dataload.report import ItemReport, Problem, Report
from entrepot.dataload.run import Options
from entrepot.dataload.run import load as _load
from entrepot.kernel.db import Database

__all__ = [
    "KINDS",
    "Batch",
    "Column",
    "ItemReport",
    "Kind",
    "LoadOrderMalformed",
    "Mode",
    "Options",
    "PriceHook",
    "PriceRow",
    "Problem",
    "Report",
    "Row",
    "columns",
    "key_columns",
    "load",
    "values",
]


def load(
    folder: Path | str,
    databases: Mapping[str, Database],
    store: str,
    options: Options = Options(),
    kinds: Mapping[str, Kind] = KINDS,
) -> Report:
    """Load a folder (or one file) into a store; the store is created when there is none.

    ``databases`` by system name. A file of an unknown kind is refused and reported; the others are loaded.
    """
    return _load(Path(folder), databases, store, kinds, options)
