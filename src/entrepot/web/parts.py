"""Forms for lists of typed parts: the conditions of a segment, the conditions and rewards of a promotion.

Every kind of part brings the description of its own fields; from that come the inputs, what is read back from them,
and what is wrong in them, so that a new kind needs no page of its own. It all works without scripts: parts are added
and removed by buttons that send the form, and what was typed stays as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from entrepot.kernel.errors import Invalid
from entrepot.kernel.form import Field
from entrepot.kernel.typed import typed_amount, typed_percent
from entrepot.kernel.words import Gettext, mark

Raw = dict[str, Any]
_WHOLE = re.compile(r"-?[0-9]{1,9}\Z")
FILL_IN = mark("%(field)s: please fill this in.")
WHOLE = mark("%(field)s: write a whole number.")
DAY = mark("%(field)s: write a day such as 2026-11-27.")
MOST_PARTS = 40


@dataclass(frozen=True, slots=True)
class PartKind:
    """A kind of part: its tag, what people call it, and its fields."""

    tag: str
    label: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One part as it stands in the form: under which name its inputs go, its kind, what was entered."""

    name: str
    kind: PartKind
    raw: Raw


@dataclass(slots=True)
class Read:
    """What was read from a form: documents as the rules take them, and what is wrong by input."""

    documents: list[dict[str, Any]]
    errors: dict[str, str]


def entered(data: Mapping[str, Any], prefix: str) -> list[Raw]:
    """The parts under ``prefix`` as they were typed, in their order.

    >>> entered({"c.1.type": "ordered", "c.1.least": "2", "c.0.type": "spent", "c.0.amount.EUR": "5"}, "c")
    [{'type': 'spent', 'amount': {'EUR': '5'}}, {'type': 'ordered', 'least': '2'}]
    """
    found: Raw = {}
    for name, value in data.items():
        head, *rest = name.split(".")
        if head == prefix and rest:
            place = found
            for step in rest[:-1]:
                below = place.setdefault(step, {})
                if not isinstance(below, dict):
                    break
                place = below
            else:
                place[rest[-1]] = str(value[-1] if isinstance(value, list) else value).strip()
    return _in_order(found)[:MOST_PARTS]


def parts_of(rows: Sequence[Raw], kinds: Mapping[str, PartKind], prefix: str) -> list[Part]:
    """The parts to be shown; one of an unknown kind is left out."""
    known = [row for row in rows if row.get("type") in kinds]
    return [Part(f"{prefix}.{place}", kinds[row["type"]], row) for place, row in enumerate(known)]


def raw_of(document: Mapping[str, Any], fields: Sequence[Field]) -> Raw:
    """A stored part as the form shows it."""
    return {"type": document.get("type", "")} | {field.name: _shown(document.get(field.name), field) for field in fields}


def read_parts(parts: Sequence[Part], gettext: Gettext) -> Read:
    """The parts as documents, and every fault at its input."""
    read = Read([], {})
    for part in parts:
        document = _group(part.raw, part.kind.fields, part.name, read.errors, gettext)
        read.documents.append({"type": part.kind.tag, **document})
    return read


def moved(rows: list[Raw], do: str, prefix: str, added: str) -> list[Raw]:
    """The parts after a button: ``add:prefix`` puts a new one of the kind ``added`` last, ``remove:prefix:2`` takes one out."""
    if do == f"add:{prefix}" and added:
        return [*rows, {"type": added}]
    verb, _, place = do.rpartition(":")
    if verb == f"remove:{prefix}" and place.isdigit():
        return [row for at, row in enumerate(rows) if at != int(place)]
    return rows


def at_inputs(path: str, errors: dict[str, str]) -> dict[str, str]:
    """The refusal of a list of parts, at the input it is about.

    >>> at_inputs("rewards[0].percent", {"rewards": "A percentage lies between 0 and 100"})
    {'rewards.0.percent': 'A percentage lies between 0 and 100'}
    """
    place = re.sub(r"\[(\d+)\]", r".\1", path)
    return {place if "[" in path else name: told for name, told in errors.items()}


def _in_order(found: Raw) -> list[Raw]:
    return [found[key] for key in sorted((key for key in found if key.isdigit()), key=int) if isinstance(found[key], dict)]


def _shown(value: Any, field: Field) -> Any:
    if field.kind == "group":
        return raw_of(value or {}, field.inside)
    if field.kind == "rows":
        return {str(place): raw_of(one, field.inside) for place, one in enumerate(value or ())}
    if field.kind == "amounts":
        return dict(value or {})
    if field.kind == "list":
        return ", ".join(str(one) for one in value or ())
    if field.kind == "yes or no":
        return "yes" if (field.default if value is None else value) else ""
    given = field.default if value is None else value
    return "" if given is None else str(given)


def _group(raw: Raw, fields: Sequence[Field], name: str, errors: dict[str, str], gettext: Gettext) -> dict[str, Any]:
    found = {field.name: _value(raw.get(field.name), field, f"{name}.{field.name}", errors, gettext) for field in fields}
    return {key: value for key, value in found.items() if value is not None}


def _value(raw: Any, field: Field, name: str, errors: dict[str, str], gettext: Gettext) -> Any:
    if field.kind == "group":
        inside = raw if isinstance(raw, dict) else {}
        found = _group(inside, field.inside, name, {} if not field.required and not _filled(inside) else errors, gettext)
        return found if _filled(inside) or field.required else None
    if field.kind == "rows":
        rows = [(f"{name}.{place}", row) for place, row in enumerate(_in_order(raw if isinstance(raw, dict) else {}))]
        value: Any = [_group(row, field.inside, at, errors, gettext) for at, row in rows if _filled(row)]
    elif field.kind == "amounts":
        given = raw if isinstance(raw, dict) else {}
        value = {code: text for code, text in given.items() if text}
    elif field.kind == "list":
        value = [one.strip() for one in re.split(r"[,;\n]", str(raw or "")) if one.strip()]
    elif field.kind == "yes or no":
        return bool(raw) if bool(raw) != bool(field.default) else None
    else:
        value = str(raw or "")
    label = gettext(field.label)
    if not value:
        if field.required:
            errors[name] = gettext(FILL_IN) % {"field": label}
        return None
    fault = ""
    try:
        value = _plain(value, field.kind)
    except Invalid as error:
        fault = f"{label}: {error.plain(gettext)}"
    fault = fault or gettext(_fault(value, field.kind)) % {"field": label}
    if fault:
        errors[name] = fault
    if not field.required and value == str(field.default):
        return None  # what goes without saying is not said, so that an unchanged form stays an unchanged document
    return int(value) if field.kind == "number" and not fault else value


def _plain(value: Any, kind: str) -> Any:
    """Percentages and amounts with the decimal point of documents, else as they were typed; refused as on every page."""
    if kind == "percent":
        typed_percent(value)
        return value.removesuffix("%").strip().replace(",", ".")
    if kind == "amounts":
        for code, text in value.items():
            typed_amount(text, code)
        return {code: text.replace(",", ".") for code, text in value.items()}
    return value


def _fault(value: Any, kind: str) -> str:
    if kind == "number":
        return "" if _WHOLE.match(value) else WHOLE
    if kind == "date":
        try:
            date.fromisoformat(value)
        except ValueError:
            return DAY
    return ""


def _filled(raw: Raw) -> bool:
    """Whether anything was entered; a choice alone is none, since a choice is always there."""
    texts = [value for name, value in raw.items() if name != "type"]
    return any(_filled(value) if isinstance(value, dict) else value for value in texts)
