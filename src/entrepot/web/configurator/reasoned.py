"""Why a value is excluded, in words, with the changes that would allow it."""

from __future__ import annotations

from dataclasses import dataclass

from entrepot import configurator
from entrepot.configurator import Pick
from entrepot.web.configurator.asking import Answers
from entrepot.web.configurator.shown import Words


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a repair: what goes, what comes in its place."""

    question: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Why:
    """Why a value is excluded, and how to have it anyway.

    Without ``minimal`` there may be a shorter reason, without ``smallest`` a smaller change.
    """

    option_class: str
    name: str
    title: str
    picks: tuple[str, ...]
    rules: tuple[str, ...]
    repairs: tuple[tuple[Change, ...], ...]
    minimal: bool = True
    smallest: bool = True


def explain(session: configurator.Session, answers: Answers, wanted: Pick, language: str) -> Why | None:
    """Why a value is excluded, with the smallest changes that would allow it; None when it is possible."""
    compiled, picks = session.compiled, session.configuration.picks
    reason = configurator.why_not(compiled, picks, wanted)
    if reason is None:
        return None
    words = Words(compiled, answers, language)
    changes = []
    repairs = configurator.repairs(compiled, picks, wanted, answers.prices)
    for repair in repairs:
        made = []
        for pick in repair.dropped:
            after = next((words.option(one) for one in repair.added if one.option_class == pick.option_class), "")
            made.append(Change(words.question(pick.option_class), words.option(pick), after))
        changes.append(tuple(made))
    return Why(
        wanted.option_class,
        wanted.option,
        words.option(wanted),
        tuple(words.option(pick) or words.question(pick.option_class) for pick in reason.picks),
        tuple(compiled.rule_text(rule, language) for rule in reason.rules),
        tuple(changes),
        reason.minimal,
        all(repair.smallest for repair in repairs),
    )
