"""From outside, a context is its package: nobody reaches for its insides."""

from __future__ import annotations

from pathlib import Path

from tests.house.ports import violations


def test_nobody_reaches_inside_a_context() -> None:
    assert violations() == []


def test_a_planted_reach_is_caught(tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "planted.py").write_text("from entrepot.commerce.pricing.tables import offer\n", "utf-8")
    assert violations(tmp_path) == [
        "web/planted.py:1 imports commerce.pricing.tables; use entrepot.commerce.pricing",
    ]
