"""The story a tour tells: chapters, facts that hold or do not, messages, figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(slots=True)
class Story:
    """What happened so far; told to the console as it happens when there is one."""

    console: Console | None
    steps: list[dict[str, Any]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    orders: list[dict[str, Any]] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)

    def chapter(self, title: str) -> None:
        """Begin a new chapter."""
        self.steps.append({"step": title, "facts": []})
        if self.console:
            self.console.print(f"\n[bold]{title}[/bold]")

    def say(self, text: str) -> None:
        """Tell something that is no fact to check."""
        if self.console:
            self.console.print(f"  {text}", highlight=False)

    def fact(self, what: str, holds: bool, seen: object = "") -> None:
        """A fact that has to hold, and what was seen."""
        if not self.steps:
            self.chapter("The suite")
        self.steps[-1]["facts"].append({"fact": what, "holds": bool(holds), "seen": str(seen)})
        if self.console:
            mark = "[green]✓[/green]" if holds else "[red]✗[/red]"
            self.console.print(f"  {mark} {what}" + (f" [dim]{seen}[/dim]" if str(seen) else ""), highlight=False)

    def hops(self, found: list[dict[str, Any]]) -> None:
        """The messages and questions that carried an order."""
        self.messages += [
            {
                "kind": hop["kind"],
                "form": hop["form"],
                "from": hop["sender"],
                "to": hop["receiver"],
                "ms": round(hop["ms"], 2) if hop["ms"] is not None else None,
                "outcome": hop["outcome"],
                "at": hop["at"],
            }
            for hop in found
        ]
        if self.console:
            table = Table("At", "", "What", "From", "To", "ms", "Outcome", box=None, padding=(0, 1), header_style="dim")
            for hop in found:
                mark = "✉" if hop["form"] == "message" else "?"
                ms = f"{hop['ms']:.1f}" if hop["ms"] is not None else ""
                table.add_row(hop["at"][11:23], mark, hop["kind"], hop["sender"], hop["receiver"], ms, hop["outcome"])
            self.console.print(table)

    @property
    def holds(self) -> bool:
        """Whether every fact held."""
        return all(fact["holds"] for step in self.steps for fact in step["facts"])

    def finish(self) -> None:
        """Tell the end: how many facts held, which did not."""
        facts = [fact for step in self.steps for fact in step["facts"]]
        failed = [fact["fact"] for fact in facts if not fact["holds"]]
        if self.console:
            color = "green" if not failed else "red"
            self.console.print(f"\n[{color}]{len(facts) - len(failed)} of {len(facts)} facts hold[/{color}]")
            for one in failed:
                self.console.print(f"  [red]✗ {one}[/red]")

    def document(self) -> dict[str, Any]:
        """The whole story for machines."""
        return {
            "holds": self.holds,
            "steps": self.steps,
            "messages": self.messages,
            "orders": self.orders,
            "figures": self.figures,
        }
