"""A start that must fail says so at once, and what to do."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from entrepot.cli import app
from entrepot.listening import PortTaken, take_port
from entrepot.settings import Settings


def test_a_port_is_taken_once(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(PortTaken, match="choose another port"):
            take_port(Settings(data=tmp_path, port=other.getsockname()[1]))
    with take_port(Settings(data=tmp_path, port=0)) as mine:
        assert mine.getsockname()[1] > 0


def test_the_command_ends_before_it_loads_anything(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        said = CliRunner().invoke(app, ["run", "--data", str(tmp_path), "--port", str(other.getsockname()[1])])
    assert said.exit_code == 1
    assert not list(tmp_path.glob("*.db"))
