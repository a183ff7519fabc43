"""The entitled price: the best unit price a buyer may have, found over all eligible contracts.

Contracts are compared by the final unit price at the asked quantity. Precedence inside a price list is
absolute: a dear offer of higher precedence beats a cheap one; only *between contracts* do amounts compete.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction

from sqlalchemy.engine import Connection

from entrepot.commerce.pricing import tables
from entrepot.commerce.pricing.constants import PriceConstant, find_constants
from entrepot.commerce.pricing.price import Considered, Customer, Entitled, Occasion, Offer, Step, Unpriced, Wanted
from entrepot.commerce.pricing.reading import check_rules, read_rule
from entrepot.commerce.pricing.rule import Question, Rule, final_price
from entrepot.commerce.pricing.versions import RuleVersion, dated_rules, in_force
from entrepot.kernel.cache import Versioned
from entrepot.kernel.errors import NotFound, Refused
from entrepot.kernel.money import exponent

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
INHERITANCE = 5


class ContractNotFound(NotFound):
    code = "CONTRACT_NOT_FOUND"
    message = "There is no contract {contract} in this store."


class ContractNotEntitled(Refused):
    code = "CONTRACT_NOT_ENTITLED"
    message = "There is no contract {contract} in this store."


class ContractNotActive(Refused):
    code = "CONTRACT_NOT_ACTIVE"
    message = "The contract {contract} is not active at this date."


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything about a store's prices that is not an offer: contracts, rules, the ids of its lists, constants."""

    contracts: tuple[tables.ContractRow, ...]
    rules: dict[str, Rule]
    versions: dict[str, int]
    lists: dict[str, int]
    constants: dict[str, PriceConstant] = field(default_factory=dict)
    dated: dict[str, tuple[RuleVersion, ...]] = field(default_factory=dict)

    def at(self, at: datetime) -> Terms:
        """The terms with the rules that are in force at an instant."""
        return in_force(self, at) if self.dated else self

    def rule_of(self, contract: tables.ContractRow) -> Rule | None:
        """The contract's own rule, or that of its base contract, up the chain."""
        by_identifier = {one.identifier: one for one in self.contracts}
        for _ in range(INHERITANCE):
            if contract.price_rule is not None:
                return self.rules.get(contract.price_rule)
            if contract.base_contract not in by_identifier:
                return None
            contract = by_identifier[contract.base_contract]
        return None

    def label(self, rule: Rule | None) -> str:
        """What an answer says of the rule it comes from."""
        return "" if rule is None else f"{rule.name} v{self.versions[rule.name]}"


_terms: Versioned[Terms] = Versioned(tables.version_of)


def terms_of(conn: Connection, store_id: int) -> Terms:
    """The store's terms, kept per process until one of them changes."""

    def load() -> Terms:
        stored = tables.find_rules(conn, store_id)
        rules = {name: read_rule(name, path) for name, (_, path) in stored.items()}
        check_rules(rules)
        versions = {name: version for name, (version, _) in stored.items()}
        contracts, lists = tuple(tables.find_contracts(conn, store_id)), tables.find_price_lists(conn, store_id)
        return Terms(contracts, rules, versions, lists, find_constants(conn, store_id), dated_rules(conn, store_id))

    return _terms.get(conn, store_id, "terms", load)


def eligible(contracts: Iterable[tables.ContractRow], occasion: Occasion) -> list[tables.ContractRow]:
    """The contracts this buyer may use at this date; the default one only where there is no other.

    A contract asked for by its identifier is the only one, even when another is cheaper.
    """
    contracts = list(contracts)
    if occasion.contract is not None:
        chosen = next((one for one in contracts if one.identifier == occasion.contract), None)
        if chosen is None:
            raise ContractNotFound(contract=occasion.contract)
        if not chosen.is_default and not _granted(chosen, occasion.customer):
            raise ContractNotEntitled(contract=occasion.contract)
        if not _active(chosen, occasion.at):
            raise ContractNotActive(contract=occasion.contract)
        return [chosen]
    active = [one for one in contracts if _active(one, occasion.at)]
    own = [one for one in active if not one.is_default and _granted(one, occasion.customer)]
    of_organization = [one for one in own if one.organization_id is not None]
    if of_organization:
        return own
    return [*own, *(one for one in active if one.is_default)]


def entitled_prices(conn: Connection, occasion: Occasion, wanted: Sequence[Wanted]) -> list[Entitled | Unpriced]:
    """The best price of each wanted entry, in the asked order; one without a price does not fail the others.

    Promotions play no part here. ``PRICE_NOT_FOUND`` means that no eligible contract yields a price; the list
    price is never a fallback.
    """
    return priced_by(conn, terms_of(conn, occasion.store_id).at(occasion.at), occasion, wanted)


