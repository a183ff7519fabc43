"""Publishing a model and finding it again, compiled.

A published version never changes; the same text published again is the same version, so that a start of the
demo may publish every time. It is compiled here, once for each set of rules that will be in force (rules have
dates), and the circuits are stored with the version: serving it never compiles. Models made ready are kept in
memory by version and rules in force, and shared.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple, NoReturn
from weakref import WeakKeyDictionary

from sqlalchemy.engine import Connection, Dialect

from entrepot.configurator.compile import Compiled, ready
from entrepot.configurator.contract import Engine
from entrepot.configurator.encode import encode
from entrepot.configurator.engine import CircuitEngine
from entrepot.configurator.facts import Examined, describe
from entrepot.configurator.knowledge import Knowledge, compile_formula
from entrepot.configurator.model import Kit, Model
from entrepot.configurator.problems import ModelInvalid, ModelNotFound
from entrepot.configurator.read import read_model
from entrepot.configurator.search import SURVEY_SECONDS, searching
from entrepot.configurator.session import look
from entrepot.configurator.tables import (
    StoredModel,
    find_compiled,
    find_valid_id,
    find_version,
    find_version_id,
    find_versions,
    record_compiled,
    record_version,
    version_by_id,
)
from entrepot.kernel.recent import Recent

MAX_KEPT = 64
MAX_PERIODS = 6
#: How deep kits may be inside each other, the outermost included.
MAX_KIT_DEPTH = 8
#: How long publishing may take to compile one set of rules; after that the solver serves the model.
PUBLISH_SECONDS = 40.0

_Key = tuple[str, int, str, tuple[str, ...]]
_kept: Recent[_Key, Compiled] = Recent(MAX_KEPT)
_models: Recent[str, Model] = Recent(MAX_KEPT)
#: Of each database, by the key of the version: a step neither reads a model's text nor compares it.
_serving: WeakKeyDictionary[Dialect, dict[int, _Serving]] = WeakKeyDictionary()
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A model read, compiled and found sound: all that remains is to record it."""

    model: Model
    source: str
    files: Mapping[str, str]
    facts: dict[str, Any]
    knowledge: Mapping[str, Knowledge]
    reports: Mapping[str, dict[str, Any]]
    always_on: tuple[str, ...] = ()
    dead: tuple[str, ...] = ()
    file: str = "model.yaml"


@searching(SURVEY_SECONDS)
def prepare(
    source: str, name: str, at: datetime, files: Mapping[str, str] | None = None, seconds: float = PUBLISH_SECONDS
) -> Prepared:
    """Read and compile a model text. This takes seconds, so it needs no transaction."""
    files = _named(source, files or {})
    model = read_model(source, name, files)
    found: Examined | None = None
    knowledge: dict[str, Knowledge] = {}
    reports: dict[str, dict[str, Any]] = {}
    for instant in periods_of(model, at):
        encoded = encode(model, instant)
        fingerprint = encoded.formula.fingerprint()
        if fingerprint in knowledge:
            continue
        known = compile_formula(encoded.formula, seconds)
        compiled = ready(encoded, 0, known)
        check_configurations(compiled, name)
        reports[fingerprint] = known.report(encoded.formula)
        found = found or describe(encoded.formula, known, compiled.engine)
        knowledge[fingerprint] = with_what_was_found(known, compiled.engine)
    assert found is not None, "there is always a set of rules in force now"
    facts = found.facts.document() | {"rules": len(model.rules)}
    return Prepared(model, source, files, facts, knowledge, reports, found.always_on, found.dead, name)


def with_what_was_found(known: Knowledge, engine: Engine) -> Knowledge:
    """What compiling gave, with the configurations that the solver has come upon once every value was asked about."""
    if isinstance(engine, CircuitEngine):
        return known
    engine.domains({})
    return replace(known, found=engine.found())


def _named(source: str, files: Mapping[str, str]) -> dict[str, str]:
    """The tables and groups that a model's text speaks of; what else lies beside it is not stored with it."""
    spoken = {name for name in files if name in source}
    groups = {name for name in spoken if name.endswith(".yaml")}
    spoken -= {name for name in groups if not re.search(rf"\bfile: *[\"']?{re.escape(name)}", source)}
    return {name: files[name] for name in sorted(spoken)}


def publish(conn: Connection, source: str, name: str, at: datetime, files: Mapping[str, str] | None = None) -> StoredModel:
    """Check, compile and publish a model text as the next version; unchanged text is the version it already is."""
    files = _named(source, files or {})
    known = _unchanged(conn, read_model(source, name, files).name, source, files)
    return known or publish_prepared(conn, prepare(source, name, at, files), at)


def publish_prepared(conn: Connection, prepared: Prepared, at: datetime) -> StoredModel:
    """Record a prepared model as the next version; unchanged text is the version it already is."""
    model = prepared.model
    known = _unchanged(conn, model.name, prepared.source, prepared.files)
    if known is not None:
        return known
    check_kits(conn, prepared, at)
    versions = find_versions(conn, model.name)
    identity = record_version(
        conn,
        {
            "name": model.name,
            "version": versions[0].version + 1 if versions else 1,
            "organization": model.organization,
            "source": prepared.source,
            "files": dict(prepared.files),
            "facts": prepared.facts,
            "valid_from": model.from_,
            "valid_to": model.to,
            "published_at": at,
        },
    )
    for fingerprint, knowledge in prepared.knowledge.items():
        record_compiled(conn, identity, fingerprint, knowledge, prepared.reports[fingerprint])
    return version_by_id(conn, identity)


