"""`entrepot partner …`: foreign shops that send shoppers to our configurator, and configurators that ours sends them to."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from entrepot.modeling import console, refusing
from entrepot.settings import Settings, read_settings

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from entrepot.bus import Partners


class Role(StrEnum):
    """What a partner is to us."""

    SHOP = "shop"
    CONFIGURATOR = "configurator"


app = typer.Typer(no_args_is_help=True, help="Foreign shops and foreign configurators: take up, give keys, pause.")
Roles = Annotated[Role, typer.Argument(help="shop: sends its shoppers here. configurator: ours are sent there.")]
Code = Annotated[str, typer.Argument(help="The partner's short name: small letters, digits, hyphens.")]
Data = Annotated[Path | None, typer.Option("--data", envvar="DATA", help="Folder of the embedded databases.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for machines.")]


@app.command("list")
def list_partners(data: Data = None, as_json: AsJson = False) -> None:
    """Every partner with its stores, its origins and how many keys of it are good."""
    settings, found = read_settings(data=data), []
    for role in Role:
        with _opened(settings, role) as (conn, partners):
            good = partners.good_keys(conn, datetime.now(UTC))
            found += [{"role": role.value, **asdict(one), "keys": good.get(one.code, 0)} for one in partners.all(conn)]
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    table = Table("What", "Code", "Name", "Stores", "Origins", "Keys", "", box=None)
    for row in found:
        lists = [", ".join(row[name]) for name in ("stores", "origins")]
        table.add_row(row["role"], row["code"], row["name"], *lists, str(row["keys"]), "" if row["active"] else "paused")
    console.print(table if found else "No partners yet: entrepot partner add shop CODE --name … --store … --origin https://…")


@app.command()
def add(
    role: Roles,
    code: Code,
    name: Annotated[str, typer.Option(help="How people call it.")],
    origin: Annotated[list[str], typer.Option(help="Where it lives: https://shop.example. Can be given several times.")],
    store: Annotated[list[str], typer.Option(help="A store of this installation that it has to do with. Several times.")],
    data: Data = None,
) -> None:
    """Take a partner up. It can do nothing before it has a key."""
    from entrepot.bus import Partner

    with refusing(as_json=False), _opened(read_settings(data=data), role) as (conn, partners):
        partners.add(conn, Partner(code, name, tuple(store), tuple(origin)), _who(), datetime.now(UTC))
    console.print(f"{code} is taken up. Give it a key: entrepot partner key {role.value} {code}")


@app.command()
def key(
    role: Roles,
    code: Code,
    overlap: Annotated[float, typer.Option(help="Hours that the key before stays good.", min=0, max=720)] = 0,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Make a new key and print it, once: it is kept nowhere. The one before ends now, or after an overlap."""
    settings, at = read_settings(data=data), datetime.now(UTC)
    with refusing(as_json=as_json), _opened(settings, role) as (conn, partners):
        made = partners.issue_key(conn, settings.secret, code, _who(), at, overlap=timedelta(hours=overlap))
    if as_json:
        typer.echo(json.dumps({"key": made.id, "secret": made.key}))
    else:
        console.print(f"key     {made.id}\nsecret  {made.key}\n\nPass both on safely. The secret is not shown again.")


@app.command()
def enter(
    role: Roles,
    code: Code,
    name: Annotated[str, typer.Argument(help="The key's name, as the other side tells it.")],
    overlap: Annotated[float, typer.Option(help="Hours that the key before stays good.", min=0, max=720)] = 0,
    data: Data = None,
) -> None:
    """Keep a key that the other side made. Its secret is read from the standard input, or asked for: never an argument."""
    from entrepot.bus import Given

    typed = getpass.getpass("Secret: ") if sys.stdin.isatty() else sys.stdin.readline()
    settings, at = read_settings(data=data), datetime.now(UTC)
    with refusing(as_json=False), _opened(settings, role) as (conn, partners):
        given = Given(code, name, typed.strip())
        partners.enter_key(conn, settings.secret, given, _who(), at, overlap=timedelta(hours=overlap))
    console.print(f"{name} is kept. It is shown to nobody.")


@app.command()
def revoke(role: Roles, code: Code, name: Annotated[str, typer.Argument(help="The key.")], data: Data = None) -> None:
    """End a key at once; whatever was signed with it is refused from now on."""
    with refusing(as_json=False), _opened(read_settings(data=data), role) as (conn, partners):
        partners.revoke_key(conn, code, name, _who(), datetime.now(UTC))
    console.print(f"{name} is ended.")


@app.command()
def pause(role: Roles, code: Code, data: Data = None) -> None:
    """Refuse everything of a partner until it is resumed; its keys stay."""
    _set_active(role, code, data, active=False)


@app.command()
def resume(role: Roles, code: Code, data: Data = None) -> None:
    """Let a paused partner go on."""
    _set_active(role, code, data, active=True)


def _set_active(role: Role, code: str, data: Path | None, *, active: bool) -> None:
    with refusing(as_json=False), _opened(read_settings(data=data), role) as (conn, partners):
        partners.update(conn, replace(partners.find(conn, code), active=active), _who(), datetime.now(UTC))
    console.print(f"{code} {'goes on' if active else 'is paused'}.")


@contextmanager
def _opened(settings: Settings, role: Role) -> Iterator[tuple[Connection, Partners]]:
    """The registry of a role, in a transaction of the system that keeps it."""
    from entrepot.commerce import capture
    from entrepot.configurator import shops
    from entrepot.kernel.db import Database

    system, partners = ("configurator", shops) if role is Role.SHOP else ("commerce", capture.configurators)
    database = Database(settings.database_url(system), system)
    try:
        with database.write() as conn:
            yield conn, partners
    finally:
        database.close()


def _who() -> str:
    """Who works at the command line, for the history."""
    try:
        return f"{getpass.getuser()} (command line)"
    except OSError:
        return "command line"
