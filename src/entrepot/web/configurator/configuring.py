"""The configuring page: one form, every button a step. Without JavaScript each step is a page of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Controller, Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery
from litestar.response import Redirect

from entrepot import configurator
from entrepot.configurator import Pick, Session
from entrepot.kernel.errors import Invalid
from entrepot.web.configurator import kits, shown
from entrepot.web.configurator.asking import ask, ask_prices
from entrepot.web.configurator.completing import complete, told
from entrepot.web.configurator.earlier import link_in, offered, saved_by
from entrepot.web.configurator.keeper import viewer_of
from entrepot.web.configurator.launching import leave, open_launch, way_back
from entrepot.web.configurator.parting import parted, search
from entrepot.web.configurator.reasoned import explain
from entrepot.web.configurator.stepping import change_since, headers_of, hold
from entrepot.web.edge import house_of, html
from entrepot.web.house import House
from entrepot.web.i18n import translator
from entrepot.web.page import page_for
from entrepot.web.pages import render

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
Asking = Request[Any, Any, Any]


#: Where a page goes on that tells what filling in has changed.
COMPLETED = "#completed"


#: Earlier configurations that the page offers to come close to.
MAX_EARLIER = 6
#: No revision: nothing was filled in.
UNCHANGED = -1


@dataclass(frozen=True, slots=True)
class Said:
    """What a page says beside the configuration: why a value is excluded, a ceiling, what filling in has changed.

    ``changed`` is the revision before it, ``like`` the link it was to come close to, ``fault`` why that did not work;
    ``held`` is what the browser shows already, ``at`` the part of a large kit that is open, ``find`` what is searched in it;
    ``unfinished`` says that a choice was not decided in time.
    """

    why: Pick | None = None
    ceiling: str = ""
    changed: int = UNCHANGED
    like: str = ""
    unproven: bool = False
    fault: str = ""
    held: str = ""
    at: str = ""
    find: str = ""
    unfinished: bool = False

    @property
    def query(self) -> str:
        """What a redirect carries of it."""
        pairs = {"ceiling": self.ceiling, "unproven": "1" if self.unproven else "", "like": self.like, "at": self.at}
        pairs |= {"changed": str(self.changed)} if self.changed != UNCHANGED else {}
        known = {name: value for name, value in pairs.items() if value}
        return f"?{urlencode(known)}" if known else ""


class StepNotUnderstood(Invalid):
    code = "STEP_NOT_UNDERSTOOD"
    message = "{path}: this is not a step of the configurator."


class ConfiguratorPages(Controller):
    """`/configurator`: where a shop sends its shoppers."""

    path = "/configurator"
    opt = {"permission": "public"}
    include_in_schema = False

    @get("/", sync_to_thread=False)
    def enter(self, request: Asking, token: FromQuery[str] = "") -> Redirect:
        """Use the launch and go on to the session it opened."""
        return Redirect(address(open_launch(house_of(request), token)), status_code=303)

    @post("/", sync_to_thread=True, exclude_from_csrf=True)
    def enter_by_form(self, request: Asking, data: Form) -> Redirect:
        """The same for a launch that is too long for an address: a foreign shop's page sends it as a form."""
        return Redirect(address(open_launch(house_of(request), data.get("token", ""))), status_code=303)

    @get("/shared/{link:str}", sync_to_thread=False)
    def shared(self, request: Asking, link: FromPath[str]) -> Redirect:
        """Start from a configuration somebody shared."""
        house, at = house_of(request), house_of(request).clock.now()
        with house.configurator.database.read() as conn:
            viewer = viewer_of(request, configurator.find_shared(conn, link, at).launch)
        with house.configurator.database.write() as conn:
            session = configurator.open_shared(conn, link, viewer, at)
        return Redirect(address(session), status_code=303)

    @get("/s/{session:str}", sync_to_thread=True)
    def show(self, request: Asking, session: FromPath[str], why: FromQuery[str] = "") -> Response[str]:
        """The page, with the reason of one excluded value if asked for, under a ceiling of the price if there is one."""
        asked = request.query_params
        said = Said(
            why=read_choice(why) if why else None,
            ceiling=asked.get("ceiling", "")[:20],
            changed=int(asked["changed"]) if asked.get("changed", "").isdecimal() else UNCHANGED,
            like=link_in(asked.get("like", "")),
            unproven=bool(asked.get("unproven")),
            held=asked.get("held", "")[:40],
            at=asked.get("at", "")[:200],
            find=asked.get("find", "").strip()[:80],
        )
        return _page(request, find(house_of(request), session), said)

    @post("/s/{session:str}", sync_to_thread=True, status_code=200)
    def step(self, request: Asking, session: FromPath[str], data: Form) -> Response[Any]:
        """Take one step: choose, take back, repair, complete, undo, or finish."""
        house = house_of(request)
        found, ceiling, held = find(house, session), data.get("ceiling", "").strip()[:20], data.get("held", "")[:40]
        asked = Said(ceiling=ceiling, held=held, at=data.get("at", "")[:200])
        if data.get("do") == "done":
            return _finished(request, found)
        if "open" in data:
            place = read_choice(data["open"])
            return _go(request, address(kits.open_inside(house, found, place.option_class, place.option)))
        try:
            after, where, said = take_step(house, found, data)
        except configurator.OptionExcluded as excluded:
            if "choose" in data:
                return _page(request, found, replace(asked, why=read_choice(data["choose"])))
            fault = excluded.plain(translator(found.launch.locale).gettext)
            return _page(request, found, replace(asked, fault=fault))
        except configurator.SearchUnfinished:
            return _page(request, found, replace(asked, held="", unfinished=True))
        except (configurator.ConfigurationNotFound, configurator.OtherKit) as error:
            fault = error.plain(translator(found.launch.locale).gettext)
            return _page(request, found, replace(asked, held="", like=data.get("like", "")[:300], fault=fault))
        said = replace(said, ceiling=ceiling, held=held, at=asked.at)
        if "hx-request" in request.headers:
            return _page(request, after, said)
        return Redirect(f"{address(after)}{said.query}{where}", status_code=303)


