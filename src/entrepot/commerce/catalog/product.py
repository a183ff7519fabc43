"""One article as its page shows it: texts, attributes, items to choose from, content, neighbors, configurator data.

Asking for an item that belongs to a product answers with the product and the item preselected: shoppers read
about the family and buy the member. What may not be shown is left out of every list silently.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce.catalog.entry import CatalogEntryNotFound, EntryFacts, EntryType
from entrepot.commerce.catalog.entry_tables import (
    attribute,
    attribute_description,
    attribute_value,
    attribute_value_description,
    catalog_entry,
    catalog_entry_attribute,
    catalog_entry_relation,
    configurable_entry,
    merchandising_association,
)
from entrepot.commerce.catalog.facts import entries_by_ids, entries_by_part_numbers
from entrepot.commerce.catalog.navigation import CARD, EntryCard, cards_of
from entrepot.commerce.catalog.resolve import AttributeValue, Candidate, DefiningAttribute, ProductFacts
from entrepot.commerce.catalog.shown import ASSET, STORE, entry_shown, entry_text, text_of
from entrepot.commerce.catalog.store import View
from entrepot.kernel.db import any_of

NO_VALUE = "0"


@dataclass(frozen=True, slots=True)
class DescriptiveAttribute:
    identifier: str
    name: str
    value: str
    displayable: bool
    comparable: bool


@dataclass(frozen=True, slots=True)
class ContentLine:
    """A member of a kit or bundle with its quantity as a decimal of its unit."""

    facts: EntryFacts
    quantity: str
    relation: str
    group_name: str | None


@dataclass(frozen=True, slots=True)
class Association:
    type: str
    entry: EntryCard
    quantity: str


@dataclass(frozen=True, slots=True)
class Configurable:
    """Where a kit is configured: the model, the configurator's address and what it starts from."""

    model: str | None
    url: str | None
    default_configuration: str | None
    configurable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductView:
    """An article's page. ``selected`` is the item that was asked for when that is not the page's own entry."""

    facts: EntryFacts
    selected: EntryFacts | None
    short_description: str | None
    long_description: str | None
    full_image: str | None
    page_title: str | None
    meta_description: str | None
    image_alt: str | None
    defining: tuple[DefiningAttribute, ...]
    descriptive: tuple[DescriptiveAttribute, ...]
    items: tuple[EntryFacts, ...]
    candidates: tuple[Candidate, ...]
    components: tuple[ContentLine, ...]
    associations: tuple[Association, ...]
    configurable: Configurable | None

    @property
    def resolution(self) -> ProductFacts:
        """What `resolve_sku` needs."""
        return ProductFacts(self.facts.id, self.facts.part_number, self.defining, self.candidates)


_TEXTS = ("short_description", "long_description", "full_image", "page_title", "meta_description", "image_alt")
_texts = (
    sa.select(*(entry_text.c[name] for name in _TEXTS))
    .select_from(catalog_entry)
    .join(entry_text, text_of(entry_text, "entry_id", catalog_entry.c.id))
    .where(catalog_entry.c.id == sa.bindparam("entry"))
)
_relations = (
    sa.select(*(catalog_entry_relation.c[n] for n in ("type", "child_id", "quantity", "group_name")))
    .where(catalog_entry_relation.c.parent_id == sa.bindparam("entry"))
    .order_by(catalog_entry_relation.c.sequence, catalog_entry_relation.c.child_id)
)
_name = attribute_description.alias("name")
_value = attribute_value_description.alias("value")
_attributes = (
    sa.select(
        catalog_entry_attribute.c.entry_id,
        catalog_entry_attribute.c.usage,
        attribute.c.identifier,
        attribute.c.displayable,
        attribute.c.comparable,
        sa.func.coalesce(_name.c.name, attribute.c.identifier).label("name"),
        attribute_value.c.identifier.label("value_identifier"),
        attribute_value.c.sequence.label("value_sequence"),
        sa.func.coalesce(_value.c.value, attribute_value.c.identifier).label("value"),
        _value.c.image1,
    )
    .select_from(catalog_entry_attribute)
    .join(attribute, attribute.c.id == catalog_entry_attribute.c.attribute_id)
    .join(attribute_value, attribute_value.c.id == catalog_entry_attribute.c.value_id)
    .outerjoin(_name, text_of(_name, "attribute_id", attribute.c.id))
    .outerjoin(_value, text_of(_value, "value_id", attribute_value.c.id))
    .where(any_of(catalog_entry_attribute.c.entry_id, "entries"))
    .order_by(
        catalog_entry_attribute.c.sequence,
        attribute.c.sequence,
        attribute.c.identifier,
        attribute_value.c.sequence,
        attribute_value.c.identifier,
    )
)
_neighbors = (
    sa.select(
        merchandising_association.c.type.label("association"),
        merchandising_association.c.quantity,
        *CARD,
    )
    .select_from(merchandising_association)
    .join(catalog_entry, catalog_entry.c.id == merchandising_association.c.to_id)
    .join(entry_text, text_of(entry_text, "entry_id", catalog_entry.c.id))
    .where(
        merchandising_association.c.from_id == sa.bindparam("entry"),
        merchandising_association.c.store_id.in_([0, STORE, ASSET]),
        entry_shown(),
    )
    .order_by(merchandising_association.c.type, merchandising_association.c.sequence, catalog_entry.c.part_number)
)
_configurable = sa.select(configurable_entry).where(configurable_entry.c.entry_id == sa.bindparam("entry"))


