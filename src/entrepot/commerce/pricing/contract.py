"""A contract: who may use it, in which state it is, and what it grants besides a price.

A contract belongs to the account of an organization, which with all its units may use it, or it names participants:
organizations, segments, members. With both, a buyer has to be of the account *and* a participant. Terms a contract does
not state itself are those of its base contract, up to five levels; a term it states replaces the inherited one whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec

from entrepot.commerce.pricing.price import Customer, Wanted
from entrepot.kernel.errors import Conflict, Invalid, Refused
from entrepot.kernel.words import mark

INHERITANCE = 5


class TermsMalformed(Invalid):
    code = "TERMS_MALFORMED"
    message = "{path}: {problem}"


class PriceTermsOverlap(Refused):
    code = "PRICE_TERMS_OVERLAP"
    message = mark("{first} and {second} would be in effect at the same time. Only one price term is, at any instant.")


class ContractInCircle(Refused):
    code = "CONTRACT_CYCLE"
    message = mark("The contract is based on itself: {chain}.")


class ContractTooDeep(Refused):
    code = "CONTRACT_TOO_DEEP"
    message = mark("A contract is based on at most {most} others: {chain}.")


class ContractMoved(Conflict):
    code = "CONTRACT_STATE"
    message = mark("{contract} is {state}, so it cannot be {action} now. Look at it again.")


class State(StrEnum):
    """What a contract is; only an active one within its dates gives prices."""

    DRAFT = "draft"
    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CANCELED = "canceled"
    CLOSED = "closed"


#: What can be done with a contract: the states it is done from, and what the contract becomes.
MOVES: dict[str, tuple[frozenset[State], State]] = {
    "submitted": (frozenset({State.DRAFT}), State.PENDING),
    "approved": (frozenset({State.PENDING}), State.ACTIVE),
    "rejected": (frozenset({State.PENDING}), State.DRAFT),
    "suspended": (frozenset({State.ACTIVE}), State.SUSPENDED),
    "resumed": (frozenset({State.SUSPENDED}), State.ACTIVE),
    "withdrawn": (frozenset({State.PENDING, State.SUSPENDED}), State.DRAFT),
    "canceled": (frozenset({State.DRAFT, State.PENDING, State.ACTIVE, State.SUSPENDED}), State.CANCELED),
    "closed": (frozenset({State.ACTIVE, State.SUSPENDED}), State.CLOSED),
}


def moved(contract: str, state: str, action: str) -> State:
    """What the contract is after the action; raises `ContractMoved` where it cannot be done."""
    before, after = MOVES[action]
    if state not in before:
        raise ContractMoved(contract=contract, state=state, action=action)
    return after


def actions(state: str) -> list[str]:
    """What can be done with a contract in this state."""
    return [action for action, (before, _) in MOVES.items() if state in before]


class PriceTerm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A price rule, or a price list by itself, within a half-open time frame."""

    rule: Annotated[str, msgspec.Meta(title=mark("Price rule"))] = ""
    price_list: Annotated[str, msgspec.Meta(title=mark("or price list"))] = ""
    start: Annotated[datetime | None, msgspec.Meta(title=mark("From"))] = None
    end: Annotated[datetime | None, msgspec.Meta(title=mark("Until"))] = None

    def in_effect(self, at: datetime) -> bool:
        return (self.start is None or self.start <= at) and (self.end is None or at < self.end)

    @property
    def name(self) -> str:
        return self.rule or self.price_list


class Entitlement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What may be bought: everything where nothing is included; what is excluded is out in any case."""

    groups: Annotated[tuple[str, ...], msgspec.Meta(title=mark("Categories"))] = ()
    part_numbers: Annotated[tuple[str, ...], msgspec.Meta(title=mark("Items"))] = ()
    excluded_groups: Annotated[tuple[str, ...], msgspec.Meta(title=mark("Except categories"))] = ()
    excluded: Annotated[tuple[str, ...], msgspec.Meta(title=mark("Except items"))] = ()


class ContractTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a contract states itself; None, and no price term, is what its base contract says."""

    prices: tuple[PriceTerm, ...] = ()
    entitlement: Entitlement | None = None
    payment_methods: tuple[str, ...] | None = None
    shipping_modes: tuple[str, ...] | None = None
    purchase_order: bool | None = None


