"""Clauses in DIMACS form, as solvers exchange them; comments ``c 12 Name`` name the variables."""

from __future__ import annotations

import re
from typing import NoReturn

from entrepot.configurator.formula import NONE, Builder, Clause, Formula, Value
from entrepot.configurator.problems import ModelInvalid, ModelTooLarge

MAX_OPTIONS = 50_000
MAX_CLAUSES = 2_000_000
_NAMED = re.compile(r"c\s+(\d+)\$?\s+(\S.*)")
_HEADER = re.compile(r"p\s+cnf\s+(\d+)\s+(\d+)\s*")


def read_dimacs(name: str, text: str) -> Formula:
    """The formula of a DIMACS text.

    Clauses may share a line or take several. The header may name more variables than there are, and fewer clauses;
    more clauses than there are would mean that some are missing, and is refused. ``%`` ends the text.
    """
    clauses: list[Clause] = []
    names: dict[int, str] = {}
    header: tuple[int, int, int] | None = None
    clause: list[int] = []
    line = 0
    for line, said in enumerate(text.splitlines(), 1):
        first = said.lstrip()[:1]
        if first == "%":
            break
        if first == "c":
            named = _NAMED.match(said.strip())
            if named:
                names[int(named[1])] = named[2].strip().strip('"')
        elif first == "p":
            header = _header(name, line, said, header)
        elif first:
            if header is None:
                _fail(name, line, "there is no header above the clauses.", "Begin with `p cnf variables clauses`.")
            _take(name, line, said, header, clauses, clause)
    if header is None:
        _fail(name, max(line, 1), "there is no header.", "Begin with `p cnf variables clauses`.")
    if clause:
        _fail(name, line, "the last clause does not end.", "Write 0 after it, if nothing is missing.")
    if len(clauses) < header[1]:
        said = f"the header says {header[1]:,} clauses, there are {len(clauses):,}."
        _fail(name, header[2], said, f"Write `p cnf {header[0]} {len(clauses)}`, if nothing is missing.")
    return _formula(clauses, header[0], names)


def _header(name: str, line: int, said: str, before: tuple[int, int, int] | None) -> tuple[int, int, int]:
    """How many variables and clauses there are to be, and the line that says so."""
    found = _HEADER.fullmatch(said.strip())
    if found is None:
        _fail(name, line, f"`{said.strip()[:40]}` is no header.", "Write `p cnf variables clauses`, in numbers.")
    if before is not None:
        _fail(name, line, f"this is a second header; the first is in line {before[2]}.", "Remove one of them.")
    if int(found[1]) > MAX_OPTIONS:
        raise ModelTooLarge(limit=f"it has more than {MAX_OPTIONS:,} options")
    return int(found[1]), int(found[2]), line


def _take(name: str, line: int, said: str, header: tuple[int, int, int], clauses: list[Clause], clause: list[int]) -> None:
    """The clauses that end in a line; what stands behind the last 0 begins the next."""
    try:
        words = [int(word) for word in said.split()]
    except ValueError:
        _fail(name, line, "this is no clause.", "Write numbers, 0 at the end.")
    if any(abs(word) > header[0] for word in words):
        largest = max(map(abs, words))
        more = f"Write `p cnf {largest} {header[1]}`, or correct the number."
        _fail(name, line, f"{largest} is more than the {header[0]} variables of the header in line {header[2]}.", more)
    for word in words:
        if word:
            clause.append(word)
        else:
            clauses.append(tuple(dict.fromkeys(clause)))
            clause.clear()
    if len(clauses) > MAX_CLAUSES:
        raise ModelTooLarge(limit=f"it has more than {MAX_CLAUSES:,} clauses")


def _formula(clauses: list[Clause], count: int, names: dict[int, str]) -> Formula:
    builder = Builder()
    for number in range(1, count + 1):
        builder.variable(names.get(number, str(number)), [NONE, Value(names.get(number, str(number)), 1)])
    for number, clause in enumerate(clauses, 1):
        builder.group(f"clause {number}", [clause])
    return builder.build()


def _fail(name: str, line: int, problem: str, remedy: str) -> NoReturn:
    raise ModelInvalid(path=f"{name}:{line}", file=name, line=line, problem=problem, remedy=remedy)
