"""The address to listen on, taken before anything else is done: nobody waits for a start that must fail."""

from __future__ import annotations

import socket

from entrepot.kernel.errors import Conflict
from entrepot.settings import Settings


class PortTaken(Conflict):
    code = "PORT_TAKEN"
    message = "Cannot listen on {address}: {reason}. Stop what listens there, or choose another port with --port or PORT=."


def take_port(settings: Settings) -> socket.socket:
    """Take the address, without listening yet; raises `PortTaken` where somebody has it, or it may not be had."""
    return _bound(settings, settings.port, together=False)


def take_together(settings: Settings) -> list[socket.socket]:
    """The address once for each worker: the system shares connections out among those that listen; raises `PortTaken`."""
    with take_port(settings) as alone:
        port = alone.getsockname()[1]
    return [_bound(settings, port, together=True) for _ in range(settings.workers)]


def _bound(settings: Settings, port: int, *, together: bool) -> socket.socket:
    taken = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if together:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        taken.bind((settings.host, port))
    except OSError as error:
        taken.close()
        raise PortTaken(address=settings.address, reason=error.strerror) from error
    return taken
