"""Choosing an item by its attributes: what is possible beside what is chosen, and where every choice leads. Pure.

Each value is a link to the page with that value chosen, so it works without scripts. A value that does not exist
beside the others is not a dead end: it is shown greyed with the reason and leads to the nearest combination that
is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from entrepot.commerce import catalog
from entrepot.kernel.errors import Error

FIELD = "a."


@dataclass(frozen=True, slots=True)
class Option:
    """One value of an attribute; ``without`` names what it does not go with."""

    value: str
    label: str
    href: str
    chosen: bool
    without: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One attribute of a product; ``field`` is its name in forms and addresses."""

    field: str
    label: str
    options: tuple[Option, ...]
    value: str


@dataclass(frozen=True, slots=True)
class Near:
    """A combination that exists, close to one that does not."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A choice that cannot be taken: the field at fault ("" for all), and what would be possible."""

    field: str
    code: str
    names: str
    near: tuple[Near, ...] = ()


Link = Callable[[Mapping[str, str]], str]


def field_of(attribute: str, member: str = "") -> str:
    """The name of an attribute's field; those of a bundle's members carry the member's part number."""
    return f"{FIELD}{member}.{attribute}" if member else f"{FIELD}{attribute}"


def settled(product: catalog.ProductFacts, chosen: Mapping[str, str]) -> dict[str, str]:
    """The choice in identifiers with what needs no choosing filled in; unknown names and values stay out."""
    known: dict[str, str] = {}
    for attribute in product.attributes:
        text = chosen.get(attribute.identifier, "")
        value = next((one for one in attribute.values if one.is_called(text)), None)
        if value is not None:
            known[attribute.identifier] = value.identifier
        elif len(attribute.values) == 1:
            known[attribute.identifier] = attribute.values[0].identifier
    return known


def choices_of(product: catalog.ProductFacts, chosen: Mapping[str, str], link: Link, member: str = "") -> tuple[Choice, ...]:
    """The product's attributes with every value, where it leads, and what it does not go with."""
    return tuple(_choice(product, attribute, chosen, link, member) for attribute in product.attributes)


def _choice(
    product: catalog.ProductFacts, attribute: catalog.DefiningAttribute, chosen: Mapping[str, str], link: Link, member: str
) -> Choice:
    name = attribute.identifier
    options = []
    for value in attribute.values:
        wish = {**chosen, name: value.identifier}
        clash = _clash(product, name, wish)
        target = wish if not clash else _nearest(product, name, wish)
        options.append(
            Option(value.identifier, value.text, link(target), chosen.get(name) == value.identifier, _texts(product, clash))
        )
    return Choice(field_of(name, member), attribute.name, tuple(options), chosen.get(name, ""))


def _clash(product: catalog.ProductFacts, name: str, wish: Mapping[str, str]) -> dict[str, str]:
    """The other choices that this value cannot be combined with, none when some item has them all."""
    if any(_fits(one, wish) for one in product.candidates):
        return {}
    others = {key: value for key, value in wish.items() if key != name}
    having = [one for one in product.candidates if one.values.get(name) == wish[name]]
    alone = {key: value for key, value in others.items() if not any(_fits(one, {key: value}) for one in having)}
    return alone or others


def _nearest(product: catalog.ProductFacts, name: str, wish: Mapping[str, str]) -> Mapping[str, str]:
    having = [one for one in product.candidates if one.values.get(name) == wish[name]]
    best = max(having, key=lambda one: sum(one.values.get(key) == value for key, value in wish.items()), default=None)
    if best is None:
        return wish
    return {key: best.values[key] for key in wish if key in best.values}


def _fits(candidate: catalog.Candidate, wish: Mapping[str, str]) -> bool:
    return all(candidate.values.get(key) == value for key, value in wish.items())


def _texts(product: catalog.ProductFacts, values: Mapping[str, str]) -> str:
    return ", ".join(text_of(product, name, value) for name, value in values.items())


def text_of(product: catalog.ProductFacts, name: str, value: str) -> str:
    """How a value reads in the shopper's language."""
    for attribute in product.attributes:
        if attribute.identifier == name:
            return next((one.text for one in attribute.values if one.identifier == value), value)
    return value


def faults_of(error: Error, product: catalog.ProductFacts, link: Link, member: str = "") -> tuple[Fault, ...]:
    """A refused choice as faults at the fields it concerns."""
    names = {one.identifier: one.name for one in product.attributes}
    if isinstance(error, catalog.MissingAttribute):
        return tuple(Fault(field_of(name, member), error.code, names.get(name, name)) for name in error.attributes["missing"])
    nearest = error.attributes.get("nearest") or ()
    near = tuple(
        Near(" · ".join(text_of(product, name, combination[name]) for name in names if name in combination), link(combination))
        for combination in nearest[:4]
    )
    at_fault = error.attributes.get("attribute")
    first = at_fault if at_fault in names else next(iter(names), "")
    field = field_of(first, member) if first else ""
    return (Fault(field, error.code, str(error.attributes.get("chosen", "")), near),)
