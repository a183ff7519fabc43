"""Models of the configurator for programs: read, check, publish, compare, convert.

What is wrong with a text comes as a problem document whose ``attributes`` say ``file``, ``line``, ``problem`` and
``remedy``, so that an editor or a pipeline can point at it. A version is published from the one it was made from
(``based_on``, 0 for a new model): where somebody else published in between it is refused, and nothing is lost.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, JSONBody

from entrepot import configurator
from entrepot.configurator import Draft, Prepared, StoredModel, VersionLine
from entrepot.web.edge import Problem, house_of

Asking = Request[Any, Any, Any]
#: A text and its tables may be this long in all; larger models come by `entrepot model publish`.
MAX_BODY = 8_000_000
REFUSED = {
    404: ResponseSpec(Problem, generate_examples=False, media_type="application/problem+json", description="No such model."),
    409: ResponseSpec(
        Problem,
        generate_examples=False,
        media_type="application/problem+json",
        description="`MODEL_MOVED_ON`: a newer version was published meanwhile; `WORKBENCH_BUSY`: try again in a minute.",
    ),
    422: ResponseSpec(
        Problem,
        generate_examples=False,
        media_type="application/problem+json",
        description="`MODEL_INVALID` with `file`, `line`, `problem`, `remedy`; `MODEL_CONTRADICTORY` with the rules.",
    ),
}


class ModelText(msgspec.Struct, forbid_unknown_fields=True):
    """The text of a model (YAML) with the CSV tables it names, and the version it was made from."""

    source: str
    files: dict[str, str] = {}
    based_on: int = 0


class UvlText(msgspec.Struct, forbid_unknown_fields=True):
    """A feature model in UVL, and whose model it becomes."""

    source: str
    organization: str
    file: str = "model.uvl"


class Version(msgspec.Struct):
    """A published version with the facts it was published with; dates are the model's own ``from`` and ``to``."""

    name: str
    version: int
    organization: str
    in_force: bool
    published_at: datetime
    valid_from: datetime | None
    valid_to: datetime | None
    facts: dict[str, Any]


class Listed(msgspec.Struct):
    """A model with the version in force, or its newest where none is."""

    name: str
    versions: int
    shown: Version


class RedundantRule(msgspec.Struct):
    """A rule that follows from others (from none: from the classes themselves); `undecided` were not settled in 3 s."""

    rule: str
    implied_by: tuple[str, ...]


class ModelState(msgspec.Struct):
    """A version as it is now: options by ``class.option``, and the rules in force that contradict each other."""

    model: str
    title: str
    shown: Version
    always_on: tuple[str, ...]
    dead: tuple[str, ...]
    contradiction: tuple[str, ...]
    redundant: list[RedundantRule]
    undecided: int
    versions: list[Version]


class Source(msgspec.Struct):
    """A version's text and its tables, as they were published."""

    name: str
    version: int
    source: str
    files: dict[str, str]


class ChangedFile(msgspec.Struct):
    """What changed in a file: each line with ``+``, ``-``, blank for the lines around, ``@`` where some are left out."""

    file: str
    lines: list[str]


class Comparison(msgspec.Struct):
    """Two versions of a model: the files that differ, and the facts of both."""

    name: str
    before: Version
    after: Version
    files: list[ChangedFile]


class Checked(msgspec.Struct):
    """A sound text: the facts of `entrepot model check`, and what it changes in the version it was made from."""

    model: str
    facts: dict[str, Any]
    always_on: tuple[str, ...]
    dead: tuple[str, ...]
    changes: list[ChangedFile]


class Published(msgspec.Struct):
    """The version that now stands; ``unchanged`` when the text was that version already."""

    model: str
    version: int
    unchanged: bool
    facts: dict[str, Any]


