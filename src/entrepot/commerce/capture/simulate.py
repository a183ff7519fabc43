"""A simulation: what somebody would pay for a cart on a day, with every step that leads there. Nothing is stored or held.

It is the order calculation itself, so it cannot say anything else than what a cart, a draft or an order would cost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace
from sqlalchemy.engine import Connection

from entrepot.commerce import catalog, charges, pricing, promotions
from entrepot.commerce.capture.calculate import calculate, wanted_of
from entrepot.commerce.capture.calculation import Calculation, TaxRow
from entrepot.commerce.capture.configuration import Configuration
from entrepot.commerce.capture.lines import Adding, components_from, kit_components, lines_for
from entrepot.commerce.capture.order import OrderLine, Visit
from entrepot.commerce.capture.to_calculate import ToCalculate
from entrepot.kernel.errors import Invalid
from entrepot.kernel.words import mark

MOST_ITEMS = 100


class NothingToSimulate(Invalid):
    code = "NOTHING_TO_SIMULATE"
    message = mark("{path}: name 1 to {most} articles.")


class ConfigurationOfAnother(Invalid):
    code = "CONFIGURATION_OF_ANOTHER"
    message = mark("{path}: the configuration {configuration} is one of {part_number}.")


class NothingInside(Invalid):
    code = "CONFIGURATION_REQUIRED"
    message = mark("{path}: {part_number} has no default content. Name a finished configuration of it.")


@dataclass(frozen=True, slots=True)
class Question:
    """A cart as somebody imagines it; the visit says who asks for whom, when and in which currency.

    ``configurations`` are finished ones by the place of their item; a kit made to order without one has its default content.
    """

    items: Sequence[Adding]
    configurations: Mapping[int, Configuration] = field(default_factory=dict)
    codes: tuple[str, ...] = ()
    contract: str | None = None
    destination: charges.Destination | None = None
    shipping_mode: str | None = None
    payment: str | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the calculation: what it adds to the order, under its name, and what the order comes to after it."""

    stage: str
    what: str
    amount: int
    after: int


@dataclass(frozen=True, slots=True)
class Simulated:
    """What it comes to, and why: each article's price with its trace, and the steps of the order."""

    calculation: Calculation
    prices: tuple[pricing.Entitled | pricing.Unpriced, ...]
    stages: tuple[Stage, ...]


def simulate(conn: Connection, visit: Visit, asked: Question) -> Simulated:
    """Price the cart as its buyer would have it at the instant of the visit; refused when an article cannot be ordered."""
    if not 0 < len(asked.items) <= MOST_ITEMS:
        raise NothingToSimulate(path="items", most=MOST_ITEMS)
    found = [line for place, one in enumerate(asked.items) for line in _lines(conn, visit, asked, place, one)]
    lines = tuple(replace(line, id=str(place), position=place) for place, line in enumerate(found, 1))
    order = ToCalculate(
        store=visit.store,
        customer=visit.customer,
        currency=visit.currency,
        language=visit.language,
        price_date=visit.at,
        lines=lines,
        order_ref="",
        buyer=visit.buyer.logon_id,
        codes=tuple(promotions.canonical_code(code) for code in asked.codes),
        shipping_mode=asked.shipping_mode,
        destination=asked.destination,
        contract=asked.contract,
        payment=asked.payment,
    )
    numbers = {line.part_number for line in lines} | {one.part_number for line in lines for one in line.components}
    facts = catalog.entries_by_part_numbers(conn, visit.view, numbers)
    together: dict[str, int] = {}
    for line in lines:
        together[line.part_number] = together.get(line.part_number, 0) + line.quantity
    parts = {line.part_number: line.components for line in lines}
    wanted = [wanted_of(facts[number], quantity, parts[number], facts) for number, quantity in together.items()]
    occasion = pricing.Occasion(visit.store.id, visit.currency, visit.at, visit.customer, asked.contract, trace=True)
    # A contract that cannot be used is an error of each item; asked for in a simulation it is one of the question.
    pricing.eligible(pricing.terms_of(conn, visit.store.id).contracts, occasion)
    prices = tuple(pricing.entitled_prices(conn, occasion, wanted))
    calculation = calculate(conn, order)
    return Simulated(calculation, prices, tuple(stages_of(calculation)))


def _lines(conn: Connection, visit: Visit, asked: Question, place: int, adding: Adding) -> Sequence[OrderLine]:
    """The lines an item makes; a kit made to order brings its configuration, else its default content."""
    number, path = adding.part_number.strip(), f"items/{place}"
    entry = catalog.entries_by_part_numbers(conn, visit.view, [number]).get(number)
    if entry is None or not entry.displayable or not entry.type.configured:
        return lines_for(conn, visit, adding, path)
    chosen = asked.configurations.get(place)
    if chosen is not None and chosen.kit != number:
        raise ConfigurationOfAnother(path=path, configuration=chosen.id, part_number=chosen.kit)
    parts = components_from(conn, visit, chosen.parts) if chosen else kit_components(conn, visit, entry)
    if not parts:
        raise NothingInside(path=path, part_number=number)
    quantity = entry.require_orderable().step.parse(adding.quantity, f"{path}/quantity")
    return [OrderLine("", 0, entry.id, number, quantity, components=parts)]


def stages_of(calculation: Calculation) -> Iterator[Stage]:
    """The steps of a calculation in the order it takes them; the last comes to its total."""
    after = 0
    for stage, what, amount in _steps(calculation):
        after += amount
        yield Stage(stage, what, amount, after)
    assert after == calculation.total, "the steps of a calculation add up to its total"


def _steps(calculation: Calculation) -> Iterator[tuple[str, str, int]]:
    for line in calculation.lines:
        yield "item", line.name or line.part_number, line.amount
    for line in calculation.lines:
        for share in line.adjustments:
            yield "promotion", f"{share.name} · {line.name}", -share.amount
    for extra in calculation.surcharges:
        yield "surcharge", extra.name, extra.amount
    shipping = calculation.shipping
    if shipping is not None:
        yield "shipping", shipping.name, shipping.amount
        for share in shipping.adjustments:
            yield "shipping promotion", share.name, -share.amount
    for name, amount in _taxes(calculation).items():
        yield "tax", name, 0 if calculation.tax_included else amount


def _taxes(calculation: Calculation) -> dict[str, int]:
    """The taxes by name and rate, over lines, surcharges and shipping."""
    rows: list[TaxRow] = [tax for line in calculation.lines for tax in line.taxes]
    rows += [tax for extra in calculation.surcharges for tax in extra.taxes]
    rows += calculation.shipping.taxes if calculation.shipping else ()
    sums: dict[str, int] = {}
    for tax in rows:
        key = f"{tax.name} {tax.percent} %"
        sums[key] = sums.get(key, 0) + tax.amount
    return sums
