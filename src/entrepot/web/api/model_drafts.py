"""Drafts of models for programs: begin, keep, try, go back and forth, publish; also of a model that has no version yet.

A draft is kept from the state it was made from (``state``, 0 where nothing was kept before): what somebody else kept
meanwhile is not overwritten. What is wrong with a text does not keep it from being kept, only from being published.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from litestar import Controller, Request, Response, delete, get, post, put
from litestar.params import FromPath, JSONBody

from entrepot import configurator
from entrepot.configurator import Draft
from entrepot.kernel.errors import Conflict
from entrepot.web.api.models import MAX_BODY, REFUSED, Checked, Published, check_draft, publish_draft
from entrepot.web.edge import house_of, session_of

Asking = Request[Any, Any, Any]
KEPT = {404: REFUSED[404], 409: REFUSED[409], 422: REFUSED[422]}


class NothingThere(Conflict):
    code = "NO_FURTHER_STATE"
    message = "There is no state to go to from here."


class DraftText(msgspec.Struct, forbid_unknown_fields=True):
    """A text with its tables, the version it was made from (0 for a new model), and the state its writer had open."""

    source: str
    files: dict[str, str] = {}
    based_on: int = 0
    state: int = 0


class KeptDraft(msgspec.Struct):
    """A draft as it stands; ``undo`` and ``redo`` are the states on either side of it."""

    model: str
    based_on: int
    state: int
    source: str
    files: dict[str, str]
    undo: int | None
    redo: int | None


class DraftState(msgspec.Struct):
    """A state a draft was in: who saved it when, and by file the lines that came and went."""

    state: int
    present: bool
    based_on: int
    author: str
    saved_at: datetime
    changes: list[dict[str, Any]]


class NewModel(msgspec.Struct):
    """A model that has a draft and no version."""

    model: str
    state: int
    author: str
    saved_at: datetime


class ChosenState(msgspec.Struct, forbid_unknown_fields=True):
    state: int


class Try(msgspec.Struct, forbid_unknown_fields=True):
    """Choices like ``2 x ports.usbc`` in their order, and a value to explain."""

    choices: tuple[str, ...] = ()
    why: str = ""
    language: str = "en-US"


class ModelDraftApi(Controller):
    """`/api/model-drafts`: for modelers, by bearer token."""

    path = "/api/model-drafts"
    tags = ["Models"]

    @get("/", permission="model.view", sync_to_thread=True)
    def new_models(self, request: Asking) -> list[NewModel]:
        """The models that are in the making and have no version yet."""
        with house_of(request).configurator.database.read() as conn:
            return [NewModel(one.name, one.number, one.author, one.saved_at) for one in configurator.list_unpublished(conn)]

    @get("/{name:str}", permission="model.view", sync_to_thread=True, responses={404: REFUSED[404]})
    def draft(self, request: Asking, name: FromPath[str]) -> KeptDraft:
        """The draft of a model; where nothing is in the making its newest version, with the state 0."""
        return _kept(request, name)

    @put("/{name:str}", permission="model.publish", sync_to_thread=True, request_max_body_size=MAX_BODY, responses=KEPT)
    def keep(self, request: Asking, name: FromPath[str], data: JSONBody[DraftText]) -> KeptDraft:
        """Keep a text as the draft's next state; the first of a new model begins it."""
        house, session = house_of(request), session_of(request)
        author = session.user.logon_id if session is not None and session.user is not None else ""
        if not data.based_on and configurator.name_in(data.source) != name:
            raise configurator.OtherModel(given=configurator.name_in(data.source), name=name)
        draft = Draft(name, data.based_on, data.source, data.files)
        with house.configurator.database.write() as conn:
            configurator.save_draft(conn, draft, data.state, author, house.clock.now())
        return _kept(request, name)

    @delete("/{name:str}", permission="model.publish", sync_to_thread=True, responses={404: REFUSED[404]})
    def discard(self, request: Asking, name: FromPath[str]) -> None:
        """Leave the draft, its states stay; a model that has no version yet is thrown away whole."""
        with house_of(request).configurator.database.write() as conn:
            configurator.open_draft(conn, name)
            configurator.discard_draft(conn, name)

    @get("/{name:str}/states", permission="model.view", sync_to_thread=True, responses={404: REFUSED[404]})
    def states(self, request: Asking, name: FromPath[str]) -> list[DraftState]:
        """Every state that can be gone back to, the latest first."""
        with house_of(request).configurator.database.read() as conn:
            _, present = configurator.open_draft(conn, name)
            listed = configurator.list_states(conn, name)
        return [
            DraftState(
                one.number,
                one.number == present,
                one.based_on,
                one.author,
                one.saved_at,
                [{"file": change.file, "added": change.added, "removed": change.removed} for change in one.changes],
            )
            for one in listed
        ]

    @post("/{name:str}/state", permission="model.publish", sync_to_thread=True, status_code=200, responses=KEPT)
    def restore(self, request: Asking, name: FromPath[str], data: JSONBody[ChosenState]) -> KeptDraft:
        """Make a state the present one, an earlier or a later one; the others stay."""
        with house_of(request).configurator.database.write() as conn:
            configurator.restore_state(conn, name, data.state)
        return _kept(request, name)

    @post("/{name:str}/undo", permission="model.publish", sync_to_thread=True, status_code=200, responses=KEPT)
    def undo(self, request: Asking, name: FromPath[str]) -> KeptDraft:
        """Go back one state; refused (`NO_FURTHER_STATE`) at the first."""
        return _step(request, name, _kept(request, name).undo)

    @post("/{name:str}/redo", permission="model.publish", sync_to_thread=True, status_code=200, responses=KEPT)
    def redo(self, request: Asking, name: FromPath[str]) -> KeptDraft:
        """Go one state forward again; refused (`NO_FURTHER_STATE`) at the last."""
        return _step(request, name, _kept(request, name).redo)

    @post("/{name:str}/check", permission="model.view", sync_to_thread=True, status_code=200, responses=KEPT)
    def check(self, request: Asking, name: FromPath[str]) -> Checked:
        """Check the draft as it was kept: its facts, and what it changes in the version it was made from."""
        return check_draft(request, _draft(request, name))

    @post("/{name:str}/try", permission="model.view", sync_to_thread=True, status_code=200, responses=KEPT)
    def try_out(self, request: Asking, name: FromPath[str], data: JSONBody[Try]) -> dict[str, Any]:
        """The draft after some choices: every value with its state, and why one is excluded; nothing is recorded."""
        draft, at = _draft(request, name), house_of(request).clock.now()
        return configurator.try_draft(draft, data.choices, data.why, data.language, at)

    @post("/{name:str}/publish", permission="model.publish", sync_to_thread=True, responses=KEPT)
    def publish(self, request: Asking, name: FromPath[str]) -> Response[Published]:
        """Publish the draft as it was kept: the first version of a new model, or the next one; the draft ends."""
        return publish_draft(request, _draft(request, name), ends=True)


def _draft(request: Asking, name: str) -> Draft:
    with house_of(request).configurator.database.read() as conn:
        return configurator.open_draft(conn, name)[0]


def _kept(request: Asking, name: str) -> KeptDraft:
    with house_of(request).configurator.database.read() as conn:
        draft, state = configurator.open_draft(conn, name)
        undo, redo = configurator.neighbors(configurator.list_states(conn, name), state)
    return KeptDraft(name, draft.based_on, state, draft.source, dict(draft.files), undo, redo)


def _step(request: Asking, name: str, state: int | None) -> KeptDraft:
    if state is None:
        raise NothingThere()
    with house_of(request).configurator.database.write() as conn:
        configurator.restore_state(conn, name, state)
    return _kept(request, name)
