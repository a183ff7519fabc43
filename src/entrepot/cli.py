"""The command line: start the suite, load a store, see how it is, take the tour."""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from entrepot import __version__, modeling, partnering
from entrepot.settings import SYSTEMS, Settings, read_settings

app = typer.Typer(no_args_is_help=True, add_completion=False, help="entrepot: commerce, configurator and order management.")
app.add_typer(modeling.app, name="model")
app.add_typer(partnering.app, name="partner")
console = Console()
Data = Annotated[Path | None, typer.Option("--data", envvar="DATA", help="Folder of the embedded databases.")]
Port = Annotated[int | None, typer.Option("--port", envvar="PORT", help="Port to listen on.")]
Workers = Annotated[
    int | None, typer.Option("--workers", envvar="ENTREPOT_WORKERS", min=1, max=64, help="How many processes answer.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for machines.")]


def main() -> None:
    """The `entrepot` command."""
    app()


@app.command()
def run(
    data: Data = None,
    port: Port = None,
    workers: Workers = None,
    demo: Annotated[bool, typer.Option(help="Load the demo store.")] = True,
) -> None:
    """Start everything: databases, demo store, pages, background work. In one process, or several with --workers."""
    from entrepot.listening import PortTaken, take_port, take_together

    gc.disable()  # What a start makes is there to stay: looking it through again and again took a tenth of it.
    started = time.perf_counter()
    settings = read_settings(data=data, port=port, workers=workers)
    together = settings.workers > 1
    if together and not hasattr(os, "fork"):
        console.print("[red]This system cannot start several processes that share an address; leave --workers out.[/red]")
        sys.exit(1)
    try:
        places = take_together(settings) if together else [take_port(settings)]
    except PortTaken as error:
        console.print(f"[red]{error}[/red]")
        sys.exit(1)
    if together:
        from entrepot.together import prepare_apart, serve_together

        prepare_apart(settings, console, demo=demo)
        _welcome(settings, time.perf_counter() - started, demo)
        serve_together(settings, places, console)
        return
    from entrepot.serving import prepare, serve_forever

    suite = prepare(settings, console, demo=demo)
    _welcome(settings, time.perf_counter() - started, demo)
    serve_forever(suite, places[0])


def _welcome(settings: Settings, seconds: float, with_demo: bool) -> None:
    table = Table(show_header=False, box=None, padding=(0, 2))
    for name, path in PLACES:
        table.add_row(name, f"[link={settings.address}{path}]{settings.address}{path}[/link]")
    console.print()
    console.print(table)
    if with_demo:
        from entrepot.demo import PASSWORD, accounts

        names = ", ".join(f"{one.logon_id} ({'/'.join(one.roles or one.groups or ('buyer',))})" for one in accounts())
        console.print(f"\n  Log in as {names}\n  Password for all of them: [bold]{PASSWORD}[/bold]")
    console.print(f"\n  Ready in {seconds:.1f} s. Data in {settings.data}. Stop with Ctrl+C.\n")


PLACES = (
    ("Storefront", "/"),
    ("Call center", "/call-center"),
    ("Store", "/store"),
    ("Management", "/management"),
    ("Operations", "/operations"),
    ("API documents", "/schema"),
    ("Design language", "/design"),
)


@app.command()
def load(
    folder: Annotated[Path, typer.Argument(help="Folder of load files (or one file).")],
    store: Annotated[str, typer.Option(help="The store to load into; created when there is none.")],
    data: Data = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, store nothing.")] = False,
    skip: Annotated[list[str] | None, typer.Option(help="Kinds to leave out.")] = None,
    rejects: Annotated[Path | None, typer.Option(help="Folder to write the rejected rows to.")] = None,
    as_json: AsJson = False,
) -> None:
    """Load catalog, prices, stock and the like from CSV or XML files; loading twice is loading once.

    Exit status: 0 clean, 1 rows rejected, 2 stopped, 3 a file refused.
    """
    from entrepot.dataload import Options
    from entrepot.loading import load_folder, show

    options = Options(dry_run=dry_run, skip=frozenset(skip or ()))
    report = load_folder(read_settings(data=data), folder, store, options, None if as_json else console)
    if as_json:
        typer.echo(json.dumps(report.as_dict(), indent=2))
    else:
        show(report, console)
    for path in report.write_rejects(rejects) if rejects is not None else ():
        console.print(f"Rejected rows: {path}")
    sys.exit(report.status)


@app.command()
def migrate(data: Data = None) -> None:
    """Bring the databases of all systems up to this version."""
    from entrepot import migrate as migrations
    from entrepot.kernel.db import Database

    settings = read_settings(data=data)
    for system in SYSTEMS:
        database = Database(settings.database_url(system), system)
        changed = migrations.upgrade(database)
        console.print(f"{system}: {'migrated to' if changed else 'already at'} {migrations.version(database)}")
        database.close()


@app.command()
def tour(
    data: Annotated[Path | None, typer.Option(help="Keep the tour's databases here instead of a temporary folder.")] = None,
    as_json: AsJson = False,
) -> None:
    """One order, end to end, over real HTTP and the real queue: the story as it happens, and whether every fact holds."""
    from entrepot.tour import take_tour

    story = take_tour(data, None if as_json else console)
    if as_json:
        typer.echo(json.dumps(story.document(), indent=2))
    sys.exit(0 if story.holds else 1)


@app.command()
def doctor(data: Data = None, as_json: AsJson = False) -> None:
    """Say what is configured, reachable and migrated."""
    from entrepot.checkup import examine

    findings = examine(read_settings(data=data))
    if as_json:
        typer.echo(json.dumps([one.document() for one in findings], indent=2))
    else:
        table = Table("", "What", "State", box=None)
        for one in findings:
            table.add_row("[green]✓[/green]" if one.well else "[red]✗[/red]", one.what, one.state)
        console.print(table)
    sys.exit(0 if all(one.well for one in findings) else 1)


@app.command()
def openapi() -> None:
    """Print the description of the HTTP interface (OpenAPI, JSON)."""
    import tempfile

    from entrepot.app import build
    from entrepot.serving import application

    with tempfile.TemporaryDirectory() as folder:
        suite = build(read_settings(data=folder))
        typer.echo(json.dumps(application(suite, suite.start).openapi_schema.to_schema(), indent=2))
        suite.stop()


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


if __name__ == "__main__":
    main()
