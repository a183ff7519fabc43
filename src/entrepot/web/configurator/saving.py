"""What a shopper keeps: configurations saved as they stood, to be reopened, named, compared or removed.

Saving copies; going on with a saved configuration starts a copy again. So what was saved stays what it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Controller, Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromQuery
from litestar.response import Redirect

from entrepot import configurator
from entrepot.configurator import Saved
from entrepot.kernel.errors import Error
from entrepot.web.configurator.asking import ask_names
from entrepot.web.configurator.configuring import address, store_name
from entrepot.web.configurator.keeper import give, new_owner, owners_of
from entrepot.web.edge import house_of, html
from entrepot.web.house import House
from entrepot.web.i18n import translator
from entrepot.web.page import page_for
from entrepot.web.pages import Page, render

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
Asking = Request[Any, Any, Any]
HERE = "/configurator/saved"


@dataclass(frozen=True, slots=True)
class Kept:
    """A saved configuration with the name its kit has in the shop."""

    saved: Saved
    kit: str


class SavedPages(Controller):
    """`/configurator/saved`"""

    path = HERE
    opt = {"permission": "public"}
    include_in_schema = False

    @get("/", sync_to_thread=True)
    def show(
        self, request: Asking, mine: FromQuery[str] = "", new: FromQuery[str] = "", gone: FromQuery[str] = ""
    ) -> Response[str]:
        """Everything the reader keeps; ``mine`` is the configuration they came from, ``new`` what was just saved."""
        return _page(request, mine[:64], new=new[:64], gone=gone[:64])

    @post("/", sync_to_thread=True, status_code=303)
    def save(self, request: Asking, data: Form) -> Response[Any]:
        """Save the configuration of a session as it stands, or again one that was just removed."""
        house = house_of(request)
        at, mine = house.clock.now(), data.get("mine", "")[:64]
        owner, secret = new_owner(request)
        try:
            with house.configurator.database.write() as conn:
                again = data.get("link", "")[:64]
                session = configurator.find_shared(conn, again, at) if again else configurator.find_session(conn, mine, at)
                new = configurator.save(conn, session, owner, data.get("name", "").strip(), at)
        except configurator.SavedFull as error:
            return _page(request, mine, error=error)
        return give(_back(mine, new=new), house, secret)

    @post("/rename", sync_to_thread=True, status_code=303)
    def rename(self, request: Asking, data: Form) -> Response[Any]:
        """Name a saved configuration."""
        with house_of(request).configurator.database.write() as conn:
            name = data.get("name", "").strip()
            configurator.rename_saved(conn, owners_of(request), data.get("link", ""), name)
        return _back(data.get("mine", ""))

    @post("/remove", sync_to_thread=True, status_code=303)
    def remove(self, request: Asking, data: Form) -> Response[Any]:
        """Take a saved configuration from the list; the page offers to bring it back."""
        link = data.get("link", "")[:64]
        with house_of(request).configurator.database.write() as conn:
            configurator.forget_saved(conn, owners_of(request), link)
        return _back(data.get("mine", ""), gone=link)


def kept_by(house: House, owners: list[str]) -> list[Kept]:
    """What is kept under these words, each with the name its kit has in the shop."""
    if not owners:
        return []
    with house.configurator.database.read() as conn:
        saved = configurator.saved_by(conn, owners)
    names: dict[str, str] = {}
    for launch in {one.launch.organization: one.launch for one in saved}.values():
        items = [one.launch.item for one in saved if one.launch.organization == launch.organization]
        names |= ask_names(house, launch, list(dict.fromkeys(items)))
    return [Kept(one, names.get(one.launch.item, one.launch.item)) for one in saved]


def _back(mine: str, **told: str) -> Response[Any]:
    pairs = {name: value for name, value in {"mine": mine[:64], **told}.items() if value}
    return Redirect(f"{HERE}?{urlencode(pairs)}" if pairs else HERE, status_code=303)


def _page(request: Asking, mine: str, *, new: str = "", gone: str = "", error: Error | None = None) -> Response[str]:
    house = house_of(request)
    session = None
    if mine:
        with house.configurator.database.read() as conn:
            session = configurator.find_session(conn, mine, house.clock.now())
    known: dict[str, Any] = (
        {"locale": session.launch.locale, "store_name": store_name(session.launch.organization)} if session else {}
    )
    page: Page = page_for(request, **known)
    kept = kept_by(house, owners_of(request))
    if session is None and kept:
        page = page_for(request, store_name=store_name(kept[0].saved.launch.organization))
    text = render(
        "configurator/saved.html",
        page,
        kits=_by_kit(kept),
        mine=mine,
        back=address(session) if session else "",
        new=new,
        gone=gone,
        fault=error.plain(translator(page.locale).gettext) if error else "",
    )
    return html(text, 422 if error else 200, headers={"Cache-Control": "no-store"})


def _by_kit(kept: list[Kept]) -> list[tuple[str, list[Kept]]]:
    """The saved configurations of each kit: two of one kit can be compared."""
    kits: dict[tuple[str, str], list[Kept]] = {}
    for one in kept:
        kits.setdefault((one.saved.launch.organization, one.saved.model), []).append(one)
    return [(some[0].kit, some) for some in kits.values()]