def product_view(conn: Connection, view: View, part_number: str) -> ProductView:
    """The page of this article; whatever may not be shown raises `CatalogEntryNotFound`."""
    asked = entries_by_part_numbers(conn, view, [part_number]).get(part_number.strip())
    if asked is None or asked.hidden:
        raise CatalogEntryNotFound(part_number=part_number, reason=asked.hidden if asked else "UNKNOWN")
    page = asked
    if asked.product_id is not None:
        product = entries_by_ids(conn, view, [asked.product_id]).get(asked.product_id)
        page = product if product is not None and product.displayable else asked
    binds = {**view.binds, "entry": page.id}
    relations = conn.execute(_relations, binds).mappings().all()
    related = entries_by_ids(conn, view, {row["child_id"] for row in relations})
    shown = {row["child_id"]: related[row["child_id"]] for row in relations if _is_shown(related, row["child_id"])}
    items = tuple(shown[row["child_id"]] for row in relations if row["type"] == "product_item" and row["child_id"] in shown)
    usages = conn.execute(_attributes, {**view.binds, "entries": [page.id, *(item.id for item in items)]}).mappings().all()
    candidates = _candidates(items, usages)
    return ProductView(
        facts=page,
        selected=None if page is asked else asked,
        **dict(conn.execute(_texts, binds).mappings().one()),
        defining=_defining(page, candidates, usages),
        descriptive=_descriptive(page, usages),
        items=items,
        candidates=candidates,
        components=tuple(_content(row, shown) for row in relations if row["type"] != "product_item" and row["child_id"] in shown),
        associations=_associations(conn, binds),
        configurable=configurable_of(conn, page),
    )


def product_facts(conn: Connection, view: View, part_number: str) -> ProductFacts:
    """What `resolve_sku` needs of this product; raises `CatalogEntryNotFound`."""
    return product_view(conn, view, part_number).resolution


def _is_shown(facts: Mapping[int, EntryFacts], entry_id: int) -> bool:
    return entry_id in facts and facts[entry_id].displayable


def _candidates(items: Sequence[EntryFacts], usages: Sequence[Mapping[Any, Any]]) -> tuple[Candidate, ...]:
    values: dict[int, dict[str, str]] = {item.id: {} for item in items}
    for row in usages:
        if row["usage"] == 1 and row["entry_id"] in values:
            values[row["entry_id"]][row["identifier"]] = row["value_identifier"]
    return tuple(Candidate(item.id, item.part_number, values[item.id]) for item in items if item.buyable)


def _defining(
    page: EntryFacts, candidates: Sequence[Candidate], usages: Sequence[Mapping[Any, Any]]
) -> tuple[DefiningAttribute, ...]:
    """The defining attributes with the values that at least one candidate has, in the order of the product."""
    rows = [row for row in usages if row["usage"] == 1]
    own_first = sorted(rows, key=lambda row: row["entry_id"] != page.id)
    used = {(name, value) for c in candidates for name, value in c.values.items()}
    names: dict[str, str] = {}
    values: dict[str, dict[str, AttributeValue]] = {}
    for row in own_first:
        names.setdefault(row["identifier"], row["name"])
        known = values.setdefault(row["identifier"], {})
        is_used = not candidates or (row["identifier"], row["value_identifier"]) in used
        if row["value_identifier"] != NO_VALUE and is_used:
            value = AttributeValue(row["value_identifier"], row["value"], row["value_sequence"], row["image1"])
            known.setdefault(value.identifier, value)
    ordered = {name: sorted(known.values(), key=lambda v: (v.sequence, v.identifier)) for name, known in values.items()}
    return tuple(DefiningAttribute(name, names[name], tuple(found)) for name, found in ordered.items() if found)


def _descriptive(page: EntryFacts, usages: Sequence[Mapping[Any, Any]]) -> tuple[DescriptiveAttribute, ...]:
    return tuple(
        DescriptiveAttribute(row["identifier"], row["name"], row["value"], row["displayable"], row["comparable"])
        for row in usages
        if row["usage"] == 2 and row["entry_id"] == page.id and row["value_identifier"] != NO_VALUE
    )


def _content(row: Mapping[Any, Any], shown: Mapping[int, EntryFacts]) -> ContentLine:
    return ContentLine(shown[row["child_id"]], row["quantity"], row["type"], row["group_name"])


def _associations(conn: Connection, binds: Mapping[str, Any]) -> tuple[Association, ...]:
    rows = conn.execute(_neighbors, binds).mappings().all()
    cards = cards_of({k: v for k, v in row.items() if k not in ("association", "quantity")} for row in rows)
    return tuple(Association(row["association"], card, row["quantity"]) for row, card in zip(rows, cards, strict=True))


def configurable_of(conn: Connection, page: EntryFacts) -> Configurable | None:
    """How a dynamic kit is configured; nothing for any other article."""
    if not EntryType(page.type).configured:
        return None
    row = conn.execute(_configurable, {"entry": page.id}).mappings().first()
    return Configurable(row["model"], row["url"], row["default_configuration"], row["configurable"]) if row else None
