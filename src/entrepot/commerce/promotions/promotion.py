"""A promotion: when it may apply, what it asks, what it gives.

Conditions and rewards are typed values read from their stored form, so a malformed promotion is refused when
it is saved, with the path of the fault, and its schema, form and sentence come from the same definition.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal

import msgspec

from entrepot.commerce.promotions.conditions import ANY_NUMBER, BoughtTogether, Condition
from entrepot.commerce.promotions.rewards import Reward
from entrepot.commerce.promotions.schedule import Schedule, local_time
from entrepot.commerce.promotions.targets import Amounts, Gettext, Targets, mark, plain
from entrepot.kernel.errors import Invalid
from entrepot.kernel.money import parse_amount, parse_currency

NO_LIMIT = -1


class PromotionMalformed(Invalid):
    code = "PROMOTION_MALFORMED"
    message = "{path}: {problem}"


class Level(StrEnum):
    """Which amounts a promotion works on; arithmetic always runs in this order."""

    PRODUCT = "product"
    ORDER = "order"
    SHIPPING = "shipping"


_LEVELS = {level: place for place, level in enumerate(Level)}


class Exclusivity(IntEnum):
    """With what a promotion combines (numbers as in the load files)."""

    COMBINES = 0
    ALONE_IN_LEVEL = 1
    ALONE = 2
    NOT_WITH_PRODUCT = 3
    STACKS = 4


class Lane(StrEnum):
    """A lane of promotions that compete for each line: the best one of the lane gets it, and lanes stack in this order."""

    PRE = "pre"
    DEFAULT = "default"
    POST = "post"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a promotion may say beyond its conditions and rewards.

    ``closes`` keeps later promotions off the lines this one takes from, stackable ones too. ``gift_return`` decides
    whether a gift stays with the buyer when its reason is returned after it was shipped.
    """

    schedule: Annotated[Schedule, msgspec.Meta(title=mark("Days and hours"))] = Schedule()
    lane: Annotated[Lane | None, msgspec.Meta(title=mark("Lane"))] = None
    most: Annotated[Amounts | None, msgspec.Meta(title=mark("At most, by currency"))] = None
    closes: Annotated[bool, msgspec.Meta(title=mark("Keeps later promotions off its items"))] = False
    returns_use: Annotated[bool, msgspec.Meta(title=mark("A cancelled order gives its use back"))] = True
    gift_return: Annotated[Literal["keep", "required"], msgspec.Meta(title=mark("Gift when its reason is returned"))] = "keep"


class Trigger(StrEnum):
    AUTOMATIC = "automatic"
    PUBLIC_CODE = "public_code"
    UNIQUE_CODES = "unique_codes"


