"""The whole story of one order and one phone call, over real HTTP and the real queue."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_every_fact_of_the_tour_holds(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "entrepot.cli", "tour", "--json", "--data", str(tmp_path)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=180)
    assert answer.returncode == 0, answer.stdout[-3000:] + answer.stderr[-3000:]
    story = json.loads(answer.stdout)
    assert story["holds"]
    kinds = {message["kind"] for message in story["messages"]}
    assert {"order.transfer", "CREATE_ORDER.ON_SUCCESS", "CONFIRM_DRAFT_ORDER.ON_SUCCESS", "CHANGE_ORDER.ON_SUCCESS"} <= kinds
    assert {"CHANGE_ORDER.ON_CANCEL", "getItemPrice", "getOrderPrice", "validateCoupon"} <= kinds
    assert all(message["from"] and message["to"] for message in story["messages"])
    assert len(story["orders"]) == 2
