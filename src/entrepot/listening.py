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
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((settings.host, settings.port))
    except OSError as error:
        taken.close()
        raise PortTaken(address=settings.address, reason=error.strerror) from error
    return taken
