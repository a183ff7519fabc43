"""`entrepot model …`: what a modeler does with a model file before and after it is published."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from entrepot.kernel.errors import Error

app = typer.Typer(no_args_is_help=True, help="Configurator models: check, measure, try, publish, convert.")
console = Console()
File = Annotated[Path, typer.Argument(help="A model: .yaml, .uvl, .dimacs (.cnf) or XCSP .xml.", exists=True, dir_okay=False)]
Data = Annotated[Path | None, typer.Option("--data", envvar="DATA", help="Folder of the embedded databases.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for machines.")]
Seconds = Annotated[
    float,
    typer.Option(
        "--seconds",
        help="Processor time of the compiler, all its attempts together; by the clock up to four times as long where the machine "
        "is busy. After that the solver answers.",
    ),
]


@app.command()
def check(file: File, seconds: Seconds = 120.0, as_json: AsJson = False) -> None:
    """The facts of a model: options, clauses, exact number of configurations, always on, dead, void, compile time.

    What was not found out within the limits is null, and `not_proven` says why. Exit status: 0 sound, 1 void (no
    configuration satisfies it), 2 neither was found out, 3 refused (what is wrong and what to write instead).
    """
    from entrepot.configurator.facts import examine
    from entrepot.configurator.importers import read_formula

    with refusing(as_json=as_json):
        found = examine(read_formula(file, datetime.now(UTC)), seconds)
    answer = found.facts.document()
    if found.facts.void:
        from entrepot.configurator.reasons import Reasoner

        conflict = Reasoner(found.engine.formula).reason([], [])
        answer["contradiction"] = list(conflict.rules) if conflict else []
    if as_json:
        typer.echo(json.dumps(answer))
    else:
        show({**answer, "always on": ", ".join(found.always_on), "never": ", ".join(found.dead)})
    sys.exit({False: 0, True: 1, None: 2}[found.facts.void])


@app.command()
def bench(
    file: File,
    sessions: Annotated[int, typer.Option(help="Random sessions to walk.", min=1, max=10_000)] = 20,
    seed: Annotated[int, typer.Option(help="The same seed walks the same sessions.")] = 1,
    seconds: Seconds = 120.0,
    limit: Annotated[
        float, typer.Option(help="Seconds by the clock for all questions; what is left out then is named.", min=1)
    ] = 300.0,
    as_json: AsJson = False,
) -> None:
    """Measure steps, explanations, repairs and cheapest completions over random sessions (engine time, warm)."""
    from entrepot.configurator.importers import read_formula
    from entrepot.configurator.measure import bench as measure

    with refusing(as_json=as_json):
        answer = measure(read_formula(file, datetime.now(UTC)), sessions, seed, seconds, limit)
    if as_json:
        typer.echo(json.dumps(answer))
    else:
        show(answer)


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="The model's name; the file is NAME.yaml.")],
    organization: Annotated[str, typer.Option(help="Whose model it is.")] = "my-shop",
) -> None:
    """Write a small sound model to start from; an existing file is never overwritten."""
    from entrepot.configurator.starter import starter

    with refusing(as_json=False):
        write(Path(f"{name}.yaml"), starter(name, organization))


@app.command()
def publish(file: File, data: Data = None, seconds: Seconds = 120.0, as_json: AsJson = False) -> None:
    """Check, compile and publish a YAML model as the next version; unchanged text is the version it already is."""
    from entrepot import migrate
    from entrepot.configurator import prepare, publish_prepared
    from entrepot.configurator.importers import Beside, read_model_file, read_text
    from entrepot.kernel.db import Database
    from entrepot.settings import read_settings

    at = datetime.now(UTC)
    with refusing(as_json=as_json):
        only_yaml(file)
        read_model_file(file)
        beside = Beside(file.parent)
        prepared = prepare(read_text(file), file.name, at, beside, seconds)
        database = Database(read_settings(data=data).database_url("configurator"), "configurator")
        migrate.upgrade(database)
        with database.write() as conn:
            stored = publish_prepared(conn, prepared, at)
        database.close()
    answer = {"model": prepared.model.name, "version": stored.version, **stored.facts}
    if as_json:
        typer.echo(json.dumps(answer))
    else:
        show(answer)


@app.command(name="try")
def try_out(
    file: File,
    choose: Annotated[list[str] | None, typer.Option(help="A choice: class.option, or 2 x class.option. Repeat it.")] = None,
    why: Annotated[str, typer.Option(help="Say why class.option is excluded, and what would allow it.")] = "",
    language: Annotated[str, typer.Option(help="Language of titles and messages.")] = "en-US",
    as_json: AsJson = False,
) -> None:
    """Try a YAML model as a shopper would: what is possible after some choices, and why something is not."""
    from entrepot.configurator.trying import shown, tried

    with refusing(as_json=as_json):
        only_yaml(file)
        answer = tried(file, choose or [], why, language, datetime.now(UTC))
    typer.echo(json.dumps(answer) if as_json else shown(answer))


@app.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(help="A UVL file.", exists=True, dir_okay=False)],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Where to write; otherwise it is printed.")] = None,
    organization: Annotated[str, typer.Option(help="Whose model it is.")] = "my-shop",
) -> None:
    """Turn a UVL feature model into a YAML model; what is above UVL's Boolean level is refused, not dropped."""
    from entrepot.configurator.importers import read_text
    from entrepot.configurator.uvl import yaml_of_uvl

    with refusing(as_json=False):
        write(out, yaml_of_uvl(file.name, read_text(file), organization))


@app.command()
def export(
    file: File,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Where to write; otherwise it is printed.")] = None,
) -> None:
    """Turn a YAML model into UVL; what UVL cannot say (quantities, sums, defaults …) is refused, not dropped."""
    from entrepot.configurator.importers import read_model_file
    from entrepot.configurator.uvl import export_uvl

    with refusing(as_json=False):
        only_yaml(file)
        write(out, export_uvl(read_model_file(file)))


def only_yaml(file: Path) -> None:
    """Refuse what is no model of ours; other formats are imported first."""
    from entrepot.configurator import ModelInvalid

    if file.suffix.lower() not in (".yaml", ".yml"):
        raise ModelInvalid(
            file=file.name, line=1, problem="this is no YAML model.", remedy="Import it first: entrepot model import."
        )


def write(path: Path | None, text: str) -> None:
    """Print a text or write it to a new file."""
    if path is None:
        typer.echo(text, nl=False)
    elif path.exists():
        typer.echo(f"{path} exists already. Name another file, or remove it first.", err=True)
        sys.exit(3)
    else:
        path.write_text(text, encoding="utf-8")
        console.print(f"Written: {path}")


def show(answer: dict[str, Any]) -> None:
    """Names and values, one a line."""
    table = Table(show_header=False, box=None, padding=(0, 2))
    for name, value in answer.items():
        if isinstance(value, dict):
            value = ", ".join(f"{one} {what}" for one, what in value.items())
        table.add_row(name.replace("_", " "), str(value))
    console.print(table)


@contextmanager
def refusing(*, as_json: bool) -> Iterator[None]:
    """Say what is wrong and stop with status 3."""
    try:
        yield
    except Error as error:
        if as_json:
            typer.echo(json.dumps({"code": error.code, "message": error.text}))
        else:
            typer.echo(error.text, err=True)
        sys.exit(3)
