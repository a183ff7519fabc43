"""In which order the files of a folder are loaded, and with which settings.

A ``load.yaml`` beside the files decides; without one the kinds' own sequence does (parents before children).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from entrepot.dataload.file import open_source
from entrepot.dataload.kind import Kind, Mode
from entrepot.dataload.source import FileRefused
from entrepot.kernel.errors import Invalid


class LoadOrderMalformed(Invalid):
    code = "LOAD_ORDER_MALFORMED"
    message = "{path}: {problem}"


@dataclass(frozen=True, slots=True)
class LoadItem:
    """One file to load. ``kind`` is set where the order says what the file must be."""

    path: Path
    kind: str | None = None
    sequence: float = 0.0
    mode: Mode = Mode.REPLACE
    commit_count: int = 1000
    max_error: int = 100
    charset: str = "utf-8-sig"


ORDER_FILE = "load.yaml"
_ORDER_KEYS = {"commitCount", "batchSize", "maxError", "dataLoadMode", "loadItems"}
_ITEM_KEYS = {"name", "loadSequence", "mode", "location", "properties", "commitCount", "maxError"}


def load_order(folder: Path, kinds: Mapping[str, Kind], mode: Mode = Mode.REPLACE) -> list[LoadItem]:
    """The files of a folder in the order they are to be loaded."""
    order = folder / ORDER_FILE
    if order.exists():
        return _from_yaml(order)
    if folder.is_file():
        return [LoadItem(folder, mode=mode)]
    if not folder.is_dir():
        raise LoadOrderMalformed(path=str(folder), problem="there is no such folder or file")
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".csv", ".xml"))
    items = [LoadItem(path, sequence=_sequence(path, kinds), mode=mode) for path in files]
    return sorted(items, key=lambda item: (item.sequence, item.path.name))


def _sequence(path: Path, kinds: Mapping[str, Kind]) -> float:
    try:
        return open_source(path, kinds).kind.sequence
    except FileRefused:
        return 99.0


def _from_yaml(order: Path) -> list[LoadItem]:
    try:
        found = yaml.safe_load(order.read_text("utf-8"))
    except yaml.YAMLError as error:
        raise LoadOrderMalformed(path=str(order), problem=f"this is not YAML: {error}") from None
    if not isinstance(found, dict) or not isinstance(found.get("loadItems"), list):
        raise LoadOrderMalformed(path=str(order), problem="write a mapping with the list loadItems")
    _only(order, found, _ORDER_KEYS)
    items = [_item(order, found, item, position) for position, item in enumerate(found["loadItems"])]
    return sorted(items, key=lambda item: item.sequence)


def _item(order: Path, whole: dict[str, Any], item: Any, position: int) -> LoadItem:
    if not isinstance(item, dict) or not isinstance(item.get("location"), str):
        raise LoadOrderMalformed(path=str(order), problem=f"item {position + 1} has no location")
    _only(order, item, _ITEM_KEYS)
    path = (order.parent / item["location"]).resolve()
    if not path.is_relative_to(order.parent.resolve()):
        raise LoadOrderMalformed(path=str(order), problem=f"{item['location']} is outside the folder")
    try:
        return LoadItem(
            path=path,
            kind=item.get("name"),
            sequence=float(item.get("loadSequence", position)),
            mode=Mode(item.get("mode", whole.get("dataLoadMode", Mode.REPLACE))),
            commit_count=int(item.get("commitCount", whole.get("commitCount", 1000))),
            max_error=int(item.get("maxError", whole.get("maxError", 100))),
            charset=str((item.get("properties") or {}).get("charset", "utf-8-sig")),
        )
    except (TypeError, ValueError) as error:
        raise LoadOrderMalformed(path=str(order), problem=f"item {position + 1}: {error}") from None


def _only(order: Path, found: dict[str, Any], known: set[str]) -> None:
    for name in found:
        if name not in known:
            raise LoadOrderMalformed(path=str(order), problem=f"there is no setting called {name}")
