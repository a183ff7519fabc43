"""Serving the suite over HTTP: one process with everything in it, or one of several (`together`)."""

from __future__ import annotations

import gc
import logging
import socket
import sys
from collections.abc import Callable

import structlog
import uvicorn
from litestar import Litestar
from rich.console import Console

from entrepot import demo as demo_store
from entrepot import demo_life
from entrepot.app import Suite, build
from entrepot.configurator import compile_again
from entrepot.loading import show, shown_progress
from entrepot.settings import Settings
from entrepot.web.application import web_application

#: How long (seconds) background work may keep the interpreter before a waiting request gets it.
SWITCH = 0.0005


def prepare(settings: Settings, console: Console, *, demo: bool) -> Suite:
    """Databases up to date, models compiled by this release, the demo store loaded if wanted; shows what takes long."""
    configure_logs()
    suite = build(settings)
    compile_again(
        suite.databases["configurator"], suite.house.clock.now(), lambda name: console.print(f"Compiling {name} again …")
    )
    if demo and not demo_store.is_loaded(suite):
        gc.enable()  # Loading makes what is soon garbage.
        console.print("Loading the demo store …")
        with shown_progress(console, quiet=not console.is_terminal) as on_progress:
            report = demo_store.load(suite, on_progress)
        if report.problems:
            show(report, console)
        suite.settle()
        demo_life.happen(suite)
    return suite


def serve_forever(suite: Suite, place: socket.socket) -> None:
    """Listen until stopped; background work runs beside the requests and ends with them."""
    serve(suite, place, on_startup=suite.start)


def serve(suite: Suite, place: socket.socket, on_startup: Callable[[], None]) -> None:
    """Listen until stopped; what is begun at the start ends with it."""
    sys.setswitchinterval(SWITCH)
    server = uvicorn.Server(server_configuration(application(suite, on_startup), suite.house.settings))
    gc.freeze()
    gc.enable()
    server.run(sockets=[place])


def application(suite: Suite, on_startup: Callable[[], None]) -> Litestar:
    """The web application of the suite; what is begun at the start, such as its background work, ends with it."""
    return web_application(suite.house, on_startup=[on_startup], on_shutdown=[suite.stop])


def server_configuration(app: Litestar, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        http="httptools",
        loop="uvloop",
        server_header=False,
        timeout_graceful_shutdown=10,
    )


def configure_logs(level: int = logging.WARNING) -> None:
    """Structured logs, one event one line, with the correlation id of the click that led to it."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # Standard output is for answers, such as those of `--json`.
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
