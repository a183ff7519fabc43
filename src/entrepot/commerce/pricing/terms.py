"""The terms of a store's prices: everything they follow from but the offers and the buyer, with the rules of an instant."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from sqlalchemy.engine import Connection

from entrepot.commerce import catalog
from entrepot.commerce.pricing import tables
from entrepot.commerce.pricing.condition import Clock, Condition
from entrepot.commerce.pricing.constants import PriceConstant, find_constants
from entrepot.commerce.pricing.contract import Allowed, ContractRow, Obligations, lineage, obligations_of
from entrepot.commerce.pricing.reading import check_rules, read_rule
from entrepot.commerce.pricing.rule import FromList, Rule
from entrepot.commerce.pricing.versions import RuleVersion, dated_rules
from entrepot.kernel.cache import Versioned


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
        """The terms with the rules of an instant, made once for each; one that has not begun or has ended is not there."""
        if not self.dated:
            return self
        current = {name: next((one for one in many if one.in_force(at)), None) for name, many in self.dated.items()}
        key = tuple(None if one is None else one.version for one in current.values())
        known = self.moments.get(key)
        if known is None:
            rules, versions = dict(self.rules), dict(self.versions)
            for name, found in current.items():
                if found is None:
                    rules.pop(name, None)
                    continue
                rules[name], versions[name] = read_rule(found.name, found.path), found.version
            known = self.moments[key] = replace(self, rules=rules, versions=versions, dated={}, moments={})
        return known

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


def users_of(terms: Terms, name: str) -> list[str]:
    """Who prices by a rule: the contracts that name it and the other rules it is part of."""
    contracts = [one.identifier for one in terms.contracts if one.price_rule == name]
    return [*sorted(contracts), *sorted(one.name for one in terms.rules.values() if name in one.nested())]
