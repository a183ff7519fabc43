"""An error is told in another language by its pattern; what has no translation stays as it is."""

from __future__ import annotations

from entrepot.kernel.errors import Invalid, Refused
from entrepot.kernel.words import joined, phrase

GERMAN = {
    "{name} is used.": "{name} wird verwendet.",
    "{path}: {problem}": "{problem}",
    "too long": "zu lang",
    "As it came.": "Wie es kam.",
    "there is no list {name}": "die Liste {name} gibt es nicht",
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


def test_what_stands_in_a_pattern_is_translated_with_its_values() -> None:
    missing = [phrase("there is no list {name}", name=name) for name in ("too long", "{gold}")]
    refused = Malformed(path="rule", problem=joined([*missing, "As it {came}."]))
    assert refused.text == "rule: there is no list too long; there is no list {gold}; As it {came}."
    assert refused.told(gettext) == "die Liste too long gibt es nicht; die Liste {gold} gibt es nicht; As it {came}."
    assert Malformed(path="rule", problem=missing[0]).told(str) == "rule: there is no list too long"
