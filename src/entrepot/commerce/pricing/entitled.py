"""The entitled price: the best unit price a buyer may have, found over all eligible contracts.

Contracts are compared by the final unit price at the asked quantity. Precedence inside a price list is
absolute: a dear offer of higher precedence beats a cheap one; only *between contracts* do amounts compete.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from sqlalchemy.engine import Connection

from entrepot.commerce import catalog
from entrepot.commerce.pricing import tables
from entrepot.commerce.pricing.book import Book, Standing, standing
from entrepot.commerce.pricing.condition import Clock, Condition
from entrepot.commerce.pricing.constants import PriceConstant, find_constants
from entrepot.commerce.pricing.contract import Allowed, ContractRow, Obligations, is_active, lineage, may_use, obligations_of
from entrepot.commerce.pricing.price import Considered, Entitled, Occasion, Unpriced, Wanted
from entrepot.commerce.pricing.reading import check_rules, read_rule
from entrepot.commerce.pricing.rule import FromList, Rule
from entrepot.commerce.pricing.versions import RuleVersion, dated_rules, in_force
from entrepot.kernel.cache import Versioned
from entrepot.kernel.clock import micros_of
from entrepot.kernel.db import is_changing
from entrepot.kernel.errors import NotFound, Refused
from entrepot.kernel.money import exponent
from entrepot.kernel.words import mark


class ContractNotFound(NotFound):
    code = "CONTRACT_NOT_FOUND"
    message = mark("There is no contract {contract} in this store.")


class ContractNotEntitled(Refused):
    code = "CONTRACT_NOT_ENTITLED"
    message = mark("There is no contract {contract} in this store.")


class ContractNotActive(Refused):
    code = "CONTRACT_NOT_ACTIVE"
    message = mark("The contract {contract} is not active at this date.")


@dataclass(frozen=True)
class Terms:
    """Everything about a store's prices that is not an offer: contracts, rules, the ids of its lists, constants."""

    contracts: tuple[ContractRow, ...]
    rules: dict[str, Rule]
    versions: dict[str, int]
    lists: dict[str, int]
    allowed: dict[str, Allowed] = field(default_factory=dict)
    constants: dict[str, PriceConstant] = field(default_factory=dict)
    dated: dict[str, tuple[RuleVersion, ...]] = field(default_factory=dict)
    moments: dict[tuple[int | None, ...], Terms] = field(default_factory=dict)
    default_competes: bool = False

    def at(self, at: datetime) -> Terms:
        """The terms with the rules that are in force at an instant."""
        return in_force(self, at) if self.dated else self

    def turn(self, at: datetime) -> Hashable:
        """The same for all instants between which no condition of a rule begins or ends to hold, by date or by hour."""
        dated = bisect_right(self._turns, at)
        return (dated, self._hours.since(at)) if self._hours else dated

    @cached_property
    def _conditions(self) -> list[Condition]:
        return [one for rule in self.rules.values() for one in rule.conditions()]

    @cached_property
    def _turns(self) -> list[datetime]:
        """When the rules' dated conditions begin and end to hold."""
        return sorted({turn for one in self._conditions for turn in (one.from_at, one.to_at) if turn is not None})

    @cached_property
    def _hours(self) -> Clock | None:
        found = {one.hours for one in self._conditions if one.hours is not None}
        return Clock(tuple(found)) if found else None

    @cached_property
    def by_identifier(self) -> dict[str, ContractRow]:
        return {one.identifier: one for one in self.contracts}

    def rule_of(self, contract: ContractRow, at: datetime) -> Rule | None:
        """The rule in effect by the contract's own price terms, or by those of its base contract, up the chain.

        Own price terms replace the inherited ones completely: where none of them is in effect there is no price.
        """
        stated = next((one.price_terms for one in lineage(contract, self.by_identifier) if one.price_terms), ())
        term = next((one for one in stated if one.in_effect(at)), None)
        if term is None:
            return None
        return self.rules.get(term.rule) if term.rule else Rule(f"list {term.price_list}", (FromList(term.price_list),))

    def allowed_by(self, contract: ContractRow) -> Allowed | None:
        """What the contract, or the nearest it is based on that says so, lets its buyers have; None is everything."""
        line = lineage(contract, self.by_identifier)
        return next((self.allowed[one.identifier] for one in line if one.identifier in self.allowed), None)

    def obligations(self, contracts: Iterable[str]) -> Obligations:
        """How an order by these contracts may be paid and shipped."""
        known = [self.by_identifier[name] for name in dict.fromkeys(contracts) if name in self.by_identifier]
        return obligations_of(lineage(one, self.by_identifier) for one in known)

    def label(self, rule: Rule | None) -> str:
        """What an answer says of the rule it comes from."""
        if rule is None:
            return ""
        return f"{rule.name} v{self.versions[rule.name]}" if rule.name in self.versions else rule.name


