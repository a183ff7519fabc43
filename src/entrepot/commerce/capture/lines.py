"""Adding, changing and removing lines of a cart.

A product is resolved to the item its attributes name, a bundle falls apart into its members, kits bring their
components, and a dynamic kit has to come with a configuration. Whatever fails, nothing was added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace
from sqlalchemy.engine import Connection

from entrepot.commerce import catalog
from entrepot.commerce.capture.cart import change, merged, next_position
from entrepot.commerce.capture.order import (
    MOST_LINES,
    Component,
    ConfigurationRequired,
    KitComponentsLocked,
    Order,
    OrderLine,
    TooManyLines,
    Visit,
)
from entrepot.commerce.catalog import EntryFacts, EntryType
from entrepot.kernel.errors import Refused
from entrepot.kernel.ids import new_id
from entrepot.kernel.quantity import MOST, Step
from entrepot.kernel.words import mark


class QuantityTooLarge(Refused):
    code = "BAD_QUANTITY"
    message = mark("A line holds at most 1,000,000 of an item.")


@dataclass(frozen=True, slots=True)
class Adding:
    """What a shopper wants to add; the quantity is a decimal text of the item's unit."""

    part_number: str
    quantity: str = "1"
    attributes: Mapping[str, str] = field(default_factory=dict)


def add_items(conn: Connection, visit: Visit, cart: Order, adding: Sequence[Adding]) -> Order:
    """Add all or nothing, and price the cart."""
    lines = cart.lines
    for place, one in enumerate(adding):
        for line in lines_for(conn, visit, one, f"items/{place}"):
            lines = merged(lines, replace(line, position=next_position(lines)))
    return change(conn, visit, cart, replace(cart, lines=_checked(lines)))


def change_quantity(conn: Connection, visit: Visit, cart: Order, line_id: str, quantity: str) -> Order:
    """Set a line's quantity; 0 removes it. The components of a kit follow."""
    if line_id.startswith("gift:"):
        return decline_gift(conn, visit, cart, line_id.removeprefix("gift:"))
    line = cart.line(line_id)
    facts = catalog.entries_by_part_numbers(conn, visit.view, [line.part_number])
    step = facts[line.part_number].step if line.part_number in facts else Step()
    count = step.parse(quantity, zero=True)
    if count == 0:
        return remove_line(conn, visit, cart, line_id)
    lines = tuple(replace(one, quantity=count) if one.id == line_id else one for one in cart.lines)
    return change(conn, visit, cart, replace(cart, lines=lines))


def remove_line(conn: Connection, visit: Visit, cart: Order, line_id: str) -> Order:
    """Take a line off the cart; a gift that is taken off stays away."""
    if line_id.startswith("gift:"):
        return decline_gift(conn, visit, cart, line_id.removeprefix("gift:"))
    line = cart.line(line_id)
    together = visit.store.bundle_members_locked and line.bundle is not None
    lines = tuple(one for one in cart.lines if one.id != line_id and not (together and one.bundle == line.bundle))
    return change(conn, visit, cart, replace(cart, lines=lines))


def decline_gift(conn: Connection, visit: Visit, cart: Order, promotion: str) -> Order:
    """Leave a free gift off; it is not added again unless asked for."""
    return change(conn, visit, cart, replace(cart, declined_gifts=tuple({*cart.declined_gifts, promotion})))


def accept_gift(conn: Connection, visit: Visit, cart: Order, promotion: str) -> Order:
    """Ask for a declined gift after all."""
    kept = tuple(one for one in cart.declined_gifts if one != promotion)
    return change(conn, visit, cart, replace(cart, declined_gifts=kept))


def refuse_component_change(cart: Order, line_id: str) -> None:
    """No service changes a single component of a kit."""
    cart.line(line_id)
    raise KitComponentsLocked(line=line_id)