@dataclass(frozen=True)
class Limits:
    """How often it may be used: per order, per shopper, in all; −1 is no limit, 0 is never."""

    order: int = NO_LIMIT
    shopper: int = NO_LIMIT
    total: int = NO_LIMIT

    @cached_property
    def tightest(self) -> int:
        """How often one order may use it at most."""
        return min((limit for limit in (self.order, self.shopper, self.total) if limit >= 0), default=ANY_NUMBER)


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
    settings: Settings = Settings()

    def in_force(self, at: datetime, zone: str = "UTC") -> bool:
        """Whether it runs at an instant, by its dates and by its hours in the store's time zone."""
        if (self.starts_at is not None and at < self.starts_at) or (self.ends_at is not None and self.ends_at <= at):
            return False
        return self._any_time or self.settings.schedule.runs(local_time(at, zone))

    @cached_property
    def _any_time(self) -> bool:
        return self.settings.schedule.always

    @property
    def stacks(self) -> bool:
        return self.exclusivity is Exclusivity.STACKS

    @property
    def limited(self) -> bool:
        """Whether its use over all orders, by one shopper or by one code, has a bound."""
        return self.trigger is Trigger.UNIQUE_CODES or self.limits.total != NO_LIMIT or self.limits.shopper != NO_LIMIT

    @property
    def targets(self) -> tuple[Targets, ...]:
        """Everything its conditions and rewards are about."""
        together = (part for one in self.conditions if isinstance(one, BoughtTogether) for part in one.parts)
        parts = (*self.conditions, *together, *self.rewards)
        fields = (getattr(part, name) for part in parts for name in part.__struct_fields__)
        return tuple(field for field in fields if isinstance(field, Targets))

    @cached_property
    def triggers(self) -> tuple[Targets, ...]:
        """The targets of which at least one line has to be there, or nothing when any basket will do."""
        return tuple(found for one in self.conditions if (found := one.triggers()) and not found.everything)

    @cached_property
    def rank(self) -> tuple[int, float, int]:
        """Larger priority first; of equals the one that started earlier, then the older."""
        return (-self.priority, self.starts_at.timestamp() if self.starts_at else 0.0, self.id)

    @cached_property
    def place(self) -> tuple[int, bool, tuple[int, float, int]]:
        """Its place among others: product, order, shipping; of a level stackables last, then by rank."""
        return (_LEVELS[self.level], self.stacks, self.rank)

    def name(self, language: str) -> str:
        found = self.texts.get(language)
        return found[0] if found is not None else self._text(language)[0]

    def description(self, language: str) -> str:
        return self._text(language)[1]

    def _text(self, language: str) -> tuple[str, str]:
        return self.texts.get(language) or next(iter(self.texts.values()), (self.identifier, ""))

    def sentence(self, gettext: Gettext = plain) -> str:
        """The terms in words, from the same values that decide."""
        asks = [one.sentence(gettext) for one in self.conditions]
        if not self.settings.schedule.always:
            asks.append(self.settings.schedule.sentence(gettext))
        conditions = gettext(" and ").join(asks) or gettext("always")
        return f"{conditions}: {', '.join(one.sentence(gettext) for one in self.rewards)}"


def canonical_code(text: str) -> str:
    """Codes are compared without surrounding blanks and letter case."""
    return text.strip().upper()


def read_conditions(value: Any) -> tuple[Condition, ...]:
    """Conditions from their stored form, or a refusal naming the place."""
    conditions: tuple[Condition, ...] = _read(value, tuple[Condition, ...], "conditions")
    for place, condition in enumerate(conditions):
        _check_amounts(condition, f"conditions[{place}]")
    return conditions


def read_rewards(value: Any) -> tuple[Reward, ...]:
    """Rewards from their stored form, or a refusal naming the place."""
    rewards: tuple[Reward, ...] = _read(value, tuple[Reward, ...], "rewards")
    for place, reward in enumerate(rewards):
        _check_amounts(reward, f"rewards[{place}]")
        for one in (reward, *getattr(reward, "steps", ())):
            percent = getattr(one, "percent", 0)
            if not 0 <= percent <= 100:
                raise PromotionMalformed(path=f"rewards[{place}].percent", problem=mark("a percentage lies between 0 and 100"))
    return rewards


def read_settings(value: Any) -> Settings:
    """Settings from their stored form, or a refusal naming the place; none at all are the ordinary ones."""
    settings: Settings = _read(value or {}, Settings, "settings")
    return settings


def _read(value: Any, kind: Any, path: str) -> Any:
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError as error:
        raise PromotionMalformed(path=path, problem=str(error)) from None


def _check_amounts(value: Any, path: str) -> None:
    """Amounts by currency are read where they stand, so that a bad one is refused when it is written."""
    fields = {name: getattr(value, name) for name in value.__struct_fields__}
    for name, found in fields.items():
        if isinstance(found, dict):
            for currency, amount in found.items():
                parse_amount(amount, parse_currency(currency, f"{path}.{name}"), f"{path}.{name}")
        for one in found if isinstance(found, tuple) else (found,):
            if isinstance(one, msgspec.Struct):
                _check_amounts(one, f"{path}.{name}")
