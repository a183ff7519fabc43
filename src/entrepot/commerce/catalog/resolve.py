"""SKU resolution: from a product and some chosen attribute values to the one item meant. Pure.

A wrong value is told before a missing one, so that nobody completes a choice that can never work. A
combination that does not exist is answered with the nearest ones that do. A product with a single item needs
no choice at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from entrepot.kernel.errors import Conflict, Refused
from entrepot.kernel.words import mark


@dataclass(frozen=True, slots=True)
class AttributeValue:
    """A value as it is kept and as it is read."""

    identifier: str
    text: str
    sequence: float = 0.0
    image: str | None = None

    def is_called(self, text: str) -> bool:
        return text.strip() in (self.identifier.strip(), self.text.strip())


@dataclass(frozen=True, slots=True)
class DefiningAttribute:
    """An attribute that tells the items of a product apart, with the values its items use."""

    identifier: str
    name: str
    values: tuple[AttributeValue, ...]

    def is_called(self, text: str) -> bool:
        return text.strip() in (self.identifier.strip(), self.name.strip())


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that could be meant: attribute identifier → value identifier. Hidden ones are not candidates."""

    entry_id: int
    part_number: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """What resolution needs of a product."""

    entry_id: int
    part_number: str
    attributes: tuple[DefiningAttribute, ...]
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Resolved:
    entry_id: int
    part_number: str
    values: Mapping[str, str]


class MissingAttribute(Refused):
    """``missing``: attribute identifier → values still possible."""

    code = "MISSING_ATTRIBUTE"
    message = mark("Please choose {names} for {part_number}.")


class IncorrectAttribute(Refused):
    """``attribute`` and ``value`` at fault, or for an unknown combination ``nearest``: existing ones."""

    code = "INCORRECT_ATTRIBUTE"
    message = mark("{part_number} is not available with {chosen}.")


class SkuAmbiguous(Conflict):
    code = "SKU_AMBIGUOUS"
    message = mark("{part_number} has several articles with the same attributes: {part_numbers}. Please tell the store.")


def resolve_sku(product: ProductFacts, chosen: Mapping[str, str]) -> Resolved:
    """The one item with these values; attributes and values may be given by identifier or by localized name.

    Raises `IncorrectAttribute`, `MissingAttribute` or `SkuAmbiguous`.
    """
    values = _identified(product, chosen)
    fitting = [c for c in product.candidates if all(c.values.get(name) == value for name, value in values.items())]
    if not fitting:
        raise IncorrectAttribute(
            part_number=product.part_number,
            chosen=", ".join(f"{name} {value}" for name, value in chosen.items()) or "these attributes",
            attribute=None,
            value=None,
            nearest=_nearest(product.candidates, values),
        )
    missing = [a for a in product.attributes if a.identifier not in values]
    if len(fitting) > 1 and missing:
        possible = {a.identifier: _possible(a, fitting) for a in missing}
        raise MissingAttribute(part_number=product.part_number, names=", ".join(a.name for a in missing), missing=possible)
    if len(fitting) > 1:
        raise SkuAmbiguous(part_number=product.part_number, part_numbers=[c.part_number for c in fitting])
    found = fitting[0]
    return Resolved(found.entry_id, found.part_number, found.values)


def _identified(product: ProductFacts, chosen: Mapping[str, str]) -> dict[str, str]:
    """The choice in identifiers; blank values count as not chosen."""
    values: dict[str, str] = {}
    for name, text in chosen.items():
        attribute = next((a for a in product.attributes if a.is_called(name)), None)
        if attribute is None:
            raise _incorrect(product, name, text, ())
        if not text.strip():
            continue
        value = next((v for v in attribute.values if v.is_called(text)), None)
        known = values.get(attribute.identifier)
        if value is None or known not in (None, value.identifier):
            raise _incorrect(product, attribute.identifier, text, attribute.values)
        values[attribute.identifier] = value.identifier
    return values


def _incorrect(product: ProductFacts, attribute: str, value: str, possible: Sequence[AttributeValue]) -> IncorrectAttribute:
    return IncorrectAttribute(
        part_number=product.part_number,
        chosen=f"{attribute} {value}",
        attribute=attribute,
        value=value,
        possible=[v.identifier for v in possible],
        nearest=[],
    )


def _possible(attribute: DefiningAttribute, fitting: Sequence[Candidate]) -> list[str]:
    used = {c.values.get(attribute.identifier) for c in fitting}
    return [v.identifier for v in attribute.values if v.identifier in used]


def _nearest(candidates: Sequence[Candidate], values: Mapping[str, str]) -> list[dict[str, str]]:
    """The existing combinations that keep most of what was chosen."""
    agreeing = [(sum(c.values.get(name) == value for name, value in values.items()), c) for c in candidates]
    most = max((count for count, _ in agreeing), default=0)
    return [dict(c.values) for count, c in agreeing if count == most]
