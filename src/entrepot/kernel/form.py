"""The form of a value, read off its definition: what is entered, how, and what it is called.

Whoever writes a condition writes its fields once; the editor, the loader's check and the documentation follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from types import UnionType
from typing import Any, get_args

import msgspec
from msgspec import inspect


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form: ``label`` is to be translated, ``kind`` says how it is entered, ``inside`` are nested fields."""

    name: str
    label: str
    kind: str
    required: bool
    default: Any = None
    choices: tuple[str, ...] = ()
    inside: tuple[Field, ...] = ()


def kinds_in(union: UnionType) -> dict[str, type[msgspec.Struct]]:
    """The members of a tagged union by their tags, in the order they are written."""
    return {str(one.__struct_config__.tag): one for one in get_args(union)}


def fields_of_struct(kind: type[Any]) -> tuple[Field, ...]:
    """The fields of a struct, in the order they are asked."""
    described = inspect.type_info(kind)
    assert isinstance(described, inspect.StructType)
    return tuple(_field(one) for one in described.fields)


def _field(one: inspect.Field) -> Field:
    described, label = _unwrapped(one.type, one.name)
    way, choices, inside = _entered(described)
    default = None if one.default is msgspec.NODEFAULT else one.default
    shown = default.value if isinstance(default, Enum) else default
    return Field(one.name, label, way, one.required, shown, choices, inside)


def _unwrapped(described: inspect.Type, label: str) -> tuple[inspect.Type, str]:
    if isinstance(described, inspect.Metadata):
        title = (described.extra_json_schema or {}).get("title", label)
        return _unwrapped(described.type, str(title))
    if isinstance(described, inspect.UnionType):
        return _unwrapped(next(one for one in described.types if not isinstance(one, inspect.NoneType)), label)
    return described, label


def _entered(described: inspect.Type) -> tuple[str, tuple[str, ...], tuple[Field, ...]]:
    match described:
        case inspect.BoolType():
            return "yes or no", (), ()
        case inspect.IntType():
            return "number", (), ()
        case inspect.DecimalType():
            return "percent", (), ()
        case inspect.DateType():
            return "date", (), ()
        case inspect.DictType():
            return "amounts", (), ()
        case inspect.EnumType(cls=cls):
            return "choice", tuple(str(one.value) for one in cls), ()
        case inspect.StructType(cls=cls):
            return "group", (), fields_of_struct(cls)
        case inspect.VarTupleType(item_type=item):
            kind, choices, inside = _entered(_unwrapped(item, "")[0])
            return ("rows" if kind == "group" else "list"), choices, inside
    return "text", (), ()
