"""The lines of a shipment for reading: what was bought, and below a kit what it consists of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ParcelLine:
    """A line with those below it; ``line`` is as order management writes it."""

    line: Mapping[str, Any]
    parts: tuple[ParcelLine, ...] = ()

    @property
    def name(self) -> str:
        return str(self.line.get("Description") or self.line.get("ItemID"))

    @property
    def quantity(self) -> str:
        """What left, or of a shipment that is still here what is planned."""
        return str(self.line.get("ShippedQty") or self.line.get("Quantity") or "")


Kits = tuple[ParcelLine, ...]


def parcel_lines(lines: Iterable[Mapping[str, Any]]) -> tuple[ParcelLine, ...]:
    """The lines of a shipment as the tree they are; a part whose kit is not listed stands by itself."""
    listed = list(lines)
    keys = {line.get("OrderLineKey") for line in listed}
    below: dict[Any, list[Mapping[str, Any]]] = {}
    for line in listed:
        kit = line.get("BundleParentLine", {}).get("OrderLineKey")
        below.setdefault(kit if kit in keys else None, []).append(line)

    def under(kit: Any) -> tuple[ParcelLine, ...]:
        return tuple(ParcelLine(line, under(line.get("OrderLineKey", ""))) for line in below.get(kit, ()))

    return under(None)


def by_depth(lines: Iterable[ParcelLine], kits: Kits = ()) -> Iterator[tuple[ParcelLine, Kits]]:
    """Every line with the kits around it, the outermost first; each kit before its parts."""
    for line in lines:
        yield line, kits
        yield from by_depth(line.parts, (*kits, line))
