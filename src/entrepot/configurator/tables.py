"""Tables of the configurator: published model versions, configurations, used launches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot import __version__
from entrepot.configurator.circuit import read_bytes
from entrepot.configurator.database import metadata
from entrepot.configurator.knowledge import Knowledge
from entrepot.configurator.launch import Launch
from entrepot.configurator.model import Pick
from entrepot.configurator.problems import CircuitUnreadable, ConfigurationMovedOn, ConfigurationNotFound
from entrepot.configurator.settle import Picks
from entrepot.configurator.slots import Found
from entrepot.kernel.db import BigKey, Instant, Json, insert_or_ignore
from entrepot.kernel.statement import Row, Statement

model_version = sa.Table(
    "model_version",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("organization", sa.String(80), nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("files", Json, nullable=False),
    sa.Column("facts", Json, nullable=False),
    sa.Column("valid_from", Instant),
    sa.Column("valid_to", Instant),
    sa.Column("published_at", Instant, nullable=False),
    sa.UniqueConstraint("name", "version"),
)
compiled_model = sa.Table(
    "compiled_model",
    metadata,
    sa.Column("model_version_id", sa.BigInteger, sa.ForeignKey("model_version.id"), primary_key=True),
    sa.Column("fingerprint", sa.String(64), primary_key=True),
    sa.Column("report", Json, nullable=False),
    sa.Column("unsettled", Json, nullable=False),
    sa.Column("circuit", sa.LargeBinary),
    sa.Column("found", sa.LargeBinary),
    sa.Column("release", sa.String(20), nullable=False),
)
configuration = sa.Table(
    "configuration",
    metadata,
    sa.Column("id", sa.String(26), primary_key=True),
    sa.Column("session", sa.String(64), nullable=False, unique=True),
    sa.Column("link", sa.String(64), nullable=False, unique=True),
    sa.Column("model_version_id", sa.BigInteger, sa.ForeignKey("model_version.id"), nullable=False),
    sa.Column("status", sa.String(10), nullable=False),
    sa.Column("launch", Json, nullable=False),
    sa.Column("base", Json, nullable=False),
    sa.Column("picks", Json, nullable=False),
    sa.Column("lost", Json, nullable=False),
    sa.Column("bom", Json),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("parent", sa.String(26), sa.ForeignKey("configuration.id")),
    sa.Column("place", sa.String(170)),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
    sa.UniqueConstraint("parent", "place"),
    sa.Index("configuration_finished", "model_version_id", "status", "changed_at"),
)
#: The picks that a revision had, for going back to them.
earlier_picks = sa.Table(
    "earlier_picks",
    metadata,
    sa.Column("configuration_id", sa.String(26), sa.ForeignKey("configuration.id"), primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True),
    sa.Column("picks", Json, nullable=False),
)
used_launch = sa.Table(
    "used_launch",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("expires_at", Instant, nullable=False),
)
#: Changes that can be taken back.
MAX_EARLIER = 50


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A published version as it was published."""

    id: int
    name: str
    version: int
    source: str
    files: Mapping[str, str]
    facts: Mapping[str, Any]
    published_at: datetime


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A published version as a list shows it: everything but its text."""

    name: str
    version: int
    organization: str
    facts: Mapping[str, Any]
    valid_from: datetime | None
    valid_to: datetime | None
    published_at: datetime

    def in_force(self, at: datetime) -> bool:
        return (self.valid_from is None or self.valid_from <= at) and (self.valid_to is None or at < self.valid_to)


@dataclass(frozen=True, slots=True)
class Configuration:
    """A configuration in the making or finished. Every change gives it the next revision; ``earlier`` can be undone.

    One of a kit inside another names its ``parent`` and the ``place`` (class.option) where it stands in it.
    """

    id: str
    session: str
    link: str
    model_version_id: int
    status: str
    launch: Launch
    base: Picks
    picks: Picks
    lost: Picks
    bom: dict[str, Any] | None
    changed_at: datetime
    revision: int = 0
    earlier: int = 0
    parent: str = ""
    place: str = ""

    @property
    def open(self) -> bool:
        return self.status == "open"


def find_versions(conn: Connection, name: str) -> list[StoredModel]:
    """All published versions, newest first."""
    query = sa.select(model_version).where(model_version.c.name == name).order_by(model_version.c.version.desc())
    return [_stored(row) for row in conn.execute(query)]


def find_lines(conn: Connection, name: str = "") -> list[VersionLine]:
    """The versions of every model by name, or of one, newest first."""
    column = model_version.c
    shown = (column.name, column.version, column.organization, column.facts)
    query = sa.select(*shown, column.valid_from, column.valid_to, column.published_at).order_by(
        column.name, column.version.desc()
    )
    return [VersionLine(*row) for row in conn.execute(query.where(column.name == name) if name else query)]


_version_id = Statement(
    sa.select(model_version.c.id).where(
        model_version.c.name == sa.bindparam("name"), model_version.c.version == sa.bindparam("version")
    )
)
_valid_id = Statement(
    sa.select(model_version.c.id)
    .where(
        model_version.c.name == sa.bindparam("name"),
        sa.or_(model_version.c.valid_from.is_(None), model_version.c.valid_from <= sa.bindparam("at", type_=Instant)),
        sa.or_(model_version.c.valid_to.is_(None), model_version.c.valid_to > sa.bindparam("at", type_=Instant)),
    )
    .order_by(model_version.c.version.desc())
    .limit(1)
)


def find_version_id(conn: Connection, name: str, version: int) -> int | None:
    """The key of a version, without its text."""
    found: int | None = _version_id.value(conn, {"name": name, "version": version})
    return found


def find_valid_id(conn: Connection, name: str, at: datetime) -> int | None:
    """The key of the newest version valid at an instant, without its text."""
    found: int | None = _valid_id.value(conn, {"name": name, "at": at})
    return found


def find_version(conn: Connection, name: str, at: datetime) -> StoredModel | None:
    """The newest version valid at an instant."""
    identity = find_valid_id(conn, name, at)
    return None if identity is None else version_by_id(conn, identity)


def version_by_id(conn: Connection, identity: int) -> StoredModel:
    row = conn.execute(sa.select(model_version).where(model_version.c.id == identity)).one()
    return _stored(row)


def record_version(conn: Connection, values: dict[str, Any]) -> int:
    return int(conn.execute(sa.insert(model_version).returning(model_version.c.id), values).scalar_one())


def record_compiled(conn: Connection, identity: int, fingerprint: str, knowledge: Knowledge, report: dict[str, Any]) -> None:
    """Store what compiling a version gave, for one set of rules in force."""
    conn.execute(
        sa.insert(compiled_model),
        {
            "model_version_id": identity,
            "fingerprint": fingerprint,
            "report": report,
            "unsettled": list(knowledge.unsettled),
            "circuit": knowledge.circuit.to_bytes() if knowledge.circuit else None,
            "found": knowledge.found.to_bytes() if knowledge.found else None,
            "release": __version__,
        },
    )


def find_compiled(conn: Connection, identity: int, fingerprint: str) -> Knowledge | None:
    """What was stored for a version and a set of rules; None where it never compiled, or in another form."""
    column = compiled_model.c
    row = conn.execute(
        sa.select(column.circuit, column.unsettled, column.report, column.found).where(
            column.model_version_id == identity, column.fingerprint == fingerprint
        )
    ).first()
    if row is None:
        return None
    try:
        circuit = read_bytes(row.circuit) if row.circuit is not None else None
    except CircuitUnreadable:
        return None
    found = Found.of_bytes(row.found) if row.found is not None else None
    return Knowledge(circuit, tuple(row.unsettled), row.report["compile_s"], row.report["parts"], found)


def use_launch(conn: Connection, identity: str, expires: datetime, at: datetime) -> bool:
    """Mark a launch as used; false when it was before. Expired ones are forgotten: their token is void anyway."""
    conn.execute(sa.delete(used_launch).where(used_launch.c.expires_at < at))
    return insert_or_ignore(conn, used_launch, {"id": identity, "expires_at": expires})


def record_configuration(conn: Connection, made: Configuration, at: datetime) -> None:
    conn.execute(
        sa.insert(configuration),
        {
            "id": made.id,
            "session": made.session,
            "link": made.link,
            "model_version_id": made.model_version_id,
            "launch": msgspec.to_builtins(made.launch),
            "opened_at": at,
            "parent": made.parent or None,
            "place": made.place or None,
            **_changing(made, at),
        },
    )


_update = Statement(
    sa.update(configuration)
    .where(configuration.c.id == sa.bindparam("one"), configuration.c.revision == sa.bindparam("before"))
    .values({name: sa.bindparam(name) for name in ("status", "base", "picks", "lost", "bom", "changed_at", "revision")})
)
_keep_earlier = Statement(sa.insert(earlier_picks))
_drop_earlier = Statement(
    sa.delete(earlier_picks).where(
        earlier_picks.c.configuration_id == sa.bindparam("one"), earlier_picks.c.revision <= sa.bindparam("until")
    )
)
_latest_earlier = Statement(
    sa.select(earlier_picks.c.revision, earlier_picks.c.picks)
    .where(earlier_picks.c.configuration_id == sa.bindparam("one"))
    .order_by(earlier_picks.c.revision.desc())
    .limit(1)
)
_forget_earlier = Statement(
    sa.delete(earlier_picks).where(
        earlier_picks.c.configuration_id == sa.bindparam("one"), earlier_picks.c.revision == sa.bindparam("revision")
    )
)


def update_configuration(conn: Connection, made: Configuration, changed: Configuration, at: datetime) -> Configuration:
    """Record a change of a configuration that nobody else has changed meanwhile; tells how it stands then."""
    after = replace(changed, revision=made.revision + 1, changed_at=at)
    if not _update.run(conn, {"one": made.id, "before": made.revision, **_changing(after, at)}):
        raise ConfigurationMovedOn()
    return after


def keep_earlier(conn: Connection, made: Configuration) -> None:
    """Keep the picks of a configuration that has just changed, and no more of its past than can be undone."""
    _keep_earlier.run(conn, {"configuration_id": made.id, "revision": made.revision, "picks": _rows(made.picks)})
    if made.earlier >= MAX_EARLIER:
        _drop_earlier.run(conn, {"one": made.id, "until": made.revision - MAX_EARLIER})


def take_earlier(conn: Connection, made: Configuration) -> Picks | None:
    """The picks before the last change, which is forgotten with that; None at the beginning."""
    row = _latest_earlier.first(conn, {"one": made.id})
    if row is None:
        return None
    _forget_earlier.run(conn, {"one": made.id, "revision": row["revision"]})
    return _picks(row["picks"])


_wanted = (
    *configuration.c,
    sa.select(sa.func.count())
    .where(earlier_picks.c.configuration_id == configuration.c.id)
    .correlate(configuration)
    .scalar_subquery()
    .label("earlier"),
)
_find = {
    name: Statement(sa.select(*_wanted).where(configuration.c[name] == sa.bindparam("one")))
    for name in ("session", "link", "id", "parent")
}


def find_configuration(conn: Connection, *, session: str = "", identity: str = "", link: str = "") -> Configuration:
    """A configuration by its session, its id or its shared link."""
    name, one = ("session", session) if session else ("link", link) if link else ("id", identity)
    row = _find[name].first(conn, {"one": one})
    if row is None:
        raise ConfigurationNotFound()
    return _configuration(row)


def find_within(conn: Connection, identity: str) -> list[Configuration]:
    """The configurations of the kits inside another one."""
    return [_configuration(row) for row in _find["parent"].all(conn, {"one": identity})]


def _configuration(row: Row) -> Configuration:
    return Configuration(
        id=row["id"],
        session=row["session"],
        link=row["link"],
        model_version_id=row["model_version_id"],
        status=row["status"],
        launch=msgspec.convert(row["launch"], Launch),
        base=_picks(row["base"]),
        picks=_picks(row["picks"]),
        lost=_picks(row["lost"]),
        bom=row["bom"],
        changed_at=row["changed_at"],
        revision=row["revision"],
        earlier=row["earlier"],
        parent=row["parent"] or "",
        place=row["place"] or "",
    )


def _changing(made: Configuration, at: datetime) -> dict[str, Any]:
    return {
        "status": made.status,
        "base": _rows(made.base),
        "picks": _rows(made.picks),
        "lost": _rows(made.lost),
        "bom": made.bom,
        "revision": made.revision,
        "changed_at": at,
    }


def _rows(picks: Picks) -> list[list[Any]]:
    return [[pick.option_class, pick.option, pick.quantity] for pick in picks]


def _picks(rows: list[list[Any]]) -> Picks:
    return tuple(Pick(*row) for row in rows)


def _stored(row: Any) -> StoredModel:
    return StoredModel(row.id, row.name, row.version, row.source, row.files, row.facts, row.published_at)
