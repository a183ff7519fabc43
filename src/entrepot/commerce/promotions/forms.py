"""The forms and schemas of conditions and rewards, read off their own definitions.

Whoever writes a new condition writes its fields once; the editor, the loader's check and the documentation follow.
"""

from __future__ import annotations

from typing import Any

import msgspec

from entrepot.commerce.promotions.conditions import Condition
from entrepot.commerce.promotions.rewards import Reward
from entrepot.kernel.form import Field, fields_of_struct, kinds_in


def condition_kinds() -> tuple[str, ...]:
    return tuple(kinds_in(Condition))


def reward_kinds() -> tuple[str, ...]:
    return tuple(kinds_in(Reward))


def fields_of(kind: str) -> tuple[Field, ...]:
    """The fields of the condition or reward of that name, in the order they are asked.

    >>> [field.name for field in fields_of("percent_off")]
    ['percent', 'targets', 'most']
    """
    return fields_of_struct(_classes()[kind])


def schema_of(kind: str) -> dict[str, Any]:
    """The JSON Schema of the condition or reward of that name."""
    return msgspec.json.schema(_classes()[kind])


def _classes() -> dict[str, type[msgspec.Struct]]:
    return kinds_in(Condition) | kinds_in(Reward)
