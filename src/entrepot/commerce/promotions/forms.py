"""The forms and schemas of conditions and rewards, read off their own definitions.

Whoever writes a new condition writes its fields once; the editor, the loader's check and the documentation follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from types import UnionType
from typing import Any, get_args

import msgspec
from msgspec import inspect

from entrepot.commerce.promotions.conditions import Condition
from entrepot.commerce.promotions.rewards import Reward


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


def condition_kinds() -> tuple[str, ...]:
    return _kinds(Condition)


def reward_kinds() -> tuple[str, ...]:
    return _kinds(Reward)


def fields_of(kind: str) -> tuple[Field, ...]:
    """The fields of the condition or reward of that name, in the order they are asked.

    >>> [field.name for field in fields_of("percent_off")]
    ['percent', 'targets', 'most']
    """
    return _fields(_classes()[kind])


def schema_of(kind: str) -> dict[str, Any]:
    """The JSON Schema of the condition or reward of that name."""
    return msgspec.json.schema(_classes()[kind])


def _classes() -> dict[str, type[msgspec.Struct]]:
    found = (*get_args(Condition), *get_args(Reward))
    return {str(one.__struct_config__.tag): one for one in found}


def _kinds(union: UnionType) -> tuple[str, ...]:
    return tuple(str(one.__struct_config__.tag) for one in get_args(union))


def _fields(kind: type[Any]) -> tuple[Field, ...]:
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
        case inspect.DictType():
            return "amounts", (), ()
        case inspect.EnumType(cls=cls):
            return "choice", tuple(str(one.value) for one in cls), ()
        case inspect.StructType(cls=cls):
            return "group", (), _fields(cls)
        case inspect.VarTupleType(item_type=item):
            kind, choices, inside = _entered(_unwrapped(item, "")[0])
            return ("rows" if kind == "group" else "list"), choices, inside
    return "text", (), ()
