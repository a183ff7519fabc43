"""Which lines a condition or a reward is about: named entries or categories, less the excluded ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import msgspec

from entrepot.commerce.promotions.basket import Line

Amounts = dict[str, str]


class Targets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Named part numbers and categories; nothing named means every line."""

    part_numbers: Annotated[tuple[str, ...], msgspec.Meta(title="Items")] = ()
    groups: Annotated[tuple[str, ...], msgspec.Meta(title="Categories")] = ()
    excluded: Annotated[tuple[str, ...], msgspec.Meta(title="Except items")] = ()

    def matches(self, line: Line) -> bool:
        if line.part_number in self.excluded:
            return False
        if not self.part_numbers and not self.groups:
            return True
        return line.part_number in self.part_numbers or any(group in line.groups for group in self.groups)

    def of(self, lines: Iterable[Line]) -> tuple[Line, ...]:
        return tuple(line for line in lines if self.matches(line))

    @property
    def everything(self) -> bool:
        return not self.part_numbers and not self.groups

    def sentence(self) -> str:
        if self.everything:
            return "any item"
        return " or ".join((*self.part_numbers, *(f"anything in {group}" for group in self.groups)))
