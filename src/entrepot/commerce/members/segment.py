"""A customer segment as a rule: who is in it at a date, and why.

A segment names people and states conditions. Exclusion beats inclusion: whoever is named as excluded is out, whatever
the conditions say; whoever is named as included is in; everybody else is in when there are conditions and all of them
hold. Facts are handed in, so that the same rule serves a price, a preview and a check for a day in the past.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any, ClassVar

import msgspec

from entrepot.kernel.errors import Invalid
from entrepot.kernel.form import Field, fields_of_struct, kinds_in
from entrepot.kernel.money import format_amount, parse_amount, parse_currency
from entrepot.kernel.words import Gettext, mark, plain

#: Segments nobody has to define: a guest is in the first, an account in the second, both in the third.
BUILT_IN = ("guests", "registered", "everybody")


class ConditionsMalformed(Invalid):
    code = "CONDITIONS_MALFORMED"
    message = "{path}: {problem}"


class Attribute(StrEnum):
    """What of a person's profile a condition may ask for; the last three come from the primary address."""

    TITLE = "title"
    LANGUAGE = "preferred_language"
    CURRENCY = "preferred_currency"
    EMAIL_DOMAIN = "email_domain"
    COUNTRY = "country"
    STATE = "state"
    CITY = "city"


OF_ADDRESS = frozenset({Attribute.COUNTRY, Attribute.STATE, Attribute.CITY})


