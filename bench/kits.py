"""A configurable kit of 2,500 options over HTTP: one choice, everything that follows, and its prices."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from bench.bare import BODY_FILE
from bench.client import Connection, run_load
from bench.figures import Figure
from bench.hard import car
from bench.processes import bare_command, free_port, running
from bench.shop import get
from entrepot import demo
from entrepot.app import build
from entrepot.configurator import Launch, prepare, publish_prepared, sign_launch
from entrepot.configurator.uvl import import_uvl
from entrepot.dataload.fill import fill
from entrepot.settings import read_settings

#: A feature model (UVL) to measure instead of the generated one.
MODEL_FILE = "ENTREPOT_BENCH_MODEL"
KIT = "BENCH-KIT"
STEPS = 400
API = "/api/configurator/sessions"


def prepare_kit(data: Path) -> None:
    """Publish the model, load its parts with prices, and the kit that is configured with it."""
    given = os.environ.get(MODEL_FILE)
    with tempfile.NamedTemporaryFile("w", suffix=".uvl") as file:
        source = Path(given) if given else Path(file.name)
        if not given:
            source.write_text(car(2500, 120, 1, reach=6, largest=40))
        document = import_uvl(source.name, source.read_text(), demo.STORE)
    parts = list(_name_parts(document["classes"]))
    document["model"] = "bench-kit"
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=1000)
    suite = build(read_settings(data=data))
    at = datetime.now(UTC)
    prepared = prepare(text, "bench-kit.yaml", at)
    with suite.house.configurator.database.write() as conn:
        publish_prepared(conn, prepared, at)
    files = data / "kit"
    files.mkdir()
    entries = [f"{part},Item,en-US,{part},1,1,standard" for part in parts]
    tables = {
        "CatalogEntry": (
            "PartNumber,Type,Language,Name,Published,Buyable,TaxCategory",
            [*entries, f"{KIT},DynamicKit,en-US,A kit of {len(parts)} options,1,1,standard"],
        ),
        "Offer": (
            "PriceListName,CatentryPartNumber,Identifier,Precedence,PriceInUSD,PriceInEUR",
            [f"Standard,{part},base,0,{place % 900 + 1}.00,{place % 900 + 1}.00" for place, part in enumerate(parts)],
        ),
        "CatalogEntryConfiguration": ("PartNumber,Model,Configurable", [f"{KIT},bench-kit,1"]),
    }
    for number, (table, (header, rows)) in enumerate(tables.items()):
        (files / f"{number}.csv").write_text("\n".join([table, header, *rows]) + "\n")
    report = fill(files, suite.databases, demo.STORE)
    assert not report.problems, report.problems[:3]
    suite.stop()


def _name_parts(classes: dict[str, Any]) -> Iterator[str]:
    """Give every option a part of its own."""
    for name, one in classes.items():
        for option, item in one["items"].items():
            item["part"] = f"BENCH-{name}-{option}".upper()[:60]
            yield item["part"]
            yield from _name_parts(item.get("classes", {}))


def kits(port: int, data: Path) -> list[Figure]:
    """Choices by 16 clients, each in a configuration of its own, beside the same bytes from a bare server."""
    secret, bodies, chance = read_settings(data=data).secret, [b""], random.Random(3)
    opened: dict[Connection, tuple[str, list[tuple[str, str]]]] = {}

    async def step(connection: Connection) -> None:
        if connection not in opened or chance.random() < 0.05:
            opened[connection] = await _open(connection, secret)
        session, values = opened[connection]
        option_class, option = chance.choice(values)
        answer = await connection.request("POST", f"{API}/{session}/choices", {"option_class": option_class, "option": option})
        bodies[0] = max(bodies[0], answer.body, key=len)

    load = run_load(port, 16, STEPS, step)
    one = run_load(port, 1, STEPS // 8, step)
    file = data / "kit.json"
    file.write_bytes(bodies[0])
    bare = free_port()
    with running(bare_command(bare), bare, {BODY_FILE: str(file)}):
        floor = run_load(bare, 16, 3000, get("/"))
    return [
        Figure(
            "configurator step over HTTP, 2,500 options, 16 clients, p95",
            round(load.p95, 2),
            "ms",
            round(floor.p95, 2),
            "≤ 30 ms",
        ),
        Figure("configurator steps, 16 clients", round(load.rate, 1), "steps/s", round(floor.rate, 1)),
        Figure("configurator step, 1 client, p50", round(one.p50, 2), "ms", round(1000 / floor.rate, 2)),
    ]


async def _open(connection: Connection, secret: str) -> tuple[str, list[tuple[str, str]]]:
    """A new configuration: its session, and what may be chosen in it at first."""
    launch = Launch(model="bench-kit", organization=demo.STORE, item=KIT, return_url="/cart", currency="USD", locale="en-US")
    token = sign_launch(secret, launch, datetime.now(UTC))
    state = (await connection.request("POST", API, {"token": token})).json()
    return state["session"], [
        (one["name"], value["name"])
        for one in state["classes"]
        for value in one["values"]
        if value["state"] == "possible" and value["name"]
    ]
