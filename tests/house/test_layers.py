"""The direction of the house, checked by machine; each contract is proven by a planted violation it must catch."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PLANTED = {
    "The house: edges over systems over the bus over the kernel": (
        "commerce/charges/tax.py",
        "import entrepot.order_management.wire",
    ),
    "Inside commerce": ("commerce/pricing/price.py", "import entrepot.commerce.promotions.basket"),
    "Inside order management": ("order_management/inventory/atp.py", "import entrepot.order_management.orders.totals"),
    "Inside the bus": ("bus/envelope.py", "import entrepot.bus.relay"),
    "Deciding knows no SQL, no HTTP, no bus": ("commerce/promotions/evaluate.py", "import sqlalchemy"),
}


def contracts() -> list[str]:
    read = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return [one["name"] for one in read["tool"]["importlinter"]["contracts"]]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--config", str(folder / "pyproject.toml")]
    return subprocess.run(command, cwd=folder / "src", capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copytree(
        ROOT / "src", folder / "src", ignore=lambda _, names: [n for n in names if "." in n and not n.endswith(".py")]
    )
    return folder


def test_every_contract_has_a_planted_violation() -> None:
    assert set(contracts()) == set(PLANTED)


@pytest.mark.slow
@pytest.mark.parametrize("contract", PLANTED)
def test_a_planted_violation_is_caught(contract: str, copy: Path) -> None:
    name, line = PLANTED[contract]
    path = copy / "src" / "entrepot" / name
    before = path.read_text("utf-8")
    path.write_text(f"{before}\n{line}\n", "utf-8")
    try:
        answer = lint(copy)
    finally:
        path.write_text(before, "utf-8")
    assert answer.returncode != 0
    assert f"{contract} BROKEN" in answer.stdout


@pytest.mark.slow
def test_the_house_keeps_its_contracts(copy: Path) -> None:
    answer = lint(copy)
    assert answer.returncode == 0, answer.stdout
