"""The words of a UVL text, in lines: blanks and comments are gone, and what is in brackets stands on one line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, NoReturn

from entrepot.configurator.problems import ModelInvalid

_TOKEN = re.compile(
    r"""(?P<blank>[ \t\f]+|//[^\r\n]*|/\*.*?\*/)|(?P<newline>\r\n|\n|\r)|(?P<quoted>"[^"\r\n]*")|(?P<text>'[^'\r\n]*')"""
    r"""|(?P<range>\[[ \t]*\d+[ \t]*(?:\.\.[ \t]*(?:\d+|\*)[ \t]*)?\])|(?P<number>-?\d*\.?\d+(?![\w#§%?\\';]))"""
    r"""|(?P<name>\w[\w#§%?\\';]*)|(?P<sign><=>|=>|==|!=|<=|>=|[!&|()\[\]{},.<>+\-*/])|(?P<other>.)""",
    re.DOTALL,
)
_LEVELS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}


class Token(NamedTuple):
    """A word with its kind, its line and where in the text it begins."""

    kind: str
    text: str
    line: int
    begin: int

    @property
    def end(self) -> int:
        return self.begin + len(self.text)


@dataclass(frozen=True, slots=True)
class Line:
    """The words of one line, and the blanks it begins with."""

    indent: str
    tokens: tuple[Token, ...]

    @property
    def number(self) -> int:
        return self.tokens[0].line


@dataclass(frozen=True, slots=True)
class Source:
    """A text with the name of its file, to say where something is wrong."""

    name: str
    text: str

    def fail(self, line: int, problem: str, remedy: str) -> NoReturn:
        raise ModelInvalid(path=f"{self.name}:{line}", file=self.name, line=line, problem=problem, remedy=remedy)

    def slice(self, tokens: tuple[Token, ...]) -> str:
        """The text of some words as it was written, on one line."""
        return " ".join(self.text[tokens[0].begin : tokens[-1].end].split()) if tokens else ""


def lines_of(source: Source) -> Iterator[Line]:
    """The lines that say something."""
    indent, number, open_brackets = "", 1, 0
    tokens: list[Token] = []
    at_start = True
    for match in _TOKEN.finditer(source.text):
        kind, text = match.lastgroup, match.group()
        if kind == "newline":
            number += 1
            if not open_brackets:
                if tokens:
                    yield Line(indent, tuple(tokens))
                indent, tokens, at_start = "", [], True
        elif kind == "blank":
            if at_start and text[0] != "/":
                indent += text
            number += text.count("\n")
        elif kind == "other" or kind is None:
            source.fail(number, f"`{text}` is not expected here.", 'Write names with other signs in "double quotes".')
        else:
            at_start = False
            open_brackets = max(open_brackets + _LEVELS.get(text, 0), 0)
            tokens.append(Token(kind, text, number, match.start()))
    if open_brackets:
        source.fail(tokens[0].line, "a bracket that opens in this line is not closed.", "Close it.")
    if tokens:
        yield Line(indent, tuple(tokens))
