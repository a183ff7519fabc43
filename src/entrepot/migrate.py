"""Brings a system's database up to the version its tables are at.

Each system has migrations of its own, run by alembic. What is up to date already is recognised by one look at
the stored version, so that a second start does not even load alembic.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from entrepot.kernel.db import Database

_PACKAGE = Path(__file__).parent


def folder(system: str) -> Path:
    """Where a system's migrations are."""
    return _PACKAGE / system / "migrations"


def head(system: str) -> str:
    """The newest migration of a system: they are numbered files."""
    return max(path.stem.partition("_")[0] for path in (folder(system) / "versions").glob("[0-9]*.py"))


def version(database: Database) -> str | None:
    """The migration a database is at; none for an empty one."""
    with database.read() as conn:
        if not sa.inspect(conn).has_table("alembic_version"):
            return None
        found: str | None = conn.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
        return found


def upgrade(database: Database) -> bool:
    """Run what is missing; tell whether anything was."""
    if version(database) == head(database.name):
        return False
    from alembic import command  # loaded only when there is something to do

    command.upgrade(configuration(database), "head")
    return True


def configuration(database: Database) -> Any:
    """Alembic's configuration for one system's database."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(folder(database.name)))
    config.attributes["database"] = database
    config.attributes["metadata"] = metadata_of(database.name)
    return config


def metadata_of(system: str) -> sa.MetaData:
    """All tables of a system, whichever contexts they belong to."""
    for context in _CONTEXTS[system]:
        import_module(f"entrepot.{system}.{context}")
    found: sa.MetaData = import_module(f"entrepot.{system}.database").metadata
    return found


_CONTEXTS = {
    "commerce": ("capture",),
    "configurator": ("tables",),
    "order_management": ("orders", "fulfillment", "payments", "inventory"),
}


def run() -> None:
    """What every ``env.py`` does: run the migrations of the database at hand in one transaction."""
    from alembic import context

    database: Database = context.config.attributes["database"]
    with database.write() as conn:
        context.configure(
            connection=conn,
            target_metadata=context.config.attributes["metadata"],
            render_as_batch=True,
            compare_type=True,
            render_item=_render,
        )
        with context.begin_transaction():
            context.run_migrations()


def _render(kind: str, value: Any, autogen_context: Any) -> Any:
    """Our column types as the plain ones they are stored as, so that a migration never depends on today's code."""
    if kind != "type":
        return False
    plain = {"Instant": "sa.BigInteger()", "Json": "sa.Text()"}.get(type(value).__name__)
    return plain or False
