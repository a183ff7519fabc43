"""Publishing a model and finding it again, compiled.

A published version never changes; the same text published again is the same version, so that a start of the
demo may publish every time. Compiled models are kept in memory by version and rules in force, and shared.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.engine import Connection

from entrepot.configurator.compile import Compiled, compile_model
from entrepot.configurator.model import Model
from entrepot.configurator.problems import ModelInvalid, ModelNotFound
from entrepot.configurator.read import read_model
from entrepot.configurator.session import look
from entrepot.configurator.tables import StoredModel, find_version, find_versions, record_version, version_by_id

MAX_KEPT = 64
_kept: OrderedDict[tuple[str, int, str, tuple[str, ...]], Compiled] = OrderedDict()
_models: OrderedDict[str, Model] = OrderedDict()
_lock = threading.Lock()


def publish(conn: Connection, source: str, name: str, at: datetime, files: Mapping[str, str] | None = None) -> StoredModel:
    """Check, compile and publish a model text as the next version; unchanged text is the version it already is."""
    files = dict(files or {})
    model = read_model(source, name, files)
    versions = find_versions(conn, model.name)
    if versions and versions[0].source == source and versions[0].files == files:
        return versions[0]
    version = versions[0].version + 1 if versions else 1
    compiled = compile_model(model, version, at)
    check_configurations(compiled, name)
    identity = record_version(
        conn,
        {
            "name": model.name,
            "version": version,
            "organization": model.organization,
            "source": source,
            "files": files,
            "facts": {"options": compiled.encoded.formula.options, "clauses": len(compiled.encoded.formula.clauses())},
            "valid_from": model.from_,
            "valid_to": model.to,
            "published_at": at,
        },
    )
    return version_by_id(conn, identity)


def check_configurations(compiled: Compiled, source: str) -> None:
    """Refuse a model whose own predefined configurations are not valid and complete."""
    for name, picks in compiled.model.configurations.items():
        view = look(compiled, picks)
        if not view.complete:
            why = f"nothing is chosen in {', '.join(view.missing)}" if view.consistent else "its choices exclude each other"
            raise ModelInvalid(
                file=source, line=1, problem=f"configuration {name} is not complete: {why}.", remedy="Change its choices."
            )


def find_model(conn: Connection, name: str, version: int | None = None, *, at: datetime) -> Compiled:
    """A published model, compiled with the rules in force: the newest valid version, or the one asked for."""
    if version is None:
        stored = find_version(conn, name, at)
    else:
        stored = next((one for one in find_versions(conn, name) if one.version == version), None)
    if stored is None:
        raise ModelNotFound(name=name)
    return compiled_version(stored, at)


def model_by_version_id(conn: Connection, identity: int, at: datetime) -> Compiled:
    """The compiled model that a configuration was made with."""
    return compiled_version(version_by_id(conn, identity), at)


def compiled_version(stored: StoredModel, at: datetime) -> Compiled:
    """The version compiled, from memory where it was compiled before."""
    with _lock:
        model = _models.get(stored.source)
        if model is None:
            model = _models[stored.source] = read_model(stored.source, stored.name, stored.files)
            _trim(_models)
        key = (stored.name, stored.version, stored.source, tuple(rule.id for rule in model.rules if rule.in_force(at)))
        known = _kept.get(key)
        if known is None:
            known = _kept[key] = compile_model(model, stored.version, at)
            _trim(_kept)
        return known


def _trim(kept: OrderedDict[str, Model] | OrderedDict[tuple[str, int, str, tuple[str, ...]], Compiled]) -> None:
    while len(kept) > MAX_KEPT:
        kept.popitem(last=False)
