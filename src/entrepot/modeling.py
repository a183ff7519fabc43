"""`entrepot model …`: what a modeler does with a model file before and after it is published."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from entrepot.kernel.errors import Error

app = typer.Typer(no_args_is_help=True, help="Configurator models: check, measure, try, publish, convert.")
console = Console()
File = Annotated[Path, typer.Argument(help="A model: .yaml, .uvl, .dimacs (.cnf) or XCSP .xml.", exists=True, dir_okay=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for machines.")]
Seconds = Annotated[float, typer.Option("--seconds", help="How long compiling may take; after that the solver answers.")]


@app.command()
def check(file: File, seconds: Seconds = 120.0, as_json: AsJson = False) -> None:
    """The facts of a model: options, clauses, exact number of configurations, always on, dead, void, compile time.

    Exit status: 0 sound, 1 void (no configuration satisfies it), 3 refused (what is wrong and what to write instead).
    """
    from entrepot.configurator.facts import examine
    from entrepot.configurator.importers import read_formula

    try:
        found = examine(read_formula(file, datetime.now(UTC)), seconds)
    except Error as error:
        refuse(error, as_json=as_json)
    answer = found.facts.document()
    if found.facts.void:
        from entrepot.configurator.reasons import Reasoner

        conflict = Reasoner(found.engine.formula).reason([], [])
        answer["contradiction"] = list(conflict[1]) if conflict else []
    if as_json:
        typer.echo(json.dumps(answer))
    else:
        show({**answer, "always on": ", ".join(found.always_on), "never": ", ".join(found.dead)})
    sys.exit(1 if found.facts.void else 0)


@app.command()
def bench(
    file: File,
    sessions: Annotated[int, typer.Option(help="Random sessions to walk.", min=1, max=10_000)] = 20,
    seed: Annotated[int, typer.Option(help="The same seed walks the same sessions.")] = 1,
    seconds: Seconds = 120.0,
    as_json: AsJson = False,
) -> None:
    """Measure steps, explanations, repairs and cheapest completions over random sessions (engine time, warm)."""
    from entrepot.configurator.importers import read_formula
    from entrepot.configurator.measure import bench as measure

    try:
        answer = measure(read_formula(file, datetime.now(UTC)), sessions, seed, seconds)
    except Error as error:
        refuse(error, as_json=as_json)
    if as_json:
        typer.echo(json.dumps(answer))
    else:
        show(answer)


def show(answer: dict[str, Any]) -> None:
    """Names and values, one a line."""
    table = Table(show_header=False, box=None, padding=(0, 2))
    for name, value in answer.items():
        if isinstance(value, dict):
            value = ", ".join(f"{one} {what}" for one, what in value.items())
        table.add_row(name.replace("_", " "), str(value))
    console.print(table)


def refuse(error: Error, *, as_json: bool) -> NoReturn:
    """Say what is wrong and stop with status 3."""
    if as_json:
        typer.echo(json.dumps({"code": error.code, "message": error.text}))
    else:
        typer.echo(error.text, err=True)
    sys.exit(3)
