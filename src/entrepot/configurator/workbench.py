"""The modeler's view of models: which there are, what is true of one, what a new text would change.

A new version is made from the one its modeler had open: when somebody else published in between it is refused, so
that no version silently undoes another. What takes seconds (compiling) happens before the transaction.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from sqlalchemy.engine import Connection

from entrepot.configurator.compile import cardinality
from entrepot.configurator.encode import CLASS_RULE
from entrepot.configurator.facts import MAX_NAMED, always_and_dead
from entrepot.configurator.model import Model, Rule, say
from entrepot.configurator.problems import ModelContradictory, ModelMovedOn, ModelNotFound, ModelTooLarge, OtherModel
from entrepot.configurator.publish import Prepared, check_kits, compiled_version, publish_prepared
from entrepot.configurator.read import read_model
from entrepot.configurator.redundant import Redundancy, redundant_rules
from entrepot.configurator.tables import StoredModel, VersionLine, find_lines, find_version, find_versions

MAX_COMPARED = 20_000
#: Unchanged lines that are shown around a change.
AROUND = 3


@dataclass(frozen=True, slots=True)
class Listed:
    """A model in a list: the version in force, the newest one where none is."""

    shown: VersionLine
    in_force: bool
    versions: int


@dataclass(frozen=True, slots=True)
class Survey:
    """What is true of a version now; in a void one only the rules that contradict each other are known."""

    model: Model
    always_on: tuple[str, ...] = ()
    dead: tuple[str, ...] = ()
    contradiction: tuple[str, ...] = ()
    redundancy: Redundancy = field(default=Redundancy((), 0))


@dataclass(frozen=True, slots=True)
class Told:
    """A rule as people read it: its id, its sentence, and the line of the file it stands on (0: a class's own)."""

    id: str
    words: str
    line: int


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of a comparison: ``sign`` is ``+``, ``-``, blank where nothing changed, ``@`` where lines are left out."""

    sign: str
    text: str


def list_models(conn: Connection, at: datetime) -> list[Listed]:
    """Every published model once, by name."""
    found = []
    for _, lines in groupby(find_lines(conn), lambda line: line.name):
        versions = list(lines)
        current = next((line for line in versions if line.in_force(at)), None)
        found.append(Listed(current or versions[0], current is not None, len(versions)))
    return found


def open_version(conn: Connection, name: str, at: datetime, version: int | None = None) -> StoredModel:
    """The version asked for; without a number the one in force, and the newest where none is."""
    if version is None:
        stored = find_version(conn, name, at)
        versions = [] if stored else find_versions(conn, name)
    else:
        stored, versions = None, [one for one in find_versions(conn, name) if one.version == version]
    if stored is None and not versions:
        raise ModelNotFound(name=name if version is None else f"{name}, version {version}")
    return stored or versions[0]


def two_versions(conn: Connection, name: str, before: int = 0, after: int = 0) -> tuple[StoredModel, StoredModel]:
    """The versions to compare; without numbers the newest but one and the newest."""
    versions = find_versions(conn, name)
    after = after or (versions[0].version if versions else 0)
    before = before or next((one.version for one in versions if one.version < after), after)
    found = {one.version: one for one in versions}
    if missing := [number for number in (before, after) if number not in found]:
        raise ModelNotFound(name=f"{name}, version {missing[0]}" if versions else name)
    return found[before], found[after]


def survey(conn: Connection, stored: StoredModel, at: datetime) -> Survey:
    """The facts by name, with the rules in force now: rules have dates, so a version can become void later."""
    try:
        compiled = compiled_version(conn, stored, at)
    except ModelContradictory as error:
        return Survey(read_model(stored.source, stored.name, stored.files), contradiction=tuple(error.named))
    always, dead = always_and_dead(compiled.encoded.formula.variables, compiled.engine.domains({}))
    redundancy = compiled.kept.get(("redundant",), None, lambda: redundant_rules(compiled.model, at))
    return Survey(compiled.model, tuple(always[:MAX_NAMED]), tuple(dead[:MAX_NAMED]), redundancy=redundancy)


def tell_rules(model: Model, rules: Sequence[str], language: str) -> list[Told]:
    """Rules by id, or a class's own cardinality, in the reader's language."""
    by_id: Mapping[str, Rule] = {rule.id: rule for rule in model.rules}
    found = []
    for rule in rules:
        own = by_id.get(rule)
        if own is not None:
            found.append(Told(rule, say(own.words, language, rule), own.line))
        else:
            found.append(Told(rule, cardinality(model, rule.removeprefix(CLASS_RULE), language), 0))
    return found


def publish_next(conn: Connection, prepared: Prepared, name: str, based_on: int, at: datetime) -> StoredModel:
    """Publish a prepared text as the version after the one it was made from (0: the first of a new model)."""
    check_next(conn, prepared, name, based_on, at)
    return publish_prepared(conn, prepared, at)


def check_next(conn: Connection, prepared: Prepared, name: str, based_on: int, at: datetime) -> None:
    """Refuse a text of another model than its page, one made from a version that is not the newest, and impossible kits."""
    given = prepared.model.name
    if name and given != name:
        raise OtherModel(given=given, name=name)
    newest = next(iter(find_lines(conn, given)), None)
    if newest is not None and newest.version != based_on:
        raise ModelMovedOn(name=given, version=newest.version)
    check_kits(conn, prepared, at)


def compare(before: str, after: str, name: str) -> list[DiffLine]:
    r"""What changes from one text to the other, with three unchanged lines around each change; empty when nothing does.

    >>> [f"{line.sign}{line.text}" for line in compare("a\nb\n", "a\nc\n", "m")]
    ['@1 → 1', ' a', '-b', '+c']
    """
    old, new = before.splitlines(), after.splitlines()
    first = _alike(old, new)
    last = _alike(old[first:][::-1], new[first:][::-1])
    changed = len(old) - first - last, len(new) - first - last
    if min(changed) and max(changed) > MAX_COMPARED:
        raise ModelTooLarge(limit=f"{name} changes in more than {MAX_COMPARED:,} lines, which are not compared")
    start, end = max(0, first - AROUND), max(0, last - AROUND)
    return list(_lines(old[start : len(old) - end], new[start : len(new) - end], start))


def _alike(old: list[str], new: list[str]) -> int:
    """How many lines are the same from the beginning on."""
    return next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new)))


def _lines(old: list[str], new: list[str], above: int) -> Iterator[DiffLine]:
    for number, line in enumerate(difflib.unified_diff(old, new, lineterm="", n=AROUND)):
        if number < 2:
            continue
        if line.startswith("@@"):
            left, right = (int(part.lstrip("-+").partition(",")[0]) + above for part in line.split()[1:3])
            yield DiffLine("@", f"{left} → {right}")
        else:
            yield DiffLine(line[0], line[1:])


def compare_versions(before: StoredModel, after: StoredModel) -> list[tuple[str, list[DiffLine]]]:
    """The files of a model that differ between two versions: its text, and the tables beside it."""
    pairs = [(f"{after.name}.yaml", before.source, after.source)]
    for name in sorted(before.files.keys() | after.files.keys()):
        pairs.append((name, before.files.get(name, ""), after.files.get(name, "")))
    compared = [(name, compare(old, new, name)) for name, old, new in pairs if old != new]
    return [(name, lines) for name, lines in compared if lines]
