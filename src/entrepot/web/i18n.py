"""The languages of the pages.

Texts are written in English where they are used and translated in ``locales/<tag>/LC_MESSAGES/entrepot.po``.
The catalogs are read as they are: there is no compiled file that could be older than its source.
``python -m entrepot.web.i18n update`` collects the texts of all templates and modules into every catalog,
``check`` fails when a catalog lacks one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from babel.support import NullTranslations, Translations

SOURCE = "en-US"
DOMAIN = "entrepot"
LOCALES = Path(__file__).parent / "locales"
_PACKAGE = Path(__file__).parent.parent
_METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
_OPTIONS = {"**/templates/**.html": {"newstyle_gettext": "true", "trimmed": "true", "silent": "false"}}


def mark(text: str) -> str:
    """The text itself; says to the collector that a template will translate it later."""
    return text


def catalogs() -> list[str]:
    """The tags of the languages that have a catalog."""
    return sorted(folder.parent.parent.name for folder in LOCALES.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def languages() -> tuple[str, ...]:
    """Every language pages can be shown in, the source language first."""
    return (SOURCE, *(tag for tag in catalogs() if tag != SOURCE))


@lru_cache(maxsize=32)
def translator(locale: str) -> NullTranslations:
    """What translates into ``locale``: an object with gettext and ngettext; unknown locales get the source."""
    if locale not in catalogs():
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, read_catalog(locale))
    compiled.seek(0)
    return Translations(compiled, domain=DOMAIN)


def read_catalog(locale: str) -> Catalog:
    """The catalog of a language as it is written down."""
    with _path(locale).open("rb") as file:
        return read_po(file, locale=locale.replace("-", "_"), domain=DOMAIN)


def negotiate(locales: Sequence[str], accept_language: str = "", cookie: str = "") -> str:
    """Choose the language of a page: the one chosen earlier, else what the browser asks for, else the first.

    The browser's wishes are taken by weight; "de" and "de-AT" both find "de-DE".

    >>> negotiate(["en-US", "de-DE"], "fr, de-AT;q=0.9, en;q=0.5")
    'de-DE'
    """
    if cookie in locales:
        return cookie
    known = {tag.lower(): tag for tag in reversed(locales)}
    by_language = {tag.lower().partition("-")[0]: tag for tag in reversed(locales)}
    for wish in _wishes(accept_language):
        found = known.get(wish) or by_language.get(wish.partition("-")[0])
        if found:
            return found
    return locales[0]


def _wishes(accept_language: str) -> list[str]:
    weighted: list[tuple[float, int, str]] = []
    for position, part in enumerate(accept_language.lower().split(",")[:20]):
        tag, _, weight = (piece.strip() for piece in part.partition(";"))
        try:
            quality = float(weight.removeprefix("q=")) if weight else 1.0
        except ValueError:
            continue
        if tag and quality > 0:
            weighted.append((-quality, position, tag))
    return [tag for _, _, tag in sorted(weighted)]


def collect() -> Catalog:
    """Every text that templates and modules show, as a catalog without translations."""
    template = Catalog(domain=DOMAIN, project="entrepot", fuzzy=False)
    for filename, _, message, comments, context in extract_from_dir(
        _PACKAGE,
        _METHODS,
        _OPTIONS,
        keywords=_KEYWORDS,
        comment_tags=("translators:",),
        strip_comment_tags=True,
    ):
        template.add(message, None, [(filename, 0)], auto_comments=comments, context=context)
    return template


_KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "mark": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def update() -> dict[str, int]:
    """Bring every catalog up to the texts in use; answers how many of each still want a translation."""
    missing = {}
    for tag in catalogs():
        if tag == SOURCE:
            continue
        template, catalog = collect(), read_catalog(tag)
        template.creation_date = catalog.creation_date  # a date of today would make every merge a conflict
        catalog.update(template, no_fuzzy_matching=True)
        catalog.msgid_bugs_address = catalog.last_translator = catalog.language_team = ""
        with _path(tag).open("wb") as file:
            write_po(file, catalog, width=110, sort_output=True, ignore_obsolete=True, include_lineno=False)
        missing[tag] = sum(1 for _ in lacking(tag))
    return missing


def lacking(locale: str) -> Iterator[str]:
    """The texts in use that the catalog lacks, leaves empty, or has marked as doubtful."""
    catalog = read_catalog(locale)
    for message in collect():
        if not message.id:
            continue
        known = catalog.get(message.id, message.context)
        texts = known.string if known and isinstance(known.string, (list, tuple)) else [known.string if known else ""]
        if known is None or known.fuzzy or not all(texts):
            yield message.id if isinstance(message.id, str) else message.id[0]


def _path(locale: str) -> Path:
    return LOCALES / locale / "LC_MESSAGES" / f"{DOMAIN}.po"


def main(arguments: Sequence[str]) -> int:
    """Run ``update`` or ``check`` and say what is left to translate."""
    if list(arguments) == ["update"]:
        update()
    elif list(arguments) != ["check"]:
        sys.stdout.write("usage: python -m entrepot.web.i18n update|check\n")
        return 2
    left = [(tag, text) for tag in catalogs() if tag != SOURCE for text in lacking(tag)]
    for tag, text in left:
        sys.stdout.write(f"{tag}: not translated: {text!r}\n")
    sys.stdout.write(f"{len(left)} texts to translate in {', '.join(catalogs())}\n")
    return 1 if left and list(arguments) == ["check"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
