"""Model files of any format as formulas: our own YAML, UVL, DIMACS, and the tables of XCSP.

Foreign ones have no parts, prices or messages; they are read to check a model's facts and to measure the engines.
What a format says beyond options and rules over them is refused, never dropped silently; so is what goes beyond the
limits stated with each, before it can hurt.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from io import BufferedIOBase
from lzma import LZMAError
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
_COMPRESSED: Mapping[str, Callable[[Path], BufferedIOBase]] = {
    ".gz": gzip.GzipFile,
    ".xz": lzma.LZMAFile,
    ".lzma": lzma.LZMAFile,
    ".bz2": bz2.BZ2File,
}


def read_formula(path: Path, at: datetime) -> Formula:
    """The formula in a file, by its ending: .yaml, .uvl, .dimacs or .cnf, .xml; compressed ones have another behind it."""
    ending = (Path(path.stem) if path.suffix.lower() in _COMPRESSED else path).suffix.lower()
    if ending in _YAML:
        return encode(read_model_file(path), at).formula
    reader = _READERS.get(ending)
    if reader is None:
        raise ModelInvalid(
            file=path.name,
            line=1,
            problem="this format is not known.",
            remedy="Give .yaml, .uvl, .dimacs or .xml, or one of them with .gz, .xz or .bz2 behind it.",
        )
    return reader(path.name, read_text(path))


def read_model_file(path: Path) -> Model:
    """The model in a YAML file, with the tables and groups beside it."""
    return read_model(read_text(path), path.name, Beside(path.parent))


def read_text(path: Path) -> str:
    """A file's text; of one that is too large, compressed or not, no more than the limit is read."""
    with _opened(path) as file:
        try:
            raw = file.read(MAX_BYTES + 1)
        except (OSError, EOFError, ValueError, LZMAError):
            raise ModelInvalid(
                file=path.name, line=1, problem="this cannot be unpacked.", remedy="Give the file as it is, or pack it again."
            ) from None
    if len(raw) > MAX_BYTES:
        raise ModelTooLarge(limit=f"the file {path.name} has more than {MAX_BYTES:,} bytes")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise ModelInvalid(file=path.name, line=1, problem="this is no UTF-8 text.", remedy="Save it as UTF-8.") from None


def _opened(path: Path) -> BufferedIOBase:
    opener = _COMPRESSED.get(path.suffix.lower())
    return path.open("rb") if opener is None else opener(path)


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
