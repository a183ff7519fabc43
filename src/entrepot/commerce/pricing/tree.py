"""A price rule as a tree people read and edit: every element with its sentence and the place it stands at.

A place is the way to an element through the stored form, such as ``0/branch/1/then/0``; an edit takes the stored form and a
place and gives another stored form, which is read again before anybody keeps it.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from entrepot.commerce.pricing.faults import PriceRuleMalformed
from entrepot.commerce.pricing.inspect import sentence
from entrepot.commerce.pricing.rule import Branch, Coordinator, DynamicKit, Element, Nested, Rule
from entrepot.kernel.words import Gettext, mark, phrase, plain


@dataclass(frozen=True, slots=True)
class Node:
    """An element or a path of a branch: its kind (action, condition, branch, rule), its sentence, what lies below it."""

    kind: str
    text: str
    place: str
    below: tuple[Node, ...] = ()
    names: tuple[str, ...] = ()


def tree_of(rule: Rule, gettext: Gettext = plain) -> tuple[Node, ...]:
    """The rule's elements, in the order they run, told in the reader's language."""
    return _path(rule.path, "", gettext)


def _path(path: Iterable[Element], before: str, gettext: Gettext) -> tuple[Node, ...]:
    return tuple(_node(element, f"{before}{place}", gettext) for place, element in enumerate(path))


def _node(element: Element, place: str, gettext: Gettext) -> Node:
    match element:
        case Branch(paths=paths, otherwise=otherwise):
            cases = [
                Node(
                    "condition",
                    gettext("if %(condition)s") % {"condition": condition.sentence(gettext)},
                    f"{place}/branch/{i}",
                    _path(path, f"{place}/branch/{i}/then/", gettext),
                )
                for i, (condition, path) in enumerate(paths)
            ]
            if otherwise is not None:
                below = _path(otherwise, f"{place}/otherwise/", gettext)
                cases.append(Node("condition", gettext("otherwise"), f"{place}/otherwise", below))
            return Node("branch", gettext("the first path whose condition holds"), place, tuple(cases))
        case DynamicKit(items=items, kits=kits):
            words = gettext("everything by the rule %(name)s; kits made to order by the sum of their parts") % {"name": items}
            return Node("branch", words, place, _path(kits, f"{place}/kits/", gettext), (items,))
        case Coordinator(names=names):
            return Node("branch", sentence(element, gettext), place, (), names)
        case Nested(name=name):
            return Node("rule", sentence(element, gettext), place, (), (name,))
    return Node("action", sentence(element, gettext), place)


def replaced(path: list[Any], place: str, element: Any) -> list[Any]:
    """The rule with another element at a place."""
    made, holder, last = _opened(path, place)
    holder[last] = element
    return made


def inserted(path: list[Any], place: str, element: Any) -> list[Any]:
    """The rule with an element more, after the one at a place; without a place, at the end of the rule."""
    if not place:
        return [*copy.deepcopy(path), element]
    made, holder, last = _opened(path, place)
    if not isinstance(holder, list):
        raise PriceRuleMalformed(path=place, problem=mark("nothing can stand after what runs otherwise; add it inside"))
    holder.insert(int(last) + 1, element)
    return made


def removed(path: list[Any], place: str) -> list[Any]:
    """The rule without the element at a place; the last one of a path stays, because an empty path prices nothing."""
    made, holder, last = _opened(path, place)
    if isinstance(holder, dict):
        holder.pop(last)
        return made
    if len(holder) == 1:
        raise PriceRuleMalformed(path=place, problem=mark("a path has at least one element; change this one instead"))
    holder.pop(last)
    return made


def moved(path: list[Any], place: str, by: int) -> list[Any]:
    """The rule with the element at a place one further up or down its path."""
    made, holder, last = _opened(path, place)
    to = int(last) + by if isinstance(holder, list) else -1
    if not 0 <= to < len(holder):
        raise PriceRuleMalformed(path=place, problem=mark("there is no place to move this to"))
    holder.insert(to, holder.pop(last))
    return made


def _opened(path: list[Any], place: str) -> tuple[list[Any], Any, Any]:
    """A copy of the rule, and the list or object in it that holds the place."""
    made = copy.deepcopy(path)
    holder: Any = made
    *way, last = place.split("/")
    try:
        for step in way:
            holder = holder[int(step)] if isinstance(holder, list) else holder[step]
        key = int(last) if isinstance(holder, list) else last
        holder[key]
    except (KeyError, IndexError, ValueError, TypeError):
        raise PriceRuleMalformed(
            path=place, problem=mark("the rule has changed; there is nothing at this place any more")
        ) from None
    return made, holder, key


#: What can be put at a place, and what is typed for it.
KINDS = ("list", "list_price", "percent", "amount", "round", "calculate", "rule", "lowest", "highest", "first")


def element_of(kind: str, text: str) -> dict[str, Any]:
    """An element from its kind and what was typed for it.

    >>> element_of("round", "up 1 0.99"), element_of("lowest", "Trade; Items")
    ({'round': 'up', 'step': '1', 'offset': '0.99'}, {'lowest': ['Trade', 'Items']})
    >>> element_of("calculate", "price * ( 1 - constant:kit-advantage )")["calculate"][3:]
    [1, '-', {'constant': 'kit-advantage'}, ')']
    """
    text = text.strip()
    if kind == "list_price":
        return {"list_price": True}
    if kind in ("list", "percent", "amount", "rule"):
        return {kind: text.replace(",", ".") if kind in ("percent", "amount") else text}
    if kind == "round":
        words = text.replace(",", ".").split()
        named = dict(zip(("round", "step", "offset"), words, strict=False))
        return {"round": ""} | named
    if kind == "calculate":
        return {"calculate": tokens_of(text)}
    if kind in ("lowest", "highest", "first"):
        return {kind: [name.strip() for name in text.split(";") if name.strip()]}
    raise PriceRuleMalformed(path="kind", problem=phrase(mark("choose one of {names}"), names=", ".join(KINDS)))


def typed_of(element: dict[str, Any]) -> tuple[str, str]:
    """The kind of an element and what would be typed for it; a branch is edited by its parts."""
    kind = next((name for name in KINDS if name in element), "")
    value = element.get(kind)
    if kind == "round":
        return kind, " ".join(
            str(element.get(name, default)) for name, default in (("round", ""), ("step", "1"), ("offset", "0"))
        )
    if kind == "calculate":
        return kind, " ".join(_typed(token) for token in element["calculate"])
    if isinstance(value, list):
        return kind, "; ".join(value)
    return kind, "" if kind in ("", "list_price") else str(value)


def tokens_of(text: str) -> list[Any]:
    """An equation's tokens from text with blanks between them: ``price * 1.1``, ``19%``, ``list:Trade``, ``constant:fee``."""
    tokens: list[Any] = []
    for word in text.replace("(", " ( ").replace(")", " ) ").split():
        name, _, rest = word.partition(":")
        if name in ("list", "constant") and rest:
            tokens.append({name: rest.replace("_", " ") if name == "list" else rest})
        elif word == "list_price":
            tokens.append({"list_price": True})
        elif word.endswith("%"):
            tokens.append({"percent": word[:-1].replace(",", ".")})
        elif word.isdigit():
            tokens.append(int(word))
        else:
            tokens.append(word.replace(",", "."))
    return tokens


def _typed(token: Any) -> str:
    match token:
        case {"percent": percent}:
            return f"{percent}%"
        case {"list": str() as name}:
            return f"list:{name.replace(' ', '_')}"
        case {"constant": name}:
            return f"constant:{name}"
        case {"list_price": _}:
            return "list_price"
        case {"amount": dict() as amounts}:
            return "/".join(f"{amount}{currency}" for currency, amount in amounts.items())
    return str(token)


def changes(before: Sequence[tuple[int, str]], after: Sequence[tuple[int, str]]) -> list[tuple[str, int, str]]:
    """Two rules in words beside each other: each line stayed, went or came."""
    found: list[tuple[str, int, str]] = []
    for tag, a, b, c, d in SequenceMatcher(a=list(before), b=list(after), autojunk=False).get_opcodes():
        if tag == "equal":
            found += [("stayed", depth, words) for depth, words in before[a:b]]
            continue
        found += [("went", depth, words) for depth, words in before[a:b]]
        found += [("came", depth, words) for depth, words in after[c:d]]
    return found
