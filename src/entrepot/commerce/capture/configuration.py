"""Configured kits in the cart: a bill of material comes in, one line with its components comes out.

The document's prices are never charged: the engine's price counts. The configurator has verified the document
(its digest, model version and validity) before it gets here; what is checked here is what commerce owns: the
kit, the components, and that a configuration id stands for one content for good.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy.engine import Connection

from entrepot.commerce import catalog
from entrepot.commerce.capture.cart import change, next_position
from entrepot.commerce.capture.definition import ConfigurationInvalid
from entrepot.commerce.capture.lines import ComponentUnknown, components_from
from entrepot.commerce.capture.order import Order, OrderLine, Visit
from entrepot.commerce.capture.tables import kit_configuration, order_item
from entrepot.kernel.db import insert_or_ignore
from entrepot.kernel.errors import Conflict, Refused
from entrepot.kernel.ids import new_id
from entrepot.kernel.words import mark, phrase


class ConfigurationIdUsed(Conflict):
    code = "CONFIGURATION_ID_USED"
    message = mark("This configuration id already stands for another configuration. Configure the kit again.")


class NotADynamicKit(Refused):
    code = "NOT_A_DYNAMIC_KIT"
    message = mark("{part_number} cannot be configured.")


class NoModel(Refused):
    code = "NO_MODEL"
    message = mark("{part_number} has no model and cannot be configured.")


class KitReplaced(Refused):
    code = "KIT_REPLACED"
    message = mark("{part_number} is put together differently now. Open its configuration in the cart and go through it again.")


@dataclass(frozen=True, slots=True)
class Configuration:
    """A finished configuration: its id, the kit, and the parts as (part number, quantity per kit, required)."""

    id: str
    kit: str
    parts: tuple[tuple[str, int, bool], ...]
    document: dict[str, Any]

    def register(self, conn: Connection, visit: Visit, order_id: str | None = None) -> None:
        """Keep the id for this content for good; another content under it is refused."""
        content = hashlib.sha256(msgspec.json.encode([self.kit, sorted(self.parts)])).hexdigest()
        row = {"id": self.id, "store_id": visit.store.id, "content": content, "document": self.document}
        if not insert_or_ignore(conn, kit_configuration, row | {"order_id": order_id, "created_at": visit.at}):
            known = conn.execute(kit_configuration.select().where(kit_configuration.c.id == self.id)).one()
            if (known.store_id, known.content) != (visit.store.id, content):
                raise ConfigurationIdUsed(configuration=self.id)
            if order_id is not None and known.order_id is None:
                conn.execute(kit_configuration.update().where(kit_configuration.c.id == self.id).values(order_id=order_id))


def read_bill_of_material(bom: dict[str, Any]) -> Configuration:
    """The configuration in a bill of material as the configurator wrote it; refuses a malformed one whole."""
    identity, kit = bom.get("ConfigurationId"), bom.get("ItemID")
    if not isinstance(identity, str) or not 0 < len(identity) <= 128:
        raise ConfigurationInvalid(path="ConfigurationId", problem=mark("a configuration has an id of at most 128 characters"))
    if not isinstance(kit, str) or not kit:
        raise ConfigurationInvalid(path="ItemID", problem=mark("the kit's part number is missing"))
    lines = bom.get("BOMLine")
    if not isinstance(lines, list) or not lines:
        raise ConfigurationInvalid(path="BOMLine", problem=mark("a configuration has at least one component"))
    parts = []
    for place, line in enumerate(lines):
        if not line.get("ItemID"):
            continue
        quantity = str(line.get("Quantity", ""))
        if not quantity.isdecimal() or int(quantity) < 1:
            raise ConfigurationInvalid(path=f"BOMLine/{place}/Quantity", problem=mark("a whole number of at least 1 is expected"))
        parts.append((str(line["ItemID"]), int(quantity), line.get("Required", "Y") != "N"))
    if not parts:
        raise ConfigurationInvalid(path="BOMLine", problem=mark("a configuration has at least one component"))
    return Configuration(identity, kit, tuple(parts), bom)


def add_configuration(conn: Connection, visit: Visit, cart: Order, configuration: Configuration, quantity: str) -> Order:
    """Put a configured kit into the cart as one line; the same configuration sent twice is added once."""
    kit = configurable_kit(conn, visit, configuration.kit)
    _check_model(kit, configuration.document)
    _check_inside(conn, visit, configuration.document.get("NestedKit", ()))
    configuration.register(conn, visit, cart.id)
    same = _line_of(conn, configuration.id)
    if same is not None:
        if same != cart.id:
            raise ConfigurationIdUsed(configuration=configuration.id)
        return cart
    line = OrderLine(
        id=new_id(),
        position=next_position(cart.lines),
        entry_id=kit.id,
        part_number=kit.part_number,
        quantity=kit.step.parse(quantity),
        configuration_id=configuration.id,
        configuration=configuration.document,
        components=components_from(conn, visit, configuration.parts),
    )
    return change(conn, visit, cart, replace(cart, lines=(*cart.lines, line)))


def update_configuration(conn: Connection, visit: Visit, cart: Order, line_id: str, configuration: Configuration) -> Order:
    """Replace a line's configuration by another of the same kit, under a new configuration id."""
    line = cart.line(line_id)
    if configuration.kit != line.part_number:
        raise ConfigurationInvalid(
            path="ItemID", problem=phrase(mark("the line holds {part_number}"), part_number=line.part_number)
        )
    if configuration.id != line.configuration_id and _line_of(conn, configuration.id) is not None:
        raise ConfigurationIdUsed(configuration=configuration.id)
    _check_model(configurable_kit(conn, visit, configuration.kit), configuration.document)
    _check_inside(conn, visit, configuration.document.get("NestedKit", ()))
    configuration.register(conn, visit, cart.id)
    changed = replace(
        line,
        configuration_id=configuration.id,
        configuration=configuration.document,
        components=components_from(conn, visit, configuration.parts),
    )
    lines = tuple(changed if one.id == line_id else one for one in cart.lines)
    return change(conn, visit, cart, replace(cart, lines=lines))


