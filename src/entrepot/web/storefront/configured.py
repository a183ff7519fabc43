"""To the configurator and back from it, ours or a foreign one."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import structlog
from litestar import Request, Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from entrepot.commerce import capture
from entrepot.kernel.errors import Error, Unavailable
from entrepot.kernel.origin import origin_of
from entrepot.web import foreign_kits, kit_launch, shop
from entrepot.web.onward import onward
from entrepot.web.page import page_for
from entrepot.web.storefront import words
from entrepot.web.storefront.frame import Form, Front, front_of, go, keep_secret, text_of
from entrepot.web.storefront.told import Told

log = structlog.get_logger("web")
#: The longest signed answer that is read, in characters.
MOST = 100_000


@get("/cart/configured", permission="public", sync_to_thread=True)
def configured(
    request: Request[Any, Any, Any],
    configuration_id: FromQuery[str] = "",
    line: FromQuery[str] = "",
    quantity: FromQuery[str] = "1",
    launch: FromQuery[str] = "",
    token: FromQuery[str] = "",
) -> Response[str]:
    """Back from the configurator: take the configuration over. Coming here twice adds it once.

    ``launch`` names one to a foreign configurator whose answer is here already, ``token`` is the answer of one that hands
    out what was put together.
    """
    front = front_of(request)
    if token:
        return _kept(front, token, "")
    if launch:
        return _brought_back(front, launch[:26])
    if not configuration_id:
        return go(front, "/cart")
    try:
        _, secret = shop.add_configuration(front.house, front.caller, configuration_id[:128], quantity[:20], line or None)
    except Error as error:
        return go(front, "/cart", Told(words.sentence(error, front.locale), "danger"))
    _ = front.words.gettext
    text = _("Your configuration was changed.") if line else _("Your configuration is in the cart.")
    return keep_secret(front, go(front, "/cart", Told(text)), secret)


@post("/cart/configured", permission="public", sync_to_thread=True, status_code=303, exclude_from_csrf=True)
def returned(request: Request[Any, Any, Any], data: Form) -> Response[str]:
    """Back from a foreign configurator with what it signed: kept, then taken over by whose cart it is for.

    The form comes from another site, so the browser does not say here who sent it; on the way on it does.
    """
    return _kept(front_of(request), text_of(data, "token", MOST), str(data.get("bom", "")))


def _kept(front: Front, token: str, document: str) -> Response[str]:
    """Keep what a configurator signed and go on to take it over; one that cannot be fetched now can be with a reload."""
    try:
        answered = foreign_kits.accept_return(front.house, token[:MOST], document)
    except Unavailable:
        raise
    except Error as error:
        log.warning("return.refused", because=type(error).__name__, code=error.code)
        return go(front, "/cart", Told(words.sentence(error, front.locale), "danger"))
    return go(front, f"/cart/configured?launch={answered}")


def _brought_back(front: Front, launch: str) -> Response[str]:
    try:
        line_changed, secret = foreign_kits.take_in(front.house, front.caller, launch)
    except capture.ReturnNeedsLogon as error:
        home = quote(front.url(f"/cart/configured?launch={launch}"), safe="")
        return go(front, f"/login?return_to={home}", Told(words.sentence(error, front.locale), "info"))
    except Error as error:
        return go(front, "/cart", Told(words.sentence(error, front.locale), "danger"))
    _ = front.words.gettext
    text = _("Your configuration was changed.") if line_changed else _("Your configuration is in the cart.")
    return keep_secret(front, go(front, "/cart", Told(text)), secret)


def off_to(front: Front, launched: kit_launch.Launched) -> Response[str]:
    """Send the shopper to the configurator; to a foreign one over a page that says so, for a form may not lead there."""
    if kit_launch.is_ours(front.house, launched.url):
        return Redirect(launched.url, status_code=303)
    told = front.words.gettext("This article is put together there. You come back to your cart with it.")
    page = page_for(front.request, locale=front.locale)
    return keep_secret(front, onward(page, launched.url, origin_of(launched.url).partition("//")[2], told), launched.secret)