class Asks(StrEnum):
    """Facts beyond the account itself that a condition needs, each one more look into the database."""

    PURCHASES = "purchases"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Purchase:
    """One order that was placed and still stands: when, and what it came to in minor units."""

    at: datetime
    currency: str
    amount: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a registered person: ``organizations`` are their own and all above it, by name."""

    registered_at: datetime | None = None
    profile: Mapping[str, str] = field(default_factory=dict)
    organizations: tuple[str, ...] = ()
    purchases: tuple[Purchase, ...] = ()

    def bought(self, at: datetime, days: int | None) -> list[Purchase]:
        """The orders placed before ``at``, of the last ``days`` only when given; the order being priced is none of them."""
        since = None if days is None else at - timedelta(days=days)
        return [one for one in self.purchases if one.at < at and (since is None or one.at >= since)]


Days = Annotated[int, msgspec.Meta(ge=1, le=36_500)]
Names = Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]


class RegisteredSince(msgspec.Struct, frozen=True, tag="registered_since", forbid_unknown_fields=True):
    """The account was opened on ``day`` or later."""

    day: Annotated[date, msgspec.Meta(title=mark("Day"))]
    asks: ClassVar[Asks | None] = None

    def sentence(self, gettext: Gettext = plain) -> str:
        return gettext("registered on %(day)s or later") % {"day": self.day.isoformat()}

    def holds(self, facts: Facts, at: datetime) -> bool:
        return facts.registered_at is not None and self.day <= facts.registered_at.date() <= at.date()

    def found(self, facts: Facts, at: datetime, gettext: Gettext = plain) -> str:
        return _registered(facts, gettext)


class RegisteredFor(msgspec.Struct, frozen=True, tag="registered_for", forbid_unknown_fields=True):
    """The account has been open for at least ``days`` days."""

    days: Annotated[Days, msgspec.Meta(title=mark("At least days"))]
    asks: ClassVar[Asks | None] = None

    def sentence(self, gettext: Gettext = plain) -> str:
        return gettext("registered for at least %(days)s days") % {"days": self.days}

    def holds(self, facts: Facts, at: datetime) -> bool:
        return facts.registered_at is not None and at - facts.registered_at >= timedelta(days=self.days)

    def found(self, facts: Facts, at: datetime, gettext: Gettext = plain) -> str:
        return _registered(facts, gettext)


class Spent(msgspec.Struct, frozen=True, tag="spent", forbid_unknown_fields=True):
    """Orders of the last ``days`` days (of all time without) come to at least ``amount`` in one of its currencies.

    Currencies are never added up: who spent half in each of two has spent half.
    """

    amount: Annotated[dict[str, str], msgspec.Meta(title=mark("Amount by currency"), min_length=1)]
    days: Annotated[Days | None, msgspec.Meta(title=mark("Within the last days"))] = None
    asks: ClassVar[Asks | None] = Asks.PURCHASES

    def sentence(self, gettext: Gettext = plain) -> str:
        amounts = gettext(" or ").join(f"{amount} {currency}" for currency, amount in self.amount.items())
        return _within(gettext("spent at least %(amount)s") % {"amount": amounts}, self.days, gettext)

    def holds(self, facts: Facts, at: datetime) -> bool:
        spent = self._spent(facts, at)
        return any(spent[currency] >= parse_amount(least, currency) for currency, least in self.amount.items())

    def found(self, facts: Facts, at: datetime, gettext: Gettext = plain) -> str:
        return ", ".join(f"{format_amount(amount, currency)} {currency}" for currency, amount in self._spent(facts, at).items())

    def _spent(self, facts: Facts, at: datetime) -> dict[str, int]:
        spent = dict.fromkeys(self.amount, 0)
        for one in facts.bought(at, self.days):
            if one.currency in spent:
                spent[one.currency] += one.amount
        return spent


class Ordered(msgspec.Struct, frozen=True, tag="ordered", forbid_unknown_fields=True):
    """Between ``least`` and ``most`` orders in the last ``days`` days; at most 0 finds who has stayed away."""

    least: Annotated[int, msgspec.Meta(title=mark("At least orders"), ge=0)] = 0
    most: Annotated[Annotated[int, msgspec.Meta(ge=0)] | None, msgspec.Meta(title=mark("At most orders"))] = None
    days: Annotated[Days | None, msgspec.Meta(title=mark("Within the last days"))] = None
    asks: ClassVar[Asks | None] = Asks.PURCHASES

    def sentence(self, gettext: Gettext = plain) -> str:
        if self.most == 0:
            text = gettext("has not ordered")
        elif self.most is None:
            text = gettext("placed %(least)s or more orders") % {"least": self.least}
        else:
            text = gettext("placed %(least)s to %(most)s orders") % {"least": self.least, "most": self.most}
        return _within(text, self.days, gettext)

    def holds(self, facts: Facts, at: datetime) -> bool:
        count = len(facts.bought(at, self.days))
        return self.least <= count and (self.most is None or count <= self.most)

    def found(self, facts: Facts, at: datetime, gettext: Gettext = plain) -> str:
        return gettext("orders: %(count)s") % {"count": len(facts.bought(at, self.days))}


class ProfileIs(msgspec.Struct, frozen=True, tag="profile_is", forbid_unknown_fields=True):
    """An attribute of the profile is one of ``values``; letter case makes no difference."""

    attribute: Annotated[Attribute, msgspec.Meta(title=mark("Attribute"))]
    values: Annotated[Names, msgspec.Meta(title=mark("One of"))]

    @property
    def asks(self) -> Asks | None:
        return Asks.ADDRESS if self.attribute in OF_ADDRESS else None

    def sentence(self, gettext: Gettext = plain) -> str:
        values = {"attribute": gettext(_ATTRIBUTES[self.attribute]), "values": gettext(" or ").join(self.values)}
        return gettext("%(attribute)s is %(values)s") % values

    def holds(self, facts: Facts, at: datetime) -> bool:
        return facts.profile.get(self.attribute, "").casefold() in {one.casefold() for one in self.values}

    def found(self, facts: Facts, at: datetime, gettext: Gettext = plain) -> str:
        return facts.profile.get(self.attribute) or gettext("not known")


class InOrganization(msgspec.Struct, frozen=True, tag="in_organization", forbid_unknown_fields=True):
    """The person belongs to one of ``organizations``, or to one below it unless ``itself`` is asked for."""

    organizations: Annotated[Names, msgspec.Meta(title=mark("Organizations"))]
    itself: Annotated[bool, msgspec.Meta(title=mark("Without the units below"))] = False
    asks: ClassVar[Asks | None] = None

    def sentence(self, gettext: Gettext = plain) -> str:
        names = gettext(" or ").join(self.organizations)
        text = gettext("belongs to %(names)s itself") if self.itself else gettext("belongs to %(names)s or a unit of it")
        return text % {"names": names}

    def holds(self, facts: Facts, at: datetime) -> bool:
        own = facts.organizations[:1] if self.itself else facts.organizations
        return not set(own).isdisjoint(self.organizations)

    def found(self, facts: Facts, at: datetime, gettext: Gettext = plain) -> str:
        return " › ".join(reversed(facts.organizations)) or gettext("no organization")


Condition = RegisteredSince | RegisteredFor | Spent | Ordered | ProfileIs | InOrganization

_ATTRIBUTES = {
    Attribute.TITLE: mark("the title"),
    Attribute.LANGUAGE: mark("the language"),
    Attribute.CURRENCY: mark("the currency"),
    Attribute.EMAIL_DOMAIN: mark("the domain of the e-mail address"),
    Attribute.COUNTRY: mark("the country"),
    Attribute.STATE: mark("the state"),
    Attribute.CITY: mark("the city"),
}


class Why(StrEnum):
    """What decided a membership."""

    EXCLUDED = "excluded"
    INCLUDED = "included"
    CONDITIONS = "conditions"
    NOT_NAMED = "not named"


@dataclass(frozen=True, slots=True)
class Checked:
    """A condition, whether it holds, and what was found."""

    condition: Condition
    holds: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether somebody is in a segment, and what decided it; the conditions are told in any case."""

    member: bool
    why: Why
    checks: tuple[Checked, ...] = ()


