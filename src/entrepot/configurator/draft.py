"""A text of a model in the making: what it was made from, whether it is sound, what it would change.

Compiling takes seconds and needs no transaction. Only two texts are compiled at a time in a process, so that hard
ones do not take its pages and its other answers away.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.engine import Connection

from entrepot.configurator.problems import ModelInvalid, ModelNotFound, WorkbenchBusy
from entrepot.configurator.publish import Prepared, prepare
from entrepot.configurator.tables import StoredModel, find_versions
from entrepot.configurator.workbench import DiffLine, compare

#: How long a set of rules may compile while somebody waits for the answer; after that the solver serves the model.
DRAFT_SECONDS = 20.0
WAIT = 10.0
MAX_NAME = 80
_WORD = "[A-Za-z][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*"
_NAME = re.compile(rf"""^model:[ \t]*(["']?)(?P<name>{_WORD})\1[ \t]*(?:#.*)?\r?$""", re.MULTILINE)
_places = threading.BoundedSemaphore(2)


@dataclass(frozen=True, slots=True)
class Draft:
    """A text in the making: the model it is of (none yet for a new one), the version it was made from, its tables."""

    name: str
    based_on: int
    source: str
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def file(self) -> str:
        return f"{self.name or 'model'}.yaml"


def name_in(source: str) -> str:
    r"""The name that a text gives its model, also where the rest of it cannot be read yet.

    >>> name_in("# mine\nmodel: my-kit  # new\nclasses: {")
    'my-kit'
    """
    found = _NAME.search(source)
    if found is None or len(found["name"]) > MAX_NAME:
        problem = "the text does not say which model it is."
        remedy = "Write a line such as `model: my-kit`, with letters, digits and -."
        raise ModelInvalid(file="model.yaml", line=1, problem=problem, remedy=remedy)
    return found["name"]


def prepare_draft(draft: Draft, at: datetime) -> Prepared:
    """Read and compile a draft; refused while two others are being compiled and neither ends soon."""
    with compiling():
        return prepare(draft.source, draft.file, at, draft.files, DRAFT_SECONDS)


def changes_of(conn: Connection, draft: Draft, prepared: Prepared) -> list[tuple[str, list[DiffLine]]]:
    """What a draft changes in the version it was made from, file by file; nothing for a new model."""
    if not draft.based_on:
        return []
    _, known = newest_and(conn, draft.name, draft.based_on)
    pairs = [(draft.file, known.source, draft.source)]
    for name in sorted(known.files.keys() | prepared.files.keys()):
        pairs.append((name, known.files.get(name, ""), prepared.files.get(name, "")))
    found = [(name, compare(old, new, name)) for name, old, new in pairs if old != new]
    return [(name, lines) for name, lines in found if lines]


def newest_and(conn: Connection, name: str, version: int = 0) -> tuple[StoredModel, StoredModel]:
    """The newest version of a model and the one asked for; without a number the newest twice."""
    versions = find_versions(conn, name)
    chosen = next((one for one in versions if one.version == version or not version), None)
    if chosen is None:
        raise ModelNotFound(name=f"{name}, version {version}" if version else name)
    return versions[0], chosen


@contextmanager
def compiling() -> Iterator[None]:
    if not _places.acquire(timeout=WAIT):
        raise WorkbenchBusy()
    try:
        yield
    finally:
        _places.release()
