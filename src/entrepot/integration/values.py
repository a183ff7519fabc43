"""The value maps, read from the shipped file and, domain by domain, from the user's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from entrepot.integration.mapping import Values
from entrepot.kernel.errors import Invalid

SHIPPED = Path(__file__).with_name("values.yaml")


class ValueMapMalformed(Invalid):
    code = "VALUE_MAP_MALFORMED"
    message = "{path}: {problem}"


def read_values(own: Path | None = None) -> dict[str, Values]:
    """Every value map by domain; a domain in the user's file replaces the shipped one."""
    domains = _domains(SHIPPED)
    if own is not None and own.exists():
        domains |= _domains(own)
    return domains


def _domains(path: Path) -> dict[str, Values]:
    read = yaml.safe_load(path.read_text("utf-8"))
    if not isinstance(read, Mapping):
        raise ValueMapMalformed(path=str(path), problem="a file of value maps is an object of domains")
    return {str(name): _values(str(name), one or {}, path) for name, one in read.items()}


def _values(name: str, one: Any, path: Path) -> Values:
    unknown = set(one) - {"pairs", "identity", "default_there", "default_here"}
    if unknown:
        raise ValueMapMalformed(path=str(path), problem=f"{name}: unknown {', '.join(sorted(unknown))}")
    pairs = one.get("pairs", [])
    if not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
        raise ValueMapMalformed(path=str(path), problem=f"{name}: each pair has two values")
    return Values(
        name,
        tuple((str(left), str(right)) for left, right in pairs),
        bool(one.get("identity", False)),
        one.get("default_there"),
        one.get("default_here"),
    )
