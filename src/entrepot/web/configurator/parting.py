"""A kit that shows very many options is shown a part at a time: a section, or some questions of a large one.

A page of thousands of options is a hundred screens long on a phone, and every step would draw it anew. So from a stated
number on the page has one part open, and the way to the others is a link in the same list that leads through the
sections of a small kit. Which part is open stands in the address, so that it works without scripts, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from entrepot.web.configurator.shown import Configuring, Question, Section

#: Options that a page shows at once; with more it is parted.
MAX_SHOWN = 400
#: Options that a search lists.
MAX_HITS = 30
#: Options of a part, but for a single question that has more.
A_PART = 120


def parted(made: Configuring, at: str, near: str = "") -> Configuring:
    """The page with one of its parts open, where it has too many options for one page.

    Opened is the part that has the question ``near``, else the one named ``at``, else the first where something is to be chosen.
    """
    if sum(len(one.options) for section in made.sections for one in section.questions) <= MAX_SHOWN:
        return made
    parts = tuple(part for section in made.sections for part in _parts(section))
    ways = {f"q-{one.name}": part.name for part in parts for one in part.questions}
    wanted = ways.get(f"q-{near}", at)
    known = {part.name for part in parts}
    first = next((part.name for part in parts if part.missing), parts[0].name)
    return replace(made, sections=parts, at=wanted if wanted in known else first, ways=ways)


@dataclass(frozen=True, slots=True)
class Hit:
    """An option that was searched for, and where it is."""

    question: str
    title: str
    part: str
    anchor: str


def search(made: Configuring, text: str) -> tuple[Hit, ...]:
    """The options that are asked for now and have every word of a text in their name or their question's, in order."""
    words = text.casefold().split()

    def hits() -> Iterator[Hit]:
        for section in made.sections:
            for question in section.questions:
                for option in question.options:
                    said = f"{question.title} {option.title}".casefold()
                    if option.name and all(word in said for word in words):
                        anchor = f"q-{question.name}" if option.unavailable else option.anchor
                        yield Hit(question.title, option.title, section.name, anchor)

    return tuple(islice(hits(), MAX_HITS)) if words else ()


def _parts(section: Section) -> Iterator[Section]:
    """A section, or where it is too large its questions in turn, as many as make a part."""
    groups: list[list[Question]] = [[]]
    size = 0
    for question in section.questions:
        if groups[-1] and size + len(question.options) > A_PART:
            groups.append([])
            size = 0
        groups[-1].append(question)
        size += len(question.options)
    if len(groups) == 1:
        yield section
        return
    for number, questions in enumerate(groups, 1):
        name = section.name if number == 1 else f"{section.name}~{number}"
        yield Section(name, f"{section.title} {number}/{len(groups)}", tuple(questions))
