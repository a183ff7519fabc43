"""A whole load: files into commerce, its items over to order management, then the files that concern stock.

A store that was only given a catalog and prices gets the terms it needs to sell: a price rule that reads its
standard list, a default contract, a way of shipping. What a merchant has set is never touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from sqlalchemy.engine import Connection

from entrepot.commerce import catalog, charges, pricing
from entrepot.dataload.items import send_items
from entrepot.dataload.kind import Kind
from entrepot.dataload.kinds import KINDS
from entrepot.dataload.kinds.prices import entry_prices
from entrepot.dataload.report import Report
from entrepot.dataload.run import Options
from entrepot.dataload.run import load as load_files
from entrepot.kernel.db import Database


def fill(folder: Path, databases: Mapping[str, Database], store: str, options: Options = Options()) -> Report:
    """Load a folder into a store of the suite, creating the store when there is none; the second time changes nothing."""
    options = replace(options, prices=options.prices or entry_prices(store))
    report = load_files(folder, databases, store, KINDS, replace(options, skip=options.skip | _of_system("order_management")))
    if options.dry_run or report.stopped:
        return report
    with databases["commerce"].write() as conn:
        complete_terms(conn, catalog.find_store(conn, store))
    if "order_management" in databases:
        send_items(databases["commerce"], databases["order_management"], store)
        others = _of_system("commerce") | _of_system("configurator")
        rest = load_files(folder, databases, store, KINDS, replace(options, skip=options.skip | others))
        report.items += rest.items
        report.problems += rest.problems
        report.stopped = report.stopped or rest.stopped
    return report


def complete_terms(conn: Connection, store: catalog.Store) -> None:
    """Give the store a default contract and a way of shipping where it has none."""
    if not any(one.is_default for one in pricing.find_contracts(conn, store.id)):
        if pricing.STANDARD not in pricing.find_rules(conn, store.id):
            pricing.ensure_price_list(conn, store.id, pricing.STANDARD)
            pricing.put_price_rule(conn, store.id, pricing.STANDARD, [{"list": pricing.STANDARD}])
        terms = {"identifier": "default", "name": "Default contract", "is_default": True, "price_rule": pricing.STANDARD}
        pricing.put_contract(conn, store.id, terms)
    if not charges.find_shipping_modes(conn, store.id):
        rates = [
            {"currency": code, "base": 0, "per_kilogram": 0, "countries": [], "grams_included": 0} for code in store.currencies
        ]
        mode = {"code": "standard", "carrier": "PARCEL", "service": "Standard", "names": {"en-US": "Standard"}}
        sequence = {"days_least": 2, "days_most": 5, "sequence": 1, "rates": rates}
        charges.MODES.put(conn, store.id, [mode | sequence])


def _of_system(system: str) -> frozenset[str]:
    kinds: Mapping[str, Kind] = KINDS
    return frozenset(kind.keyword for kind in kinds.values() if kind.system == system)
