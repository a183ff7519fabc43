"""django-oscar, installed as its makers publish it into an environment of its own below ``.peers/``.

It serves with gunicorn from one process with eight threads, as we serve from one process; both keep their data in SQLite with
the write-ahead log and wait for the disk when an order is placed. A checkout is what each needs for it: ours takes eight
requests (payment and a reservation of stock among them), Oscar's API five, without payment.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from bench.client import Connection
from bench.processes import free_port, running

SHOPS = Path(__file__).parent / "shops"
ENVIRONMENT = SHOPS.parents[2] / ".peers" / "oscar"
PACKAGES = ("django-oscar[sorl-thumbnail]==4.2.1", "django-oscar-api==3.3.0", "gunicorn==27.0.1", "whoosh==2.7.4")
NAME = "Oscar 4.2"
CATEGORY = "/catalogue/category/measured_1/"
PRODUCT = "/api/products/1/"
ADDRESS = {
    "first_name": "Ada",
    "last_name": "Winter",
    "line1": "12 Harbor Street",
    "line4": "Seattle",
    "postcode": "98101",
    "state": "WA",
}


def install() -> None:
    """Make the environment, once."""
    if (ENVIRONMENT / "bin" / "gunicorn").exists():
        return
    subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
    subprocess.run([str(ENVIRONMENT / "bin" / "pip"), "install", "--quiet", *PACKAGES], check=True)


@contextmanager
def serving(folder: Path) -> Iterator[int]:
    """A shop with its category of 24 things; tells the port."""
    environment = {"PEER_FOLDER": str(folder), "PYTHONWARNINGS": "ignore"}
    program, port = str(ENVIRONMENT / "bin" / "python"), free_port()
    subprocess.run([program, str(SHOPS / "oscar_site.py")], env=environment, check=True)
    options = ["--chdir", str(SHOPS), "--workers", "1", "--threads", "8", "--keep-alive", "60", "--no-control-socket"]
    command = [program, "-m", "gunicorn", *options, "--bind", f"127.0.0.1:{port}", "--log-level", "critical"]
    with running([*command, "oscar_site:application"], port, environment):
        # Its thumbnails are made by the first who looks; two first ones at once are an error.
        urlopen(f"http://127.0.0.1:{port}{CATEGORY}", timeout=60).close()
        yield port


async def add(connection: Connection, number: int) -> dict:
    """Put a thing into the basket; the basket lies in the session."""
    thing = {"url": f"http://{connection.host}/api/products/{number}/", "quantity": 1}
    answer = await connection.request("POST", "/api/basket/add-product/", thing)
    if answer.cookies:
        connection.headers["cookie"] = "; ".join(answer.cookies)
    return answer.json()


async def checkout(connection: Connection) -> None:
    """One guest, from the first thing to the order."""
    connection.headers.pop("cookie", None)
    for number in (1, 2, 3):
        basket = await add(connection, number)
    host = f"http://{connection.host}/api"
    order = {
        "basket": f"{host}/baskets/{basket['id']}/",
        "guest_email": "ada@example.com",
        "shipping_address": ADDRESS | {"country": f"{host}/countries/US/"},
    }
    (await connection.request("GET", "/api/basket/shipping-methods/")).json()
    placed = (await connection.request("POST", "/api/checkout/", order)).json()
    assert placed["number"]
