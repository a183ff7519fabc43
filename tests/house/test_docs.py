"""The documents are true: every command is in them, every relative link leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from entrepot.cli import app
from entrepot.commerce import charges, pricing, promotions
from entrepot.settings import read_settings

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_every_command_is_documented() -> None:
    text = (ROOT / "docs/reference/commands.md").read_text("utf-8")
    names = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]
    assert [name for name in names if f"`entrepot {name}`" not in text] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    found = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8"))
    assert [link for link in found if not (page.parent / link).exists()] == []


def test_every_setting_is_documented(tmp_path: Path) -> None:
    source = (ROOT / "src/entrepot/settings.py").read_text("utf-8")
    text = (ROOT / "docs/operations.md").read_text("utf-8")
    names = set(re.findall(r'"(ENTREPOT_[A-Z_]+)"', source))
    assert {name for name in names if name not in text} == set()
    assert read_settings(data=tmp_path).address == "http://127.0.0.1:8000"


def test_every_context_tells_its_story() -> None:
    for context in (pricing, promotions, charges):
        assert context.__doc__ and len(context.__doc__) > 80
