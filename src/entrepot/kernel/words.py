"""Sentences at arm's length from any language: whoever tells one is handed what translates it.

Rules tell themselves ("at least 2 of anything in NOTEBOOKS") deep inside, where nobody knows the reader. So a text is
written in English where it is used, marked for the collector of texts, and translated by the reader's own gettext.
"""

from __future__ import annotations

from collections.abc import Callable

Gettext = Callable[[str], str]


def plain(text: str) -> str:
    """Says a sentence in the language it is written in."""
    return text


def mark(text: str) -> str:
    """The text itself; says to the collector of texts that a form or a sentence will translate it later."""
    return text
