"""The page that compares two configurations of one kit, and what can be done from there.

Configurations are named by their links, so that a comparison can itself be sent to somebody; the one that is being
made is named by its session, and only that one is changed by taking a value over.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from litestar import Controller, Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect

from entrepot import configurator
from entrepot.configurator import Session, Viewer
from entrepot.kernel.errors import Error
from entrepot.web.configurator import compared
from entrepot.web.configurator.asking import ask_names
from entrepot.web.configurator.configuring import address, store_name
from entrepot.web.configurator.earlier import label_of, link_in, offered, saved_by
from entrepot.web.configurator.keeper import viewer_of
from entrepot.web.edge import STATUS, house_of, html
from entrepot.web.i18n import translator
from entrepot.web.page import page_for
from entrepot.web.pages import Page, render

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
Asking = Request[Any, Any, Any]
HERE = "/configurator/compare"
#: Configurations that the page offers to compare with.
MAX_OFFERED = 24


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for: the configuration in the making, the links beside it, others to choose from."""

    mine: str = ""
    links: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    only: str = ""

    @property
    def address(self) -> str:
        pairs = [("mine", self.mine), *(("of", one) for one in self.links), *(("other", one) for one in self.others)]
        return f"{HERE}?{urlencode([pair for pair in (*pairs, ('only', self.only)) if pair[1]])}"

    def showing(self, only: str) -> str:
        """The address of the same comparison with every class, or with the differences alone."""
        return replace(self, only=only).address


class ComparingPages(Controller):
    """`/configurator/compare`"""

    path = HERE
    opt = {"permission": "public"}
    include_in_schema = False

    @get("/", sync_to_thread=True)
    def show(self, request: Asking) -> Response[Any]:
        """Two configurations side by side; where fewer are named, or two of different kits, it asks which."""
        wanted = _read(request)
        if not wanted.mine and not wanted.links:
            return Redirect("/configurator/saved", status_code=303)
        sessions, error = _found(request, wanted)
        if len(sessions) == 2:
            try:
                return _table(request, wanted, sessions[0], sessions[1])
            except configurator.OtherKit as other:
                error = other
        if not sessions:
            raise configurator.ConfigurationNotFound()
        return _chooser(request, wanted, sessions[0], error)

    @post("/take", sync_to_thread=True, status_code=303)
    def take(self, request: Asking, data: Form) -> Redirect:
        """Take a value of the other over, or all of it; without a configuration of one's own a copy is begun."""
        house, option_class = house_of(request), data.get("option_class", "")
        at = house.clock.now()
        with house.configurator.database.write() as conn:
            other = configurator.find_shared(conn, data.get("from", ""), at)
            if data.get("mine"):
                mine = configurator.find_session(conn, data["mine"], at)
            else:
                onto = configurator.find_shared(conn, data.get("onto", ""), at)
                mine = configurator.open_shared(conn, onto.configuration.link, viewer_of(request, onto.launch), at)
        try:
            with house.configurator.database.write() as conn:
                configurator.take_over(conn, mine, other, option_class, at)
        except configurator.OptionExcluded as refused:
            asked = refused.attributes["pick"]
            return Redirect(f"{address(mine)}?why={quote(f'{asked.option_class}.{asked.option}')}#why", status_code=303)
        if not option_class:
            return Redirect(address(mine), status_code=303)
        after = Wanted(mine.configuration.session, (other.configuration.link,), (), data.get("only", "")[:20])
        return Redirect(f"{after.address}#c-{quote(option_class)}", status_code=303)


def _read(request: Asking) -> Wanted:
    """What to compare; a link may be pasted as it was sent."""
    asked = request.query_params
    sent = link_in(asked.get("link", ""))
    links = tuple(dict.fromkeys(one[:64] for one in (*asked.getall("of", []), sent) if one))
    mine, others = asked.get("mine", "")[:64], asked.getall("other", [])[:MAX_OFFERED]
    return Wanted(mine, links[: 1 if mine else 2], tuple(one[:64] for one in others), asked.get("only", "")[:20])


def _found(request: Asking, wanted: Wanted) -> tuple[list[Session], Error | None]:
    """The configurations that exist, the one in the making first."""
    house, error = house_of(request), None
    at, found = house.clock.now(), []
    with house.configurator.database.read() as conn:
        if wanted.mine:
            found.append(configurator.find_session(conn, wanted.mine, at))
        for link in wanted.links:
            try:
                found.append(configurator.find_shared(conn, link, at))
            except configurator.ConfigurationNotFound as missing:
                error = missing
    return found, error


def _table(request: Asking, wanted: Wanted, left: Session, right: Session) -> Response[str]:
    viewer = _viewer(request, wanted, left)
    page = _page(left, request, viewer)
    made = compared.compare(house_of(request), left, right, viewer)
    saved = saved_by(request)
    labels = [label_of(one.configuration, saved) for one in (left, right)]
    if wanted.mine:
        labels[0] = replace(labels[0], kind="mine")
    return _html(
        render(
            "configurator/compare.html",
            page,
            it=made,
            labels=labels,
            rows=made.differing if wanted.only else made.rows,
            wanted=wanted,
            changeable=not wanted.mine or left.configuration.open,
            back=address(left) if wanted.mine else "",
        )
    )


def _chooser(request: Asking, wanted: Wanted, first: Session, error: Error | None) -> Response[str]:
    """The page that asks what to compare with: what the reader keeps of this kit, what was in the cart, a link."""
    house, page = house_of(request), _page(first, request, _viewer(request, wanted, first))
    saved, own = saved_by(request), first.configuration.link
    with house.configurator.database.read() as conn:
        earlier = offered(conn, first, saved)
        known = {own, *(one.link for one in earlier)}
        others = [configurator.find_configuration(conn, link=one) for one in wanted.others if one not in known]
    earlier = [*(label_of(one, saved) for one in others), *earlier]
    name = ask_names(house, first.launch, [first.launch.item]).get(first.launch.item, first.launch.item)
    text = render(
        "configurator/compare_with.html",
        page,
        kit=name,
        wanted=replace(wanted, links=() if wanted.mine else (own,)),
        offered=earlier[:MAX_OFFERED],
        fault=error.plain(translator(page.locale).gettext) if error else "",
        back=address(first) if wanted.mine else "",
    )
    return _html(text, STATUS[error.kind] if error else 200)


def _viewer(request: Asking, wanted: Wanted, first: Session) -> Viewer:
    """Who looks: as one's own configuration is, else as the reader reads and pays in that shop."""
    if wanted.mine:
        return Viewer(first.launch.buyer, first.launch.locale, first.launch.currency)
    return viewer_of(request, first.launch)


def _page(session: Session, request: Asking, viewer: Viewer) -> Page:
    store, currency = store_name(session.launch.organization), viewer.currency or session.launch.currency
    return page_for(request, store_name=store, currency=currency, locale=viewer.locale)


def _html(text: str, status: int = 200) -> Response[str]:
    return html(text, status, headers={"Cache-Control": "no-store"})
