"""What becomes of a price rule as a whole: a draft put in force, thrown away or taken one step back; a rule taken out of use."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from litestar import Response, post
from sqlalchemy.engine import Connection

from entrepot.commerce import pricing
from entrepot.commerce.history import note_change
from entrepot.kernel.errors import Error, Invalid
from entrepot.web.edge import house_of
from entrepot.web.i18n import mark
from entrepot.web.management.rule_pages import chosen_version, facts_of, known_of, rule_shown, version_of
from entrepot.web.staff import Asked, Form, author_of, back, desk_of, refused, text

HERE = "/management/rules/{name:str}"


class RuleFaulty(Invalid):
    code = "PRICE_RULE_FAULTY"
    message = mark("{path}: this version still has {count} faults. Put them right, then activate it.")


class DayMalformed(Invalid):
    code = "BAD_DATE"
    message = mark("{path}: write a day that is not in the past, such as 2026-12-01.")


@post(f"{HERE}/activate", permission="price.edit", sync_to_thread=True)
def activate(request: Asked, name: str, data: Form) -> Response[Any]:
    """Put a draft without faults in force, now or from a day on."""
    store, version = desk_of(request).store, version_of(data)
    now = house_of(request).clock.now()
    try:
        starts_at = _day(text(data, "from"), now, store.time_zone)
        with house_of(request).commerce.database.write() as conn:
            chosen = chosen_version(conn, store.id, name, version)
            faults = pricing.faults_of(pricing.read_rule(name, chosen.path), known_of(conn, store.id))
            if faults:
                raise RuleFaulty(path="version", count=len(faults))
            before = _in_force(conn, store.id, name, now)
            pricing.activate(conn, store.id, name, version, starts_at)
            told = facts_of(chosen) | {"starts_at": starts_at, "version": version}
            note_change(conn, author_of(request, data), ("rule", name), "activated", before, told)
    except Error as error:
        return rule_shown(request, name, version, refusal=refused(error))
    return back(f"/management/rules/{quote(name)}?version={version}", "saved")


@post(f"{HERE}/discard", permission="price.edit", sync_to_thread=True)
def discard(request: Asked, name: str, data: Form) -> Response[Any]:
    """Throw a draft away."""
    store, version = desk_of(request).store, version_of(data)
    with house_of(request).commerce.database.write() as conn:
        gone = chosen_version(conn, store.id, name, version)
        pricing.discard_draft(conn, store.id, name, version)
        note_change(conn, author_of(request, data), ("rule", name), "discarded", facts_of(gone), None)
    return back(f"/management/rules/{quote(name)}", "saved")


@post(f"{HERE}/undo", permission="price.edit", sync_to_thread=True)
def undo(request: Asked, name: str, data: Form) -> Response[Any]:
    """Take the last change of a draft back; once more brings it again."""
    store, version = desk_of(request).store, version_of(data)
    with house_of(request).commerce.database.write() as conn:
        before = chosen_version(conn, store.id, name, version)
        pricing.undo_draft(conn, store.id, name, version)
        after = chosen_version(conn, store.id, name, version)
        note_change(conn, author_of(request, data), ("rule", name), "undone", facts_of(before), facts_of(after))
    return back(f"/management/rules/{quote(name)}?version={version}", "undone")


@post(f"{HERE}/deactivate", permission="price.edit", sync_to_thread=True)
def deactivate(request: Asked, name: str, data: Form) -> Response[Any]:
    """Take a rule out of use that no contract and no other rule prices by; orders keep the prices it gave."""
    store, now = desk_of(request).store, house_of(request).clock.now()
    try:
        with house_of(request).commerce.database.write() as conn:
            before = _in_force(conn, store.id, name, now)
            pricing.deactivate(conn, store.id, name, now, pricing.users_of(pricing.terms_of(conn, store.id), name))
            note_change(conn, author_of(request, data), ("rule", name), "deactivated", before, {"ends_at": now})
    except Error as error:
        return rule_shown(request, name, 0, refusal=refused(error))
    return back(f"/management/rules/{quote(name)}", "saved")


def _in_force(conn: Connection, store_id: int, name: str, at: datetime) -> dict[str, Any]:
    """What the rule says at an instant, for the history."""
    found = next((one for one in pricing.versions_of(conn, store_id, name) if one.in_force(at)), None)
    return facts_of(found) | {"version": found.version} if found else {}


def _day(day: str, now: datetime, zone: str) -> datetime:
    if not day:
        return now
    try:
        found = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        raise DayMalformed(path="from") from None
    if found < now:
        raise DayMalformed(path="from")
    return found


routes: list[Any] = [activate, discard, undo, deactivate]
