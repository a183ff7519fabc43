"""What the four staff faces share: who works where, the way around, logging on, and telling what was done.

A face is offered only to whoever may open its first page; a page one is not logged on for leads to the log-in and
back. What was done is told on the next page by a short name in its address, so that nothing has to be remembered
between two requests.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

from litestar import Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect

from entrepot.commerce import catalog, members
from entrepot.commerce.history import Author
from entrepot.kernel.errors import Error
from entrepot.kernel.money import parse_price, read_amount
from entrepot.kernel.words import Gettext
from entrepot.web import i18n, words
from entrepot.web.edge import CODE_STATUS, SESSION_COOKIE, STATUS, house_of, html, require_user, session_of
from entrepot.web.i18n import mark
from entrepot.web.logon import log_on
from entrepot.web.page import CURRENCY_COOKIE, LOCALE_COOKIE, STORE_COOKIE, face_of, locale_of, page_for, wanted_of
from entrepot.web.pages import Link, LinkGroup, Notice, Page, Urls, render
from entrepot.web.storefront.pictures import picture_of

Asked = Request[Any, Any, Any]
Form = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]
YEAR = 31_536_000


@dataclass(frozen=True, slots=True)
class Way:
    """A place in a face's navigation, the permission to go there, and pages of it whose addresses lie elsewhere."""

    label: str
    href: str
    icon: str
    permission: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Face:
    """A workplace: its name, first page, and what lies in it."""

    name: str
    label: str
    home: str
    icon: str
    permission: str
    ways: tuple[Way, ...]


PROMOTION_PAGES = ("/management/promotion-calendar", "/management/promotion-conflicts", "/management/new-promotion")
FACES = (
    Face(
        "call_center",
        mark("Call center"),
        "/call-center",
        "headphones",
        "order.search",
        (
            Way(mark("Orders and drafts"), "/call-center", "list", "order.search"),
            Way(mark("New order"), "/call-center/new", "plus", "order.capture"),
            Way(mark("Customer's cart"), "/call-center/carts", "shopping-cart", "customer.search"),
            Way(mark("Approvals"), "/call-center/approvals", "circle-check", "override.approve"),
            Way(mark("Stock"), "/store/stock", "boxes", "inventory.view"),
        ),
    ),
    Face(
        "store",
        mark("Store"),
        "/store",
        "store",
        "shipment.pick",
        (
            Way(mark("To ship"), "/store", "package", "shipment.pick"),
            Way(mark("Shipped"), "/store/shipped", "truck", "shipment.pick"),
            Way(mark("Stock"), "/store/stock", "boxes", "inventory.view"),
        ),
    ),
    Face(
        "management",
        mark("Management"),
        "/management",
        "layout-dashboard",
        "management.view",
        (
            Way(mark("Overview"), "/management", "layout-dashboard", "management.view"),
            Way(mark("Catalogs"), "/management/catalogs", "layers", "management.view"),
            Way(mark("Prices"), "/management/prices", "banknote", "management.view"),
            Way(mark("Rules and contracts"), "/management/rules", "sliders-horizontal", "management.view"),
            Way(mark("Contracts"), "/management/contracts", "file-text", "price.view"),
            Way(mark("Shipping and taxes"), "/management/charges", "truck", "price.view"),
            Way(mark("Price check"), "/management/price-check", "scan-barcode", "management.view"),
            Way(mark("Simulation"), "/management/simulation", "route", "price.view"),
            Way(mark("Promotions"), "/management/promotions", "badge-percent", "management.view", PROMOTION_PAGES),
            Way(mark("Organizations"), "/management/organizations", "building-2", "member.view"),
            Way(mark("Customers"), "/management/members", "user", "member.view"),
            Way(mark("Segments"), "/management/segments", "users", "member.view"),
            Way(mark("Models"), "/management/models", "puzzle", "model.view", ("/management/new-model",)),
            Way(mark("Data load"), "/management/load", "upload", "management.view"),
            Way(mark("History"), "/management/history", "history", "member.view"),
        ),
    ),
    Face(
        "operations",
        mark("Operations"),
        "/operations",
        "activity",
        "operations.view",
        (
            Way(mark("Overview"), "/operations", "activity", "operations.view"),
            Way(mark("Follow an order"), "/operations/orders", "route", "message.view"),
            Way(mark("Messages"), "/operations/messages", "mail", "message.view"),
            Way(mark("Dead letters"), "/operations/dead-letters", "inbox", "message.view"),
            Way(mark("Partners"), "/operations/partners", "link", "operations.view", ("/operations/new-partner",)),
        ),
    ),
)
DONE = {
    "saved": mark("Saved."),
    "created": mark("The draft is open. Add what the customer wants."),
    "added": mark("The item is on the order."),
    "coupon": mark("The code is on the order."),
    "priced": mark("The price is current again."),
    "confirmed": mark("The draft is an order now."),
    "cancelled": mark("Cancelled, with everything that hung on it."),
    "unchanged": mark("Nothing was left to change."),
    "hold": mark("The hold is on the order."),
    "resolved": mark("The hold is resolved; work on the order goes on."),
    "noted": mark("The note is in the history."),
    "shipped": mark("The shipment is confirmed; stock, order and invoice follow."),
    "adjusted": mark("The stock is adjusted."),
    "by_hand": mark("The order is adjusted."),
    "granted": mark("The customer sees it in the cart now."),
    "waiting": mark("It passes your limits and waits for approval. The customer does not see it yet."),
    "withdrawn": mark("It is off the cart again."),
    "cart_code": mark("The code is on the cart."),
    "cart_code_off": mark("The code is off the cart."),
    "approved": mark("Approved. The order goes on when nothing else waits."),
    "rejected": mark("Rejected: it is off the order again."),
    "rerun": mark("The message is back at its place in the queue."),
    "closed": mark("The message is closed; those behind it go on."),
    "status": mark("The promotion's status is changed."),
    "undone": mark("The last change is taken back. Undo again to bring it back."),
    "given": mark("The customer has the coupon now."),
    "issued": mark("The codes are issued."),
    "published": mark("The new version is published. Whoever starts to configure now gets it."),
    "draft_saved": mark("The draft is saved. Nothing is published yet."),
    "model_discarded": mark("The new model is thrown away."),
    "draft_left": mark("The draft is left. Its states stay in the list."),
    "restored": mark("This state is the present one now."),
    "tried": mark("The try is finished. Nothing went into a cart."),
}


