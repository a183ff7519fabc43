"""The text of a model on a page: check it, see what is wrong beside it, publish it as the next version.

What was entered stays on the page whatever is wrong with it. Compiling takes seconds and happens outside of any
transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post

from entrepot import configurator
from entrepot.configurator import Draft, Prepared
from entrepot.kernel.errors import Error
from entrepot.web.edge import house_of
from entrepot.web.management.model_shown import facts_of, named
from entrepot.web.staff import Asked, Form, back, desk_of, refused, show, text

HERE = "/management/models/{name:str}/source"
NEW = "/management/new-model"
#: A form may be this long; larger models come by `entrepot model publish`.
MAX_FORM = 8_000_000
AROUND = 3
TABLE = "table-"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with a draft: where, why, what to write instead, and the lines around it."""

    text: str
    file: str = ""
    line: int = 0
    remedy: str = ""
    excerpt: tuple[tuple[int, str], ...] = ()
    rules: tuple[configurator.Told, ...] = ()


@get(NEW, permission="model.publish", sync_to_thread=False)
def new_page(request: Asked) -> Response[str]:
    """The text of a new model, begun with a small sound one."""
    return _page(request, Draft("", 0, configurator.starter("my-kit", desk_of(request).store.identifier)))


@post(NEW, permission="model.publish", sync_to_thread=True, request_max_body_size=MAX_FORM)
def new(request: Asked, data: Form) -> Response[Any]:
    """Check the text of a new model, or publish its first version."""
    return _answer(request, Draft("", 0, _lines(str(data.get("source", "")))), text(data, "do"))


@get(HERE, permission="model.publish", sync_to_thread=False)
def source_page(request: Asked, name: str, version: int = 0) -> Response[str]:
    """The text of the newest version to go on from, or an older one to go back to."""
    newest, chosen = _stored(request, name, version)
    return _page(request, Draft(name, newest.version, chosen.source, dict(chosen.files)))


@post(HERE, permission="model.publish", sync_to_thread=True, request_max_body_size=MAX_FORM)
def source(request: Asked, name: str, data: Form) -> Response[Any]:
    """Check a text of this model, or publish it as the next version."""
    newest, _ = _stored(request, name)
    files = {table: _entered(data.get(f"{TABLE}{table}", known), known) for table, known in newest.files.items()}
    based_on = text(data, "based_on")
    number = int(based_on) if based_on.isdecimal() else 0
    return _answer(request, Draft(name, number, _entered(data.get("source", ""), newest.source), files), text(data, "do"))


def _stored(request: Asked, name: str, version: int = 0) -> tuple[configurator.StoredModel, configurator.StoredModel]:
    """The newest version and the one asked for."""
    with house_of(request).configurator.database.read() as conn:
        return configurator.newest_and(conn, name, version)


def _lines(entered: str) -> str:
    """Text as files have it: browsers send another end of line."""
    return entered.replace("\r\n", "\n")


def _entered(entered: object, known: str) -> str:
    """What was entered; the known text itself where only ends of lines differ, so that it counts as unchanged."""
    given = _lines(str(entered))
    return known if given == _lines(known) else given


def _answer(request: Asked, draft: Draft, pressed: str) -> Response[Any]:
    house = house_of(request)
    at = house.clock.now()
    try:
        prepared = configurator.prepare_draft(draft, at)
        if pressed != "publish":
            with house.configurator.database.read() as conn:
                configurator.check_next(conn, prepared, draft.name, draft.based_on, at)
            return _page(request, draft, prepared=prepared)
        with house.configurator.database.write() as conn:
            stored = configurator.publish_next(conn, prepared, draft.name, draft.based_on, at)
    except Error as error:
        return _page(request, draft, error=error)
    return back(f"/management/models/{stored.name}", "unchanged" if stored.version == draft.based_on else "published")


def _page(request: Asked, draft: Draft, *, prepared: Prepared | None = None, error: Error | None = None) -> Response[str]:
    language = desk_of(request).locale
    status, trouble, changes = 200, None, []
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
        trouble=trouble,
        facts=facts_of(prepared.facts) if prepared else None,
        always_on=named(prepared.model, prepared.always_on, language) if prepared else [],
        dead=named(prepared.model, prepared.dead, language) if prepared else [],
        changes=changes,
    )


def _trouble(draft: Draft, error: Error, language: str) -> Trouble:
    """What is wrong, told where the reader looks for it."""
    if isinstance(error, configurator.ModelContradictory):
        model = configurator.read_model(draft.source, draft.file, draft.files)
        return Trouble(error.text, rules=tuple(configurator.tell_rules(model, error.named, language)))
    if not isinstance(error, configurator.ModelInvalid):
        return Trouble(error.text)
    file, line = str(error.file), int(error.line)
    written = (draft.source if file == draft.file else draft.files.get(file, "")).splitlines()
    first = max(0, line - 1 - AROUND)
    excerpt = tuple(enumerate(written[first : line + AROUND], first + 1))
    return Trouble(str(error.problem), file, line, str(error.remedy), excerpt)


routes: list[Any] = [new_page, new, source_page, source]
