"""Configurations that somebody keeps: copies under a name, which no later step changes.

Whoever keeps one is known by a word that the edge chooses (an account, or the secret of a browser). What is removed
from the list keeps its link: it may have been sent to somebody.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.configurator.configure import copy_session
from entrepot.configurator.database import metadata
from entrepot.configurator.launch import Launch
from entrepot.configurator.nested import Session
from entrepot.configurator.problems import SavedFull
from entrepot.configurator.tables import configuration, model_version
from entrepot.kernel.db import Instant

saved_configuration = sa.Table(
    "saved_configuration",
    metadata,
    sa.Column("configuration_id", sa.String(26), sa.ForeignKey("configuration.id"), primary_key=True),
    sa.Column("owner", sa.String(300), nullable=False),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("saved_at", Instant, nullable=False),
    sa.Index("saved_configuration_owner", "owner", "saved_at"),
)
MAX_SAVED = 100
MAX_NAME = 80


@dataclass(frozen=True, slots=True)
class Saved:
    """A kept configuration as a list shows it."""

    link: str
    name: str
    saved_at: datetime
    launch: Launch
    model: str
    version: int


def save(conn: Connection, session: Session, owner: str, name: str, at: datetime) -> str:
    """Keep a copy of a configuration as it stands; its link."""
    kept = sa.select(sa.func.count()).where(saved_configuration.c.owner == owner)
    if conn.execute(kept).scalar_one() >= MAX_SAVED:
        raise SavedFull(most=MAX_SAVED)
    made = copy_session(conn, session, at).configuration
    values = {"configuration_id": made.id, "owner": owner, "name": name[:MAX_NAME], "saved_at": at}
    conn.execute(sa.insert(saved_configuration), values)
    return made.link


def saved_by(conn: Connection, owners: Collection[str]) -> list[Saved]:
    """What one person keeps under all the words they are known by, the latest first."""
    saved, made, version = saved_configuration.c, configuration.c, model_version.c
    query = (
        sa.select(made.link, saved.name, saved.saved_at, made.launch, version.name.label("model"), version.version)
        .join_from(saved_configuration, configuration, saved.configuration_id == made.id)
        .join(model_version, made.model_version_id == version.id)
        .where(saved.owner.in_(owners))
        .order_by(saved.saved_at.desc(), made.id)
    )
    return [
        Saved(row.link, row.name, row.saved_at, msgspec.convert(row.launch, Launch), row.model, row.version)
        for row in conn.execute(query)
    ]


def rename_saved(conn: Connection, owners: Collection[str], link: str, name: str) -> None:
    """Give a kept configuration another name; somebody else's stays as it is."""
    conn.execute(sa.update(saved_configuration).where(*_mine(owners, link)).values(name=name[:MAX_NAME]))


def forget_saved(conn: Connection, owners: Collection[str], link: str) -> None:
    """Take a kept configuration from the list."""
    conn.execute(sa.delete(saved_configuration).where(*_mine(owners, link)))


def _mine(owners: Collection[str], link: str) -> tuple[sa.ColumnElement[bool], ...]:
    column = saved_configuration.c
    own = sa.select(configuration.c.id).where(configuration.c.link == link).scalar_subquery()
    return column.owner.in_(owners), column.configuration_id == own
