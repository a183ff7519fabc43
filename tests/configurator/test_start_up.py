"""Who does not configure does not pay for solvers, arrays and machine code."""

from __future__ import annotations

import subprocess
import sys

import pytest

COSTLY = ("numpy", "numba", "llvmlite", "pysat", "py_d4", "uvllang")
SHOW = f"import sys; print([name for name in {COSTLY!r} if name in sys.modules])"


@pytest.mark.parametrize("imports", ["entrepot.cli", "entrepot.app, entrepot.web.application", "entrepot.configurator"])
def test_importing_the_suite_loads_no_solver(imports: str) -> None:
    done = subprocess.run([sys.executable, "-c", f"import {imports}; {SHOW}"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_serving_a_session_loads_them() -> None:
    """The check above can fail: these are the names that show up once something is solved."""
    work = "from tests.configurator.models import AT, bicycle\nfrom entrepot.configurator import compile_model\n"
    done = subprocess.run(
        [sys.executable, "-c", f"{work}compile_model(bicycle(), 1, AT)\n{SHOW}"], capture_output=True, text=True, check=True
    )
    assert "pysat" in done.stdout