@dataclass(frozen=True, slots=True)
class Desk:
    """Who works, in which store, reading which language."""

    user: members.User
    store: catalog.Store
    locale: str

    @property
    def view_language(self) -> str:
        """The language of the store the reader understands best."""
        return self.locale if self.locale in self.store.languages else self.store.default_language


def desk_of(request: Asked) -> Desk:
    """The place somebody works at: their account and the store they chose, the first one otherwise."""
    if not hasattr(request.state, "desk"):
        user = require_user(request)
        with house_of(request).commerce.database.read() as conn:
            names = catalog.store_names(conn)
            chosen = request.cookies.get(STORE_COOKIE, "")
            store = catalog.find_store(conn, chosen if chosen in names else next(iter(names), ""))
        request.state.desk = Desk(user, store, locale_of(request))
    found: Desk = request.state.desk
    return found


def show(request: Asked, template: str, *, status: int = 200, **context: Any) -> Response[str]:
    """A staff page with its way around, what was just done, and the words its template speaks with."""
    user = _user(request)
    done = DONE.get(request.query_params.get("done", "")) if status == 200 else None
    page = staff_page(request, notices=(Notice(i18n.translator(locale_of(request)).gettext(done)),) if done else ())
    permissions = user.permissions if user else frozenset()
    shared: dict[str, Any] = {
        "now": house_of(request).clock.now(),
        "may": permissions.__contains__,
        "say": words.speaker(page.locale),
        "tone": words.tone,
        "minor": read_amount,
        "rate": parse_price,
        "instant": datetime.fromisoformat,
        "picture": picture_of,
        "errors": {},
    }
    gettext = i18n.translator(page.locale).gettext
    spoken = {name: _spoken(value, gettext) if isinstance(value, dict) else value for name, value in context.items()}
    return html(render(template, page, **(shared | spoken)), status)


