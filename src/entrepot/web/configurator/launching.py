"""In from a shop and back to it: launches of our own shop and of foreign ones, and what the shopper takes along."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

import structlog
from litestar import Request, Response
from litestar.response import Redirect

from entrepot import configurator
from entrepot.configurator import Launch, Session
from entrepot.kernel.errors import Error
from entrepot.web.edge import house_of
from entrepot.web.house import House
from entrepot.web.i18n import translator
from entrepot.web.onward import onward
from entrepot.web.page import page_for

log = structlog.get_logger("web")


def open_launch(house: House, token: str) -> Session:
    """Use a launch; why one is refused the log says in full, the shopper only what a stranger may know."""
    at = house.clock.now()
    try:
        with house.configurator.database.read() as conn:
            read = configurator.accept_launch(conn, house.settings.secret, token, at, [house.settings.address])
        with house.configurator.database.write() as conn:
            return configurator.open_session(conn, read, at)
    except Error as error:
        log.warning("launch.refused", because=type(error).__name__, code=error.code, token=token[-12:])
        raise


def way_back(house: House, session: Session, bom: dict[str, Any]) -> str:
    """The shop's return address with the configuration's id and the cart line it came from; to a foreign shop signed."""
    launch = session.launch
    told = {"configuration_id": session.configuration.id, "quantity": launch.quantity}
    if launch.line:
        told["line"] = launch.line
    if launch.shop:
        with house.configurator.database.read() as conn:
            told = {"token": configurator.signed_return(conn, house.settings.secret, launch, bom, house.clock.now())}
    return f"{launch.return_url}{'&' if urlsplit(launch.return_url).query else '?'}{urlencode(told)}"


def leave(request: Request[Any, Any, Any], launch: Launch, target: str) -> Response[Any]:
    """Send the shopper back to the shop; to a foreign one over a page that says so, for a form may not lead there."""
    if "hx-request" in request.headers:
        return Response("", status_code=204, headers={"HX-Redirect": target})
    if not launch.shop:
        return Redirect(target, status_code=303)
    with house_of(request).configurator.database.read() as conn:
        name = configurator.shops.find(conn, launch.shop).name
    gettext = translator(launch.locale).gettext
    told = gettext("Your configuration is finished. It goes back to the shop with you.")
    return onward(page_for(request, locale=launch.locale, store_name=name), target, name, told)
