"""Customer segments: the list, one of them with whom it names, the form of its conditions, and the check for one person."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from sqlalchemy.engine import Connection

from entrepot.commerce import capture, catalog, members, pricing, promotions
from entrepot.commerce.members import Segment
from entrepot.kernel.errors import Error, Refused
from entrepot.web.edge import house_of
from entrepot.web.i18n import mark, translator
from entrepot.web.management.history import history_of
from entrepot.web.page import locale_of
from entrepot.web.parts import Part, PartKind, Raw, at_inputs, entered, moved, parts_of, raw_of, read_parts
from entrepot.web.staff import Asked, Form, author_of, back, desk_of, noon, refused, show, text

HERE = "/management/segments/{identifier:str}"
PREFIX = "conditions"
LABELS = {
    "registered_since": mark("Registered since"),
    "registered_for": mark("Registered for"),
    "spent": mark("Total spent"),
    "ordered": mark("Number of orders"),
    "profile_is": mark("Profile"),
    "in_organization": mark("Organization"),
}
USAGES = (mark("pricing"), mark("promotions"), mark("registration"), mark("content"))


class SegmentInUse(Refused):
    code = "SEGMENT_IN_USE"
    message = mark("{segment} is used by {uses}. Take it out there first.")


@get("/management/segments", permission="member.view", sync_to_thread=False)
def list_page(request: Asked) -> Response[str]:
    """Every segment with its rule as a sentence and how many people it names."""
    with house_of(request).commerce.database.read() as conn:
        found = members.find_segments(conn)
    gettext = translator(locale_of(request)).gettext
    rows = [{"one": one, "rule": members.in_words(one.conditions, gettext)} for one in found]
    return show(request, "management/segments.html", rows=rows)


@get(HERE, permission="member.view", sync_to_thread=False)
def segment_page(request: Asked, identifier: str, who: str = "", on: str = "") -> Response[str]:
    """One segment: its rule, whom it names, what uses it, and whether somebody is in it on a day."""
    return _segment_page(request, identifier, {"who": who.strip(), "on": on})


def _segment_page(
    request: Asked, identifier: str, values: dict[str, str], error: Error | None = None, *, field: str = "logon_id"
) -> Response[str]:
    house, gettext = house_of(request), translator(locale_of(request)).gettext
    status, errors = refused(error, {"reason": "reason"}) if error is not None else (200, {})
    errors = {name or field: told for name, told in errors.items()}
    answer: dict[str, Any] = {}
    with house.commerce.database.read() as conn:
        segment = members.get_segment(conn, identifier)
        uses = uses_of(conn, identifier)
        if values.get("who"):
            at = noon(values.get("on", ""), house.clock.now())
            try:
                answer = _checked(conn, identifier, values["who"], at, gettext)
            except Error as wrong:
                status, told = refused(wrong)
                errors["who"] = told[""]
        return show(
            request,
            "management/segment.html",
            status=status,
            segment=segment,
            rule=[one.sentence(gettext) for one in segment.conditions],
            named=members.named_in(conn, identifier),
            uses=uses,
            values=values,
            errors=errors,
            answer=answer,
            told=history_of(request, conn, ("segment", identifier)),
        )


def _checked(conn: Connection, identifier: str, logon_id: str, at: datetime, gettext: Any) -> dict[str, Any]:
    """Whether somebody is in the segment, with every condition and what was found of them."""
    user, facts, verdict = members.check_member(conn, identifier, logon_id, at, capture.purchases_of)
    checks = [(one.condition.sentence(gettext), one.condition.found(facts, at, gettext), one.holds) for one in verdict.checks]
    return {"user": user, "at": at, "verdict": verdict, "checks": checks}


def uses_of(conn: Connection, segment: str) -> list[tuple[str, str]]:
    """Everything in every store that names the segment, each with the address of its page."""
    found: list[tuple[str, str]] = []
    for name in catalog.store_names(conn):
        store = catalog.find_store(conn, name)
        for one in promotions.find_promotions(conn, store.id):
            if any(segment in getattr(condition, "segments", ()) for condition in one.conditions):
                found.append((one.identifier, f"/management/promotions/{one.identifier}"))
        uses = pricing.uses_of_segment(conn, store.id, segment)
        found += [(rule, f"/management/rules#rule-{quote(rule)}") for rule in uses.rules]
        found += [(contract, f"/management/contracts/{quote(contract)}") for contract in uses.contracts]
        found += [(one, f"/management/prices?price_list={quote(one)}") for one in uses.price_lists]
    return found


@get("/management/new-segment", permission="member.edit", sync_to_thread=False)
def new_page(request: Asked) -> Response[str]:
    """The form for a new segment."""
    return _form(request, "", {}, [])


@post("/management/new-segment", permission="member.edit", sync_to_thread=False)
def create(request: Asked, data: Form) -> Response[Any]:
    """Define a segment, or go on with its form."""
    return _taken(request, "", data)


@get(f"{HERE}/edit", permission="member.edit", sync_to_thread=False)
def edit_page(request: Asked, identifier: str) -> Response[str]:
    """The form with the segment's present terms."""
    with house_of(request).commerce.database.read() as conn:
        one = members.get_segment(conn, identifier)
    kinds = condition_kinds()
    rows = [raw_of(stored, kinds[stored["type"]].fields) for stored in members.stored_form(one.conditions)]
    return _form(request, identifier, {"usage": one.usage, "description": one.description}, rows)


