"""`entrepot load`: the loader with a progress bar, a summary and a file of rejects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from entrepot.app import build
from entrepot.dataload import Options, Report
from entrepot.dataload.fill import fill
from entrepot.dataload.report import ItemReport
from entrepot.settings import Settings


def load_folder(settings: Settings, folder: Path, store: str, options: Options, console: Console | None) -> Report:
    """Load with a bar per file where there is a console to show it on."""
    suite = build(settings)
    try:
        with shown_progress(console or Console(quiet=True), quiet=console is None) as on_progress:
            return fill(folder, suite.databases, store, replace(options, on_progress=on_progress))
    finally:
        suite.stop()


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