def check_kits(conn: Connection, visit: Visit, cart: Order) -> None:
    """Refuse a cart with a kit whose article names another model now, or with a kit inside that is none any more."""
    kits = {line.part_number for line in cart.lines if line.configuration is not None}
    facts = catalog.entries_by_part_numbers(conn, visit.view, sorted(kits)) if kits else {}
    for line in cart.lines:
        if line.configuration is not None:
            if line.part_number in facts:
                _check_model(facts[line.part_number], line.configuration)
            _check_inside(conn, visit, line.configuration.get("NestedKit", ()))


def _check_model(kit: catalog.EntryFacts, document: Mapping[str, Any]) -> None:
    """Refuse a configuration of another model than the kit has now; one of a foreign configurator names none."""
    if document.get("ModelName", kit.model) != kit.model:
        raise KitReplaced(part_number=kit.part_number)


def _check_inside(conn: Connection, visit: Visit, kits: Sequence[dict[str, Any]]) -> None:
    if not kits:
        return
    facts = catalog.entries_by_part_numbers(conn, visit.view, [str(kit["ItemID"]) for kit in kits])
    for place, kit in enumerate(kits):
        entry = facts.get(kit["ItemID"])
        if entry is None or not entry.displayable:
            raise ComponentUnknown(path=f"NestedKit/{place}", part_number=kit["ItemID"])
        if not entry.type.configured:
            raise NotADynamicKit(path=f"NestedKit/{place}", part_number=kit["ItemID"])
        if kit.get("ModelName", entry.model) != entry.model:
            problem = phrase(
                mark("{part_number} is not put together with {modelname} any more. Configure the kit again."),
                part_number=entry.part_number,
                modelname=kit["ModelName"],
            )
            raise ConfigurationInvalid(path=f"NestedKit/{place}", problem=problem)


def configurable_kit(conn: Connection, visit: Visit, part_number: str) -> catalog.EntryFacts:
    """A kit this store lets shoppers put together and order."""
    kit = catalog.entries_by_part_numbers(conn, visit.view, [part_number]).get(part_number)
    if kit is None or not kit.displayable:
        raise catalog.CatalogEntryNotFound(part_number=part_number)
    if not kit.type.configured:
        raise NotADynamicKit(part_number=part_number)
    if kit.model is None:
        raise NoModel(part_number=part_number)
    return kit.require_orderable()


def _line_of(conn: Connection, configuration_id: str) -> str | None:
    """The order with the line that already carries this configuration id."""
    query = sa.select(order_item.c.order_id).where(order_item.c.configuration_id == configuration_id)
    return conn.execute(query).scalars().first()
