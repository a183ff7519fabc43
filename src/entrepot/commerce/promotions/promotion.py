"""A promotion: when it may apply, what it asks, what it gives.

Conditions and rewards are typed values read from their stored form, so a malformed promotion is refused when
it is saved, with the path of the fault, and its schema, form and sentence come from the same definition.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from functools import cached_property
from typing import Any

import msgspec

from entrepot.commerce.promotions.conditions import Condition
from entrepot.commerce.promotions.rewards import Reward
from entrepot.commerce.promotions.targets import Targets
from entrepot.kernel.errors import Invalid

NO_LIMIT = -1


class PromotionMalformed(Invalid):
    code = "PROMOTION_MALFORMED"
    message = "{path}: {problem}"


class Level(StrEnum):
    """Which amounts a promotion works on; arithmetic always runs in this order."""

    PRODUCT = "product"
    ORDER = "order"
    SHIPPING = "shipping"


class Exclusivity(IntEnum):
    """With what a promotion combines (numbers as in the load files)."""

    COMBINES = 0
    ALONE_IN_LEVEL = 1
    ALONE = 2
    STACKS = 4


class Trigger(StrEnum):
    AUTOMATIC = "automatic"
    PUBLIC_CODE = "public_code"


@dataclass(frozen=True, slots=True)
class Limits:
    """How often it may be used: per order, per shopper, in all; −1 is no limit, 0 is never."""

    order: int = NO_LIMIT
    shopper: int = NO_LIMIT
    total: int = NO_LIMIT


@dataclass(frozen=True)
class Promotion:
    """The terms of one version of a promotion."""

    id: int
    identifier: str
    version: int
    level: Level
    conditions: tuple[Condition, ...]
    rewards: tuple[Reward, ...]
    priority: int = 0
    exclusivity: Exclusivity = Exclusivity.COMBINES
    trigger: Trigger = Trigger.AUTOMATIC
    code: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    limits: Limits = field(default_factory=Limits)
    texts: dict[str, tuple[str, str]] = field(default_factory=dict)

    def in_force(self, at: datetime) -> bool:
        return (self.starts_at is None or self.starts_at <= at) and (self.ends_at is None or at < self.ends_at)

    @property
    def limited(self) -> bool:
        """Whether its use over all orders, or by one shopper, has a bound."""
        return self.limits.total != NO_LIMIT or self.limits.shopper != NO_LIMIT

    @cached_property
    def triggers(self) -> tuple[Targets, ...]:
        """The targets of which at least one line has to be there, or nothing when any basket will do."""
        return tuple(found for one in self.conditions if (found := one.triggers()) and not found.everything)

    @cached_property
    def rank(self) -> tuple[int, float, int]:
        """Larger priority first; of equals the one that started earlier, then the older."""
        return (-self.priority, self.starts_at.timestamp() if self.starts_at else 0.0, self.id)

    def name(self, language: str) -> str:
        return self._text(language)[0]

    def description(self, language: str) -> str:
        return self._text(language)[1]

    def _text(self, language: str) -> tuple[str, str]:
        return self.texts.get(language) or next(iter(self.texts.values()), (self.identifier, ""))

    def sentence(self) -> str:
        """The terms in words, from the same values that decide."""
        conditions = " and ".join(one.sentence() for one in self.conditions) or "always"
        return f"{conditions}: {', '.join(one.sentence() for one in self.rewards)}"


def canonical_code(text: str) -> str:
    """Codes are compared without surrounding blanks and letter case."""
    return text.strip().upper()


def read_conditions(value: Any) -> tuple[Condition, ...]:
    """Conditions from their stored form, or a refusal naming the place."""
    conditions: tuple[Condition, ...] = _read(value, tuple[Condition, ...], "conditions")
    return conditions


def read_rewards(value: Any) -> tuple[Reward, ...]:
    """Rewards from their stored form, or a refusal naming the place."""
    rewards: tuple[Reward, ...] = _read(value, tuple[Reward, ...], "rewards")
    return rewards


def _read(value: Any, kind: Any, path: str) -> Any:
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError as error:
        raise PromotionMalformed(path=path, problem=str(error)) from None
