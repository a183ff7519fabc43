"""Reads UVL, the universal variability language, at its Boolean level: features in groups, and conditions over them.

Groups with a range and conditions written at a feature belong to that level; feature types other than Boolean,
features that come several times, comparisons, sums and imported files do not. They are refused with their line, and
so is what other readers let pass: a condition about a feature that does not exist, a name that comes twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import pairwise

from entrepot.configurator.problems import ModelTooLarge
from entrepot.configurator.uvl_tokens import Line, Source, Token, lines_of

MAX_FEATURES = 50_000
MAX_DEPTH = 100
#: Among so many names one is looked for that was meant.
MAX_COMPARED = 5_000
GROUPS = ("mandatory", "optional", "or", "alternative")
_SECTIONS = ("namespace", "include", "imports", "features", "constraints")
_TYPES = ("Boolean", "Integer", "Real", "String")
_STRENGTH = {"<=>": 1, "=>": 2, "|": 3, "&": 4, "!": 5}
_QUOTE = 'Write a name with blanks or other signs in "double quotes".'
_BEYOND = "Write it as a rule of a YAML model, where sums and comparisons can be said, or leave it out."


@dataclass(frozen=True, slots=True)
class Said:
    """A condition: ``!`` of one part, ``=>`` and ``<=>`` of two, ``&`` and ``|`` of any number.

    A part that is a text is the name of a feature.
    """

    sign: str
    parts: tuple[Said | str, ...]
    depth: int = 1


Condition = Said | str


@dataclass(frozen=True, slots=True)
class Constraint:
    """A condition with the words it was written in."""

    condition: Condition
    text: str
    line: int


@dataclass(slots=True)
class Feature:
    """A feature, what is said of it, and the groups below it."""

    name: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)


@dataclass(slots=True)
class Group:
    """Features below another: how many of them come with it (``least`` to ``most``)."""

    kind: str
    line: int
    members: list[Feature] = field(default_factory=list)
    range: tuple[int, int | None] = (0, None)

    @property
    def least(self) -> int:
        return {"mandatory": len(self.members), "optional": 0, "or": 1, "alternative": 1}.get(self.kind, self.range[0])

    @property
    def most(self) -> int:
        limit = 1 if self.kind == "alternative" else self.range[1]
        return len(self.members) if limit is None else min(limit, len(self.members))


@dataclass(slots=True)
class FeatureModel:
    """A UVL text, read."""

    root: Feature
    features: dict[str, Feature]
    constraints: list[Constraint]


def read_uvl(name: str, text: str) -> FeatureModel:
    """The features and conditions of a UVL text; refuses with file, line and remedy what is wrong or beyond it."""
    return _Reader(Source(name, text.removeprefix("\ufeff"))).model()


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.features: dict[str, Feature] = {}
        self.conditions: list[tuple[Token, ...]] = []
        self.root: Feature | None = None

    def model(self) -> FeatureModel:
        section = ""
        levels: list[tuple[str, Feature | Group]] = []
        for line in lines_of(self.source):
            first = line.tokens[0]
            if not line.indent:
                section = self._section(line)
            elif section == "features":
                self._take(line, levels)
            elif section == "constraints":
                self.conditions.append(line.tokens)
            elif section == "imports":
                remedy = "Put the features of the other file in its place, and its constraints into this one."
                self.source.fail(first.line, "features of other files are not read.", remedy)
        if self.root is None:
            self.source.fail(1, "there are no features.", "Write `features`, and below it, indented, the root feature.")
        self._check_groups()
        constraints = [self._constraint(tokens) for tokens in self.conditions]
        return FeatureModel(self.root, self.features, constraints)

    def _section(self, line: Line) -> str:
        first = line.tokens[0]
        if first.text not in _SECTIONS:
            words = "Only namespace, include, imports, features and constraints begin a line; indent everything else."
            self.source.fail(first.line, f"`{first.text}` begins no section.", words)
        if first.text != "namespace" and len(line.tokens) > 1:
            self.source.fail(first.line, f"something follows `{first.text}`.", "Write it on the next line, indented.")
        return first.text

    def _take(self, line: Line, levels: list[tuple[str, Feature | Group]]) -> None:
        """A feature below a group, or a group below a feature, by its indentation."""
        beside = line.indent
        while levels and not _deeper(line.indent, levels[-1][0]):
            beside = levels.pop()[0]
        if beside != line.indent:
            words = "Indent it like a line above; use either tabs or blanks."
            self.source.fail(line.number, "the indentation of this line fits none above it.", words)
        if len(levels) >= 2 * MAX_DEPTH:
            self.source.fail(line.number, f"features stand more than {MAX_DEPTH} deep.", "Nest them less.")
        owner = levels[-1][1] if levels else None
        made: Feature | Group
        if isinstance(owner, Feature):
            made = self._group(line)
            owner.groups.append(made)
        else:
            made = self._feature(line)
            if owner is not None:
                owner.members.append(made)
            elif self.root is None:
                self.root = made
            else:
                remedy = "Indent it below a group of the first; mixed tabs and blanks can be the reason."
                self.source.fail(line.number, f"{made.name} would be a second root.", remedy)
        levels.append((line.indent, made))

    def _group(self, line: Line) -> Group:
        first = line.tokens[0]
        if len(line.tokens) == 1 and first.kind == "range":
            return Group(first.text, line.number, range=_range(first.text))
        if len(line.tokens) != 1 or first.text not in GROUPS:
            said = self.source.slice(line.tokens)
            words = f"Below a feature stands {', '.join(GROUPS)} or a range such as [1..3]; features stand below that."
            self.source.fail(line.number, f"`{said[:60]}` is no kind of group.", words)
        return Group(first.text, line.number)

    def _feature(self, line: Line) -> Feature:
        tokens = line.tokens
        if tokens[0].text in _TYPES and len(tokens) > 1 and tokens[1].kind in ("name", "quoted"):
            if tokens[0].text != "Boolean":
                words = "Write the values it may have as features of an alternative group."
                self.source.fail(line.number, f"{tokens[1].text} is a feature of type {tokens[0].text}.", words)
            tokens = tokens[1:]
        if tokens[0].text in GROUPS or tokens[0].kind not in ("name", "quoted"):
            said = f"`{self.source.slice(tokens)[:60]}` is no feature."
            self.source.fail(line.number, said, "Below a group stand features; " + _QUOTE[0].lower() + _QUOTE[1:])
        name = _bare(tokens[0])
        if len(tokens) > 1 and tokens[1].text == ".":
            words = 'Put the features of the other file here; a name with a dot stands in "double quotes".'
            self.source.fail(line.number, f"{self.source.slice(tokens[:3])} is a feature of another file.", words)
        if name in self.features:
            words = "Give each feature a name of its own."
            self.source.fail(line.number, f"{name} is there already, in line {self.features[name].line}.", words)
        if len(self.features) >= MAX_FEATURES:
            raise ModelTooLarge(limit=f"it has more than {MAX_FEATURES:,} options")
        made = self.features[name] = Feature(name, line.number)
        rest = tokens[1:]
        if rest and rest[0].text == "cardinality":
            if len(rest) < 2 or rest[1].kind != "range" or _range(rest[1].text) != (1, 1):
                words = "Write a feature for each, or a YAML model, where options have quantities."
                self.source.fail(line.number, f"{name} may come several times.", words)
            rest = rest[2:]
        if rest:
            self._attributes(made, rest)
        return made

    def _attributes(self, feature: Feature, tokens: tuple[Token, ...]) -> None:
        if tokens[0].text != "{" or tokens[-1].text != "}":
            said = self.source.slice(tokens)
            self.source.fail(feature.line, f"`{said[:60]}` is not expected after {feature.name}.", _QUOTE)
        for part in _parts(tokens[1:-1]):
            key, value = part[0], part[1:]
            if key.kind not in ("name", "quoted"):
                words = "Write {name value, name value}."
                self.source.fail(key.line, f"`{self.source.slice(part)[:60]}` is no attribute.", words)
            elif key.text == "constraint":
                self.conditions.append(value)
            elif key.text == "constraints" and value and value[0].text == "[":
                self.conditions += _parts(value[1:-1])
            elif value:
                feature.attributes[_bare(key)] = self.source.slice(value)

    def _check_groups(self) -> None:
        for feature in self.features.values():
            for group in feature.groups:
                if not group.members:
                    self.source.fail(group.line, f"nothing stands below {group.kind}.", "Add features below it, or remove it.")
                if group.most < max(group.least, 1):
                    said = f"{group.kind} cannot be met by {len(group.members)} features."
                    self.source.fail(group.line, said, "Correct the range: from the fewest to the most of them.")

    def _constraint(self, tokens: tuple[Token, ...]) -> Constraint:
        if not tokens:
            self.source.fail(1, "a constraint of a feature is empty.", "Write {constraint A => B}.")
        return Constraint(self._condition(tokens), self.source.slice(tokens), tokens[0].line)

    def _condition(self, tokens: tuple[Token, ...]) -> Condition:
        """Operators by strength, from the left where two are as strong; without recursion, as brackets nest deeply."""
        values: list[Condition] = []
        signs: list[Token] = []
        wanted = True
        rest = list(reversed(tokens))
        while rest:
            token = rest.pop()
            if wanted and token.text in ("!", "("):
                signs.append(token)
            elif wanted and token.kind in ("name", "quoted"):
                values.append(self._reference(token, rest))
                wanted = False
            elif not wanted and token.text == ")":
                while signs and signs[-1].text != "(":
                    self._apply(signs.pop(), values)
                if not signs:
                    self.source.fail(token.line, "this `)` closes nothing.", "Remove it, or open it with `(`.")
                signs.pop()
            elif not wanted and token.text in _STRENGTH and token.text != "!":
                while signs and _STRENGTH.get(signs[-1].text, 0) >= _STRENGTH[token.text]:
                    self._apply(signs.pop(), values)
                signs.append(token)
                wanted = True
            else:
                self._unexpected(token, tokens)
        if wanted:
            said = self.source.slice(tokens)
            self.source.fail(tokens[-1].line, f"`{said[-60:]}` does not end.", "Name a feature at its end.")
        while signs:
            if signs[-1].text == "(":
                self.source.fail(signs[-1].line, "this `(` is not closed.", "Close it with `)`.")
            self._apply(signs.pop(), values)
        return values[0]

    def _apply(self, sign: Token, values: list[Condition]) -> None:
        right = values.pop()
        given: tuple[Condition, ...] = (right,) if sign.text == "!" else (values.pop(), right)
        if sign.text in "&|":  # a | b | c is one condition of three parts, however it is bracketed.
            given = tuple(part for one in given for part in _same(one, sign.text))
        depth = 1 + max(one.depth if isinstance(one, Said) else 0 for one in given)
        if depth > MAX_DEPTH:
            self.source.fail(sign.line, f"conditions nest more than {MAX_DEPTH} deep.", "Split the constraint.")
        values.append(Said(sign.text, given, depth))

    def _reference(self, token: Token, rest: list[Token]) -> str:
        name = _bare(token)
        if rest and rest[-1].text == "(":
            said = f"`{name}(…)` calculates with attributes, which is beyond UVL's Boolean level."
            self.source.fail(token.line, said, _BEYOND)
        if rest and rest[-1].text == ".":
            other = f".{_bare(rest[-2])}" if len(rest) > 1 else "."
            self.source.fail(token.line, f"{name}{other} is an attribute or in another file, no feature of this one.", _BEYOND)
        if name not in self.features:
            near = get_close_matches(name, self.features, 1) if len(self.features) < MAX_COMPARED else []
            words = f"Did you mean {near[0]}?" if near else "Correct it, or add the feature."
            self.source.fail(token.line, f"there is no feature {name}.", words)
        return name

    def _unexpected(self, token: Token, tokens: tuple[Token, ...]) -> None:
        said = self.source.slice(tokens)[:60]
        if token.kind in ("number", "text") or token.text in ("==", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/"):
            self.source.fail(token.line, f"`{said}` compares values, which is beyond UVL's Boolean level.", _BEYOND)
        self.source.fail(
            token.line, f"`{token.text}` is not expected in `{said}`.", "Use !, &, |, =>, <=>, brackets and features."
        )


def walk(root: Feature) -> Iterator[tuple[Feature, Group, Feature]]:
    """Every feature but the root with the one above it and its group, from the top."""
    waiting = [root]
    while waiting:
        owner = waiting.pop()
        for group in owner.groups:
            for member in group.members:
                yield owner, group, member
            waiting += group.members


def _deeper(indent: str, other: str) -> bool:
    return len(indent) > len(other) and indent.startswith(other)


def _same(one: Condition, sign: str) -> tuple[Condition, ...]:
    return one.parts if isinstance(one, Said) and one.sign == sign else (one,)


def _bare(token: Token) -> str:
    return token.text[1:-1] if token.kind == "quoted" else token.text


def _range(text: str) -> tuple[int, int | None]:
    """``[1..3]`` → 1, 3; ``[2]`` → 2, 2; ``[1..*]`` → 1 and no limit."""
    first, dots, last = text[1:-1].partition("..")
    least = int(first)
    return least, (None if last.strip() == "*" else int(last)) if dots else least


def _parts(tokens: Sequence[Token]) -> list[tuple[Token, ...]]:
    """What stands between commas, those in brackets aside."""
    depth, cuts = 0, [-1]
    for place, token in enumerate(tokens):
        depth += token.text in ("(", "[", "{")
        depth -= token.text in (")", "]", "}")
        if token.text == "," and not depth:
            cuts.append(place)
    return [part for left, right in pairwise([*cuts, len(tokens)]) if (part := tuple(tokens[left + 1 : right]))]