def _unchanged(conn: Connection, model: str, source: str, files: Mapping[str, str]) -> StoredModel | None:
    versions = find_versions(conn, model)
    return versions[0] if versions and versions[0].source == source and versions[0].files == files else None


def periods_of(model: Model, at: datetime) -> list[datetime]:
    """From now on, the instants from which other rules are in force."""
    changes = {change for rule in model.rules for change in (rule.from_, rule.to) if change is not None and change > at}
    return [at, *sorted(changes)][:MAX_PERIODS]


def check_configurations(compiled: Compiled, source: str) -> None:
    """Refuse a model whose own predefined configurations are not valid and complete."""
    for name, picks in compiled.model.configurations.items():
        view = look(compiled, picks)
        if not view.complete:
            why = f"nothing is chosen in {', '.join(view.missing)}" if view.consistent else "its choices exclude each other"
            raise ModelInvalid(
                file=source, line=1, problem=f"configuration {name} is not complete: {why}.", remedy="Change its choices."
            )


def check_kits(conn: Connection, prepared: Prepared, at: datetime) -> None:
    """Refuse kits inside the kit that nobody published, that contain it in turn, or that nest too deep."""
    _Inside(conn, prepared.file, at).check(prepared.model)


class _Inside:
    """Walks down the kits inside a model; the way to each is short, and what is known of one is not walked again."""

    def __init__(self, conn: Connection, file: str, at: datetime) -> None:
        self.conn, self.file, self.at = conn, file, at
        self.depth: dict[str, int] = {}

    def check(self, model: Model) -> None:
        for _, item in model.kits:
            assert item.kit is not None, item.name
            deep = self._down(item.kit, (model.name,), item.kit.line)
            if deep >= MAX_KIT_DEPTH:
                problem = f"with {item.kit.model} kits would be nested {deep + 1} deep, and at most {MAX_KIT_DEPTH} are."
                self._fail(item.kit.line, problem, "List the options of an inner kit as classes of the kit around it.")

    def _down(self, kit: Kit, way: tuple[str, ...], line: int) -> int:
        """How many levels a kit has, itself included."""
        if kit.model in way:
            path = " → ".join((*way[way.index(kit.model) :], kit.model))
            remedy = "Take the kit out of one of them, or list the options of the inner one as classes of the outer."
            self._fail(line, f"a kit would contain itself: {path}.", remedy)
        if kit.model not in self.depth:
            stored = find_version(self.conn, kit.model, self.at)
            if stored is None:
                remedy = f"Publish {kit.model} first, or correct the name."
                self._fail(line, f"there is no published model {kit.model} for this kit.", remedy)
            with _lock:
                model = _model_of(stored)
            inner = [item.kit for _, item in model.kits if item.kit is not None]
            self.depth[kit.model] = 1 + max((self._down(one, (*way, kit.model), line) for one in inner), default=0)
        return self.depth[kit.model]

    def _fail(self, line: int, problem: str, remedy: str) -> NoReturn:
        raise ModelInvalid(path=f"{self.file}:{line}", file=self.file, line=line, problem=problem, remedy=remedy)


def find_model(conn: Connection, name: str, version: int | None = None, *, at: datetime) -> Compiled:
    """A published model, compiled with the rules in force: the newest valid version, or the one asked for."""
    identity = find_valid_id(conn, name, at) if version is None else find_version_id(conn, name, version)
    if identity is None:
        raise ModelNotFound(name=name)
    return model_by_version_id(conn, identity, at)


def model_by_version_id(conn: Connection, identity: int, at: datetime) -> Compiled:
    """The compiled model that a configuration was made with; its text is read when the process first serves it."""
    known = serving(conn, identity, at)
    if known is not None:
        return known
    compiled = compiled_version(conn, version_by_id(conn, identity), at)
    kept = _serving[conn.dialect]
    if len(kept) >= MAX_KEPT:
        kept.clear()
    kept[identity] = _Serving(compiled, *_same_rules(compiled.model, at))
    return compiled


def serving(conn: Connection, identity: int, at: datetime) -> Compiled | None:
    """A version that this process serves already, with the rules in force."""
    known = _serving.setdefault(conn.dialect, {}).get(identity)
    return known.compiled if known is not None and known.since <= at < known.until else None


class _Serving(NamedTuple):
    """A version made ready with the rules in force between two instants."""

    compiled: Compiled
    since: datetime
    until: datetime


def _same_rules(model: Model, at: datetime) -> tuple[datetime, datetime]:
    """The instants around this one between which the same rules are in force."""
    changes = {change for rule in model.rules for change in (rule.from_, rule.to) if change is not None}
    since = max((one for one in changes if one <= at), default=datetime.min.replace(tzinfo=UTC))
    return since, min((one for one in changes if one > at), default=datetime.max.replace(tzinfo=UTC))


def compiled_version(conn: Connection, stored: StoredModel, at: datetime) -> Compiled:
    """The version ready for sessions, from memory where it was made ready before."""
    with _lock:
        model = _model_of(stored)
        key = (stored.name, stored.version, stored.source, tuple(rule.id for rule in model.rules if rule.in_force(at)))
        known = _kept.get(key)
        if known is None:
            encoded = encode(model, at)
            knowledge = find_compiled(conn, stored.id, encoded.formula.fingerprint())
            known = _kept.put(key, ready(encoded, stored.version, knowledge))
        return known


def _model_of(stored: StoredModel) -> Model:
    """The model of a version, read once."""
    model = _models.get(stored.source)
    if model is None:
        model = _models.put(stored.source, read_model(stored.source, stored.name, stored.files))
    return model
