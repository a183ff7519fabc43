"""How the installation is: what is configured, what answers, what is migrated."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from entrepot import migrate
from entrepot.kernel.db import Database
from entrepot.settings import SYSTEMS, Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at, and how it is."""

    what: str
    state: str
    well: bool = True

    def document(self) -> dict[str, Any]:
        return asdict(self)


def examine(settings: Settings) -> list[Finding]:
    """Look at everything a start depends on."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    findings = [Finding("Python", version, sys.version_info >= (3, 11))]
    findings.append(Finding("Data folder", str(settings.data), settings.data.exists()))
    findings += [_database(settings, system) for system in SYSTEMS]
    return findings


def _database(settings: Settings, system: str) -> Finding:
    name = f"Database of {system.replace('_', ' ')}"
    database = Database(settings.database_url(system), system)
    where = database.url.render_as_string(hide_password=True)
    try:
        at = migrate.version(database)
    except SQLAlchemyError as error:
        return Finding(name, f"{where}: does not answer ({type(error).__name__})", False)
    finally:
        database.close()
    newest = migrate.head(system)
    if at == newest:
        return Finding(name, f"{where}: at {at}")
    return Finding(name, f"{where}: at {at or 'nothing'}, newest is {newest}; run `entrepot migrate`", False)
