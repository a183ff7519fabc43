"""Model files of any format as formulas: our own YAML, UVL, DIMACS, and the tables of XCSP.

Foreign ones have no parts, prices or messages; they are read to check a model's facts and to measure the engines.
What a format says beyond options and rules over them is refused, never dropped silently; so is what goes beyond the
limits stated with each, before it can hurt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from entrepot.configurator.dimacs import read_dimacs
from entrepot.configurator.encode import encode
from entrepot.configurator.formula import Formula
from entrepot.configurator.model import Model
from entrepot.configurator.problems import ModelInvalid, ModelTooLarge
from entrepot.configurator.read import read_model
from entrepot.configurator.uvl_formula import formula_of
from entrepot.configurator.uvl_read import read_uvl
from entrepot.configurator.xcsp import read_xcsp

MAX_BYTES = 64_000_000
_YAML = (".yaml", ".yml")
_READERS: Mapping[str, Callable[[str, str], Formula]] = {
    ".uvl": lambda name, text: formula_of(read_uvl(name, text)),
    ".dimacs": read_dimacs,
    ".cnf": read_dimacs,
    ".xml": read_xcsp,
}


def read_formula(path: Path, at: datetime) -> Formula:
    """The formula in a file, by its ending: .yaml, .uvl, .dimacs or .cnf, .xml."""
    if path.suffix.lower() in _YAML:
        return encode(read_model_file(path), at).formula
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise ModelInvalid(
            file=path.name, line=1, problem="this format is not known.", remedy="Give .yaml, .uvl, .dimacs or .xml."
        )
    return reader(path.name, read_text(path))


def read_model_file(path: Path) -> Model:
    """The model in a YAML file, with the tables and groups beside it."""
    return read_model(read_text(path), path.name, Beside(path.parent))


def read_text(path: Path) -> str:
    """A file's text; one that is too large is refused before it is read."""
    if path.stat().st_size > MAX_BYTES:
        raise ModelTooLarge(limit=f"the file {path.name} has more than {MAX_BYTES:,} bytes")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ModelInvalid(file=path.name, line=1, problem="this is no UTF-8 text.", remedy="Save it as UTF-8.") from None


class Beside(Mapping[str, str]):
    """The CSV files of a folder and the groups in its folder ``groups`` by their plain names, read when a model names them."""

    def __init__(self, folder: Path) -> None:
        self._paths = {path.name: path for path in (*folder.glob("*.csv"), *folder.glob("groups/*.yaml"))}

    def __getitem__(self, name: str) -> str:
        return read_text(self._paths[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)
