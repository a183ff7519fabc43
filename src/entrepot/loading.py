"""`entrepot load`: the loader with a progress bar, a summary and a file of rejects."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from entrepot.app import build
from entrepot.dataload import Options, Report
from entrepot.dataload.fill import fill
from entrepot.dataload.report import ItemReport
from entrepot.settings import Settings


def load_folder(
    settings: Settings,
    folder: Path,
    store: str,
    how: tuple[bool, tuple[str, ...]],
    rejects: Path | None,
    console: Console,
    *,
    as_json: bool,
) -> int:
    """Load and report; 0 clean, 1 rows rejected, 2 stopped, 3 a file refused."""
    suite = build(settings)
    dry_run, skip = how
    try:
        with shown_progress(console, quiet=as_json) as on_progress:
            report = fill(folder, suite.databases, store, Options(dry_run=dry_run, skip=frozenset(skip), on_progress=on_progress))
    finally:
        suite.stop()
    if as_json:
        typer.echo(json.dumps(report.as_dict(), indent=2))
    else:
        show(report, console)
    if rejects is not None:
        for path in report.write_rejects(rejects):
            console.print(f"Rejected rows: {path}")
    return report.status


@contextmanager
def shown_progress(console: Console, *, quiet: bool) -> Iterator[Callable[[ItemReport], None]]:
    """A bar per file while it is read."""
    columns = (TextColumn("{task.description:<58}"), BarColumn(24), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=quiet) as progress:
        tasks: dict[str, TaskID] = {}

        def tell(item: ItemReport) -> None:
            if item.file not in tasks:
                tasks[item.file] = progress.add_task(item.file, total=None)
            progress.update(tasks[item.file], completed=item.read)

        yield tell


def show(report: Report, console: Console) -> None:
    """The summary for people: what was read, what changed, what was wrong and where."""
    table = Table("File", "Read", "New", "Changed", "Same", "Rejected", box=None)
    for item in report.items:
        counts = item.counts()
        cells = (counts["inserted"], counts["updated"], counts["unchanged"], counts["rejected"])
        table.add_row(item.file, str(counts["read"]), *(str(cell) for cell in cells))
    console.print(table)
    for problem in report.problems[:50]:
        console.print(
            f"[red]{problem.file}:{problem.line}[/red] {problem.column} {problem.code}: {problem.message} {problem.value}"
        )
    if len(report.problems) > 50:
        console.print(f"… and {len(report.problems) - 50} more")
    if report.dry_run:
        console.print("[yellow]Dry run: nothing was stored.[/yellow]")
