"""Sentences at arm's length from any language: whoever tells one is handed what translates it.

Rules tell themselves ("at least 2 of anything in NOTEBOOKS") deep inside, where nobody knows the reader. So a text is
written in English where it is used, marked for the collector of texts, and translated by the reader's own gettext.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

Gettext = Callable[[str], str]


def plain(text: str) -> str:
    """Says a sentence in the language it is written in."""
    return text


def mark(text: str) -> str:
    """The text itself; says to the collector of texts that a form or a sentence will translate it later."""
    return text


class Phrase(str):
    """A filled-in sentence that can still be told in another language, what stands in it included."""

    __slots__ = ("pattern", "values")
    pattern: str
    values: dict[str, object]

    def told(self, gettext: Gettext) -> str:
        """The pattern translated, then filled."""
        values = {name: retold(value, gettext) for name, value in self.values.items()}
        return gettext(self.pattern).format(**values) if values else gettext(self.pattern)


def phrase(pattern: str, **values: object) -> Phrase:
    """A marked pattern with its values: English where nobody asks, any language where somebody does.

    >>> phrase("there is no price rule {name}", name="retail")
    'there is no price rule retail'
    """
    made = Phrase(pattern.format(**values) if values else pattern)
    made.pattern, made.values = pattern, values
    return made


def joined(sentences: Iterable[str]) -> Phrase:
    """Several sentences as one; each is told in the reader's language."""
    listed = {f"part{place}": one if isinstance(one, Phrase) else phrase(one) for place, one in enumerate(sentences)}
    return phrase("; ".join(f"{{{name}}}" for name in listed), **listed)


def retold(value: object, gettext: Gettext) -> object:
    """A phrase in another language; anything else as it is."""
    return value.told(gettext) if isinstance(value, Phrase) else value