def _spoken(values: dict[str, Any], gettext: Gettext) -> dict[str, Any]:
    """Refusals among what a page shows, in the reader's language."""
    return {name: value.error.plain(gettext) if isinstance(value, Said) else value for name, value in values.items()}


def staff_page(request: Asked, **known: Any) -> Page:
    """The page around what a staff handler shows."""
    path = request.scope["path"]
    locale, user = locale_of(request), _user(request)
    face = known.pop("face", None) or _face_for(path, user)
    home = next((one.home for one in FACES if one.name == face), "/")
    values: dict[str, Any] = {
        "face": face,
        "home": home,
        "navigation": ways_of(face, user, locale) if user else (),
        "urls": Urls(search=home, account="", log_in="/staff/login", log_out="/staff/logout", preferences="/staff/preferences"),
    }
    if user is not None:
        store = desk_of(request).store
        values |= {"store_name": store.name, "time_zone": store.time_zone}
    return page_for(request, **(values | known))


def _face_for(path: str, user: members.User | None) -> str:
    """The face a page is dressed as: its own, or one of the visitor's that leads there when that is not open to them."""
    face = face_of(path)
    open_ = faces_for(user) if user is not None else []
    if any(one.name == face for one in open_):
        return face
    return next((one.name for one in open_ if any(way.href == path for way in one.ways)), face)


def ways_of(face: str, user: members.User, locale: str) -> tuple[LinkGroup, ...]:
    """The face's own places, and below them the other faces this person may open."""
    gettext = i18n.translator(locale).gettext
    own = next((one for one in FACES if one.name == face), None)
    groups = []
    if own is not None:
        may = [way for way in own.ways if way.permission in user.permissions]
        links = tuple(Link(gettext(way.label), way.href, way.icon, also=way.also) for way in may)
        groups.append(LinkGroup("", links))
    others = tuple(Link(gettext(one.label), one.home, one.icon) for one in faces_for(user) if one.name != face)
    if others:
        groups.append(LinkGroup(gettext("Workplaces"), others))
    return tuple(groups)


def faces_for(user: members.User) -> list[Face]:
    """The faces this person may open."""
    return [face for face in FACES if face.permission in user.permissions]


def to_log_in(request: Asked) -> Redirect | None:
    """Where somebody who is not logged on is sent from a staff page; nowhere from anything else."""
    path = request.scope["path"]
    if not any(path == face.home or path.startswith(f"{face.home}/") for face in FACES):
        return None
    wanted = wanted_of(request)
    if request.method != "GET":
        wanted = urlsplit(request.headers.get("referer", "")).path or next(f.home for f in FACES if f.name == face_of(path))
    return Redirect(f"/staff/login?return_to={quote(wanted)}", status_code=303)


def refused(error: Error, fields: dict[str, str] | None = None) -> tuple[int, dict[str, str]]:
    """The status of a refused form, and what is wrong by field; ``fields`` maps the paths of documents to fields."""
    path = str(error.attributes.get("path", ""))
    name = next((field for part, field in (fields or {}).items() if part in path), "")
    return CODE_STATUS.get(error.code) or STATUS.get(error.kind, 400), {name: Said(error)}


class Said(str):
    """What an error says; `show` says it in the reader's language."""

    __slots__ = ("error",)
    error: Error

    def __new__(cls, error: Error) -> Said:
        made = super().__new__(cls, error.text)
        made.error = error
        return made


def back(href: str, done: str = "") -> Redirect:
    """To another page after something was done there, so that a reload repeats nothing."""
    joint = "&" if "?" in href else "?"
    return Redirect(f"{href}{joint}done={done}" if done else href, status_code=303)


def text(data: dict[str, Any], name: str) -> str:
    """A field of a form, without blanks around it."""
    value = data.get(name, "")
    return str(value[-1] if isinstance(value, list) else value).strip()


