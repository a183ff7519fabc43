"""Messages: looking one up, and putting right those nobody could deliver.

A dead letter is corrected and run again at its place in the queue, or closed for a reason; either way what was first
said is kept. Running one twice has its effect once.
"""

from __future__ import annotations

import json
from typing import Any

from litestar import Response, get, post

from entrepot.bus import Post
from entrepot.kernel.errors import Error, NotFound
from entrepot.web.edge import house_of
from entrepot.web.i18n import mark, translator
from entrepot.web.operations.follow import pretty
from entrepot.web.operations.overview import STATES, posts_of
from entrepot.web.staff import Asked, Form, back, desk_of, refused, show, text

MOST = 60
NOT_JSON = mark("This is no JSON document: line %(line)s, column %(column)s: %(problem)s")
NO_OBJECT = mark("A message's body is a JSON object, in curly braces.")
REASON_MISSING = mark("Say why it is given up; it stays in the record.")


class MessageUnknown(NotFound):
    code = "MESSAGE_UNKNOWN"
    message = mark("There is no such message.")


@get("/operations/messages", permission="message.view", sync_to_thread=False)
def search_page(request: Asked, q: str = "", status: str = "", system: str = "") -> Response[str]:
    """Messages of all systems, newest first."""
    posts = posts_of(house_of(request))
    rows = []
    for name, one in posts.items():
        if system in ("", name):
            with one.database.read() as conn:
                found = one.outbox.search(conn, q.strip()[:200], status if status in STATES else "", MOST)
            rows += [_listed(request, name, dict(row)) for row in found]
    rows.sort(key=lambda row: row["created_at"], reverse=True)
    return show(
        request,
        "operations/messages.html",
        q=q,
        status_name=status,
        system=system,
        systems=list(posts),
        states=STATES,
        rows=rows[:MOST],
    )


@get("/operations/dead-letters", permission="message.view", sync_to_thread=False)
def dead_letters(request: Asked) -> Response[str]:
    """What could not be delivered, each with its reason and how many wait behind it."""
    rows = []
    for name, one in posts_of(house_of(request)).items():
        with one.database.read() as conn:
            dead, pending = one.outbox.waiting(conn), one.outbox.waiting(conn, "pending", 1000)
        for row in dead:
            behind = sum(1 for other in pending if other["ordering_key"] == row["ordering_key"])
            rows.append(_listed(request, name, dict(row)) | {"behind": behind})
    rows.sort(key=lambda row: row["created_at"])
    return show(request, "operations/dead_letters.html", rows=rows)


@get("/operations/messages/{system:str}/{message:str}", permission="message.view", sync_to_thread=False)
def message_page(request: Asked, system: str, message: str) -> Response[str]:
    """One message: what it says, what came of it, and what can be done about it."""
    return _page(request, system, message, {}, {})


@post("/operations/messages/{system:str}/{message:str}/rerun", permission="exception.reprocess", sync_to_thread=False)
def rerun(request: Asked, system: str, message: str, data: Form) -> Response[Any]:
    """Run a dead letter again, with its body corrected when it was changed."""
    house, one = house_of(request), _post_of(request, system)
    entered = {"body": str(data.get("body", ""))}
    row = _message(one, message)
    body, problem = _body(request, entered["body"])
    if problem:
        return _page(request, system, message, {"body": problem}, entered, 422)
    try:
        with one.database.write() as conn:
            one.outbox.rerun(conn, message, house.clock.now(), body if body != row["body"] else None)
    except Error as error:
        status, errors = refused(error)
        return _page(request, system, message, errors, entered, status)
    return back(f"/operations/messages/{system}/{message}", "rerun")


@post("/operations/messages/{system:str}/{message:str}/close", permission="exception.reprocess", sync_to_thread=False)
def close(request: Asked, system: str, message: str, data: Form) -> Response[Any]:
    """Give a dead letter up, for a reason."""
    house, one, reason = house_of(request), _post_of(request, system), text(data, "reason")
    if not reason:
        told = translator(desk_of(request).locale).gettext(REASON_MISSING)
        return _page(request, system, message, {"reason": told}, {}, 422)
    try:
        with one.database.write() as conn:
            one.outbox.close(conn, message, f"{reason} ({desk_of(request).user.logon_id})", house.clock.now())
    except Error as error:
        status, errors = refused(error)
        return _page(request, system, message, errors, {"reason": reason}, status)
    return back(f"/operations/messages/{system}/{message}", "closed")


def _page(
    request: Asked, system: str, message: str, errors: dict[str, str], entered: dict[str, str], status: int = 200
) -> Response[str]:
    row = _message(_post_of(request, system), message)
    return show(
        request,
        "operations/message.html",
        status=status,
        row=_listed(request, system, dict(row)),
        body=entered.get("body") or pretty(row["body"]),
        first=pretty(row["original_body"]),
        reply=pretty(row["reply"]),
        errors=errors,
        entered=entered,
    )


def _listed(request: Asked, system: str, row: dict[str, Any]) -> dict[str, Any]:
    route = house_of(request).relay.routes.get(row["kind"])
    event = row["body"].get("Event") if isinstance(row["body"], dict) else None
    number = str(row["body"].get("OrderNo", "")) if isinstance(row["body"], dict) else ""
    return row | {"system": system, "to": route.to if route else "", "event": event or row["kind"], "order_no": number}


def _post_of(request: Asked, system: str) -> Post:
    posts = posts_of(house_of(request))
    if system not in posts:
        raise MessageUnknown()
    return posts[system]


def _message(one: Post, message: str) -> Any:
    with one.database.read() as conn:
        row = one.outbox.find(conn, message)
    if row is None:
        raise MessageUnknown()
    return row


def _body(request: Asked, written: str) -> tuple[dict[str, Any], str]:
    """The corrected body, or what is wrong with it."""
    gettext = translator(desk_of(request).locale).gettext
    try:
        body = json.loads(written)
    except json.JSONDecodeError as error:
        return {}, gettext(NOT_JSON) % {"line": error.lineno, "column": error.colno, "problem": error.msg}
    return (body, "") if isinstance(body, dict) else ({}, gettext(NO_OBJECT))


routes: list[Any] = [search_page, dead_letters, message_page, rerun, close]