def judge(conditions: Iterable[Condition], named: bool | None, facts: Facts, at: datetime) -> Verdict:
    """Whether somebody is in a segment: ``named`` is True when included, False when excluded by name.

    >>> judge([Ordered(least=1)], None, Facts(), datetime(2026, 3, 1)).why
    <Why.CONDITIONS: 'conditions'>
    """
    checks = tuple(Checked(one, one.holds(facts, at)) for one in conditions)
    if named is not None:
        return Verdict(named, Why.INCLUDED if named else Why.EXCLUDED, checks)
    if not checks:
        return Verdict(False, Why.NOT_NAMED)
    return Verdict(all(one.holds for one in checks), Why.CONDITIONS, checks)


def is_member(
    conditions: tuple[Condition, ...], named: bool | None, facts: Callable[[tuple[Condition, ...]], Facts], at: datetime
) -> bool:
    """The verdict alone, with facts asked for only where they decide something."""
    if named is not None or not conditions:
        return bool(named)
    known = facts(conditions)
    return all(one.holds(known, at) for one in conditions)


def in_words(conditions: Iterable[Condition], gettext: Gettext = plain) -> str:
    """The conditions as one sentence; nobody without any.

    >>> in_words([RegisteredFor(365), Ordered(least=2, days=90)])
    'registered for at least 365 days and placed 2 or more orders within the last 90 days'
    """
    return gettext(" and ").join(one.sentence(gettext) for one in conditions)


def read_conditions(value: Any) -> tuple[Condition, ...]:
    """Conditions from their stored form, or a refusal naming the place."""
    try:
        conditions = msgspec.convert(value or (), tuple[Condition, ...], strict=False)
    except msgspec.ValidationError as error:
        raise ConditionsMalformed(path="conditions", problem=str(error)) from None
    for place, one in enumerate(conditions):
        if isinstance(one, Spent):
            for currency, amount in one.amount.items():
                path = f"conditions[{place}].amount"
                parse_amount(amount, parse_currency(currency, path), path)
        if isinstance(one, Ordered) and (one.least == 0 if one.most is None else one.most < one.least):
            problem = mark("ask for at least one order, or for at most so many, the least not above the most")
            raise ConditionsMalformed(path=f"conditions[{place}]", problem=problem)
    return conditions


@lru_cache(maxsize=4096)
def stored_conditions(text: str | None) -> tuple[Condition, ...]:
    """Conditions as the database keeps them; read once per text, since prices ask for them over and over."""
    return read_conditions(msgspec.json.decode(text)) if text else ()


def segment_condition_kinds() -> dict[str, tuple[Field, ...]]:
    """The kinds of conditions and the fields of each, as a form asks for them."""
    return {kind: fields_of_struct(struct) for kind, struct in kinds_in(Condition).items()}


def _within(text: str, days: int | None, gettext: Gettext) -> str:
    return text if days is None else gettext("%(what)s within the last %(days)s days") % {"what": text, "days": days}


def _registered(facts: Facts, gettext: Gettext) -> str:
    if facts.registered_at is None:
        return gettext("not known")
    return gettext("registered on %(day)s") % {"day": facts.registered_at.date().isoformat()}
