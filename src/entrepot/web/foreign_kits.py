"""A foreign configurator in front of our commerce: what the shopper brings back from it, distrusted.

It is taken only as the configurator signed it, for the launch and the cart it was made from, once; then it goes the way of
every definition (`OrderConfigurationAdd`), so that its parts are articles of ours at prices of ours.
"""

from __future__ import annotations

import hashlib

import msgspec

from entrepot import configurator
from entrepot.commerce import capture
from entrepot.web import defined_kits
from entrepot.web.house import House
from entrepot.web.shop import Caller, visit


def accept_return(house: House, token: str, document: str) -> str:
    """Take what a configurator signed and keep it for whoever went there; tells the launch it answers."""
    at = house.clock.now()
    text = document.replace("\r\n", "\n")  # A browser's form writes every line end its own way.
    with house.commerce.database.write() as conn:
        found = capture.configurators.trusted(conn, house.settings.secret, configurator.key_named_in(token), at)
        if found is None:
            raise configurator.LaunchInvalid()
        returned = configurator.read_return(found.key, token, at)
        launch = capture.find_foreign_launch(conn, returned.launch, found.partner.code, at)
        digest = hashlib.sha256(text.encode()).hexdigest()
        if (returned.item, returned.model, returned.digest) != (launch.part_number, launch.model, digest):
            raise capture.ReturnMismatch()
        brought = capture.Brought(returned.configuration, _definition(text))
        capture.record_return(conn, launch, returned.quantity[:20], brought)
    return launch.id


def take_in(house: House, caller: Caller, identity: str) -> bool:
    """Put what came back into the visitor's own cart; true where it took the place of a line. Twice is once."""
    with house.commerce.database.read() as conn:
        now = visit(conn, caller, house)
        cart = capture.current_cart(conn, now)
        back = capture.find_return(conn, now, identity, cart.id if cart is not None else None)
        partner = capture.configurators.find(conn, back.launch.partner)
    signed = defined_kits.Signed(back.brought.configuration, back.launch.part_number, partner.origins)
    if back.launch.line_id:
        defined_kits.order_configuration_update(house, caller, back.brought.definition, back.launch.line_id, signed)
    else:
        defined_kits.order_configuration_add(house, caller, back.brought.definition, back.quantity, signed)
    return bool(back.launch.line_id)


def _definition(text: str) -> capture.DefinitionFields:
    """A definition as OrderConfigurationAdd takes it: the XML document, or the fields in JSON."""
    if text.lstrip().startswith("<"):
        return capture.DefinitionFields(xml_configuration=text)
    try:
        return msgspec.json.decode(text, type=capture.DefinitionFields)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise capture.ConfigurationInvalid(path="document", problem=f"this is no definition of a kit ({error}).") from None
