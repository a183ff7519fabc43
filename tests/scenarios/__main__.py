"""``python -m tests.scenarios FILE [--json]``: each scenario with its verdict, then the counts; non-zero when a must fails."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from tests.scenarios.play import STATUSES, Verdict, as_json, play_all


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.scenarios", description=__doc__)
    parser.add_argument("file", type=Path, help="scenarios in the neutral form")
    parser.add_argument("--json", action="store_true", help="for machines")
    asked = parser.parse_args(arguments)
    document = json.loads(asked.file.read_text("utf-8"))
    verdicts = play_all(document["scenarios"])
    stops = [one.id for one in verdicts if one.stops]
    counts = {tier: dict(Counter(one.status for one in verdicts if one.tier == tier)) for tier in tiers(verdicts)}
    if asked.json:
        answer = {"ok": not stops, "counts": counts, "stopped_by": stops, "scenarios": [as_json(one) for one in verdicts]}
        print(json.dumps(answer, indent=1))
    else:
        tell(verdicts, counts)
    return 1 if stops else 0


def tiers(verdicts: list[Verdict]) -> list[str]:
    return sorted({one.tier for one in verdicts}, reverse=True)


def tell(verdicts: list[Verdict], counts: dict[str, dict[str, int]]) -> None:
    for one in verdicts:
        policies = f"  by policy {', '.join(one.policies)}" if one.policies else ""
        print(f"{one.status:8} {one.id:16} {one.tier:10} {one.area}{policies}")
        for line in one.why:
            print(f"         {line}")
        for line in one.broken:
            print(f"         INVARIANT BROKEN: {line}")
    for tier, found in counts.items():
        print(f"{tier}: " + ", ".join(f"{found.get(status, 0)} {status}" for status in STATUSES))
    print(f"broken invariants: {sum(len(one.broken) for one in verdicts)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
