"""The built wheel, installed into an empty folder, does what `make run` does: it carries everything it needs."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_an_installed_wheel_serves_the_demo_store(tmp_path: Path) -> None:
    site, empty = tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)])
    (wheel,) = tmp_path.glob("entrepot-*.whl")
    run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site), str(wheel)])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"PYTHONPATH": str(site), "PYTHONSAFEPATH": "1"}
    command = [sys.executable, "-c", "import entrepot; print(entrepot.__file__)"]
    where = subprocess.check_output(command, env=environment, cwd=empty, text=True)
    assert where.strip().startswith(str(site))
    server = subprocess.Popen(
        [sys.executable, "-m", "entrepot.cli", "run", "--port", str(port)], cwd=empty, env=environment, stdout=subprocess.DEVNULL
    )
    try:
        address = f"http://127.0.0.1:{port}"
        body = wait_for(f"{address}/api/stores/tannwerk/categories", server)
        assert b"Notebooks" in body
        for path in ("/", "/design", "/assets/css/tokens.css", "/schema/openapi.json"):
            with urllib.request.urlopen(address + path, timeout=10) as answer:
                assert answer.status == 200, path
        assert (empty / "data" / "commerce.db").exists()
    finally:
        server.terminate()
        assert server.wait(timeout=30) is not None


def run(command: list[str]) -> None:
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=180)
    assert answer.returncode == 0, answer.stdout[-2000:] + answer.stderr[-2000:]


def wait_for(url: str, server: subprocess.Popen[bytes], seconds: float = 90) -> bytes:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert server.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return bytes(answer.read())
        except OSError:
            time.sleep(0.3)
    raise AssertionError("the server did not come up")
