"""Compiles published models again after another release of this software was put in.

A circuit is found by the fingerprint of its formula. Where a release turns a model into another formula, or stores
circuits in another form, there is none to be found: the solver serves the model, correctly but slowly, and nobody is
told. So every circuit names its release, and a start that finds another one's looks at the versions in force.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection

from entrepot import __version__
from entrepot.configurator.compile import ready
from entrepot.configurator.encode import encode
from entrepot.configurator.knowledge import Knowledge, compile_formula
from entrepot.configurator.problems import ModelInvalid
from entrepot.configurator.publish import PUBLISH_SECONDS, periods_of, with_what_was_found
from entrepot.configurator.read import read_model
from entrepot.configurator.search import SURVEY_SECONDS, searching
from entrepot.configurator.tables import (
    StoredModel,
    compiled_model,
    find_compiled,
    find_valid_id,
    model_version,
    record_compiled,
    version_by_id,
)
from entrepot.kernel.db import Database

log = structlog.get_logger("configurator")
_Compiled = dict[str, tuple[Knowledge, dict[str, object]]]


def compiled_by_another_release(conn: Connection, at: datetime) -> list[StoredModel]:
    """The versions in force that another release of this software compiled."""
    column = compiled_model.c
    chosen = sa.select(column.model_version_id).where(column.release != __version__).distinct()
    found = conn.execute(sa.select(model_version.c.id, model_version.c.name).where(model_version.c.id.in_(chosen))).all()
    return [version_by_id(conn, row.id) for row in found if find_valid_id(conn, row.name, at) == row.id]


def compile_again(database: Database, at: datetime, on_model: Callable[[str], None] = lambda name: None) -> int:
    """Compile what this release does not find a circuit of; tells how many models were looked at.

    A model this release cannot read any more stays as it is, for the log.
    """
    with database.read() as conn:
        left = compiled_by_another_release(conn, at)
    for stored in left:
        on_model(stored.name)
        try:
            made = _missing(database, stored, at)
        except ModelInvalid as error:
            log.warning("model.unreadable", model=stored.name, version=stored.version, error=str(error))
            made = {}
        with database.write() as conn:
            _record(conn, stored, made)
    return len(left)


@searching(SURVEY_SECONDS)
def _missing(database: Database, stored: StoredModel, at: datetime) -> _Compiled:
    """What a version compiles to, by the fingerprints of those rules in force that nothing is found for."""
    model = read_model(stored.source, stored.name, stored.files)
    made: _Compiled = {}
    for instant in periods_of(model, at):
        encoded = encode(model, instant)
        fingerprint = encoded.formula.fingerprint()
        with database.read() as conn:
            known = find_compiled(conn, stored.id, fingerprint)
        if known is None and fingerprint not in made:
            known = compile_formula(encoded.formula, PUBLISH_SECONDS)
            engine = ready(encoded, stored.version, known).engine
            made[fingerprint] = with_what_was_found(known, engine), known.report(encoded.formula)
    return made


def _record(conn: Connection, stored: StoredModel, made: _Compiled) -> None:
    column = compiled_model.c
    own = column.model_version_id == stored.id
    conn.execute(sa.delete(compiled_model).where(own, column.fingerprint.in_(made)))
    for fingerprint, (knowledge, report) in made.items():
        record_compiled(conn, stored.id, fingerprint, knowledge, report)
    conn.execute(sa.update(compiled_model).where(own).values(release=__version__))
