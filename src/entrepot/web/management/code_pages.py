"""The unique codes of a promotion: issue them, take a printed list over, see how many came back, hand them out as a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from litestar import Response, get, post
from sqlalchemy.engine import Connection

from entrepot.commerce import promotions
from entrepot.commerce.history import Author, note_change
from entrepot.kernel.errors import Error
from entrepot.kernel.quantity import parse_whole
from entrepot.web.edge import house_of
from entrepot.web.staff import Asked, Form, author_of, back, desk_of, refused, show, text

#: Which field of the forms a refusal is about.
FIELDS = {"count": "count", "prefix": "prefix", "codes": "codes"}
HERE = "/management/promotions/{identifier:str}/codes"


@get(HERE, permission="promotion.view", sync_to_thread=False)
def codes_page(request: Asked, identifier: str) -> Response[str]:
    """The batches of a promotion with what was redeemed of each, and the forms to issue more."""
    return _page(request, identifier)


def _page(request: Asked, identifier: str, entered: Form | None = None, error: Error | None = None) -> Response[str]:
    store = desk_of(request).store
    with house_of(request).commerce.database.read() as conn:
        one = promotions.require_promotion(conn, store.id, identifier)
        batches = promotions.batches_of(conn, one.id)
    status, problems = refused(error, FIELDS) if error is not None else (200, {})
    return show(
        request,
        "management/codes.html",
        status=status,
        one=one,
        batches=batches,
        by_unique_codes=one.trigger is promotions.Trigger.UNIQUE_CODES,
        entered=entered or {},
        problems=problems,
    )


@post(f"{HERE}/generate", permission="promotion.edit", sync_to_thread=True)
def generate(request: Asked, identifier: str, data: Form) -> Response[Any]:
    """Issue new codes as one batch."""

    def issue(conn: Connection, store_id: int, author: Author) -> None:
        wanted = promotions.ToIssue(parse_whole(text(data, "count"), "count"), text(data, "prefix"), text(data, "batch"))
        issued = promotions.generate_codes(conn, store_id, identifier, wanted, author.at)
        note_change(conn, author, ("codes", identifier), "issued", None, {"count": len(issued), "batch": wanted.batch or None})

    return _issued(request, identifier, data, issue)


@post(f"{HERE}/import", permission="promotion.edit", sync_to_thread=True)
def take_over(request: Asked, identifier: str, data: Form) -> Response[Any]:
    """Import a list of codes, one per line: all of them or none."""
    lines = text(data, "codes").replace(",", "\n").replace(";", "\n").splitlines()

    def issue(conn: Connection, store_id: int, author: Author) -> None:
        batch = text(data, "list_name")
        taken = promotions.import_codes(conn, store_id, identifier, lines, author.at, batch=batch)
        note_change(conn, author, ("codes", identifier), "imported", None, {"count": len(taken), "batch": batch or None})

    return _issued(request, identifier, data, issue)


def _issued(request: Asked, identifier: str, data: Form, issue: Callable[[Connection, int, Author], None]) -> Response[Any]:
    """Back to the page with the new codes, or the form again with what is wrong in it."""
    store, house = desk_of(request).store, house_of(request)
    try:
        with house.commerce.database.write() as conn:
            issue(conn, store.id, author_of(request, data))
    except promotions.PromotionUnknown:
        raise
    except Error as error:
        return _page(request, identifier, data, error)
    return back(f"/management/promotions/{identifier}/codes", "issued")


@get(f"{HERE}/file", permission="promotion.edit", sync_to_thread=True)
def code_file(request: Asked, identifier: str, batch: str = "") -> Response[bytes]:
    """The codes of a batch, or all, as a CSV file: for the printer or the mailing, and to see who used which."""
    store = desk_of(request).store
    with house_of(request).commerce.database.read() as conn:
        one = promotions.require_promotion(conn, store.id, identifier)
        issued = promotions.codes_of(conn, one.id, batch or None)
    rows = ["Code,Batch,Order", *(f"{row.code},{_cell(row.batch)},{row.order_ref or ''}" for row in issued)]
    headers = {"content-disposition": f'attachment; filename="codes-{identifier}.csv"'}
    return Response("\r\n".join([*rows, ""]).encode(), media_type="text/csv; charset=utf-8", headers=headers)


def _cell(value: str) -> str:
    """A name people chose as a cell: quoted, and never read as a formula by the program that opens the file."""
    value = f"'{value}" if value[:1] in "=+-@" else value
    return '"' + value.replace('"', '""') + '"'


routes: list[Any] = [codes_page, generate, take_over, code_file]