class Participants(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Organizations (by id) and members (by log-on key) a contract is for; segments are named beside them."""

    organizations: tuple[int, ...] = ()
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Allowed:
    """An entitlement with ids in place of names, so that asking it needs no look-up."""

    groups: frozenset[int] = frozenset()
    entries: frozenset[int] = frozenset()
    excluded_groups: frozenset[int] = frozenset()
    excluded: frozenset[int] = frozenset()
    everything: bool = True

    def permits(self, wanted: Wanted) -> bool:
        own = {wanted.entry_id, wanted.parent_id}
        if own & self.excluded or self.excluded_groups & wanted.groups:
            return False
        return self.everything or bool(own & self.entries) or bool(self.groups & wanted.groups)


@dataclass(frozen=True, slots=True)
class ContractRow:
    """A contract as stored; what it does not state itself is inherited from its base contract."""

    identifier: str
    name: str
    state: str
    is_default: bool
    organization_id: int | None
    segments: frozenset[str]
    price_rule: str | None
    base_contract: str | None
    preferred: bool
    starts_at: datetime | None
    ends_at: datetime | None
    terms: ContractTerms = ContractTerms()
    participants: Participants = Participants()
    submitted_by: str | None = None

    @property
    def price_terms(self) -> tuple[PriceTerm, ...]:
        """The contract's own price terms; a rule without a time frame stands for itself."""
        return self.terms.prices or ((PriceTerm(rule=self.price_rule),) if self.price_rule else ())

    @property
    def names_participants(self) -> bool:
        return bool(self.segments or self.participants.organizations or self.participants.members)


@dataclass(frozen=True, slots=True)
class Obligations:
    """How an order by some contracts may be paid and shipped; None leaves it open."""

    payment_methods: frozenset[str] | None = None
    shipping_modes: frozenset[str] | None = None
    purchase_order: bool = False
    contracts: tuple[str, ...] = field(default=())

    def permits_payment(self, method: str) -> bool:
        return self.payment_methods is None or method in self.payment_methods

    def permits_shipping(self, mode: str) -> bool:
        return self.shipping_modes is None or mode in self.shipping_modes


def may_use(contract: ContractRow, customer: Customer) -> bool:
    """Whether this buyer is of the contract's account and, where it names participants, one of them."""
    account, named = contract.organization_id is not None, contract.names_participants
    if account and contract.organization_id not in customer.organizations:
        return False
    return _is_participant(contract, customer) if named else account


def _is_participant(contract: ContractRow, customer: Customer) -> bool:
    who = contract.participants
    return (
        not contract.segments.isdisjoint(customer.segments)
        or not set(who.organizations).isdisjoint(customer.organizations)
        or customer.logon_key in who.members
    )


def is_active(contract: ContractRow, at: datetime) -> bool:
    """Whether the contract gives prices at this instant, by state and dates."""
    return (
        contract.state == State.ACTIVE
        and (contract.starts_at is None or contract.starts_at <= at)
        and (contract.ends_at is None or at < contract.ends_at)
    )


def lineage(contract: ContractRow, known: Mapping[str, ContractRow]) -> list[ContractRow]:
    """The contract and those it is based on, the nearest first, as far as inheritance reaches."""
    line = [contract]
    while len(line) <= INHERITANCE and line[-1].base_contract in known:
        line.append(known[line[-1].base_contract or ""])
    return line


def check_lineage(identifier: str, bases: Mapping[str, str | None]) -> None:
    """Refuse a contract that is based on itself, or on too many; ``bases`` says what each contract would be based on.

    >>> check_lineage("C", {"C": "B", "B": "A", "A": None})
    """
    chain = [identifier]
    while (base := bases.get(chain[-1])) is not None:
        chain.append(base)
        told = " → ".join(chain)
        if base in chain[:-1]:
            raise ContractInCircle(chain=told, path="base_contract")
        if len(chain) > INHERITANCE + 1:
            raise ContractTooDeep(chain=told, most=INHERITANCE, path="base_contract")


def read_terms(value: Any) -> ContractTerms:
    """Terms from their stored form, or a refusal naming the place; price terms must not overlap."""
    try:
        terms = msgspec.convert(value or {}, ContractTerms, strict=False)
    except msgspec.ValidationError as error:
        raise TermsMalformed(path="terms", problem=str(error)) from None
    for place, one in enumerate(terms.prices):
        path = f"prices.{place}"
        if bool(one.rule) == bool(one.price_list):
            raise TermsMalformed(path=path, problem=mark("name either a price rule or a price list"))
        for instant in (one.start, one.end):
            if instant is not None and instant.tzinfo is None:
                raise TermsMalformed(path=path, problem=mark("a time needs its time zone"))
        if one.start is not None and one.end is not None and one.end <= one.start:
            raise TermsMalformed(path=path, problem=mark("it ends before it starts"))
        for other in terms.prices[:place]:
            if _overlap(one, other):
                raise PriceTermsOverlap(first=other.name, second=one.name, path=path)
    return terms


def _overlap(one: PriceTerm, other: PriceTerm) -> bool:
    ends_first = one.end is not None and other.start is not None and one.end <= other.start
    ends_last = other.end is not None and one.start is not None and other.end <= one.start
    return not ends_first and not ends_last


def obligations_of(lines: Iterable[list[ContractRow]]) -> Obligations:
    """What contracts demand together, each given with those it is based on: what one of them forbids is forbidden."""
    payment: frozenset[str] | None = None
    shipping: frozenset[str] | None = None
    purchase_order = False
    names = []
    for line in lines:
        names.append(line[0].identifier)
        own_payment = next((one.terms.payment_methods for one in line if one.terms.payment_methods is not None), None)
        own_shipping = next((one.terms.shipping_modes for one in line if one.terms.shipping_modes is not None), None)
        payment = _narrowed(payment, own_payment)
        shipping = _narrowed(shipping, own_shipping)
        purchase_order |= next((one.terms.purchase_order for one in line if one.terms.purchase_order is not None), False)
    return Obligations(payment, shipping, purchase_order, tuple(names))


def _narrowed(so_far: frozenset[str] | None, own: tuple[str, ...] | None) -> frozenset[str] | None:
    if own is None:
        return so_far
    return frozenset(own) if so_far is None else so_far & frozenset(own)