_terms: Versioned[Terms] = Versioned(tables.version_of)


def terms_of(conn: Connection, store_id: int) -> Terms:
    """The store's terms, kept per process until one of them changes."""

    def load() -> Terms:
        stored = tables.find_rules(conn, store_id)
        rules = {name: read_rule(name, path) for name, (_, path) in stored.items()}
        check_rules(rules)
        versions = {name: version for name, (version, _) in stored.items()}
        contracts, lists = tuple(tables.find_contracts(conn, store_id)), tables.find_price_lists(conn, store_id)
        return Terms(
            contracts,
            rules,
            versions,
            lists,
            _allowed(conn, store_id, contracts),
            find_constants(conn, store_id),
            dated_rules(conn, store_id),
            default_competes=catalog.default_contract_competes(conn, store_id),
        )

    return _terms.get(conn, store_id, "terms", load)


def _allowed(conn: Connection, store_id: int, contracts: Iterable[ContractRow]) -> dict[str, Allowed]:
    """The entitlements contracts state themselves, with the ids of what they name."""
    stated = {one.identifier: one.terms.entitlement for one in contracts if one.terms.entitlement is not None}
    if not stated:
        return {}
    groups = {name for one in stated.values() for name in (*one.groups, *one.excluded_groups)}
    numbers = {name for one in stated.values() for name in (*one.part_numbers, *one.excluded)}
    group_ids, entry_ids = catalog.ids_of_names(conn, store_id, groups, numbers)

    def ids(names: Iterable[str], known: Mapping[str, int]) -> frozenset[int]:
        return frozenset(known[name] for name in names if name in known)

    return {
        name: Allowed(
            groups=ids(one.groups, group_ids),
            entries=ids(one.part_numbers, entry_ids),
            excluded_groups=ids(one.excluded_groups, group_ids),
            excluded=ids(one.excluded, entry_ids),
            everything=not one.groups and not one.part_numbers,
        )
        for name, one in stated.items()
    }


def eligible(contracts: Iterable[ContractRow], occasion: Occasion, default_competes: bool = False) -> list[ContractRow]:
    """The contracts this buyer may use at this date.

    A consumer has the default contract and what segments grant; a buyer of an organization has the default one only
    where there is no other, or where it competes in this store. A contract asked for by its identifier is the only
    one, even when another is cheaper.
    """
    contracts = list(contracts)
    if occasion.contract is not None:
        chosen = next((one for one in contracts if one.identifier == occasion.contract), None)
        if chosen is None:
            raise ContractNotFound(contract=occasion.contract)
        if not chosen.is_default and not may_use(chosen, occasion.customer):
            raise ContractNotEntitled(contract=occasion.contract)
        if not is_active(chosen, occasion.at):
            raise ContractNotActive(contract=occasion.contract)
        return [chosen]
    active = [one for one in contracts if is_active(one, occasion.at)]
    own = [one for one in active if not one.is_default and may_use(one, occasion.customer)]
    if own and occasion.customer.organizations and not default_competes:
        return own
    return [*own, *(one for one in active if one.is_default)]


