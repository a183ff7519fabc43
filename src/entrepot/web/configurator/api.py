"""The configurator for programs: the same steps as the page, in JSON.

A session is opened with a launch token and answers, after every step, the whole state: each value of each class
as chosen, set, default, possible or excluded, and the price commerce gives the kit. A program that names the revision
it holds (``since``) is told what has changed only; see `answers`.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from litestar import Controller, Request, delete, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from entrepot import configurator
from entrepot.configurator import Pick, Session
from entrepot.kernel.money import parse_price
from entrepot.web.configurator import kits
from entrepot.web.configurator.answers import state_of, step
from entrepot.web.configurator.asking import ask
from entrepot.web.configurator.completing import complete
from entrepot.web.configurator.configuring import find, finish, record, repair
from entrepot.web.configurator.launching import open_launch, way_back
from entrepot.web.configurator.reasoned import explain
from entrepot.web.edge import house_of

Asking = Request[Any, Any, Any]
#: The revision of a program that holds no state yet.
NOTHING = -1


class NewSession(msgspec.Struct, forbid_unknown_fields=True):
    token: str


class Choice(msgspec.Struct, forbid_unknown_fields=True):
    """A value; no option is "none of this class", no quantity the least possible, ``declined`` "not this one"."""

    option_class: str
    option: str = ""
    quantity: int = 0
    declined: bool = False


class InnerPlace(msgspec.Struct, forbid_unknown_fields=True):
    """The option of the outer kit that is a kit of its own."""

    option_class: str
    option: str


class ChosenRepair(msgspec.Struct, forbid_unknown_fields=True):
    """One of the alternatives that ``why`` offered, by its place in the list."""

    option_class: str
    option: str
    number: int = 0


class Completion(msgspec.Struct, forbid_unknown_fields=True):
    """How to fill in what is open; ``like`` is the link of a shared configuration that ``nearest`` follows."""

    how: Literal["defaults", "cheapest", "popular", "nearest"] = "defaults"
    like: str = ""


class ConfiguratorApi(Controller):
    """`/api/configurator/sessions`"""

    path = "/api/configurator/sessions"
    tags = ["Configurator"]
    opt = {"permission": "public"}

    @post("/", sync_to_thread=True)
    def open(self, request: Asking, data: JSONBody[NewSession]) -> dict[str, Any]:
        """Open a session with a launch token; a token opens one session only."""
        house = house_of(request)
        return state_of(house, open_launch(house, data.token))

    @get("/{session:str}", sync_to_thread=True)
    def show(
        self, request: Asking, session: FromPath[str], ceiling: FromQuery[str] = "", since: FromQuery[int] = NOTHING
    ) -> dict[str, Any]:
        """The state of a configuration; values that no kit within a price ceiling has are marked."""
        house = house_of(request)
        return state_of(house, find(house, session), since, parse_price(ceiling, "ceiling") if ceiling else None)

    @post("/{session:str}/choices", status_code=200)
    async def choose(
        self, request: Asking, session: FromPath[str], data: JSONBody[Choice], since: FromQuery[int] = NOTHING
    ) -> dict[str, Any]:
        """Take a value; an excluded one is refused (ask ``why``)."""
        house = house_of(request)
        wanted = Pick(data.option_class, data.option, configurator.DECLINED if data.declined else max(0, data.quantity))

        def take(found: Session) -> Session:
            return record(house, found, configurator.choose(found.compiled, found.configuration.picks, wanted))

        return await step(house, session, since, take)

    @delete("/{session:str}/choices/{option_class:str}", status_code=200)
    async def retract(
        self,
        request: Asking,
        session: FromPath[str],
        option_class: FromPath[str],
        option: FromQuery[str] = "",
        since: FromQuery[int] = NOTHING,
    ) -> dict[str, Any]:
        """Take a choice back; what followed from it is free again."""
        house = house_of(request)

        def take(found: Session) -> Session:
            return record(house, found, configurator.retract(found.configuration.picks, option_class, option))

        return await step(house, session, since, take)

    @get("/{session:str}/why", sync_to_thread=True)
    def why(
        self,
        request: Asking,
        session: FromPath[str],
        option_class: FromQuery[str],
        option: FromQuery[str],
        quantity: FromQuery[int] = 0,
    ) -> dict[str, Any]:
        """Why a value is excluded: the fewest choices and rules, and the smallest changes that would allow it.

        ``minimal`` is false where there was no time to find out which of them could be spared, ``smallest`` where a smaller
        change may do.
        """
        house = house_of(request)
        found = find(house, session)
        answers = ask(house, found, ())
        reason = explain(found, answers, Pick(option_class, option, quantity), found.launch.locale)
        if reason is None:
            return {"possible": True, "choices": [], "rules": [], "minimal": True, "smallest": True, "repairs": []}
        return {
            "possible": False,
            "choices": list(reason.picks),
            "rules": list(reason.rules),
            "minimal": reason.minimal,
            "smallest": reason.smallest,
            "repairs": [[msgspec.to_builtins(change) for change in changes] for changes in reason.repairs],
        }

    @post("/{session:str}/repairs", sync_to_thread=True, status_code=200)
    def repair(self, request: Asking, session: FromPath[str], data: JSONBody[ChosenRepair]) -> dict[str, Any]:
        """Take an excluded value anyway, with one of the offered changes."""
        house = house_of(request)
        text = f"{data.option_class}.{data.option}/{data.number}"
        return state_of(house, repair(house, find(house, session), text)[0])

    @post("/{session:str}/kits", sync_to_thread=True)
    def open_inside(self, request: Asking, session: FromPath[str], data: JSONBody[InnerPlace]) -> dict[str, Any]:
        """Step into a kit inside a kit: a session of its own, whose choices belong to the one around it."""
        house = house_of(request)
        inner = kits.open_inside(house, find(house, session), data.option_class, data.option)
        return state_of(house, inner)

    @post("/{session:str}/undo", sync_to_thread=True, status_code=200)
    def undo(self, request: Asking, session: FromPath[str], since: FromQuery[int] = NOTHING) -> dict[str, Any]:
        """Go back one step."""
        house = house_of(request)
        found = find(house, session)
        with house.configurator.database.write(relaxed=True) as conn:
            found = configurator.undo(conn, found, house.clock.now())
        return state_of(house, found, since)

    @post("/{session:str}/completion", sync_to_thread=True, status_code=200)
    def complete(self, request: Asking, session: FromPath[str], data: JSONBody[Completion]) -> dict[str, Any]:
        """Fill in everything that is open: ``defaults``, ``cheapest``, ``popular``, or ``nearest`` to a shared one.

        ``proven`` is false where a cheapest kit was found in time, but not the proof that none is cheaper.
        """
        house = house_of(request)
        found, proven = complete(house, find(house, session), data.how, data.like)
        return state_of(house, found) | {"proven": proven}

    @post("/{session:str}/finish", sync_to_thread=True, status_code=200)
    def finish(self, request: Asking, session: FromPath[str]) -> dict[str, Any]:
        """End the configuration: its id, its signed bill of material and the way back to the shop."""
        house = house_of(request)
        found = find(house, session)
        bom = finish(house, found)
        return {"configuration_id": bom["ConfigurationId"], "return_url": way_back(house, found, bom), "bom": bom}
