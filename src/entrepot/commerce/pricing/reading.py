"""Reads price rules from their stored form and refuses what could not price, naming the place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from entrepot.commerce.pricing.condition import COMPARISONS, Comparison, Condition, Hours
from entrepot.commerce.pricing.equation import read_equation
from entrepot.commerce.pricing.faults import PriceRuleMalformed
from entrepot.commerce.pricing.rule import (
    Amount,
    Branch,
    Calculate,
    Coordinator,
    DynamicKit,
    Element,
    FromList,
    FromListPrice,
    Nested,
    Percent,
    Round,
    Rule,
    as_mapping,
)
from entrepot.kernel.money import PRICE_SCALE, parse_price
from entrepot.kernel.words import mark, phrase


def read_rule(name: str, path: Any) -> Rule:
    """A rule from its stored form.

    >>> read_rule("gold", [{"list": "Standard"}, {"percent": "-5"}]).lists
    frozenset({'Standard'})
    """
    return Rule(name, _path(path, name))


def check_rules(rules: dict[str, Rule]) -> None:
    """Refuse a rule that names an unknown one or reaches itself."""

    def visit(name: str, trail: tuple[str, ...]) -> None:
        if name not in rules:
            raise PriceRuleMalformed(path=trail[-1], problem=phrase(mark("there is no price rule {name}"), name=name))
        if name in trail:
            raise PriceRuleMalformed(
                path=trail[0], problem=phrase(mark("the rule contains itself: {names}"), names=" → ".join((*trail, name)))
            )
        for nested in rules[name].nested():
            visit(nested, (*trail, name))

    for name in rules:
        visit(name, ())


def _path(value: Any, path: str) -> tuple[Element, ...]:
    if not isinstance(value, list) or not value:
        raise PriceRuleMalformed(path=path, problem=mark("a list of at least one element is expected here"))
    return tuple(_element(as_mapping(element, f"{path}/{i}"), f"{path}/{i}") for i, element in enumerate(value))


def _element(value: dict[str, Any], path: str) -> Element:
    found = [key for key in READERS if key in value]
    if len(found) != 1:
        raise PriceRuleMalformed(path=path, problem=phrase(mark("name one of {names}"), names=", ".join(READERS)))
    return READERS[found[0]](value, path)


def _from_list(value: dict[str, Any], path: str) -> Element:
    return FromList(_text(value["list"], path))


def _list_price(value: dict[str, Any], path: str) -> Element:
    return FromListPrice()


def _percent(value: dict[str, Any], path: str) -> Element:
    return Percent(_number(value["percent"], path))


def _amount(value: dict[str, Any], path: str) -> Element:
    return Amount(int(_number(value["amount"], path) * PRICE_SCALE))


def _round(value: dict[str, Any], path: str) -> Element:
    if value["round"] not in ("up", "down", "nearest"):
        raise PriceRuleMalformed(path=path, problem=mark("round up, down or nearest"))
    step, offset = _number(value.get("step", "1"), path), _number(value.get("offset", "0"), path)
    if step <= 0:
        raise PriceRuleMalformed(path=path, problem=mark("the step is greater than 0"))
    return Round(value["round"], int(step * PRICE_SCALE), int(offset * PRICE_SCALE))


def _calculate(value: dict[str, Any], path: str) -> Element:
    return Calculate(read_equation(value["calculate"], f"{path}/calculate"))


def _nested(value: dict[str, Any], path: str) -> Element:
    return Nested(_text(value["rule"], path))


def _coordinator(choice: str) -> Callable[[dict[str, Any], str], Element]:
    def read(value: dict[str, Any], path: str) -> Element:
        return Coordinator(choice, tuple(_text(name, path) for name in value[choice]))

    return read


def _branch(value: dict[str, Any], path: str) -> Element:
    paths = []
    for i, case in enumerate(value["branch"]):
        case = as_mapping(case, f"{path}/branch/{i}")
        condition = _condition(as_mapping(case.get("when"), f"{path}/branch/{i}/when"), path)
        paths.append((condition, _path(case.get("then"), f"{path}/branch/{i}/then")))
    otherwise = _path(value["otherwise"], f"{path}/otherwise") if "otherwise" in value else None
    return Branch(tuple(paths), otherwise)


def _dynamic_kit(value: dict[str, Any], path: str) -> Element:
    kits = value["kits"]
    return DynamicKit(_text(value.get("items"), path), _path(kits, f"{path}/kits") if kits else ())


def _condition(value: dict[str, Any], path: str) -> Condition:
    most = value.get("quantity_most")
    return Condition(
        segments=frozenset(value.get("segments", ())),
        not_segments=frozenset(value.get("not_segments", ())),
        part_numbers=frozenset(value.get("part_numbers", ())),
        not_part_numbers=frozenset(value.get("not_part_numbers", ())),
        groups=frozenset(value.get("groups", ())),
        not_groups=frozenset(value.get("not_groups", ())),
        lists=tuple(value.get("lists", ())),
        quantity_least=int(value.get("quantity", 0)),
        quantity_most=None if most is None else int(most),
        from_at=_instant(value.get("from"), path),
        to_at=_instant(value.get("to"), path),
        hours=_hours(value, path),
        comparison=_comparison(value["compare"], path) if "compare" in value else None,
    )


def _hours(value: dict[str, Any], path: str) -> Hours | None:
    if not {"days", "from_time", "to_time"} & value.keys():
        return None
    try:
        days = frozenset(int(day) for day in value.get("days", ()))
        start = time.fromisoformat(value.get("from_time", "00:00"))
        end = time.fromisoformat(value["to_time"]) if "to_time" in value else None
        zone = ZoneInfo(value.get("zone", "UTC"))
    except (TypeError, ValueError, ZoneInfoNotFoundError):
        raise PriceRuleMalformed(
            path=path, problem=mark("days 1 to 7, hours such as 09:30, a time zone: one is malformed")
        ) from None
    if not days <= frozenset(range(1, 8)):
        raise PriceRuleMalformed(path=path, problem=mark("days are numbered from 1 for Monday to 7 for Sunday"))
    return Hours(zone.key, days, start, end)


def _comparison(value: Any, path: str) -> Comparison:
    if not isinstance(value, list) or len(value) != 3 or value[1] not in COMPARISONS:
        raise PriceRuleMalformed(
            path=path, problem=phrase(mark("two equations with one of {names} between them"), names=" ".join(COMPARISONS))
        )
    return Comparison(read_equation(value[0], f"{path}/compare/0"), value[1], read_equation(value[2], f"{path}/compare/2"))


READERS: dict[str, Callable[[dict[str, Any], str], Element]] = {
    "list": _from_list,
    "list_price": _list_price,
    "percent": _percent,
    "amount": _amount,
    "calculate": _calculate,
    "round": _round,
    "rule": _nested,
    "lowest": _coordinator("lowest"),
    "highest": _coordinator("highest"),
    "first": _coordinator("first"),
    "branch": _branch,
    "kits": _dynamic_kit,
}


def _text(value: Any, path: str) -> str:
    if not isinstance(value, str) or not value:
        raise PriceRuleMalformed(path=path, problem=mark("a name is expected here"))
    return value


def _number(value: Any, path: str) -> Fraction:
    try:
        return Fraction(Decimal(str(value)))
    except (InvalidOperation, ValueError):
        raise PriceRuleMalformed(path=path, problem=mark("a decimal number is expected here")) from None


def _instant(value: Any, path: str) -> datetime | None:
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise PriceRuleMalformed(path=path, problem=mark("an ISO 8601 date is expected here")) from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def offer_price(text: str, path: str) -> int:
    """The price of an offer as written in a file or form."""
    return parse_price(text, path)
