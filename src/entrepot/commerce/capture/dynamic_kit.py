"""DynamicKitConfigurationAdd: the components of a configured kit, looked up and kept under their configuration id.

A configuration id stands for one content for good: the same content again is accepted, another is refused. What no
order takes up within seven days is forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce import catalog
from entrepot.commerce.capture.configuration import Configuration, configurable_kit, read_bill_of_material
from entrepot.commerce.capture.definition import BadValue, ComponentDefinition, ConfigurationInvalid, Definition, NoComponent
from entrepot.commerce.capture.lines import ComponentNotSku, ComponentUnknown
from entrepot.commerce.capture.order import Order, Visit
from entrepot.commerce.capture.tables import kit_configuration
from entrepot.commerce.catalog import EntryFacts
from entrepot.kernel.money import format_price

#: The origin of a document whose kit is put together in a configurator that is not ours to ask.
FOREIGN = "Foreign"
WAITING = timedelta(days=7)


class KitCycle(ConfigurationInvalid):
    code = "KIT_CYCLE"


@dataclass(frozen=True, slots=True)
class Part:
    """A component that was looked up; ``parts`` are those of a kit within the kit, each per one of that kit."""

    entry: EntryFacts
    quantity: int
    required: bool
    unit_price: int | None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class DefinedKit:
    """A definition whose kit and components are known to the store."""

    id: str
    kit: EntryFacts
    currency: str
    parts: tuple[Part, ...]
    configurator: str


def look_up(conn: Connection, visit: Visit, definition: Definition) -> DefinedKit:
    """Find the kit and its components in the catalog; what this store does not sell is refused with its path."""
    entry = _entry(conn, visit, definition.entry_id, definition.part_number)
    if entry is None:
        raise catalog.CatalogEntryNotFound(part_number=definition.part_number or str(definition.entry_id))
    kit = configurable_kit(conn, visit, entry.part_number)
    launch = catalog.configurable_of(conn, kit)
    parts = tuple(_part(conn, visit, one, (kit.id,)) for one in definition.components)
    return DefinedKit(definition.id, kit, definition.currency, parts, (launch.url or "") if launch else "")


def foreign_configuration(defined: DefinedKit) -> Configuration:
    """The configuration as a foreign configurator defined it; nobody here can say whether its parts go together."""
    document: dict[str, Any] = {
        "ConfigurationId": defined.id,
        "ItemID": defined.kit.part_number,
        "Currency": defined.currency,
        "Origin": FOREIGN,
        "BOMLine": [],
        "NestedKit": [],
    }
    _write(document, defined.parts, "", 1, defined.currency)
    return read_bill_of_material(document)


def dynamic_kit_configuration_add(conn: Connection, visit: Visit, configuration: Configuration) -> None:
    """Keep the components under their configuration id until an order takes them up."""
    configuration.register(conn, visit)


def find_waiting(conn: Connection, visit: Visit, configuration_id: str, cart: Order | None = None) -> Configuration | None:
    """A configuration that was sent ahead and that no order has taken up yet, or that was in this cart before."""
    column = kit_configuration.c
    free = sa.or_(column.order_id.is_(None), column.order_id == (cart.id if cart is not None else ""))
    query = kit_configuration.select().where(column.id == configuration_id, column.store_id == visit.store.id, free)
    row = conn.execute(query).first()
    return None if row is None else read_bill_of_material(row.document)


def forget_waiting(conn: Connection, at: datetime) -> int:
    """Forget what was sent ahead and never taken up; tells how many."""
    column = kit_configuration.c
    old = kit_configuration.delete().where(column.order_id.is_(None), column.created_at < at - WAITING)
    return conn.execute(old).rowcount


def _part(conn: Connection, visit: Visit, sent: ComponentDefinition, within: tuple[int, ...]) -> Part:
    entry = _entry(conn, visit, sent.entry_id, sent.part_number)
    named = sent.part_number or str(sent.entry_id)
    if entry is None or not entry.displayable or sent.member_id not in (None, entry.owner_id):
        raise ComponentUnknown(path=sent.path, part_number=named)
    if not entry.type.atomic:
        raise ComponentNotSku(path=sent.path, part_number=named)
    quantity = entry.step.parse(sent.quantity, f"{sent.path}/@Quantity")
    if not entry.type.configured:
        if sent.components:
            raise BadValue(path=sent.path, problem=f"{named} is no dynamic kit, so it has no components of its own.")
        return Part(entry, quantity, sent.required, sent.unit_price)
    if entry.id in within:
        raise KitCycle(path=sent.path, problem=f"{named} contains itself. Put the parts of the inner kit in its place.")
    if not sent.components:
        raise NoComponent(path=f"{sent.path}/ComponentList", problem=f"{named} is a dynamic kit; say what it consists of.")
    inner = tuple(_part(conn, visit, one, (*within, entry.id)) for one in sent.components)
    return Part(entry, quantity, sent.required, sent.unit_price, inner)


def _entry(conn: Connection, visit: Visit, entry_id: int | None, part_number: str) -> EntryFacts | None:
    if entry_id is not None:
        return catalog.entries_by_ids(conn, visit.view, [entry_id]).get(entry_id)
    return catalog.entries_by_part_numbers(conn, visit.view, [part_number]).get(part_number)


def _write(document: dict[str, Any], parts: Sequence[Part], parent: str, times: int, currency: str) -> None:
    """The components as lines with their quantity in one whole kit, each below the kit it belongs to."""
    for part in parts:
        line = {
            "LineId": str(len(document["BOMLine"]) + len(document["NestedKit"]) + 1),
            "ParentLineId": parent,
            "ItemID": part.entry.part_number,
            "UnitOfMeasure": part.entry.step.unit,
            "Quantity": str(part.quantity * times),
            "Required": "Y" if part.required else "N",
            "UnitPrice": format_price(part.unit_price, currency) if part.unit_price is not None else "",
        }
        document["NestedKit" if part.parts else "BOMLine"].append(line)
        _write(document, part.parts, line["LineId"], part.quantity * times, currency)


def component_question(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """The components as the configurator is asked about them; a kit within the kit brings its own."""
    asked = []
    for part in parts:
        one: dict[str, Any] = {"ItemID": part.entry.part_number, "Quantity": str(part.quantity)}
        if part.parts:
            one |= {"Model": part.entry.model or "", "Component": component_question(part.parts)}
        asked.append(one)
    return asked
