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
from bench.client import Answer, Connection, run_load
from bench.figures import Figure
from bench.hard import car
from bench.processes import bare_command, free_port, processor_seconds, running
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
PARTS = "BENCH-KIT-PARTS"
STEPS = 1600
#: How many choices a configuration gets, and how many each client opens before the clock counts.
CHOICES = 40
CONFIGURATIONS = 3
#: How long somebody looks at a page before the next choice, on average (seconds); people take longer.
THINK = 1.0
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
    entries = [f"{part},Item,{PARTS},en-US,{part},1,1,standard" for part in parts]
    tables = {
        # What stands in no category of the master catalog is not sold, and has no price.
        "CatalogGroup": ("GroupIdentifier,TopGroup,LanguageId,Name,Published", [f"{PARTS},1,-1,Parts of a kit,1"]),
        "CatalogEntry": (
            "PartNumber,Type,ParentGroupIdentifier,Language,Name,Published,Buyable,TaxCategory",
            [*entries, f"{KIT},DynamicKit,{PARTS},en-US,A kit of {len(parts)} options,1,1,standard"],
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


class Shopper:
    """A client that configures: it keeps what it is shown, and chooses at random what is possible."""

    def __init__(self, connection: Connection, secret: str, chance: random.Random) -> None:
        self._connection, self._secret, self._chance = connection, secret, chance
        self._classes: dict[str, dict[str, Any]] = {}
        self._session, self._revision, self._steps = "", -1, 0

    async def open(self) -> None:
        """Begin a new configuration."""
        launch = Launch(model="bench-kit", organization=demo.STORE, item=KIT, return_url="/cart", currency="USD", locale="en-US")
        token = sign_launch(self._secret, launch, datetime.now(UTC))
        self._classes, self._steps = {}, 0
        self._take((await self._connection.request("POST", API, {"token": token})).json())

    async def step(self) -> Answer:
        """One choice; the answer says what has changed since the state that is held."""
        possible = [(name, one["name"]) for name, held in self._classes.items() for one in held["values"] if _is_open(one)]
        option_class, option = self._chance.choice(possible)
        path = f"{API}/{self._session}/choices?since={self._revision}"
        answer = await self._connection.request("POST", path, {"option_class": option_class, "option": option})
        state = answer.json()
        assert state["price_confirmed"], "the price is not commerce's"
        self._take(state)
        self._steps += 1
        return answer

    @property
    def done(self) -> bool:
        return self._steps >= CHOICES

    def _take(self, state: dict[str, Any]) -> None:
        self._session, self._revision = state["session"], state["revision"]
        if "since" not in state:
            self._classes = {}
        for name in state.get("gone", ()):
            self._classes.pop(name, None)
        self._classes |= {one["name"]: one for one in state["classes"]}


def _is_open(value: dict[str, Any]) -> bool:
    return bool(value["name"]) and value["state"] == "possible"


def kits(port: int, data: Path, process: int) -> list[Figure]:
    """Choices by 16 clients, each in a configuration of its own, beside the same bytes from a bare server."""
    secret, bodies, chance = read_settings(data=data).secret, [b""], random.Random(3)
    shoppers: dict[Connection, list[Shopper]] = {}
    used: list[float] = []

    async def step(connection: Connection) -> None:
        known = shoppers.get(connection)
        if known is None:  # The first call of a connection is not counted: all configurations are opened in it.
            known = shoppers[connection] = [Shopper(connection, secret, chance) for _ in range(CONFIGURATIONS)]
            for one in known:
                await one.open()
        elif not used:
            used.append(processor_seconds(process))
        now = next((one for one in known if not one.done), None)
        if now is None:
            now = known[0]
            await now.open()
        answer = await now.step()
        bodies[0] = max(bodies[0], answer.body, key=len)

    run_load(port, 2, 100, step)
    one = run_load(port, 1, STEPS // 8, step)
    used.clear()
    load = run_load(port, 16, STEPS, step)
    seconds = processor_seconds(process) - used[0]
    thinking = run_load(port, 16, STEPS // 4, step, think=THINK)
    file = data / "kit.json"
    file.write_bytes(bodies[0])
    bare = free_port()
    with running(bare_command(bare), bare, {BODY_FILE: str(file)}):
        floor = run_load(bare, 16, 3000, get("/"))
        idle = run_load(bare, 16, STEPS // 4, get("/"), think=THINK)
    return [
        Figure(
            "configurator step over HTTP, 2,500 options, 16 clients without pause, p95",
            round(load.p95, 2),
            "ms",
            round(floor.p95, 2),
            "≤ 30 ms",
        ),
        Figure(
            f"configurator step, 16 shoppers who look for {THINK:.0f} s in between, p95",
            round(thinking.p95, 2),
            "ms",
            round(idle.p95, 2),
            "≤ 30 ms",
        ),
        Figure("configurator steps, 16 clients", round(load.rate, 1), "steps/s", round(floor.rate, 1)),
        Figure("configurator step, server's processor time", round(seconds / STEPS * 1000, 2), "ms", round(1000 / floor.rate, 2)),
        Figure("configurator step, 1 client, p50", round(one.p50, 2), "ms", round(1000 / floor.rate, 2)),
    ]