def entitled_prices(conn: Connection, occasion: Occasion, wanted: Sequence[Wanted]) -> list[Entitled | Unpriced]:
    """The best price of each wanted entry, in the asked order; one without a price does not fail the others.

    Promotions play no part here. ``PRICE_NOT_FOUND`` means that no eligible contract yields a price, ``NOT_ENTITLED``
    that all of them leave the entry out, ``CONTRACT_…`` that the contract asked for cannot be used; the list price is
    never a fallback.
    """
    terms = terms_of(conn, occasion.store_id).at(occasion.at)
    try:
        contracts = eligible(terms.contracts, occasion, terms.default_competes)
    except (ContractNotFound, ContractNotEntitled, ContractNotActive) as error:
        return [Unpriced(one.entry_id, one.part_number, error.code) for one in wanted]
    rules = [
        (contract, rule, terms.label(rule), terms.allowed_by(contract))
        for contract in contracts
        for rule in (terms.rule_of(contract, occasion.at),)
    ]
    book = _read_book(conn, terms, occasion, wanted, tuple([(one.identifier, rule and rule.name) for one, rule, _, _ in rules]))
    if occasion.trace:
        return [_best(book, rules, one) for one in wanted]
    return [book.entry_price(one, lambda entry: _best(book, rules, entry)) for one in wanted]


_Rules = Sequence[tuple[ContractRow, Rule | None, str, Allowed | None]]


def _read_book(conn: Connection, terms: Terms, occasion: Occasion, wanted: Sequence[Wanted], contracts: Hashable = None) -> Book:
    """The offers of what is wanted. Prices stand for others where the ``contracts`` looked at are told, with their rules."""
    entries = list({key for one in wanted for key in _entry_ids(one)})
    offers, list_prices = tables.find_offers(conn, occasion.store_id, entries, occasion.currency)
    known = Standing(terms, offers) if contracts is None or is_changing() else standing(terms, offers, occasion, contracts)
    return Book(terms, offers, list_prices, occasion, micros_of(occasion.at), exponent(occasion.currency), known)


def _best(book: Book, rules: _Rules, wanted: Wanted) -> Entitled | Unpriced:
    best: tuple[int, bool, int, str, str] | None = None
    considered: list[Considered] = []
    left_out, tracing = 0, book.occasion.trace
    question = book.question(wanted)
    for place, (contract, rule, label, allowed) in enumerate(rules):
        if allowed is not None and not allowed.permits(wanted):
            left_out += 1
            continue
        if rule is None:
            considered.append(Considered(contract.identifier, "", None))
            continue
        if tracing:
            question = book.question(wanted, [])
        price = book.price(rule, question)
        considered.append(Considered(contract.identifier, rule.name, price, tuple(question.steps or ())))
        if price is None:
            continue
        candidate = (price, not contract.preferred, place, label, contract.identifier)
        if best is None or candidate < best:
            best = candidate
    if best is None:
        code = "NOT_ENTITLED" if rules and left_out == len(rules) else "PRICE_NOT_FOUND"
        return Unpriced(wanted.entry_id, wanted.part_number, code, tuple(considered))
    price, _, _, label, contract_name = best
    return Entitled(
        entry_id=wanted.entry_id,
        part_number=wanted.part_number,
        price=price,
        currency=book.occasion.currency,
        contract=contract_name,
        rule=label,
        list_price=book.list_price(wanted),
        considered=tuple(considered),
        components=tuple(_components(book, rules, wanted)) if wanted.components and book.occasion.parts else (),
    )


def _components(book: Book, rules: _Rules, wanted: Wanted) -> Iterator[Entitled]:
    # An entitlement is about what is bought, the kit; its parts are priced whatever it says of them.
    free = [(contract, rule, label, None) for contract, rule, label, _ in rules]
    for component in wanted.components or ():
        found = _best(book, free, component)
        if isinstance(found, Entitled):
            yield found


def _entry_ids(wanted: Wanted) -> Iterable[int]:
    """The entries whose offers are looked at."""
    own = (wanted.entry_id,) if wanted.parent_id is None else (wanted.entry_id, wanted.parent_id)
    return own if wanted.components is None else [*own, *(key for one in wanted.components for key in _entry_ids(one))]


def prices_by(conn: Connection, terms: Terms, occasion: Occasion, contract: str, wanted: Sequence[Wanted]) -> list[int | None]:
    """What each entry costs by the rule of one contract, whoever may use it: for comparing terms."""
    book = _read_book(conn, terms, occasion, wanted)
    rule = next((terms.rule_of(one, occasion.at) for one in terms.contracts if one.identifier == contract), None)
    return [book.price(rule, book.question(one)) if rule else None for one in wanted]
