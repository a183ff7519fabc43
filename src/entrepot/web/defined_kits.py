"""Configured kits that come as definitions: OrderConfigurationAdd, OrderConfigurationUpdate, DynamicKitConfigurationAdd.

A kit of our own configurator is accepted only where its model has a valid configuration of exactly these parts; it
then goes the way of any other configured kit. Of a kit with a foreign configurator commerce checks what is its own:
the kit, its components, and that an id stands for one content.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.engine import Connection

from entrepot import configurator
from entrepot.commerce import capture, catalog
from entrepot.kernel.errors import Refused
from entrepot.kernel.ids import new_id
from entrepot.kernel.origin import origin_of
from entrepot.kernel.words import mark
from entrepot.web.house import House
from entrepot.web.kit_launch import is_ours
from entrepot.web.shop import Caller, cart_or_new, visit


class ReturnNotSigned(Refused):
    code = "RETURN_NOT_SIGNED"
    message = mark("{part_number} is put together by {configurator} and taken over only as that one signs it.")


@dataclass(frozen=True, slots=True)
class Signed:
    """What a connected configurator has signed: the id and the kit of a definition; it may name its own addresses."""

    id: str
    kit: str
    origins: tuple[str, ...]


def order_configuration_add(
    house: House, caller: Caller, fields: capture.DefinitionFields, quantity: str, signed: Signed | None = None
) -> tuple[capture.Order, str | None]:
    """Put a defined kit into the caller's cart as one line; whatever is wrong, nothing is stored."""
    configuration = _configuration(house, caller, fields, signed)
    with house.commerce.database.write() as conn:
        now = visit(conn, caller, house)
        cart, secret = cart_or_new(conn, now)
        return capture.add_configuration(conn, now, cart, configuration, quantity), secret


def is_suggested(house: House, view: catalog.ProductView) -> bool:
    """Whether the catalog says what a kit consists of as long as nobody changes it, and our configurator can confirm it."""
    predefined = view.facts.type is catalog.EntryType.PREDEFINED_DYNAMIC_KIT and view.configurable is not None
    return predefined and bool(view.components) and is_ours(house, view.configurable.url if view.configurable else None)


def order_as_suggested(house: House, caller: Caller, part_number: str, quantity: str) -> tuple[capture.Order, str | None]:
    """Put a predefined kit into the cart as the catalog suggests it, without configuring.

    Its content is a definition like any other: the model of today has to allow exactly these parts.
    """
    with house.commerce.database.read() as conn:
        view = catalog.product_view(conn, visit(conn, caller, house).view, part_number)
    if not is_suggested(house, view):
        raise capture.ConfigurationRequired(part_number=view.facts.part_number)
    parts = tuple(capture.ComponentFields(one.facts.part_number, quantity=one.quantity) for one in view.components)
    fields = capture.DefinitionFields(new_id(), view.facts.part_number, components=parts)
    return order_configuration_add(house, caller, fields, quantity)


def order_configuration_update(
    house: House, caller: Caller, fields: capture.DefinitionFields, line_id: str, signed: Signed | None = None
) -> capture.Order:
    """Put a defined kit in the place of a line's earlier configuration, under an id of its own."""
    configuration = _configuration(house, caller, fields, signed)
    with house.commerce.database.write() as conn:
        now = visit(conn, caller, house)
        return capture.update_configuration(conn, now, capture.require_cart(conn, now), line_id, configuration)


def dynamic_kit_configuration_add(house: House, caller: Caller, fields: capture.DefinitionFields) -> capture.Configuration:
    """Keep a definition that staff's program sends ahead; a cart takes it up by its id within seven days."""
    configuration = _configuration(house, caller, fields, entrusted=True)
    with house.commerce.database.write() as conn:
        capture.dynamic_kit_configuration_add(conn, visit(conn, caller, house), configuration)
    return configuration


def _configuration(
    house: House, caller: Caller, fields: capture.DefinitionFields, signed: Signed | None = None, *, entrusted: bool = False
) -> capture.Configuration:
    """The definition read, looked up and, where it can be asked, checked by the configurator.

    That of a connected foreign configurator counts as it was ``signed``, or as whoever is ``entrusted`` sends it. A signed one
    has the prices of the cart it was asked from; the visitor's cart may be in another currency by now.
    """
    with house.commerce.database.read() as conn:
        now = visit(conn, caller, house)
        cart = capture.current_cart(conn, now)
        currency = cart.currency if cart is not None else now.currency
        definition = capture.read_definition(fields, currency if signed is None else None)
        defined = capture.look_up(conn, now, definition)
        if signed is None and not entrusted:
            _check_unsigned(conn, defined)
    if signed is not None and (defined.id, defined.kit.part_number) != (signed.id, signed.kit):
        raise capture.ReturnMismatch()
    for address in definition.addresses:
        configurator.check_return_url(address, [house.settings.address, *(signed.origins if signed else ())])
    if not is_ours(house, defined.configurator):
        return capture.foreign_configuration(defined)
    question = {
        "ConfigurationId": defined.id,
        "Model": defined.kit.model,
        "ItemID": defined.kit.part_number,
        "OrganizationCode": now.store.identifier,
        "LocaleCode": now.language,
        "Currency": defined.currency,
        "Component": capture.component_question(defined.parts),
    }
    return capture.read_bill_of_material(house.requests.request("generateConfigurationBOM", question))


def _check_unsigned(conn: Connection, defined: capture.DefinedKit) -> None:
    """Refuse a definition that anybody can have written where there is one whose signature could be asked for."""
    partner = capture.configurators.at_origin(conn, origin_of(defined.configurator)) if defined.configurator else None
    if partner is not None:
        raise ReturnNotSigned(part_number=defined.kit.part_number, configurator=partner.name)
