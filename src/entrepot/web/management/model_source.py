"""The text of a model on a page: check it, see what is wrong beside it, publish it as the next version.

What was entered stays on the page whatever is wrong with it. Compiling takes seconds and happens outside of any
transaction.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Any

from litestar import Response, get, post

from entrepot import configurator
from entrepot.configurator import Draft, Prepared
from entrepot.kernel.errors import Error
from entrepot.web.edge import house_of
from entrepot.web.i18n import translator
from entrepot.web.management.model_shown import facts_of, named
from entrepot.web.staff import Asked, Form, back, desk_of, refused, show, text

HERE = "/management/models/{name:str}/source"
#: A form may be this long; larger models come by `entrepot model publish`.
MAX_FORM = 8_000_000
AROUND = 3
TABLE = "table-"


#: The longest text with its tables that is read while it is typed, in characters.
MOST_ALONG = 200_000


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with a draft: where, why, what to write instead, and the lines around it."""

    text: str
    file: str = ""
    line: int = 0
    remedy: str = ""
    excerpt: tuple[tuple[int, str], ...] = ()
    rules: tuple[configurator.Told, ...] = ()


@get(HERE, permission="model.publish")
async def source_page(request: Asked, name: str, version: int = 0) -> Response[str]:
    """The draft in the making, else the text of the newest version to go on from; or an older one to go back to."""
    # Not by `sync_to_thread`: the framework takes up a path that is also posted to twice, and wraps its handler twice.
    return await asyncio.to_thread(_source_page, request, name, version)


def _source_page(request: Asked, name: str, version: int) -> Response[str]:
    """The tables of a large text take seconds to find, beside everybody else's requests."""
    draft, state = open_draft(request, name)
    if version and draft.based_on:
        newest, chosen = _stored(request, name, version)
        draft = Draft(name, newest.version, chosen.source, dict(chosen.files))
    return source_of(request, draft, state=state)


def open_draft(request: Asked, name: str) -> tuple[Draft, int]:
    """What is in the making of a model and the state it is in; the newest version where nothing is."""
    with house_of(request).configurator.database.read() as conn:
        return configurator.open_draft(conn, name)


@post(HERE, permission="model.publish", sync_to_thread=True, request_max_body_size=MAX_FORM)
def source(request: Asked, name: str, data: Form) -> Response[Any]:
    """Check a text of this model, or publish it as the next version."""
    newest = open_draft(request, name)[0]
    files = {table: _entered(data.get(f"{TABLE}{table}", known), known) for table, known in newest.files.items()}
    based_on = text(data, "based_on")
    number = int(based_on) if based_on.isdecimal() else 0
    draft = Draft(name, number, _entered(data.get("source", ""), newest.source), files)
    return answer(request, draft, text(data, "do"), state_in(data))


@post(f"{HERE}/states", permission="model.publish", sync_to_thread=True)
def restore(request: Asked, name: str, data: Form) -> Response[Any]:
    """Make another state of the draft the present one, or leave the draft and go on from the newest version.

    A model that has no version yet is thrown away whole.
    """
    pressed = text(data, "do")
    with house_of(request).configurator.database.write() as conn:
        if pressed == "leave":
            configurator.end_draft(conn, name)
        elif pressed == "discard":
            configurator.discard_draft(conn, name)
        else:
            configurator.restore_state(conn, name, state_in(data))
    if pressed == "discard":
        return back("/management/models", "model_discarded")
    return back(f"/management/models/{name}/source", "draft_left" if pressed == "leave" else "restored")


def state_in(data: dict[str, Any]) -> int:
    """The state that a form was made from."""
    number = text(data, "state")
    return int(number) if number.isdecimal() else 0


def _stored(request: Asked, name: str, version: int = 0) -> tuple[configurator.StoredModel, configurator.StoredModel]:
    """The newest version and the one asked for."""
    with house_of(request).configurator.database.read() as conn:
        return configurator.newest_and(conn, name, version)


def plain_lines(entered: str) -> str:
    """Text as files have it: browsers send another end of line."""
    return entered.replace("\r\n", "\n")


def _entered(entered: object, known: str) -> str:
    """What was entered; the known text itself where only ends of lines differ, so that it counts as unchanged."""
    given = plain_lines(str(entered))
    return known if given == plain_lines(known) else given