def author_of(request: Asked, data: dict[str, Any], reason: str = "reason") -> Author:
    """Who is changing something now, and why as far as the form asked, in the field of that name."""
    return Author(desk_of(request).user.logon_id, house_of(request).clock.now(), text(data, reason))


def noon(day: str, now: datetime) -> datetime:
    """The middle of the day that was asked about; now without one."""
    try:
        return datetime.combine(datetime.fromisoformat(day).date(), time(12), UTC) if day else now
    except ValueError:
        return now


def texts(data: dict[str, Any], name: str) -> list[str]:
    """All values of a field that may stand in a form several times."""
    value = data.get(name, [])
    return [str(one).strip() for one in (value if isinstance(value, list) else [value])]


def _user(request: Asked) -> members.User | None:
    session = session_of(request)
    return session.user if session is not None else None


def _local(return_to: str) -> str:
    """An address of ours to go on to; anything else leads nowhere foreign."""
    parts = urlsplit(return_to)
    own = return_to.startswith("/") and not return_to.startswith(("//", "/\\")) and not parts.netloc
    return return_to if own else ""


@get("/staff/login", permission="public", sync_to_thread=False)
def log_in_page(request: Asked, return_to: str = "") -> Response[Any]:
    """Where staff logs on, dressed as the face they want to go to."""
    user = _user(request)
    if user is not None and faces_for(user) and not return_to:
        return Redirect(faces_for(user)[0].home, status_code=303)
    return _log_in(request, return_to, "", {})


@post("/staff/login", permission="public", sync_to_thread=True)
def log_in(request: Asked, data: Form) -> Response[Any]:
    """Log on and go where one wanted to go, or to the first face one has."""
    logon_id, return_to = text(data, "logon_id"), _local(text(data, "return_to"))
    try:
        secret, user = log_on(request, logon_id, str(data.get("password", "")))
    except Error as error:
        status, errors = refused(error)
        return _log_in(request, return_to, logon_id, errors, status)
    faces = faces_for(user)
    answer = Redirect(return_to or (faces[0].home if faces else "/"), status_code=303)
    secure = house_of(request).settings.secure_cookies
    answer.set_cookie(key=SESSION_COOKIE, value=secret, httponly=True, samesite="lax", secure=secure)
    return answer


@post("/staff/logout", permission="public", sync_to_thread=False)
def log_out(request: Asked, data: Form) -> Response[Any]:
    """End the session."""
    secret = request.cookies.get(SESSION_COOKIE, "")
    if secret:
        with house_of(request).commerce.database.write() as conn:
            members.close_session(conn, secret)
    answer = Redirect("/staff/login", status_code=303)
    answer.delete_cookie(SESSION_COOKIE)
    return answer


@post("/staff/preferences", permission="public", sync_to_thread=False)
def choose(request: Asked, data: Form) -> Response[Any]:
    """Remember language and store; unknown ones are not remembered."""
    answer = Redirect(_local(text(data, "return_to")) or "/staff/login", status_code=303)
    wishes = {LOCALE_COOKIE: text(data, "locale"), STORE_COOKIE: text(data, "store"), CURRENCY_COOKIE: text(data, "currency")}
    with house_of(request).commerce.database.read() as conn:
        stores = catalog.store_names(conn)
    for name, value in wishes.items():
        known = {LOCALE_COOKIE: i18n.languages(), STORE_COOKIE: tuple(stores)}.get(name, ())
        if value and value in known:
            answer.set_cookie(key=name, value=value, max_age=YEAR, samesite="lax")
    return answer


def _log_in(request: Asked, return_to: str, logon_id: str, errors: dict[str, str], status: int = 200) -> Response[str]:
    wanted = face_of(urlsplit(return_to).path) if return_to else "call_center"
    face = wanted if any(one.name == wanted for one in FACES) else "call_center"
    page = staff_page(request, face=face, navigation=())
    context = {"errors": errors, "logon_id": logon_id, "return_to": _local(return_to), "faces": FACES}
    return html(render("staff/login.html", page, **context), status)


routes: list[Any] = [log_in_page, log_in, log_out, choose]