def lines_for(conn: Connection, visit: Visit, adding: Adding, path: str) -> list[OrderLine]:
    """The lines that adding something makes: one, or those of a bundle's members."""
    facts = catalog.entries_by_part_numbers(conn, visit.view, [adding.part_number])
    entry = facts.get(adding.part_number.strip())
    if entry is None or not entry.displayable:
        raise catalog.CatalogEntryNotFound(part_number=adding.part_number)
    if entry.type is EntryType.BUNDLE:
        return _bundle_lines(conn, visit, entry, adding, path)
    if entry.type is EntryType.PRODUCT:
        entry = _resolved(conn, visit, entry, adding)
    entry.require_orderable()
    if entry.type.configured:
        raise ConfigurationRequired(part_number=entry.part_number)
    quantity = entry.step.parse(adding.quantity, f"{path}/quantity")
    return [_line(conn, visit, entry, quantity, dict(adding.attributes))]


def _resolved(conn: Connection, visit: Visit, product: EntryFacts, adding: Adding) -> EntryFacts:
    found = catalog.resolve_sku(catalog.product_facts(conn, visit.view, product.part_number), dict(adding.attributes))
    return catalog.entries_by_ids(conn, visit.view, [found.entry_id])[found.entry_id]


def _bundle_lines(conn: Connection, visit: Visit, bundle: EntryFacts, adding: Adding, path: str) -> list[OrderLine]:
    """The members as lines of their own with a common group id; attributes are keyed ``member.attribute``."""
    group, lines = new_id(), []
    count = bundle.step.parse(adding.quantity, f"{path}/quantity")
    members = catalog.members_of(conn, bundle.id)
    facts = catalog.entries_by_ids(conn, visit.view, [member.entry_id for member in members])
    for member in members:
        prefix = f"{member.part_number}."
        own = {name.removeprefix(prefix): value for name, value in adding.attributes.items() if name.startswith(prefix)}
        entry = facts[member.entry_id]
        if entry.type is EntryType.PRODUCT:
            entry = _resolved(conn, visit, entry, Adding(entry.part_number, "1", own))
        entry.require_orderable()
        lines.append(replace(_line(conn, visit, entry, count * member.quantity, own), bundle=group))
    return lines


def _line(conn: Connection, visit: Visit, entry: EntryFacts, quantity: int, chosen: dict[str, str]) -> OrderLine:
    components = kit_components(conn, visit, entry) if entry.is_static_kit else ()
    return OrderLine(new_id(), 0, entry.id, entry.part_number, quantity, components=components, chosen=chosen)


def kit_components(conn: Connection, visit: Visit, entry: EntryFacts) -> tuple[Component, ...]:
    """What a static kit consists of, copied into the order so that a later catalog change does not alter it."""
    leaves = catalog.components_of(conn, [entry.id]).get(entry.id, ())
    return components_from(conn, visit, [(one.part_number, one.quantity, True) for one in leaves])


def components_from(conn: Connection, visit: Visit, parts: Sequence[tuple[str, int, bool]]) -> tuple[Component, ...]:
    """Components by part number, quantity per kit and whether required; an unknown one is refused."""
    return components_of(catalog.entries_by_part_numbers(conn, visit.view, {number for number, _, _ in parts}), parts)


def components_of(facts: Mapping[str, EntryFacts], parts: Sequence[tuple[str, int, bool]]) -> tuple[Component, ...]:
    """The same where the facts of the parts are known."""
    known = [(require_part(facts, number), quantity, required) for number, quantity, required in parts]
    return tuple(
        [Component(one.id, one.part_number, one.name, count, required, None, one.step) for one, count, required in known]
    )


def require_part(facts: Mapping[str, EntryFacts], number: str) -> EntryFacts:
    """The entry that a kit may have as a part: one that is sold, and can be ordered by itself."""
    entry = facts.get(number)
    if entry is None or not entry.displayable:
        raise ComponentUnknown(part_number=number)
    if not entry.type.atomic:
        raise ComponentNotSku(part_number=number)
    return entry


class ComponentUnknown(Refused):
    code = "COMPONENT_UNKNOWN"
    message = mark("The configuration contains {part_number}, which this store does not sell. Configure it again.")


class ComponentNotSku(Refused):
    code = "COMPONENT_NOT_SKU"
    message = mark("The configuration contains {part_number}, which is not an orderable item.")


def _checked(lines: tuple[OrderLine, ...]) -> tuple[OrderLine, ...]:
    if len(lines) > MOST_LINES:
        raise TooManyLines(most=MOST_LINES)
    if any(line.quantity > MOST for line in lines):
        raise QuantityTooLarge(path="quantity")
    return lines
