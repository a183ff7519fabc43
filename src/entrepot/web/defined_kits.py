"""Configured kits that come as definitions: OrderConfigurationAdd, OrderConfigurationUpdate, DynamicKitConfigurationAdd.

A kit of our own configurator is accepted only where its model has a valid configuration of exactly these parts; it
then goes the way of any other configured kit. Of a kit with a foreign configurator commerce checks what is its own:
the kit, its components, and that an id stands for one content.
"""

from __future__ import annotations

from entrepot import configurator
from entrepot.commerce import capture
from entrepot.web.house import House
from entrepot.web.shop import Caller, cart_or_new, visit


def order_configuration_add(
    house: House, caller: Caller, fields: capture.DefinitionFields, quantity: str
) -> tuple[capture.Order, str | None]:
    """Put a defined kit into the caller's cart as one line; whatever is wrong, nothing is stored."""
    configuration = _configuration(house, caller, fields)
    with house.commerce.database.write() as conn:
        now = visit(conn, caller, house)
        cart, secret = cart_or_new(conn, now)
        return capture.add_configuration(conn, now, cart, configuration, quantity), secret


def order_configuration_update(house: House, caller: Caller, fields: capture.DefinitionFields, line_id: str) -> capture.Order:
    """Put a defined kit in the place of a line's earlier configuration, under an id of its own."""
    configuration = _configuration(house, caller, fields)
    with house.commerce.database.write() as conn:
        now = visit(conn, caller, house)
        return capture.update_configuration(conn, now, capture.require_cart(conn, now), line_id, configuration)


def dynamic_kit_configuration_add(house: House, caller: Caller, fields: capture.DefinitionFields) -> capture.Configuration:
    """Keep a definition under its id; a cart takes it up by that id within seven days."""
    configuration = _configuration(house, caller, fields)
    with house.commerce.database.write() as conn:
        capture.dynamic_kit_configuration_add(conn, visit(conn, caller, house), configuration)
    return configuration


def _configuration(house: House, caller: Caller, fields: capture.DefinitionFields) -> capture.Configuration:
    """The definition read, looked up and, where it can be asked, checked by the configurator."""
    with house.commerce.database.read() as conn:
        now = visit(conn, caller, house)
        cart = capture.current_cart(conn, now)
        definition = capture.read_definition(fields, cart.currency if cart is not None else now.currency)
        defined = capture.look_up(conn, now, definition)
    for address in definition.addresses:
        configurator.check_return_url(address, [house.settings.address])
    if defined.configurator and not defined.configurator.startswith(("/", house.settings.address)):
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
