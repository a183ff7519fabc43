"""Settings from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from entrepot.settings import read_settings


def test_the_address_others_see_is_the_one_given_or_where_it_listens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings(data=tmp_path, port=8123).address == "http://127.0.0.1:8123"
    monkeypatch.setenv("ENTREPOT_ADDRESS", "https://shop.example/")
    assert read_settings(data=tmp_path, port=8123).address == "https://shop.example"
