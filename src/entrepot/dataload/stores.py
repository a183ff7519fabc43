"""A store that is loaded into before it exists: created with what its files speak and charge in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy.engine import Connection

from entrepot.commerce import catalog, members
from entrepot.dataload.cells import LANGUAGE_IDS
from entrepot.dataload.file import open_source
from entrepot.dataload.kind import Kind
from entrepot.dataload.source import FileRefused, Source

PEEK = 2000


def ensure_store(conn: Connection, name: str, files: Sequence[Path], kinds: Mapping[str, Kind]) -> None:
    """Create the store when there is none, unless a file among these will: the languages and currencies most
    rows use come first. Its owner is an organization of the same name."""
    try:
        catalog.find_store(conn, name)
        return
    except catalog.StoreNotFound:
        pass
    sources = [source for path in files if (source := _open(path, kinds)) is not None]
    if any(source.kind.keyword == "Store" for source in sources):
        return
    languages: Counter[str] = Counter()
    currencies: Counter[str] = Counter()
    for source in sources:
        _count(source, languages, currencies)
    owner = members.ensure_organization(conn, name)
    catalog.create_store(
        conn,
        name,
        owner_id=owner.id,
        languages=tuple(tag for tag, _ in languages.most_common()) or ("en-US",),
        currencies=tuple(code for code, _ in currencies.most_common()) or ("USD",),
    )


def _open(path: Path, kinds: Mapping[str, Kind]) -> Source | None:
    try:
        return open_source(path, kinds)
    except (FileRefused, OSError):
        return None


def _count(source: Source, languages: Counter[str], currencies: Counter[str]) -> None:
    where = {name: position for position, name in enumerate(source.columns)}
    for number, row in enumerate(source.rows):
        if number >= PEEK:
            return
        cells = {name: row.cells[at].strip() for name, at in where.items() if at < len(row.cells)}
        if tag := cells.get("Language") or _tag(cells.get("LanguageId", "")):
            languages[tag] += 1
        code = cells.get("CurrencyCode", "")
        if len(code) == 3 and code.isascii() and code.isupper():
            currencies[code] += 1


def _tag(language_id: str) -> str | None:
    try:
        return LANGUAGE_IDS.get(int(language_id))
    except ValueError:
        return None
