"""The four ways an operation can fail.

A rule that says no is a value; an operation that cannot go on raises. Every error a person may see is a
subclass of one of the four kinds, has a sentence for a name and a stable ``code``; each edge (JSON, page,
document, command line) maps the four kinds once and needs to know nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from entrepot.kernel.words import Phrase, mark, retold

#: The attributes that hold words of ours, not names of somebody's things.
_SENTENCES = frozenset({"problem", "what", "status", "source", "target", "modification"})


class Error(Exception):
    """An expected failure: a stable ``code``, a sentence saying what to do next, typed attributes."""

    code: ClassVar[str] = "ERROR"
    message: ClassVar[str] = "The operation could not be carried out."
    kind: ClassVar[str] = "error"

    def __init__(self, message: str | None = None, **attributes: Any) -> None:
        self.attributes = attributes
        self.text = message if message is not None else self.message.format_map(_Missing(attributes))
        super().__init__(self.text)

    def told(self, gettext: Callable[[str], str]) -> str:
        """The sentence in another language: the pattern is translated, then filled; what has no translation stays."""
        if self.text != self.message.format_map(_Missing(self.attributes)):
            return gettext(self.text) if self.text else ""
        own = {name: retold(value, gettext) for name, value in self.attributes.items() if isinstance(value, Phrase)}
        for name in _SENTENCES & self.attributes.keys() - own.keys():
            value = self.attributes[name]
            own[name] = gettext(value) if isinstance(value, str) and value else value
        return gettext(self.message).format_map(_Missing(self.attributes | own))

    def plain(self, gettext: Callable[[str], str]) -> str:
        """The sentence for a page, which marks the field itself: the path that programs get in front of it is left out.

        >>> Invalid("lines[0].quantity: write a whole number.", path="lines[0].quantity").plain(str)
        'Write a whole number.'
        """
        text = self.told(gettext)
        path = f"{self.attributes['path']}: " if "path" in self.attributes else ""
        if not path or not text.startswith(path):
            return text
        bare = text.removeprefix(path)
        return bare[:1].upper() + bare[1:]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["attributes"][name]
        except KeyError:
            raise AttributeError(name) from None


class NotFound(Error):
    """It does not exist, or the caller may not know that it does: both read the same."""

    code = "NOT_FOUND"
    message = mark("There is no such thing here.")
    kind = "not_found"


class Conflict(Error):
    """The state moved on: read again, then decide again."""

    code = "CONFLICT"
    message = mark("This changed in the meantime. Reload and try again.")
    kind = "conflict"


class Refused(Error):
    """A business rule says no."""

    code = "REFUSED"
    message = mark("This is not possible.")
    kind = "refused"


class Invalid(Error):
    """Malformed input; ``path`` names the field."""

    code = "INVALID"
    message = "{path}: this value is not valid."
    kind = "invalid"

    def __init__(self, message: str | None = None, *, path: str = "", **attributes: Any) -> None:
        super().__init__(message, path=path, **attributes)

    @property
    def path(self) -> str:
        return str(self.attributes["path"])


class NotPermitted(Refused):
    """The caller may see the thing but not do this to it."""

    code = "NOT_PERMITTED"
    message = mark("You are not allowed to do this.")
    kind = "not_permitted"


class Unavailable(Error):
    """A neighbor did not answer in time; nothing was changed and trying again later is right."""

    code = "UNAVAILABLE"
    message = mark("{service} does not answer right now. Nothing was changed; please try again.")
    kind = "unavailable"


class _Missing(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"
