"""The way to a configurator: the kit, the shopper and what to start from, signed, for ours or for a foreign one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec
import structlog

from entrepot import configurator
from entrepot.commerce import capture, catalog
from entrepot.kernel.errors import Refused
from entrepot.kernel.origin import origin_of
from entrepot.kernel.words import mark
from entrepot.web.house import House
from entrepot.web.shop import Caller, cart_or_new, visit

log = structlog.get_logger("web")


class ConfiguratorNotConnected(Refused):
    code = "CONFIGURATOR_NOT_CONNECTED"
    message = mark("This article cannot be configured at the moment. Please try again later.")


@dataclass(frozen=True, slots=True)
class Launched:
    """Where a shopper goes to configure a kit; ``secret`` claims the cart that was opened to come back to."""

    url: str
    secret: str | None = None


def launch(house: House, caller: Caller, part_number: str, return_url: str, line_id: str = "") -> Launched:
    """Where the shopper goes to configure a kit: the configurator's address with a signed launch in it.

    A line of the cart is opened with its own configuration, everything else with the kit's default one.
    """
    with house.commerce.database.read() as conn:
        now = visit(conn, caller, house)
        view = catalog.product_view(conn, now.view, part_number)
        line = capture.require_cart(conn, now).line(line_id) if line_id else None
    if view.configurable is None or not view.configurable.model:
        raise capture.NoModel(part_number=part_number)
    wanted = configurator.Launch(
        model=view.configurable.model,
        organization=now.store.identifier,
        item=part_number,
        return_url=return_url,
        currency=now.currency,
        locale=now.language,
        store=now.store.identifier,
        buyer=now.buyer.logon_id,
        line=line_id,
        preset=configurator.read_preset(view.configurable.default_configuration or ""),
        **_earlier(line),
    )
    if not is_ours(house, view.configurable.url):
        return _launch_foreign(house, caller, wanted, view.configurable.url or "")
    return Launched(_with_token(view.configurable.url or "/configurator", _signed(house, wanted)))


def _signed(house: House, wanted: configurator.Launch) -> str:
    return configurator.sign_launch(house.settings.secret, wanted, house.clock.now())


def _launch_foreign(house: House, caller: Caller, wanted: configurator.Launch, url: str) -> Launched:
    """The same to a connected configurator elsewhere; a guest without a cart gets one to come back to."""
    configurator.check_return_url(wanted.return_url, ())
    foreign, secret = capture.configurators, house.settings.secret
    with house.commerce.database.write() as conn:
        now = visit(conn, caller, house)
        partner = foreign.at_origin(conn, origin_of(url))
        signing = foreign.signing(conn, secret, partner.code, now.at) if partner is not None else None
        if partner is None or signing is None or now.store.identifier not in partner.stores:
            log.warning("launch.no_configurator", item=wanted.item, url=url, partner=partner.code if partner else "")
            raise ConfiguratorNotConnected(part_number=wanted.item)
        cart, claim = cart_or_new(conn, now)
        kit = (wanted.item, wanted.model)
        made = capture.new_foreign_launch(now, cart.id, (partner.code, origin_of(url)), kit, wanted.line)
        capture.record_foreign_launch(conn, made, now.at)
    there = msgspec.structs.replace(wanted, return_url=house.settings.address + wanted.return_url)
    token = configurator.sign_launch(signing.key, there, now.at, named=signing.id, identity=made.id)
    return Launched(_with_token(url, token), claim)


def _with_token(url: str, token: str) -> str:
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode({'token': token})}"


def is_ours(house: House, url: str | None) -> bool:
    """Whether a configurator's address is of this very site; a kit without one is configured here."""
    return not url or origin_of(url) in ("", house.settings.address)


def comparison(house: House, caller: Caller, line_id: str, return_url: str) -> str:
    """Where the configuration of a line is compared: with the only other one of its kit in the cart, else with one of several."""
    with house.commerce.database.read() as conn:
        cart = capture.require_cart(conn, visit(conn, caller, house))
    number = cart.line(line_id).part_number
    lines = [one for one in cart.lines if one.part_number == number and one.id != line_id and can_compare(one)]
    own, *others = (_link_of(house, caller, one, return_url) for one in (cart.line(line_id), *lines))
    named = [("of", own), *(("of" if len(others) == 1 else "other", one) for one in others)]
    return f"/configurator/compare?{urlencode(named)}"


def can_compare(line: capture.OrderLine) -> bool:
    """Whether our configurator knows what was chosen in a line; what was put together elsewhere is parts to us."""
    return line.configuration is not None and line.configuration.get("Origin") != capture.FOREIGN


def _link_of(house: House, caller: Caller, line: capture.OrderLine, return_url: str) -> str:
    """The link of a line's configuration; one that is known by its choices alone is opened for it."""
    with house.configurator.database.read() as conn:
        if line.configuration is None or line.configuration.get("Origin") != configurator.OF_PARTS:
            return configurator.find_configuration(conn, identity=line.configuration_id or "").link
    token = parse_qs(urlsplit(launch(house, caller, line.part_number, return_url, line.id).url).query)["token"][0]
    at = house.clock.now()
    with house.configurator.database.write() as conn:
        read = configurator.read_launch(house.settings.secret, token, at, [house.settings.address])
        return configurator.open_session(conn, read, at).configuration.link


def _earlier(line: capture.OrderLine | None) -> dict[str, Any]:
    """What a line of the cart is opened from: its configuration, or the choices of one that has no session to go back to."""
    if line is None or line.configuration is None:
        return {}
    if line.configuration.get("Origin") != configurator.OF_PARTS:
        return {"configuration": line.configuration_id or ""}
    return {"choices": tuple(configurator.choices_in(line.configuration))}
