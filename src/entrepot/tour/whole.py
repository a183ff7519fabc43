"""The whole tour: serves the suite on a free port and walks through the chapters."""

from __future__ import annotations

import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from rich.console import Console

from entrepot import demo
from entrepot.app import build
from entrepot.serving import application, configure_logs, server_configuration
from entrepot.settings import read_settings
from entrepot.tour.guide import Guide, wait_for
from entrepot.tour.phone import order_by_phone
from entrepot.tour.shopper import shop_and_order
from entrepot.tour.story import Story
from entrepot.tour.warehouse import ship


def take_tour(data: Path | None, console: Console | None) -> Story:
    """Run the whole tour; tell its story to the console as it happens, or only return it."""
    configure_logs()
    story = Story(console)
    with tempfile.TemporaryDirectory(prefix="entrepot-tour-") as temporary, serving(data or Path(temporary), story) as address:
        guide = Guide(address, story)
        ship(guide, shop_and_order(guide))
        order_by_phone(guide)
        for client in guide.clients.values():
            client.close()
    story.finish()
    return story


@contextmanager
def serving(data: Path, story: Story) -> Iterator[str]:
    """The suite served from ``data`` on a free port of this machine, until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started = time.perf_counter()
    suite = build(read_settings(data=data, port=port))
    story.chapter("The suite starts")
    if not demo.is_loaded(suite):
        report = demo.load(suite)
        story.fact("the demo store loads without a rejected row", not report.problems, f"{len(report.items)} files")
        suite.settle()
    server = uvicorn.Server(server_configuration(application(suite, suite.start), suite.house.settings))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    story.fact("it serves", bool(wait_for(lambda: server.started, 30)), suite.house.settings.address)
    story.figures["start_s"] = round(time.perf_counter() - started, 2)
    try:
        yield suite.house.settings.address
    finally:
        server.should_exit = True
        thread.join(timeout=20)