class ModelApi(Controller):
    """`/api/models`: for modelers, by bearer token."""

    path = "/api/models"
    tags = ["Models"]

    @get("/", permission="model.view", sync_to_thread=True)
    def models(self, request: Asking) -> list[Listed]:
        """Every published model by name, with the version in force."""
        house = house_of(request)
        at = house.clock.now()
        with house.configurator.database.read() as conn:
            listed = configurator.list_models(conn, at)
        return [Listed(one.shown.name, one.versions, _version(one.shown, at)) for one in listed]

    @post(
        "/check", permission="model.view", sync_to_thread=True, status_code=200, request_max_body_size=MAX_BODY, responses=REFUSED
    )
    def check_new(self, request: Asking, data: JSONBody[ModelText]) -> Checked:
        """Check the text of a new model, as `entrepot model check` does; nothing is stored."""
        return check_draft(request, Draft("", data.based_on, data.source, data.files))

    @post("/", permission="model.publish", sync_to_thread=True, request_max_body_size=MAX_BODY, responses=REFUSED)
    def publish_new(self, request: Asking, data: JSONBody[ModelText]) -> Response[Published]:
        """Publish the first version of a model."""
        return publish_draft(request, Draft("", data.based_on, data.source, data.files))

    @post(
        "/from-uvl",
        permission="model.view",
        sync_to_thread=True,
        status_code=200,
        request_max_body_size=MAX_BODY,
        responses=REFUSED,
    )
    def from_uvl(self, request: Asking, data: JSONBody[UvlText]) -> Response[str]:
        """Turn a UVL feature model into the text of a YAML model; what has no words there is refused, not dropped."""
        text = configurator.yaml_of_uvl(data.file, data.source, data.organization)
        return Response(text, media_type="application/yaml")

    @get("/{name:str}", permission="model.view", sync_to_thread=True, responses={404: REFUSED[404]})
    def model(self, request: Asking, name: FromPath[str], version: FromQuery[int] = 0) -> ModelState:
        """One version (the one in force without a number): what is always on and what is dead now, and the others."""
        house = house_of(request)
        at = house.clock.now()
        with house.configurator.database.read() as conn:
            stored = configurator.open_version(conn, name, at, version or None)
            known = configurator.survey(conn, stored, at)
            lines = [_version(line, at) for line in configurator.find_lines(conn, name)]
        return ModelState(
            model=name,
            title=configurator.say(known.model.words, known.model.languages[0], name),
            shown=next(line for line in lines if line.version == stored.version),
            always_on=known.always_on,
            dead=known.dead,
            contradiction=known.contradiction,
            redundant=[RedundantRule(one.rule, one.by) for one in known.redundancy.found],
            undecided=known.redundancy.undecided,
            versions=lines,
        )

    @get("/{name:str}/versions", permission="model.view", sync_to_thread=True, responses={404: REFUSED[404]})
    def versions(self, request: Asking, name: FromPath[str]) -> list[Version]:
        """All versions of a model, newest first."""
        house = house_of(request)
        with house.configurator.database.read() as conn:
            lines = configurator.find_lines(conn, name)
        if not lines:
            raise configurator.ModelNotFound(name=name)
        return [_version(line, house.clock.now()) for line in lines]

    @get("/{name:str}/source", permission="model.view", sync_to_thread=True, responses={404: REFUSED[404]})
    def source(self, request: Asking, name: FromPath[str], version: FromQuery[int] = 0) -> Source:
        """The text and the tables of a version (the newest without a number), to go on from."""
        with house_of(request).configurator.database.read() as conn:
            _, stored = configurator.newest_and(conn, name, version)
        return Source(stored.name, stored.version, stored.source, dict(stored.files))

    @get("/{name:str}/diff", permission="model.view", sync_to_thread=True, responses={404: REFUSED[404]})
    def diff(self, request: Asking, name: FromPath[str], before: FromQuery[int] = 0, after: FromQuery[int] = 0) -> Comparison:
        """What changed from one version to another; without numbers from the newest but one to the newest."""
        house = house_of(request)
        at = house.clock.now()
        with house.configurator.database.read() as conn:
            old, new = configurator.two_versions(conn, name, before, after)
            lines = {line.version: _version(line, at) for line in configurator.find_lines(conn, name)}
        files = _changed(configurator.compare_versions(old, new))
        return Comparison(name, lines[old.version], lines[new.version], files)

    @get("/{name:str}/export", permission="model.view", sync_to_thread=True, responses={404: REFUSED[404], 422: REFUSED[422]})
    def export(
        self, request: Asking, name: FromPath[str], version: FromQuery[int] = 0, form: FromQuery[Literal["yaml", "uvl"]] = "yaml"
    ) -> Response[str]:
        """A version as YAML, or as UVL where UVL has words for all of it (`CANNOT_BE_EXPRESSED` says for what not)."""
        house = house_of(request)
        with house.configurator.database.read() as conn:
            stored = configurator.open_version(conn, name, house.clock.now(), version or None)
        text = stored.source if form == "yaml" else configurator.uvl_of(stored)
        headers = {"content-disposition": f'attachment; filename="{stored.name}-{stored.version}.{form}"'}
        return Response(text, media_type="application/yaml" if form == "yaml" else "text/plain; charset=utf-8", headers=headers)

    @post(
        "/{name:str}/check",
        permission="model.view",
        sync_to_thread=True,
        status_code=200,
        request_max_body_size=MAX_BODY,
        responses=REFUSED,
    )
    def check(self, request: Asking, name: FromPath[str], data: JSONBody[ModelText]) -> Checked:
        """Check a text of this model: its facts, and what it changes in the version it was made from."""
        return check_draft(request, Draft(name, data.based_on, data.source, data.files))

    @post(
        "/{name:str}/versions", permission="model.publish", sync_to_thread=True, request_max_body_size=MAX_BODY, responses=REFUSED
    )
    def publish(self, request: Asking, name: FromPath[str], data: JSONBody[ModelText]) -> Response[Published]:
        """Publish the next version; unchanged text is the version it already is."""
        return publish_draft(request, Draft(name, data.based_on, data.source, data.files))


