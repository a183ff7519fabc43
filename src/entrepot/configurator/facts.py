"""What can be said of a model: how large, void or not, what is dead or always on, how many configurations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from entrepot.configurator.census import count
from entrepot.configurator.contract import Engine
from entrepot.configurator.domains import Domains
from entrepot.configurator.engine import open_engine
from entrepot.configurator.formula import Formula, Variable
from entrepot.configurator.knowledge import SECONDS, Knowledge, compile_formula
from entrepot.configurator.search import SURVEY_SECONDS, searching

MAX_NAMED = 200


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of a model; ``configurations`` is exact.

    What was not found out within the limits is None, or counts what was decided, and ``not_proven`` says which and why.
    """

    options: int
    clauses: int
    configurations: str | None
    always_on: int
    dead: int
    void: bool | None
    compile_s: float
    engine: str
    size_bytes: int
    not_proven: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """As JSON; where everything was found out nothing is said of that."""
        return {name: value for name, value in asdict(self).items() if name != "not_proven" or value}


@dataclass(frozen=True, slots=True)
class Examined:
    """A formula compiled, its engine, and what that engine says of it."""

    facts: Facts
    engine: Engine
    knowledge: Knowledge
    always_on: tuple[str, ...]
    dead: tuple[str, ...]


def check(formula: Formula, seconds: float = SECONDS) -> Facts:
    """The facts of a formula."""
    return examine(formula, seconds).facts


@searching(SURVEY_SECONDS)
def examine(formula: Formula, seconds: float = SECONDS) -> Examined:
    """Compile a formula within a limit and look at it from all sides."""
    knowledge = compile_formula(formula, seconds)
    return describe(formula, knowledge, open_engine(formula, knowledge))


@searching(SURVEY_SECONDS)
def describe(formula: Formula, knowledge: Knowledge, engine: Engine) -> Examined:
    """The facts of a formula that is compiled already."""
    domains = engine.domains({})
    always, dead = always_and_dead(formula.variables, domains)
    how_many = 0 if not domains.consistent else count(formula, knowledge)
    facts = Facts(
        options=formula.options,
        clauses=len(formula.clauses()),
        configurations=None if how_many is None else str(how_many),
        always_on=len(always),
        dead=len(dead),
        void=not domains.consistent if domains.proven else None,
        compile_s=round(knowledge.seconds, 3),
        engine=knowledge.engine(formula),
        size_bytes=knowledge.circuit.size_bytes if knowledge.circuit else 0,
        not_proven=tuple(_not_proven(knowledge, domains, how_many, len(formula.variables))),
    )
    return Examined(facts, engine, knowledge, tuple(always[:MAX_NAMED]), tuple(dead[:MAX_NAMED]))


def _not_proven(knowledge: Knowledge, domains: Domains, how_many: int | None, variables: int) -> Iterator[str]:
    """What the facts do not say, and why not."""
    if how_many is None and (knowledge.circuit is None or knowledge.unsettled):
        part = f"a part of it ({len(knowledge.unsettled):,} of {variables:,} variables)"
        which = "the model" if knowledge.circuit is None or len(knowledge.unsettled) == variables else part
        yield f"configurations: {which} did not compile within the limits; compiling may take longer with --seconds"
    elif how_many is None:
        yield "configurations: the sums have too many cases to be counted"
    if not domains.proven:
        yield f"void, always on, dead: no configuration was found in {SURVEY_SECONDS:g} s of searching, nor that there is none"
    elif domains.undecided:
        yield f"always on, dead: {domains.undecided.bit_count():,} values were not decided in {SURVEY_SECONDS:g} s of searching"


def always_and_dead(variables: Sequence[Variable], domains: Domains) -> tuple[list[str], list[str]]:
    """The options in every configuration and those in none; in a void model every option is dead.

    What a search did not decide in its time is neither.
    """
    always: list[str] = []
    dead: list[str] = []
    undecided = domains.undecided
    for variable, known in zip(variables, domains.masks, strict=True):
        mask = known | undecided & variable.everything
        undecided >>= len(variable.values)
        possible = {value.option for bit, value in enumerate(variable.values) if domains.consistent and mask >> bit & 1}
        for option in dict.fromkeys(value.option for value in variable.values if value.option):
            own = option == variable.name or variable.name.endswith(f".{option}")
            name = variable.name if own else f"{variable.name}.{option}"
            if possible == {option}:
                always.append(name)
            elif option not in possible:
                dead.append(name)
    return always, dead
