"""Every text a page shows exists in every language."""

from __future__ import annotations

import re

import pytest

from entrepot.web import i18n

NEGOTIATED = """
accept                      cookie   chosen
de-DE                       -        de-DE
de                          -        de-DE
de-AT,en;q=0.8              -        de-DE
en;q=0.3,de;q=0.9           -        de-DE
fr                          -        en-US
fr,*;q=0.5                  -        en-US
de;q=0                      -        en-US
de-DE                       en-US    en-US
de-DE                       xx-XX    de-DE
de;q=rubbish,;;,,           -        en-US
-                           -        en-US
"""


@pytest.mark.parametrize("row", NEGOTIATED.strip().splitlines()[1:])
def test_negotiate(row: str) -> None:
    accept, cookie, chosen = (word.replace("-", "", 1) if word == "-" else word for word in row.split())
    assert i18n.negotiate(["en-US", "de-DE"], accept, cookie) == chosen


def test_every_text_is_translated() -> None:
    missing = {tag: list(i18n.lacking(tag)) for tag in i18n.catalogs()}
    assert missing == {"de-DE": []}, "run python -m entrepot.web.i18n update, then translate what is empty"


def test_a_text_nobody_translated_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    template = i18n.collect()
    template.add("A text that is in no catalog")
    monkeypatch.setattr(i18n, "collect", lambda: template)
    assert list(i18n.lacking("de-DE")) == ["A text that is in no catalog"]


def test_a_doubtful_translation_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = i18n.read_catalog("de-DE")
    message = catalog.get("Cart")
    assert message is not None
    message.flags.add("fuzzy")
    monkeypatch.setattr(i18n, "read_catalog", lambda _: catalog)
    assert list(i18n.lacking("de-DE")) == ["Cart"]


def test_translations_keep_their_placeholders() -> None:
    holes = re.compile(r"%\(\w+\)s")
    for tag in i18n.catalogs():
        for message in i18n.read_catalog(tag):
            source = message.id if isinstance(message.id, str) else message.id[-1]
            texts = [message.string] if isinstance(message.string, str) else message.string
            assert {hole for text in texts for hole in holes.findall(text)} == set(holes.findall(source)), source


def test_the_source_language_needs_no_catalog() -> None:
    assert i18n.translator("en-US").gettext("Cart") == "Cart"
    assert i18n.translator("de-DE").gettext("Cart") == "Warenkorb"
    assert i18n.translator("de-DE").ngettext("Cart, %(num)s item", "Cart, %(num)s items", 2).endswith("Artikel")
    assert i18n.languages() == ("en-US", "de-DE")