def find(house: House, session: str) -> Session:
    with house.configurator.database.read() as conn:
        return configurator.find_session(conn, session, house.clock.now())


def address(session: Session) -> str:
    return f"/configurator/s/{session.configuration.session}"


def read_choice(text: str) -> Pick:
    """``class.option`` or ``class.option:2``; no option is "none of this class"."""
    name, _, quantity = text.partition(":")
    option_class, dot, option = name.partition(".")
    if not option_class or not dot or (quantity and not quantity.isdecimal()):
        raise StepNotUnderstood(path=text or "choose")
    return Pick(option_class, option, int(quantity or 0))


def take_step(house: House, session: Session, data: dict[str, str]) -> tuple[Session, str, Said]:
    """Do what the pressed button says; also answers where on the page it was, and what is to be said about it."""
    pressed = data.get("do")
    if pressed == "enter":
        pressed = "nearest" if data.get("like") else "ceiling"
    near = link_in(data.get("nearest") or (data.get("like", "") if pressed == "nearest" else ""))
    if near or pressed in ("complete", "cheapest", "popular"):
        found, proven = complete(house, session, "nearest" if near else str(pressed), near)
        return found, COMPLETED, Said(changed=session.configuration.revision, like=near, unproven=not proven)
    return *_change(house, session, data, pressed), Said()


def _change(house: House, session: Session, data: dict[str, str], pressed: str | None) -> tuple[Session, str]:
    if "choose" in data:
        wanted = read_choice(data["choose"])
        picks = configurator.choose(session.compiled, session.configuration.picks, wanted)
        return record(house, session, picks), f"#q-{wanted.option_class}"
    if "retract" in data:
        name, _, option = data["retract"].partition(".")
        return record(house, session, _taken_back(session, name, option)), f"#q-{name}"
    if "decline" in data:
        unwanted = replace(read_choice(data["decline"]), quantity=configurator.DECLINED)
        picks = configurator.choose(session.compiled, session.configuration.picks, unwanted)
        return record(house, session, picks), f"#q-{unwanted.option_class}"
    if "repair" in data:
        return repair(house, session, data["repair"])
    match pressed:
        case "undo":
            with house.configurator.database.write(relaxed=True) as conn:
                return configurator.undo(conn, session, house.clock.now()), ""
        case "start-over":
            return record(house, session, ()), ""
        case "ceiling" | "nearest":
            return session, ""
    raise StepNotUnderstood(path="do")


