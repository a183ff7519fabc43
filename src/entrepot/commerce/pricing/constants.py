"""Price constants: named values that equations use, so that one change reaches every rule.

A constant is a number, a percentage (``10`` means 10 %) or a price with an amount per currency. One that has no amount in
the currency asked for has no value, and the equation that uses it yields no price.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce.pricing import tables
from entrepot.kernel.db import upsert
from entrepot.kernel.errors import Invalid, NotFound, Refused
from entrepot.kernel.money import format_price, parse_currency
from entrepot.kernel.typed import typed_price
from entrepot.kernel.words import mark, phrase


class ConstantKind(StrEnum):
    NUMBER = "number"
    PERCENT = "percent"
    PRICE = "price"


class ConstantMalformed(Invalid):
    code = "PRICE_CONSTANT_MALFORMED"
    message = "{path}: {problem}"


class ConstantInUse(Refused):
    code = "PRICE_CONSTANT_IN_USE"
    message = mark("The rules {rules} use the constant {name}. Change them first.")


class ConstantNotFound(NotFound):
    code = "PRICE_CONSTANT_NOT_FOUND"
    message = mark("There is no price constant {name}.")


@dataclass(frozen=True, slots=True)
class PriceConstant:
    """A named value; ``amounts`` are prices by currency (1/100,000), ``value`` is the decimal text of the other kinds."""

    name: str
    kind: ConstantKind
    value: str = ""
    amounts: Mapping[str, int] = field(default_factory=dict)

    def in_currency(self, currency: str) -> tuple[Fraction, bool] | None:
        """The value as an equation takes it, and whether it is a price; none where it has no amount.

        >>> PriceConstant("vat", ConstantKind.PERCENT, "19").in_currency("EUR")
        (Fraction(19, 100), False)
        """
        if self.kind is ConstantKind.PRICE:
            amount = self.amounts.get(currency)
            return None if amount is None else (Fraction(amount), True)
        return (Fraction(self.value) / (100 if self.kind is ConstantKind.PERCENT else 1), False)

    def written(self) -> str:
        """The value as `read_constant` reads it."""
        return " ".join(self._pairs()) if self.kind is ConstantKind.PRICE else self.value

    def sentence(self) -> str:
        if self.kind is ConstantKind.PRICE:
            return ", ".join(self._pairs())
        return f"{self.value} %" if self.kind is ConstantKind.PERCENT else self.value

    def _pairs(self) -> list[str]:
        return [f"{format_price(price, currency)} {currency}" for currency, price in sorted(self.amounts.items())]


#: A comma between two prices; one inside a price is its decimal sign.
_BETWEEN = re.compile(r",(?=\s)|(?<=[A-Za-z]),|;")


def read_constant(name: str, kind: str, text: str, currencies: tuple[str, ...] = ()) -> PriceConstant:
    """A constant from what somebody typed: ``12.50 USD 11.50 EUR`` is a price, anything else one decimal number."""
    if not name.strip() or len(name) > 80:
        raise ConstantMalformed(path="name", problem=mark("write a name of 1 to 80 characters."))
    if kind not in tuple(ConstantKind):
        raise ConstantMalformed(path="kind", problem=mark("choose a number, a percentage or a price."))
    words = _BETWEEN.sub(" ", text).split()
    if kind != ConstantKind.PRICE:
        try:
            exact = Decimal(text.strip().removesuffix("%").strip().replace(",", "."))
        except InvalidOperation:
            raise ConstantMalformed(path="value", problem=mark("write a decimal number such as 1.25.")) from None
        if not exact.is_finite():
            raise ConstantMalformed(path="value", problem=mark("write a decimal number such as 1.25."))
        return PriceConstant(name.strip(), ConstantKind(kind), f"{exact:f}")
    if not words or len(words) % 2:
        raise ConstantMalformed(path="value", problem=mark("write amounts with their currency, such as 12.50 USD 11.50 EUR."))
    amounts = {
        parse_currency(code, "value"): typed_price(amount, "value") for amount, code in zip(*[iter(words)] * 2, strict=True)
    }
    foreign = [code for code in amounts if currencies and code not in currencies]
    if foreign:
        raise ConstantMalformed(
            path="value", problem=phrase(mark("this store does not sell in {names}."), names=", ".join(foreign))
        )
    return PriceConstant(name.strip(), ConstantKind.PRICE, "", amounts)


def find_constants(conn: Connection, store_id: int) -> dict[str, PriceConstant]:
    """The store's constants by name."""
    t = tables.price_constant
    rows = conn.execute(sa.select(t).where(t.c.store_id == store_id).order_by(t.c.name)).mappings()
    return {
        row["name"]: PriceConstant(row["name"], ConstantKind(row["kind"]), row["value"], row["amounts"] or {}) for row in rows
    }


def put_constant(conn: Connection, store_id: int, one: PriceConstant) -> None:
    """Insert or replace a constant; every rule that uses it prices by the new value from now on."""
    row = {"store_id": store_id, "name": one.name, "kind": one.kind.value, "value": one.value, "amounts": dict(one.amounts)}
    upsert(conn, tables.price_constant, [row], ["store_id", "name"])
    tables.touch(conn, store_id)


def remove_constant(conn: Connection, store_id: int, name: str, used_by: list[str]) -> None:
    """Remove a constant that no rule uses."""
    if used_by:
        raise ConstantInUse(name=name, rules=", ".join(used_by))
    t = tables.price_constant
    if not conn.execute(t.delete().where(t.c.store_id == store_id, t.c.name == name)).rowcount:
        raise ConstantNotFound(name=name)
    tables.touch(conn, store_id)
