"""Trying the draft of a model: choose, see what follows and what is excluded and why, before anybody else sees it.

A try is an address: it names the choices, so that it can be gone back in, sent to a colleague and tried again after the
text has changed. Nothing is recorded and no article is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from litestar import Response, get

from entrepot import configurator
from entrepot.kernel.errors import Error
from entrepot.web.edge import house_of
from entrepot.web.i18n import translator
from entrepot.web.management.model_source import open_draft, source_of
from entrepot.web.staff import Asked, desk_of, show

#: Values that the page lists; a larger model is tried class by class with `entrepot model try`.
MAX_VALUES = 2_000


@dataclass(frozen=True, slots=True)
class Way:
    """Where the links of a try lead: the same draft with other choices."""

    name: str
    picks: tuple[str, ...]

    def to(self, picks: Sequence[str], why: str = "") -> str:
        """The try with these choices, explaining a value where one is given."""
        asked = [("pick", one) for one in dict.fromkeys(picks)] + ([("why", why)] if why else [])
        return f"/management/models/{quote(self.name)}/source/try" + (f"?{urlencode(asked)}" if asked else "")

    def choosing(self, value: str) -> str:
        return self.to((*self.picks, value))

    def why(self, value: str) -> str:
        return self.to(self.picks, value) + "#why"

    def without(self, value: str) -> str:
        """Without a choice, however many of the value it says."""
        return self.to([one for one in self.picks if one.rpartition(" x ")[2] != value])

    def repaired(self, repair: dict[str, Any], value: str) -> str:
        """With a value that was excluded, and the changes that allow it."""
        gone = {one.rpartition(" x ")[2] for one in repair["drops"]}
        kept = [one for one in self.picks if one.rpartition(" x ")[2] not in gone]
        return self.to([*kept, *repair["adds"], value])


@get("/management/models/{name:str}/source/try", permission="model.publish", sync_to_thread=True)
def try_page(request: Asked, name: str, pick: list[str] | None = None, why: str = "") -> Response[str]:
    """The draft, or the newest version where nothing is in the making, after some choices."""
    draft, state = open_draft(request, name)
    picks = tuple(one.strip() for one in pick or () if one.strip())
    try:
        told = _tried(request, draft, (), "")
    except Error as error:
        return source_of(request, draft, error=error, state=state)
    kept, refusal, asked = picks, "", why
    try:
        told = _tried(request, draft, kept, why) if kept or why else told
    except Error as error:
        refusal = error.plain(translator(desk_of(request).locale).gettext)
        kept, asked = picks[:-1], picks[-1] if picks else ""
        try:
            told = _tried(request, draft, kept, asked)
        except Error:
            kept = ()
            told = _tried(request, draft, kept, "")
    left = MAX_VALUES
    for one in told["classes"]:
        one["left"] = max(0, len(one["values"]) - left)
        one["values"] = one["values"][: max(0, left)]
        left -= len(one["values"])
    return show(
        request,
        "management/model_try.html",
        status=422 if refusal else 200,
        draft=draft,
        told=told,
        why=told.get("why"),
        asked=asked,
        refusal=refusal,
        way=Way(name, kept),
        picks=kept,
    )


def _tried(request: Asked, draft: configurator.Draft, picks: Sequence[str], why: str) -> dict[str, Any]:
    return configurator.try_draft(draft, picks, why, desk_of(request).locale, house_of(request).clock.now())


routes: list[Any] = [try_page]
