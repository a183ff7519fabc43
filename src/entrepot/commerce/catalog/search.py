"""Search over names, part numbers and keywords: simple, ranked, exact about what may be shown.

Every word must occur. A part number that matches whole comes first, then names that begin with the text, then
names that contain it, then the rest. Items that belong to a product are found by their part number only, so
that a family is one hit.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce.catalog.entry_tables import catalog_entry, catalog_entry_relation
from entrepot.commerce.catalog.navigation import CARD, EntryPage, Paging, cards_of
from entrepot.commerce.catalog.shown import entry_shown, entry_text, text_of
from entrepot.commerce.catalog.store import View

MOST_WORDS = 6


def search_text(*parts: str | None) -> str:
    """What a row is searched by: its words in lower case."""
    return " ".join(part for part in parts if part).casefold()


def search(conn: Connection, view: View, text: str, paging: Paging = Paging()) -> EntryPage:
    """One page of the entries that contain every word of ``text``; a blank text finds nothing."""
    words = text.casefold().split()[:MOST_WORDS]
    if not words:
        return EntryPage((), 0, paging)
    page, count = _statements(len(words))
    binds: dict[str, Any] = {f"word{n}": f"%{_escaped(word)}%" for n, word in enumerate(words)}
    binds |= {
        **view.binds,
        "exact": text.strip().upper(),
        "begins": f"{_escaped(text.strip().casefold())}%",
        "part": f"%{_escaped(text.strip().upper())}%",
    }
    rows = conn.execute(page, {**binds, "limit": paging.limit, "offset": paging.offset}).mappings().all()
    cards = cards_of({k: v for k, v in row.items() if k != "rank"} for row in rows)
    if paging.offset == 0 and len(cards) < paging.limit:
        return EntryPage(cards, len(cards), paging)
    return EntryPage(cards, conn.execute(count, binds).scalar_one(), paging)


@cache
def _statements(words: int) -> tuple[sa.Select[Any], sa.Select[Any]]:
    of_product = sa.exists().where(
        catalog_entry_relation.c.child_id == catalog_entry.c.id, catalog_entry_relation.c.type == "product_item"
    )
    upper = sa.func.upper(catalog_entry.c.part_number)
    contains = sa.and_(*(entry_text.c.search_text.like(sa.bindparam(f"word{n}"), escape="\\") for n in range(words)))
    by_part = upper.like(sa.bindparam("part"), escape="\\")
    rank = sa.case(
        (upper == sa.bindparam("exact"), 0),
        (entry_text.c.search_text.like(sa.bindparam("begins"), escape="\\"), 1),
        (sa.func.lower(entry_text.c.name).like(sa.bindparam("word0"), escape="\\"), 2),
        else_=3,
    ).label("rank")
    found = (
        sa.select(*CARD, rank)
        .select_from(catalog_entry)
        .join(entry_text, text_of(entry_text, "entry_id", catalog_entry.c.id))
        .where(
            sa.or_(
                sa.and_(contains, sa.not_(of_product)),
                sa.and_(by_part, sa.or_(sa.not_(of_product), upper == sa.bindparam("exact"))),
            ),
            entry_shown(),
        )
    )
    limit, offset = sa.bindparam("limit", type_=sa.Integer), sa.bindparam("offset", type_=sa.Integer)
    page = found.order_by(rank, entry_text.c.name, catalog_entry.c.part_number).limit(limit).offset(offset)
    return page, sa.select(sa.func.count()).select_from(found.with_only_columns(catalog_entry.c.id).subquery())


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
