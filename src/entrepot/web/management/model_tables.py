"""A table of a model as a grid: cells with the keyboard, blocks from a spreadsheet, saved into the draft.

The form is one field of text with the rows as CSV. Scripts make a grid of it; without them it is edited as it stands,
and what is wrong is listed by row and column either way.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Controller, Response, get, post

from entrepot import configurator
from entrepot.configurator import CellFault, Draft, TableText
from entrepot.kernel.errors import Error
from entrepot.kernel.words import mark
from entrepot.web.edge import house_of
from entrepot.web.i18n import translator
from entrepot.web.management.model_source import MAX_FORM, open_draft, state_in
from entrepot.web.staff import Asked, Form, back, desk_of, refused, show

HERE = "/management/models/{name:str}/tables/{rule:str}"
#: Faults that the page lists; the grid marks all of them.
MAX_LISTED = 20
#: Options that a fault names.
MAX_NAMED = 8
FAULTS = {
    "UNKNOWN": mark("%(column)s has no option “%(cell)s”. There are: %(known)s."),
    "NEAR": mark("%(column)s has no option “%(cell)s”. Did you mean %(near)s?"),
    "BLANK": mark("%(column)s is empty. Write * for any option, or - for none."),
    "WIDTH": mark("This row has %(cell)s cells instead of %(wanted)s."),
    "EMPTY": mark("The table has no rows. Remove its rule from the text if it is no longer needed."),
    "TOO_MANY": mark("The table has too many rows. Split it, or use * cells."),
}


#: What only the grid says.
SPOKEN = {
    "CELL": mark("%(column)s, row %(row)s"),
    "AT": mark("Row %(row)s:"),
    "ONE": mark("%(num)s cell needs another value."),
    "MANY": mark("%(num)s cells need another value."),
    "ROW": mark("%(num)s row, and every cell is fine."),
    "ROWS": mark("%(num)s rows, and every cell is fine."),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A fault in words, with the row it is in."""

    row: int
    text: str


class TablePages(Controller):
    """`/management/models/{name}/tables/{rule}`"""

    path = HERE
    opt = {"permission": "model.publish"}

    @get("/", sync_to_thread=True)
    def show(self, request: Asked, name: str, rule: str) -> Response[str]:
        """The table as it stands in the draft, or in the newest version where nothing is in the making."""
        draft, state = open_draft(request, name)
        table = configurator.table_in(draft.source, draft.file, draft.files, rule)
        return _page(request, draft, table, state, table.rows)

    @post("/", sync_to_thread=True, request_max_body_size=MAX_FORM)
    def save(self, request: Asked, name: str, rule: str, data: Form) -> Response[Any]:
        """Put the rows into the draft; the rest of its text stays as it is. Rows with wrong cells are not saved."""
        house, (draft, _) = house_of(request), open_draft(request, name)
        table = configurator.table_in(draft.source, draft.file, draft.files, rule)
        made_from, rows = state_in(data), configurator.read_rows(str(data.get("rows", "")), table.columns)
        faults = configurator.faults_in(table, rows)
        if faults:
            return _page(request, draft, table, made_from, rows, faults=faults)
        source, files = configurator.with_rows(draft.source, draft.files, table, rows)
        changed = Draft(draft.name, draft.based_on, source, files)
        try:
            with house.configurator.database.write() as conn:
                after = configurator.save_draft(conn, changed, made_from, desk_of(request).user.logon_id, house.clock.now())
        except Error as error:
            return _page(request, draft, table, made_from, rows, error=error)
        return back(
            f"/management/models/{quote(name)}/tables/{quote(rule)}", "unchanged" if after == made_from else "draft_saved"
        )


def _page(
    request: Asked,
    draft: Draft,
    table: TableText,
    state: int,
    rows: Sequence[Sequence[str]],
    **wrong: Any,
) -> Response[str]:
    faults: Sequence[CellFault] = wrong.get("faults", ())
    gettext = translator(desk_of(request).locale).gettext
    error: Error | None = wrong.get("error")
    words = {code: gettext(text) for code, text in FAULTS.items()}
    listed = [Told(one.row, _told(one, table, words)) for one in faults[:MAX_LISTED]]
    return show(
        request,
        "management/model_table.html",
        status=refused(error)[0] if error else 422 if faults else 200,
        draft=draft,
        table=table,
        state=state,
        rows=as_csv([table.columns, *rows]),
        listed=listed,
        more=len(faults) - len(listed),
        refusal=error.plain(gettext) if error else "",
        options=msgspec.json.encode(dict(zip(table.columns, table.options, strict=True))).decode(),
        words=msgspec.json.encode(words | {code: gettext(text) for code, text in SPOKEN.items()}).decode(),
    )


def _told(fault: CellFault, table: TableText, words: dict[str, str]) -> str:
    """A fault in the reader's language."""
    column = table.columns[fault.column - 1] if fault.column else ""
    options = table.options[fault.column - 1] if fault.column else ()
    known = ", ".join((*options[:MAX_NAMED], *(["…"] if len(options) > MAX_NAMED else [])))
    said = {"column": column, "cell": fault.cell, "near": fault.near, "known": known, "wanted": len(table.columns)}
    return words["NEAR" if fault.near else fault.code] % said


def as_csv(rows: Sequence[Sequence[str]]) -> str:
    """Rows as a form shows them.

    >>> as_csv([("board", "battery"), ("h8", "*")])
    'board,battery\\nh8,*\\n'
    """
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


routes: list[Any] = [TablePages]
