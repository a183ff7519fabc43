"""Two configurations beside each other for programs: what the comparing page shows, in JSON."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, Request, get
from litestar.params import FromQuery

from entrepot import configurator
from entrepot.configurator import Place
from entrepot.kernel.money import format_price
from entrepot.web.configurator import compared
from entrepot.web.configurator.compared import Comparison, Row, Side, Value
from entrepot.web.configurator.keeper import viewer_of
from entrepot.web.edge import house_of


class ComparedValue(msgspec.Struct):
    """An option that a configuration has, and what its parts cost for the caller."""

    option: str
    title: str
    quantity: int
    price: str | None


class ComparedClass(msgspec.Struct):
    """A class with what both have in it; ``within`` leads through kits inside (``class.option``) to the one it is in."""

    option_class: str
    title: str
    within: list[str]
    differs: bool
    left: list[ComparedValue]
    right: list[ComparedValue]


class ComparedSide(msgspec.Struct):
    """One configuration; ``no_longer_holds`` and ``asked_besides`` say what today's model version thinks of it."""

    link: str
    item: str
    model: str
    version: int
    current_version: int | None
    complete: bool
    price: str | None
    price_confirmed: bool
    no_longer_holds: list[str]
    asked_besides: list[str]


class ComparedTwo(msgspec.Struct):
    """Two configurations; ``price_difference`` is how much more the right one costs."""

    currency: str
    left: ComparedSide
    right: ComparedSide
    price_difference: str | None
    classes: list[ComparedClass]


class ComparisonApi(Controller):
    """`/api/configurator/comparison`"""

    path = "/api/configurator/comparison"
    tags = ["Configurator"]
    opt = {"permission": "public"}

    @get("/", sync_to_thread=True)
    def show(
        self,
        request: Request[Any, Any, Any],
        left: FromQuery[str],
        right: FromQuery[str],
        only: FromQuery[str] = "",
    ) -> ComparedTwo:
        """Two configurations of one kit by their links (``link`` of a session's state), class by class.

        With ``only=differences`` the classes that are alike are left out. Prices are the caller's own, in the caller's
        language and currency.
        """
        house = house_of(request)
        at = house.clock.now()
        with house.configurator.database.read() as conn:
            sessions = [configurator.find_shared(conn, link, at) for link in (left, right)]
        made = compared.compare(house, sessions[0], sessions[1], viewer_of(request, sessions[0].launch))
        return ComparedTwo(
            currency=made.currency,
            left=_side(made, made.left),
            right=_side(made, made.right),
            price_difference=_price(made, made.dearer),
            classes=[_class(made, row) for row in made.rows if row.differs or not only],
        )


def _side(made: Comparison, side: Side) -> ComparedSide:
    return ComparedSide(
        link=side.link,
        item=side.session.launch.item,
        model=side.session.compiled.model.name,
        version=side.today.version,
        current_version=side.today.current,
        complete=side.complete,
        price=_price(made, side.price),
        price_confirmed=side.confirmed,
        no_longer_holds=[_named(within, str(pick)) for within, pick in side.today.lost],
        asked_besides=[_named(within, name) for within, name in side.today.missing],
    )


def _class(made: Comparison, row: Row) -> ComparedClass:
    def told(values: tuple[Value, ...]) -> list[ComparedValue]:
        return [ComparedValue(one.option, one.title, one.quantity, _price(made, one.price)) for one in values]

    within = [".".join(place) for place in row.within]
    return ComparedClass(row.option_class, row.title, within, row.differs, told(row.left), told(row.right))


def _named(within: tuple[Place, ...], name: str) -> str:
    """A name with the kits it lies within, as launches write it: ``notebook.cto > board.u8``."""
    return " > ".join([*(".".join(place) for place in within), name])


def _price(made: Comparison, price: int | None) -> str | None:
    return None if price is None else format_price(price, made.currency)
