"""Prices that include the taxes of home, for goods that go where other taxes are due.

The exact net is kept and the taxes there come on top, rounded once per price: a store charges what it charges at home, each
treasury its own. It is the same for prices, minimum prices, shipping and surcharges; what was locked or sold stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as changed

from msgspec.structs import replace
from sqlalchemy.engine import Connection

from entrepot.commerce import charges
from entrepot.commerce.capture.calculation import PricedComponent, PricedLine
from entrepot.commerce.catalog import EntryFacts, Store
from entrepot.kernel.money import PRICE_SCALE, exponent, extend
from entrepot.kernel.quantity import read_step

STANDARD = "standard"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What is due at home and where the goods go, in a currency with so many decimals."""

    rates: tuple[charges.TaxRate, ...]
    home: charges.Destination
    there: charges.Destination
    currency: str

    def price(self, price: int, category: str | None) -> int:
        """A price with the taxes there; one with more decimals than the currency keeps as many as prices may have."""
        at_home = charges.taxes_due(self.rates, category or STANDARD, self.home)
        there = charges.taxes_due(self.rates, category or STANDARD, self.there)
        digits = exponent(self.currency)
        coarse = price % (PRICE_SCALE // 10**digits) == 0
        return charges.price_elsewhere(price, at_home, there, digits if coarse else 5)

    def amount(self, amount: int, category: str | None) -> int:
        """An amount in minor units with the taxes there."""
        grid: int = PRICE_SCALE // 10 ** exponent(self.currency)
        return self.price(amount * grid, category) // grid

    def line(self, line: PricedLine, category: str | None) -> PricedLine:
        """A line at the prices it has there, its parts like the whole."""
        unit_price = self.price(line.unit_price, category)
        step = read_step(line.multiple, line.unit)
        return replace(
            line,
            unit_price=unit_price,
            amount=extend(unit_price, line.quantity, self.currency, step.fraction),
            list_price=None if line.list_price is None else self.price(line.list_price, category),
            components=tuple(
                PricedComponent(one.part_number, one.quantity, self.price(one.unit_price, category)) for one in line.components
            ),
        )

    def lines(
        self, lines: Sequence[PricedLine], facts: Mapping[str, EntryFacts], locked: Mapping[str, int] | None = None
    ) -> list[PricedLine]:
        """The lines at the prices they have there; those that are locked as they are."""
        return [line if line.id in (locked or {}) else self.line(line, facts[line.part_number].tax_category) for line in lines]

    def surcharge(self, one: charges.Surcharge) -> charges.Surcharge:
        """A surcharge whose fixed amounts have the taxes there; a percentage goes by goods that have them already."""
        tariffs = [tariff for tariff in one.tariffs if tariff.currency == self.currency]
        costing = [changed(tariff, amount=self.amount(tariff.amount, one.tax_category)) for tariff in tariffs]
        return changed(one, tariffs=tuple(costing))


def elsewhere(conn: Connection, store: Store, destination: charges.Destination | None, currency: str) -> Elsewhere | None:
    """How prices change for goods that go there; nothing where they are charged as they are."""
    if not store.prices_include_tax or destination is None:
        return None
    home = charges.find_tax_home(conn, store.id)
    if not home.taken_out(destination):
        return None
    rates = charges.find_tax_rates(conn, store.id)
    return Elsewhere(rates, charges.Destination(home.country, home.region), destination, currency)