def priced_by(conn: Connection, terms: Terms, occasion: Occasion, wanted: Sequence[Wanted]) -> list[Entitled | Unpriced]:
    """The same by given terms: what a changed rule would make of the prices."""
    contracts = eligible(terms.contracts, occasion)
    rules = [(contract, rule, terms.label(rule)) for contract in contracts for rule in (terms.rule_of(contract),)]
    entries = sorted({key for one in wanted for key in _entry_ids(one)})
    offers, list_prices = tables.find_offers(conn, occasion.store_id, entries, occasion.currency)
    book = Book(terms, offers, list_prices, occasion, (occasion.at - _EPOCH) // _MICRO, exponent(occasion.currency))
    return [_best(book, rules, one) for one in wanted]


_Rules = Sequence[tuple[tables.ContractRow, Rule | None, str]]


@dataclass(slots=True)
class Book:
    """All that was read for one occasion; from here on pricing is pure."""

    terms: Terms
    offers: Mapping[int, Mapping[int, tuple[tables.DatedOffer, ...]]]
    list_prices: Mapping[int, int | None]
    occasion: Occasion
    at: int
    digits: int

    def offer(self, name: str, wanted: Wanted) -> Offer | None:
        """The one offer of a list that counts; an item without any falls back to its product's."""
        key, at = self.terms.lists.get(name), self.at
        if key is None:
            return None
        for entry in (wanted.entry_id, wanted.parent_id):
            if entry is None:
                continue
            held = self.offers[entry].get(key)
            if held:
                chosen = select_offer(_valid(held, at), wanted.quantity, self.occasion.customer)
                if chosen is not None:
                    return chosen
        return None

    def list_price(self, wanted: Wanted) -> int | None:
        found = self.list_prices.get(wanted.entry_id)
        return found if found is not None or wanted.parent_id is None else self.list_prices.get(wanted.parent_id)

    def price(self, rule: Rule, wanted: Wanted, steps: list[Step] | None) -> int | None:
        question = Question(
            wanted=wanted,
            customer=self.occasion.customer,
            at=self.occasion.at,
            offer=self.offer,
            list_price=self.list_price,
            rules=self.terms.rules,
            component_price=self.component_price,
            steps=steps,
            currency=self.occasion.currency,
            constant=self.constant,
        )
        found = rule.price(question)
        return None if found is None else final_price(found, self.digits)

    def constant(self, name: str) -> tuple[Fraction, bool] | None:
        known = self.terms.constants.get(name)
        return None if known is None else known.in_currency(self.occasion.currency)

    def component_price(self, rule: Rule, component: Wanted) -> int | None:
        return self.price(rule, component, None)


def _valid(held: Sequence[tables.DatedOffer], at: int) -> list[Offer]:
    """The offers in force; most entries have one in a list."""
    if len(held) == 1:
        one = held[0]
        return [one.offer] if one.starts_at <= at < one.ends_at else []
    return [one.offer for one in held if one.starts_at <= at < one.ends_at]


def select_offer(offers: Sequence[Offer], quantity: int, customer: Customer) -> Offer | None:
    """Of the offers in force: in range, for this buyer; highest precedence, lowest amount, latest start."""
    best: Offer | None = None
    for one in offers:
        if not one.quantity_least <= quantity <= one.quantity_most:
            continue
        if one.groups is not None and not (one.groups & customer.segments):
            continue
        if best is None or _rank(one) < _rank(best):
            best = one
    return best


def _rank(offer: Offer) -> tuple[int, int, int, int]:
    return (-offer.precedence, offer.price, -offer.starts_at, offer.id)


def _best(book: Book, rules: _Rules, wanted: Wanted) -> Entitled | Unpriced:
    best: tuple[int, bool, int, str, str] | None = None
    considered: list[Considered] = []
    for place, (contract, rule, label) in enumerate(rules):
        if rule is None:
            considered.append(Considered(contract.identifier, "", None))
            continue
        steps: list[Step] | None = [] if book.occasion.trace else None
        price = book.price(rule, wanted, steps)
        considered.append(Considered(contract.identifier, rule.name, price, tuple(steps or ())))
        if price is None:
            continue
        candidate = (price, not contract.preferred, place, label, contract.identifier)
        if best is None or candidate < best:
            best = candidate
    if best is None:
        return Unpriced(wanted.entry_id, wanted.part_number, "PRICE_NOT_FOUND", tuple(considered))
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
        components=tuple(_components(book, rules, wanted)) if wanted.components else (),
    )


def _components(book: Book, rules: _Rules, wanted: Wanted) -> Iterator[Entitled]:
    for component in wanted.components or ():
        found = _best(book, rules, component)
        if isinstance(found, Entitled):
            yield found


def _active(contract: tables.ContractRow, at: datetime) -> bool:
    return (
        contract.state == "active"
        and (contract.starts_at is None or contract.starts_at <= at)
        and (contract.ends_at is None or at < contract.ends_at)
    )


def _granted(contract: tables.ContractRow, customer: Customer) -> bool:
    return contract.organization_id in customer.organizations or bool(contract.segments & customer.segments)


def _entry_ids(wanted: Wanted) -> Iterator[int]:
    yield wanted.entry_id
    if wanted.parent_id is not None:
        yield wanted.parent_id
    for component in wanted.components or ():
        yield from _entry_ids(component)


_MICRO = datetime(1970, 1, 1, 0, 0, 0, 1) - datetime(1970, 1, 1)


def prices_by(conn: Connection, terms: Terms, occasion: Occasion, contract: str, wanted: Sequence[Wanted]) -> list[int | None]:
    """What each entry costs by the rule of one contract, whoever may use it: for comparing terms."""
    entries = sorted({key for one in wanted for key in _entry_ids(one)})
    offers, list_prices = tables.find_offers(conn, occasion.store_id, entries, occasion.currency)
    book = Book(terms, offers, list_prices, occasion, (occasion.at - _EPOCH) // _MICRO, exponent(occasion.currency))
    rule = next((terms.rule_of(one) for one in terms.contracts if one.identifier == contract), None)
    return [book.price(rule, one, None) if rule else None for one in wanted]