def check_draft(request: Asking, draft: Draft) -> Checked:
    """What is true of a text, or what is wrong with it."""
    house = house_of(request)
    prepared, at = _prepared(request, draft), house.clock.now()
    with house.configurator.database.read() as conn:
        configurator.check_next(conn, prepared, draft.name, draft.based_on, at)
        changes = _changed(configurator.changes_of(conn, draft, prepared))
    return Checked(prepared.model.name, prepared.facts, prepared.always_on, prepared.dead, changes)


def publish_draft(request: Asking, draft: Draft, *, ends: bool = False) -> Response[Published]:
    """Publish a text; with ``ends`` it is what was in the making of its model, and no longer is."""
    house = house_of(request)
    prepared = _prepared(request, draft)
    with house.configurator.database.write() as conn:
        stored: StoredModel = configurator.publish_next(conn, prepared, draft.name, draft.based_on, house.clock.now())
        if ends:
            configurator.end_draft(conn, stored.name)
    unchanged = stored.version == draft.based_on
    answer = Published(stored.name, stored.version, unchanged, dict(stored.facts))
    return Response(answer, status_code=200 if unchanged else 201)


def _prepared(request: Asking, draft: Draft) -> Prepared:
    """The draft compiled; a text of a model that does not exist is not compiled first."""
    house = house_of(request)
    if draft.name:
        with house.configurator.database.read() as conn:
            configurator.open_draft(conn, draft.name)
    return configurator.prepare_draft(draft, house.clock.now())


def _version(line: VersionLine, at: datetime) -> Version:
    return Version(
        name=line.name,
        version=line.version,
        organization=line.organization,
        in_force=line.in_force(at),
        published_at=line.published_at,
        valid_from=line.valid_from,
        valid_to=line.valid_to,
        facts=dict(line.facts),
    )


def _changed(compared: list[tuple[str, list[configurator.DiffLine]]]) -> list[ChangedFile]:
    return [ChangedFile(name, [f"{line.sign}{line.text}" for line in lines]) for name, lines in compared]