def _taken_back(session: Session, name: str, option: str) -> configurator.Picks:
    """The picks without one; of a class of many, what would come back by itself as a default is declined instead."""
    compiled, made = session.compiled, session.configuration
    kept, option_class = configurator.retract(made.picks, name, option), compiled.model.find_class(name)
    if option_class is None or option_class.single:
        return kept
    taken = {(one.option_class, one.option) for one in configurator.look(compiled, kept, made.base).taken}
    if (name, option) in taken:
        try:
            return configurator.choose(compiled, kept, Pick(name, option, configurator.DECLINED))
        except configurator.OptionExcluded:
            return kept
    return kept


def repair(house: House, session: Session, text: str) -> tuple[Session, str]:
    """Apply one of the alternatives offered for an excluded value, named ``class.option/number``."""
    name, _, number = text.rpartition("/")
    wanted = read_choice(name)
    prices, _ = ask_prices(house, session, ())
    offered = configurator.repairs(session.compiled, session.configuration.picks, wanted, prices)
    if not number.isdecimal() or int(number) >= len(offered):
        raise StepNotUnderstood(path="repair")
    return record(house, session, offered[int(number)].picks), f"#q-{wanted.option_class}"


def finish(house: House, session: Session) -> dict[str, Any]:
    """The signed bill of material, with the prices commerce named last."""
    prices, _ = ask_prices(house, session, ())
    at = house.clock.now()
    key = house.settings.secret
    with house.configurator.database.write() as conn:
        return configurator.finish(conn, session, key, at, prices)


def record(house: House, session: Session, picks: configurator.Picks) -> Session:
    """Record a step that is decided. It need not wait for the disk: a shopper can take it again."""
    with house.configurator.database.write(relaxed=True) as conn:
        return configurator.set_picks(conn, session, picks, house.clock.now())


def _finished(request: Asking, session: Session) -> Response[Any]:
    """On to the shop with a finished kit; from a kit inside back to the one around it."""
    if session.configuration.parent:
        return _go(request, kits.crumbs_of(house_of(request), session, "")[-2].href)
    house = house_of(request)
    return leave(request, session.launch, way_back(house, session, finish(house, session)))


def _go(request: Asking, target: str) -> Response[Any]:
    if "hx-request" in request.headers:
        return Response("", status_code=204, headers={"HX-Redirect": target})
    return Redirect(target, status_code=303)


def _page(request: Asking, session: Session, said: Said) -> Response[str]:
    house, launch = house_of(request), session.launch
    view = session.view()
    answers = ask(house, session, view.taken)
    page = page_for(request, locale=launch.locale, currency=launch.currency, store_name=store_name(launch.organization))
    made = shown.show(session, view, answers, launch.locale, shown.read_ceiling(said.ceiling))
    made = parted(kits.with_kits(made, session, view, answers, launch.locale), said.at, said.why.option_class if said.why else "")
    with house.configurator.database.read() as conn:
        earlier = [] if session.configuration.parent else offered(conn, session, saved_by(request))
    try:
        why = explain(session, answers, said.why, launch.locale) if said.why is not None else None
    except configurator.SearchUnfinished:
        why, said = None, replace(said, unfinished=True)
    fragment = "hx-request" in request.headers and "hx-history-restore-request" not in request.headers
    known = session.configuration.id
    change = change_since(known, said.held, made, why) if fragment and said.held and not (said.fault or said.unfinished) else None
    text = render(
        "configurator/step.html" if change else "configurator/steps.html" if fragment else "configurator/page.html",
        page,
        it=made,
        said=said,
        why=why,
        change=change,
        hits=search(made, said.find),
        token=hold(known, made, why),
        completed=told(house, session, answers, said.changed, said.like) if said.changed != UNCHANGED else None,
        earlier=earlier[:MAX_EARLIER],
        address=address(session),
        session=session.configuration.session,
        back=launch.return_url,
        share=f"/configurator/shared/{session.configuration.link}",
        crumbs=kits.crumbs_of(house, session, made.title),
        picture_of=picture_address,
    )
    return html(text, headers={"Cache-Control": "no-store"} | headers_of(change, why))


def picture_address(image: str) -> str:
    """Where a picture that the catalog names (``images/x.svg``) is served."""
    return image if image.startswith(("/", "https://")) else f"/{image}"


def store_name(organization: str) -> str:
    return organization.replace("-", " ").title()
