"""The budgets hold; the list of exceptions may only shrink."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.house.tidy import ROOT, offenders

KNOWN = {"cli.py: load has 7 parameters"}  # one for each option of the command
HOSTS = ("files.pythonhosted" + ".org", "pypi" + ".org/simple", "registry.npmjs" + ".org")


def test_nothing_is_over_budget() -> None:
    assert set(offenders()) == KNOWN


def test_a_planted_offender_is_caught(tmp_path: Path) -> None:
    body = '"""Why."""\n\n\ndef long(a, b, c, d, e, f, g):\n' + "    a = 1\n" * 70
    (tmp_path / "utils.py").write_text(body, "utf-8")
    found = "\n".join(offenders(tmp_path))
    assert "a room without a name" in found
    assert "long is 71 lines" in found
    assert "long has 7 parameters" in found


def test_no_package_index_is_named() -> None:
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    named = []
    for name in files:
        path = ROOT / name
        if not path.is_file() or path.suffix in (".png", ".ico"):
            continue
        text = path.read_text("utf-8", errors="replace")
        named += [f"{name}: {host}" for host in HOSTS if host in text]
    assert named == []