def answer(request: Asked, draft: Draft, pressed: str, state: int = 0) -> Response[Any]:
    """Do with a text what was asked: keep it, keep it and try it, publish it, or only check it; or read it while it is typed."""
    if pressed == "read":
        return _read_along(request, draft)
    house = house_of(request)
    at = house.clock.now()
    try:
        if pressed in ("save", "try"):
            kept = replace(draft, name=draft.name or configurator.name_in(draft.source))
            after = save(request, kept, state)
            if pressed == "try":
                return back(f"/management/models/{kept.name}/source/try")
            return back(f"/management/models/{kept.name}/source", "unchanged" if after == state else "draft_saved")
        prepared = configurator.prepare_draft(draft, at)
        if pressed != "publish":
            with house.configurator.database.read() as conn:
                configurator.check_next(conn, prepared, draft.name, draft.based_on, at)
            return source_of(request, draft, prepared=prepared, state=state)
        with house.configurator.database.write() as conn:
            stored = configurator.publish_next(conn, prepared, draft.name, draft.based_on, at)
            configurator.end_draft(conn, stored.name)
    except Error as error:
        return source_of(request, draft, error=error, state=state)
    return back(f"/management/models/{stored.name}", "unchanged" if stored.version == draft.based_on else "published")


def _read_along(request: Asked, draft: Draft) -> Response[str]:
    """What reading a text says, for the line beneath it: the first thing wrong, and nothing of what only compiling finds out."""
    if len(draft.source) + sum(map(len, draft.files.values())) > MOST_ALONG:
        return show(request, "management/model_reading.html", large=True, trouble=None, draft=draft)
    try:
        configurator.read_model(draft.source, draft.file, draft.files)
    except Error as error:
        trouble = _trouble(draft, error, desk_of(request).locale)
        return show(request, "management/model_reading.html", large=False, trouble=trouble, draft=draft)
    return show(request, "management/model_reading.html", large=False, trouble=None, draft=draft)


def save(request: Asked, draft: Draft, made_from: int) -> int:
    """Keep a draft; the number of the state it is in now."""
    house = house_of(request)
    with house.configurator.database.write() as conn:
        return configurator.save_draft(conn, draft, made_from, desk_of(request).user.logon_id, house.clock.now())


def source_of(
    request: Asked, draft: Draft, *, state: int = 0, prepared: Prepared | None = None, error: Error | None = None
) -> Response[str]:
    """The page of a text with what is known of it."""
    language = desk_of(request).locale
    status, trouble, changes = 200, None, []
    with house_of(request).configurator.database.read() as conn:
        states = configurator.list_states(conn, draft.name) if draft.name else []
        present = configurator.present_state(conn, draft.name) if draft.name else None
    if error is not None:
        status, _ = refused(error)
        trouble = _trouble(draft, error, language)
    if prepared is not None:
        with house_of(request).configurator.database.read() as conn:
            changes = configurator.changes_of(conn, draft, prepared)
    return show(
        request,
        "management/model_source.html",
        status=status,
        draft=draft,
        state=state,
        states=states,
        present=present[1] if present else 0,
        beside=configurator.neighbors(states, present[1] if present else 0),
        tables=tables_of(draft),
        trouble=trouble,
        facts=facts_of(prepared.facts) if prepared else None,
        always_on=named(prepared.model, prepared.always_on, language) if prepared else [],
        dead=named(prepared.model, prepared.dead, language) if prepared else [],
        changes=changes,
    )


def tables_of(draft: Draft) -> list[configurator.TableText]:
    """The tables of a draft; none while its text cannot be read as far as its classes."""
    try:
        return configurator.tables_in(draft.source, draft.file, draft.files)
    except configurator.ModelInvalid:
        return []


def _trouble(draft: Draft, error: Error, language: str) -> Trouble:
    """What is wrong, told where the reader looks for it."""
    if isinstance(error, configurator.ModelContradictory):
        model = configurator.read_model(draft.source, draft.file, draft.files)
        return Trouble(
            error.plain(translator(language).gettext), rules=tuple(configurator.tell_rules(model, error.named, language))
        )
    if not isinstance(error, configurator.ModelInvalid):
        return Trouble(error.plain(translator(language).gettext))
    file, line = str(error.file), int(error.line)
    written = (draft.source if file == draft.file else draft.files.get(file, "")).splitlines()
    first = max(0, line - 1 - AROUND)
    excerpt = tuple(enumerate(written[first : line + AROUND], first + 1))
    return Trouble(str(error.problem), file, line, str(error.remedy), excerpt)


routes: list[Any] = [source_page, source, restore]
