"""Trying a model out before it is published: some choices, and everything a shopper would be shown after them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from entrepot.configurator.compile import Compiled, compile_model, option_title, ready
from entrepot.configurator.complete import repairs
from entrepot.configurator.draft import DRAFT_SECONDS, Draft, compiling
from entrepot.configurator.encode import encode
from entrepot.configurator.importers import read_model_file
from entrepot.configurator.knowledge import compile_formula
from entrepot.configurator.model import Pick, say
from entrepot.configurator.read import read_model, read_pick
from entrepot.configurator.session import ShownValue, View, choose, label, look, why_not
from entrepot.configurator.settle import Picks
from entrepot.configurator.source import Node
from entrepot.kernel.recent import Recent

_Key = tuple[str, tuple[tuple[str, str], ...], date]
#: Drafts made ready for trying; a modeler tries the same text many times.
_kept: Recent[_Key, Compiled] = Recent(8)
#: From so many literals on a draft is compiled for its try: the solver would take minutes to ask about every value.
COMPILED_FROM = 2_000
_MARKS = {"chosen": "●", "set": "◆", "default": "○", "possible": " ", "excluded": "×", "checking": "?"}


def tried(file: Path, choices: Sequence[str], why: str, language: str, at: datetime) -> dict[str, Any]:
    """The state after some choices, in order; an excluded one is refused. ``why`` is a value to explain."""
    return _tried(compile_model(read_model_file(file), 0, at), choices, why, language)


def try_draft(draft: Draft, choices: Sequence[str], why: str, language: str, at: datetime) -> dict[str, Any]:
    """The same of a draft, by the rules in force now; for a small one the solver answers, so that nothing is compiled for it."""
    key = (draft.source, tuple(sorted(draft.files.items())), at.date())
    compiled = _kept.get(key)
    if compiled is None:
        with compiling():
            encoded = encode(read_model(draft.source, draft.file, draft.files), at)
            large = encoded.formula.literals >= COMPILED_FROM
            known = compile_formula(encoded.formula, DRAFT_SECONDS) if large else None
            compiled = _kept.put(key, ready(encoded, 0, known))
    return _tried(compiled, choices, why, language)


def _tried(compiled: Compiled, choices: Sequence[str], why: str, language: str) -> dict[str, Any]:
    picks: Picks = ()
    for number, text in enumerate(choices, 1):
        picks = choose(compiled, picks, read_pick(Node(text, number, "choice")))
    answer = _state(compiled, look(compiled, picks), language)
    if why:
        answer["why"] = explained(compiled, picks, read_pick(Node(why, 1, "why")), language)
    return answer


def explained(compiled: Compiled, picks: Picks, wanted: Pick, language: str) -> dict[str, Any]:
    """Why a value is excluded and the smallest changes that would allow it, in words."""
    reason = why_not(compiled, picks, wanted)
    if reason is None:
        possible = {"value": str(wanted), "possible": True, "choices": [], "rules": []}
        return possible | {"minimal": True, "smallest": True, "repairs": []}
    found = repairs(compiled, picks, wanted)
    return {
        "value": str(wanted),
        "possible": False,
        "choices": [str(pick) for pick in reason.picks],
        "rules": [compiled.rule_text(rule, language) for rule in reason.rules],
        "minimal": reason.minimal,
        "smallest": all(one.smallest for one in found),
        "repairs": [
            {
                "without": [label(compiled, pick, language) for pick in one.dropped],
                "with": [str(pick) for pick in one.added],
                "drops": [str(pick) for pick in one.dropped],
                "adds": [f"{max(1, pick.quantity)} x {pick}" for pick in one.added],
            }
            for one in found
        ],
    }


def _state(compiled: Compiled, view: View, language: str) -> dict[str, Any]:
    return {
        "model": compiled.model.name,
        "complete": view.complete,
        "missing": list(view.missing),
        "checking": view.checking,
        "taken": [str(pick) for pick in view.taken],
        "classes": [
            {
                "name": one.option_class.name,
                "title": say(one.option_class.words, language, one.option_class.name),
                "asked": one.asked,
                "values": [_value(compiled, one.option_class.name, value, language) for value in one.values],
            }
            for one in view.classes
            if one.values
        ],
    }


def _value(compiled: Compiled, option_class: str, value: ShownValue, language: str) -> dict[str, Any]:
    title = option_title(compiled.model, option_class, value.option, language) if value.option else ""
    return {"name": value.option, "title": title, "state": str(value.state), "quantity": value.quantity}


def shown(answer: dict[str, Any]) -> str:
    """The state as lines of text."""
    lines = []
    for one in answer["classes"]:
        lines.append(f"{one['title']}{'' if one['asked'] else '  (not asked)'}")
        for value in one["values"]:
            quantity = f" × {value['quantity']}" if value["quantity"] > 1 else ""
            lines.append(f"  {_MARKS[value['state']]} {value['name'] or 'none'}{quantity}")
    missing = f"Still to choose: {', '.join(answer['missing'])}" if answer["missing"] else "Complete."
    checking = "  ? still being checked" if answer["checking"] else ""
    lines += ["", f"● chosen  ◆ follows  ○ default  × excluded{checking}.  {missing}"]
    if "why" in answer:
        found = answer["why"]
        lines += ["", f"{found['value']} is possible." if found["possible"] else f"{found['value']} is excluded."]
        lines += [f"  because of {one}" for one in found["choices"]] + [f"  {one}" for one in found["rules"]]
        lines += [] if found["minimal"] else ["  There was no time to look for a shorter reason."]
        lines += [
            f"  possible without {', '.join(one['without'])}" + (f", with {', '.join(one['with'])}" if one["with"] else "")
            for one in found["repairs"]
        ]
        lines += [] if found["smallest"] else ["  There may be a smaller change; there was no time to look for it."]
    return "\n".join(lines)
