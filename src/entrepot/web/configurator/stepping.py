"""What a step changes on the page: the questions that read otherwise now, and what is said of the whole kit.

A page names the state it shows (``held``). Where that is still in memory, the answer is the pieces that differ, each
put in its place by its id; where it is not (another process, a long pause), or where the page has to be built otherwise,
the answer is the whole form. Focus, scroll and whatever is open elsewhere on the page stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from entrepot.kernel.ids import new_secret
from entrepot.kernel.recent import Recent
from entrepot.web.configurator.reasoned import Why
from entrepot.web.configurator.shown import Configuring, Question, Section

#: Shown states that are kept for comparison; they share their questions, so that one more costs some 20 kB.
MAX_HELD = 400


class _Held(NamedTuple):
    """What a page shows."""

    made: Configuring
    why: Why | None


_held: Recent[tuple[str, str], _Held] = Recent(MAX_HELD)


@dataclass(frozen=True, slots=True)
class Change:
    """The pieces that read otherwise than on the page."""

    sections: tuple[Section, ...]
    questions: tuple[tuple[Section, Question], ...]
    ways: tuple[Section, ...]
    notices: bool
    picture: bool
    rows: bool

    @property
    def others(self) -> int:
        """How many parts changed beside the one that was pressed."""
        return max(0, len(self.sections) + len(self.questions) - 1)


def hold(configuration_id: str, made: Configuring, why: Why | None) -> str:
    """Keep what a page is about to show; the token by which it names it."""
    token = new_secret(72)
    _held.put((configuration_id, token), _Held(made, why))
    return token


def change_since(configuration_id: str, token: str, made: Configuring, why: Why | None) -> Change | None:
    """What differs from what a page shows; None where the page has to be sent whole."""
    before = _held.get((configuration_id, token))
    if before is None or not _same_frame(before.made, made):
        return None
    asked = {one.option_class for one in (before.why, why) if one is not None} if before.why != why else set()
    sections, questions, ways = [], [], []
    for old, new in zip(before.made.sections, made.sections, strict=True):
        if (old.missing, old.done) != (new.missing, new.done):
            ways.append(new)
        if made.at not in ("", new.name):
            continue
        if [one.name for one in old.questions] != [one.name for one in new.questions]:
            sections.append(new)
            continue
        for was, now in zip(old.questions, new.questions, strict=True):
            if (was is not now and was != now) or now.name in asked or _kits_of(before.made, now) != _kits_of(made, now):
                questions.append((new, now))
    return Change(
        tuple(sections),
        tuple(questions),
        tuple(ways),
        notices=(before.made.lost, before.made.checking) != (made.lost, made.checking),
        picture=before.made.picture != made.picture,
        rows=before.made.lines != made.lines,
    )


def headers_of(change: Change | None, why: Why | None) -> dict[str, str]:
    """How a browser is to take the answer: pieces go where they belong, and a reason that was asked for is brought into sight."""
    if change is None:
        return {}
    return {"HX-Reswap": "none show:#why:bottom" if why is not None else "none"}


def _same_frame(before: Configuring, made: Configuring) -> bool:
    """Whether the page is built the same: its sections, its ceiling (every link names it), open or finished."""
    names = [[section.name for section in one.sections] for one in (before, made)]
    parts = before.at == made.at
    return parts and names[0] == names[1] and before.ceiling.text == made.ceiling.text and before.finished == made.finished


def _kits_of(made: Configuring, question: Question) -> list[object]:
    return [made.kits.get(option.key) for option in question.options] if made.kits else []
