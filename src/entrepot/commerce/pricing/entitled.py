"""The entitled price: the best unit price a buyer may have, found over all eligible contracts.

Contracts are compared by the final unit price at the asked quantity. Precedence inside a price list is
absolute: a dear offer of higher precedence beats a cheap one; only *between contracts* do amounts compete.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence

from sqlalchemy.engine import Connection

from entrepot.commerce.pricing import tables
from entrepot.commerce.pricing.book import Book, Standing, standing
from entrepot.commerce.pricing.contract import Allowed, ContractRow, is_active, may_use
from entrepot.commerce.pricing.price import Considered, Entitled, Occasion, Unpriced, Wanted
from entrepot.commerce.pricing.rule import Rule
from entrepot.commerce.pricing.terms import Terms, terms_of
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
        if price is None or (best is not None and price > best[0]):
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
