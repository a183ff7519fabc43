"""A foreign configurator in front of our commerce: what the shopper brings back from it, distrusted.

It is taken only as the configurator signed it, for the launch it was made from, once; then it goes the way of every definition
(`OrderConfigurationAdd`), so that its parts are articles of ours at prices of ours. What was put together the shopper brings
along in a form, or it is fetched with the signed return: another installation of this suite hands its bill of material out.
"""

from __future__ import annotations

import hashlib
from time import monotonic
from typing import Any

import msgspec
import structlog

from entrepot import configurator
from entrepot.commerce import capture
from entrepot.kernel.errors import Unavailable
from entrepot.web import defined_kits
from entrepot.web.house import House
from entrepot.web.shop import Caller, visit

log = structlog.get_logger("web")
#: How long a configurator may take to hand out a bill of material, in seconds, and the longest that is read, in bytes.
PATIENCE = 8.0
LONGEST = 4_000_000


def accept_return(house: House, token: str, document: str) -> str:
    """Take what a configurator signed and keep it for whoever went there; tells the launch it answers.

    Without a document the one that the return stands for is fetched from where the shopper was sent.
    """
    at = house.clock.now()
    with house.commerce.database.read() as conn:
        found = capture.configurators.trusted(conn, house.settings.secret, configurator.key_named_in(token), at)
        if found is None:
            raise configurator.LaunchInvalid()
        returned = configurator.read_return(found.key, token, at)
        launch = capture.find_foreign_launch(conn, returned.launch, found.partner.code, at)
    if (returned.item, returned.model) != (launch.part_number, launch.model):
        raise capture.ReturnMismatch()
    brought = document.replace("\r\n", "\n").encode()  # A browser's form writes every line end its own way.
    body = brought or _fetched(launch.site, token, found.partner.name)
    if hashlib.sha256(body).hexdigest() != returned.digest:
        raise capture.ReturnMismatch()
    kept = capture.Brought(returned.configuration, _definition(body))
    with house.commerce.database.write() as conn:
        capture.record_return(conn, launch, returned.quantity[:20], kept)
    return launch.id


def take_in(house: House, caller: Caller, identity: str) -> tuple[bool, str | None]:
    """Put what came back into the visitor's cart: whether it took the place of a line, and a new guest's secret.

    Twice is once. Where the line it was asked for is gone it becomes one of its own.
    """
    with house.commerce.database.read() as conn:
        now = visit(conn, caller, house)
        cart = capture.current_cart(conn, now)
        back = capture.find_return(conn, now, identity, cart.id if cart is not None else None)
        partner = capture.configurators.find(conn, back.launch.partner)
    signed = defined_kits.Signed(back.brought.configuration, back.launch.part_number, partner.origins)
    line = back.launch.line_id
    if cart is not None and any(one.id == line for one in cart.lines):
        defined_kits.order_configuration_update(house, caller, back.brought.definition, line, signed)
        return True, None
    _, secret = defined_kits.order_configuration_add(house, caller, back.brought.definition, back.quantity, signed)
    return False, secret


def _fetched(site: str, token: str, name: str) -> bytes:
    """The bill of material that a return stands for, as its configurator hands it out to who has the token."""
    import httpx  # Not before it is needed: most processes never ask another site.

    asked, ends, body = {"accept": "application/json"}, monotonic() + PATIENCE, bytearray()
    try:
        there = f"{site}/api/configurator/returned"
        with httpx.stream("POST", there, json={"token": token}, headers=asked, timeout=PATIENCE) as answer:
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > LONGEST:
                    raise capture.ReturnMismatch()
                if monotonic() > ends:
                    raise httpx.ReadTimeout("it takes too long")
    except httpx.HTTPError as error:
        log.warning("return.not_fetched", site=site, because=type(error).__name__)
        raise Unavailable(service=name) from error
    if answer.status_code == 200:
        return bytes(body)
    log.warning("return.not_fetched", site=site, status=answer.status_code)
    raise Unavailable(service=name) if answer.status_code >= 500 else capture.ReturnMismatch()


def _definition(body: bytes) -> capture.DefinitionFields:
    """A definition as OrderConfigurationAdd takes it, the XML document or the fields in JSON; or a bill of material in JSON."""
    try:
        text = body.decode()
        if text.lstrip().startswith("<"):
            return capture.DefinitionFields(xml_configuration=text)
        read: Any = msgspec.json.decode(text)
        if isinstance(read, dict) and "BOMLine" in read:
            return capture.definition_of_bill(read)
        return msgspec.convert(read, capture.DefinitionFields)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeError) as error:
        raise capture.ConfigurationInvalid(path="document", problem=f"this is no definition of a kit ({error}).") from None
