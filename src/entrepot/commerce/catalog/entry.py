"""Catalog entries as values, and the one order in which the reasons not to show one are tested.

Only an atomic entry (item, package, dynamic kit) can be ordered. A prebuilt and a static kit are both packages;
what tells them apart is whose stock counts, `kit_inventory`, so that cart and order management read one fact.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from entrepot.kernel.errors import NotFound, Refused
from entrepot.kernel.quantity import Step
from entrepot.kernel.words import mark


class EntryType(StrEnum):
    PRODUCT = "product"
    ITEM = "item"
    BUNDLE = "bundle"
    PACKAGE = "package"
    DYNAMIC_KIT = "dynamic_kit"
    PREDEFINED_DYNAMIC_KIT = "predefined_dynamic_kit"

    @property
    def atomic(self) -> bool:
        """An order line may hold it."""
        return self is not EntryType.PRODUCT and self is not EntryType.BUNDLE

    @property
    def configured(self) -> bool:
        """Its content is chosen in the configurator."""
        return self is EntryType.DYNAMIC_KIT or self is EntryType.PREDEFINED_DYNAMIC_KIT


class KitInventory(StrEnum):
    PARENT = "parent"
    COMPONENT = "component"


class Hidden(StrEnum):
    """Why an entry is not shown. Shoppers never learn which; staff and the log do."""

    NOT_IN_STORE = "NOT_IN_STORE"
    MARKED_FOR_DELETE = "MARKED_FOR_DELETE"
    NO_DESCRIPTION = "NO_DESCRIPTION"
    NOT_PUBLISHED = "NOT_PUBLISHED"
    NOT_YET = "NOT_YET"
    NO_LONGER = "NO_LONGER"
    ORPHANED = "ORPHANED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visibility:
    """What decides whether an entry is shown in a store, in a language, at an instant."""

    in_store: bool
    marked_for_delete: bool
    published: bool | None
    start_at: datetime | None
    end_at: datetime | None
    has_home: bool


def hidden_because(entry: Visibility, at: datetime) -> Hidden | None:
    """The first reason not to show the entry, None when it may be shown."""
    if not entry.in_store:
        return Hidden.NOT_IN_STORE
    if entry.marked_for_delete:
        return Hidden.MARKED_FOR_DELETE
    if entry.published is None:
        return Hidden.NO_DESCRIPTION
    if not entry.published:
        return Hidden.NOT_PUBLISHED
    if entry.start_at is not None and at < entry.start_at:
        return Hidden.NOT_YET
    if entry.end_at is not None and at >= entry.end_at:
        return Hidden.NO_LONGER
    return None if entry.has_home else Hidden.ORPHANED


@dataclass(frozen=True, slots=True)
class Policy:
    """How a store stocks and takes back an item."""

    track_inventory: str = "Y"
    backorderable: bool = True
    force_backorder: bool = False
    release_separately: bool = False
    creditable: bool = True
    return_not_desired: bool = False
    minimum_quantity_for_split: Decimal = Decimal(0)
    discontinued: bool = False
    foreign_sku: str | None = None
    foreign_system: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFacts:
    """All that pricing, promotions and capture need to know of one entry."""

    id: int
    owner_id: int
    part_number: str
    type: EntryType
    kit_inventory: KitInventory | None
    buyable: bool
    hidden: Hidden | None
    name: str
    language: str | None
    thumbnail: str | None
    product_id: int | None
    product_part_number: str | None
    group_ids: frozenset[int]
    group_identifiers: tuple[str, ...]
    step: Step
    nominal_quantity: Decimal
    weight_grams: Decimal | None
    tax_category: str | None
    manufacturer: str | None
    model: str | None
    policy: Policy

    @property
    def displayable(self) -> bool:
        return self.hidden is None

    @property
    def is_static_kit(self) -> bool:
        return self.kit_inventory is KitInventory.COMPONENT

    @property
    def has_own_stock(self) -> bool:
        """Its own stock decides, not its components'."""
        return self.type is EntryType.ITEM or self.kit_inventory is KitInventory.PARENT

    def require_orderable(self) -> EntryFacts:
        """The entry itself when a shopper may put it into a cart; otherwise the reason is raised."""
        if self.hidden is not None:
            raise CatalogEntryNotFound(part_number=self.part_number, reason=self.hidden)
        if not self.type.atomic:
            raise NotOrderableType(part_number=self.part_number, type=self.type)
        if not self.buyable:
            raise NotBuyable(part_number=self.part_number)
        return self


class CatalogEntryNotFound(NotFound):
    code = "CATALOG_ENTRY_NOT_FOUND"
    message = mark("There is no article {part_number} in this store.")


class CategoryNotFound(NotFound):
    code = "CATEGORY_NOT_FOUND"
    message = mark("There is no category {group} here.")


class NotOrderableType(Refused):
    code = "NOT_ORDERABLE_TYPE"
    message = mark("{part_number} cannot be ordered itself; choose one of the articles it consists of.")


class NotBuyable(Refused):
    code = "NOT_BUYABLE"
    message = mark("{part_number} is shown for information and cannot be ordered.")


_GRAMS = {
    "GRM": Decimal(1),
    "KGM": Decimal(1000),
    "LBR": Decimal("453.59237"),
    "ONZ": Decimal("28.349523125"),
    "MGM": Decimal("0.001"),
}


def grams(weight: str | None, unit: str | None) -> Decimal | None:
    """A weight in grams, exact; a unit we do not know counts as kilograms.

    >>> grams("1.25", "KGM")
    Decimal('1250.00')
    """
    return None if weight is None else Decimal(weight) * _GRAMS.get(unit or "KGM", Decimal(1000))