@post(f"{HERE}/edit", permission="member.edit", sync_to_thread=False)
def change(request: Asked, identifier: str, data: Form) -> Response[Any]:
    """Give the segment new terms, or go on with its form."""
    return _taken(request, identifier, data)


def _taken(request: Asked, identifier: str, data: Form) -> Response[Any]:
    """What becomes of a sent form: shown again with a part more or less, with a preview or its faults; or stored."""
    values = {name: text(data, name) for name in ("identifier", "usage", "description", "reason")}
    gettext, do = translator(locale_of(request)).gettext, text(data, "do")
    rows = moved(entered(data, PREFIX), do, PREFIX, text(data, f"add_{PREFIX}"))
    if do.startswith(("add:", "remove:")):
        return _form(request, identifier, values, rows)
    read = read_parts(_parts(rows), gettext)
    if read.errors:
        return _form(request, identifier, values, rows, read.errors, status=422)
    try:
        segment = Segment(
            identifier or values["identifier"], values["usage"], values["description"], members.read_conditions(read.documents)
        )
        if do == "preview":
            return _form(request, identifier, values, rows, preview=members.in_words(segment.conditions, gettext) or "–")
        with house_of(request).commerce.database.write() as conn:
            store = members.change_segment if identifier else members.create_segment
            store(conn, segment, author_of(request, data))
    except Error as error:
        fields = {name: name for name in ("identifier", "description", "reason")} | {"conditions": PREFIX}
        status, errors = refused(error, fields)
        errors = at_inputs(str(error.attributes.get("path", "")), errors)
        errors = {name or "identifier": told for name, told in errors.items()}
        return _form(request, identifier, values, rows, errors, status=status)
    return back(f"/management/segments/{quote(segment.identifier)}", "saved")


def _form(
    request: Asked,
    identifier: str,
    values: dict[str, str],
    rows: list[Raw],
    errors: dict[str, str] | None = None,
    **more: Any,
) -> Response[str]:
    context: dict[str, Any] = {"preview": "", "status": 200} | more
    return show(
        request,
        "management/segment_form.html",
        identifier=identifier,
        entered={"identifier": "", "usage": "", "description": "", "reason": ""} | values,
        shown=_parts(rows),
        kinds=list(condition_kinds().values()),
        currencies=desk_of(request).store.currencies,
        usages=USAGES,
        errors=errors or {},
        **context,
    )


def _parts(rows: list[Raw]) -> list[Part]:
    return parts_of(rows, condition_kinds(), PREFIX)


def condition_kinds() -> dict[str, PartKind]:
    """What a segment can ask for, with the fields of each."""
    return {tag: PartKind(tag, LABELS[tag], fields) for tag, fields in members.segment_condition_kinds().items()}


@post(f"{HERE}/members", permission="member.edit", sync_to_thread=False)
def name_member(request: Asked, identifier: str, data: Form) -> Response[Any]:
    """Name somebody as included or excluded, or no longer."""
    author, how = author_of(request, data), text(data, "how")
    try:
        with house_of(request).commerce.database.write() as conn:
            if how == "forget":
                members.forget_member(conn, identifier, text(data, "logon_id"), author)
            else:
                members.name_member(conn, identifier, text(data, "logon_id"), how == "exclude", author)
    except members.UserNotFound as error:
        return _segment_page(request, identifier, {"logon_id": text(data, "logon_id")}, error)
    return back(f"/management/segments/{quote(identifier)}", "saved")


@post(f"{HERE}/delete", permission="member.edit", sync_to_thread=False)
def delete(request: Asked, identifier: str, data: Form) -> Response[Any]:
    """Remove a segment nothing uses."""
    try:
        with house_of(request).commerce.database.write() as conn:
            uses = uses_of(conn, identifier)
            if uses:
                raise SegmentInUse(segment=identifier, uses=", ".join(name for name, _ in uses))
            members.delete_segment(conn, identifier, author_of(request, data))
    except SegmentInUse as error:
        return _segment_page(request, identifier, {}, error, field="")
    return back("/management/segments", "saved")


routes: list[Any] = [list_page, new_page, create, segment_page, edit_page, change, name_member, delete]
