"""The demo store: loaded through the real data loader, with its models published and its log-ins opened.

Loading it again changes nothing; what was loaded is recognised by the fingerprint of its files, so that a second
start does not read them at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.engine import Connection

from entrepot import configurator
from entrepot.app import Suite
from entrepot.commerce import members
from entrepot.dataload import Options
from entrepot.dataload.fill import fill
from entrepot.dataload.report import ItemReport, Report
from entrepot.kernel.db import Database
from entrepot.kernel.ids import new_id
from entrepot.web.configurator.keeper import owned_by

STORE = "tannwerk"
PASSWORD = "workbench-demo-2026"
_PACKAGE = Path(__file__).parent
_FOLDERS = (_PACKAGE / "demo_store", _PACKAGE.parent.parent / "demo")


@dataclass(frozen=True, slots=True)
class Account:
    """A demo log-in and what it is for."""

    logon_id: str
    roles: tuple[str, ...]
    groups: tuple[str, ...] = ()


def folder() -> Path:
    """Where the demo's files are: inside the installed package, or beside the sources."""
    return next(path for path in _FOLDERS if path.exists())


def is_loaded(suite: Suite) -> bool:
    """Whether these very files have been loaded into these databases."""
    mark = suite.house.settings.data / "demo.loaded"
    return mark.exists() and mark.read_text() == fingerprint()


def load(suite: Suite, on_progress: Callable[[ItemReport], None] | None = None) -> Report:
    """Load the demo store, publish its models, open its log-ins, and remember that it was done."""
    house, at = suite.house, suite.house.clock.now()
    report = fill(folder(), suite.databases, STORE, Options(on_progress=on_progress, at=at))
    with house.configurator.database.write() as conn:
        models = folder() / "models"
        files = {beside.name: beside.read_text("utf-8") for beside in (*models.glob("*.csv"), *models.glob("groups/*.yaml"))}
        for path in sorted(models.glob("*.yaml")):
            configurator.publish(conn, path.read_text("utf-8"), path.name, at, files)
    open_accounts(house.commerce.database, at)
    save_configurations(house.configurator.database, at)
    if not report.problems:
        (house.settings.data / "demo.loaded").write_text(fingerprint())
    return report


def fingerprint() -> str:
    """What tells these demo files from others."""
    digest = hashlib.sha256()
    for path in sorted(folder().rglob("*")):
        if path.suffix in (".csv", ".yaml"):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def accounts() -> list[Account]:
    """The log-ins of the demo."""
    read = yaml.safe_load((folder() / "accounts.yaml").read_text("utf-8"))
    buyers = [Account(one["logon_id"], tuple(one.get("roles", ())), tuple(one["groups"])) for one in read["buyers"]]
    return buyers + [Account(one["logon_id"], tuple(one["roles"])) for one in read["staff"]]


def save_configurations(database: Database, at: datetime) -> None:
    """Keep for demo customers what they have saved, in that order; what they keep under a name already stays."""
    for one in yaml.safe_load((folder() / "configurations.yaml").read_text("utf-8")):
        owner = owned_by(one["owner"])
        with database.write() as conn:
            if one["name"] not in {kept.name for kept in configurator.saved_by(conn, [owner])}:
                _save_configuration(conn, one, owner, at - timedelta(days=one["days_ago"]), at)


def _save_configuration(conn: Connection, one: dict[str, Any], owner: str, saved_at: datetime, at: datetime) -> None:
    launch = configurator.Launch(
        model=one["model"],
        organization=STORE,
        item=one["kit"],
        return_url="/cart/configured",
        currency=one["currency"],
        locale=one["locale"],
        store=STORE,
        buyer=one["owner"],
        choices=tuple(one["choices"]),
    )
    session = configurator.open_session(conn, configurator.ReadLaunch(new_id(), at + timedelta(minutes=1), launch), at)
    picks = configurator.complete_with_defaults(session.compiled, session.configuration.picks)
    configurator.save(conn, configurator.set_picks(conn, session, picks, at), owner, one["name"], saved_at)


def open_accounts(database: Database, at: datetime) -> None:
    """Give every demo account its password and roles; passwords come from here because files never carry any."""
    for account in accounts():
        with database.write() as conn:
            _open_account(conn, account, at)


def _open_account(conn: Connection, account: Account, at: datetime) -> None:
    user = members.find_user(conn, account.logon_id)
    if user is None:
        profile = members.Profile(last_name=account.logon_id.capitalize())
        user = members.register(conn, 0, account.logon_id, PASSWORD, profile, at=at)
    else:
        members.set_password(conn, user.id, PASSWORD, at=at)
    if account.roles:
        members.set_roles(conn, user.id, account.roles)
