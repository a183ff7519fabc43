"""An error is told in another language by its pattern; what has no translation stays as it is."""

from __future__ import annotations

from entrepot.kernel.errors import Invalid, Refused

GERMAN = {
    "{name} is used.": "{name} wird verwendet.",
    "{path}: {problem}": "{problem}",
    "too long": "zu lang",
    "As it came.": "Wie es kam.",
}


def gettext(text: str) -> str:
    assert text, "an empty text is the header of a catalog"
    return GERMAN.get(text, text)


class InUse(Refused):
    message = "{name} is used."


class Malformed(Invalid):
    message = "{path}: {problem}"


def test_the_pattern_is_translated_and_then_filled() -> None:
    assert InUse(name="gold").told(gettext) == "gold wird verwendet."
    assert Malformed(path="name", problem="too long").told(gettext) == "zu lang"
    assert Refused("As it came.", name="x").told(gettext) == "Wie es kam."
    assert Refused(name="x").told(gettext) == Refused().text
    assert Refused("").told(gettext) == ""
