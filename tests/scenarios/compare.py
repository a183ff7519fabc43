"""Compares what came out with what is expected, number by number."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any


def differences(expected: dict[str, Any], facts: dict[str, Any]) -> Iterator[str]:
    """Every expectation that does not hold; one this runner has no fact for is told as unknown."""
    in_order = expected.get("order_significant", True)
    for key, wanted in expected.items():
        if key == "order_significant" or key.endswith("_alternatives") or key == "note":
            continue
        if key not in facts:
            yield f"unknown expectation {key}"
            continue
        accepted = [wanted, *expected.get(f"{key}_alternatives", ())]
        if not any(equal(one, facts[key], in_order=in_order) for one in accepted):
            yield f"{key}: expected {plain(wanted)}, got {plain(facts[key])}"


def equal(wanted: Any, got: Any, *, in_order: bool = True) -> bool:
    if isinstance(wanted, dict) and isinstance(got, dict):
        found = {_key(key): value for key, value in got.items()}
        return all(_key(key) in found and equal(value, found[_key(key)]) for key, value in wanted.items())
    if isinstance(wanted, list) and isinstance(got, list):
        if not in_order:
            wanted, got = sorted(wanted, key=_rank), sorted(got, key=_rank)
        return len(wanted) == len(got) and all(equal(one, other) for one, other in zip(wanted, got, strict=True))
    if isinstance(wanted, bool) or isinstance(got, bool):
        return wanted is got
    left, right = number(wanted), number(got)
    return left == right if left is not None and right is not None else wanted == got


def number(value: Any) -> Decimal | None:
    try:
        return None if value is None or isinstance(value, bool | list | dict) else Decimal(str(value))
    except InvalidOperation:
        return None


def _key(key: Any) -> Any:
    found = number(key)
    return key if found is None else found


def _rank(value: Any) -> tuple[Decimal, str]:
    return (number(value) or Decimal(0), str(value))


def plain(value: Any) -> Any:
    """A value as it can be printed and written as JSON."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return str(value) if isinstance(value, Decimal) else value
