"""Two installations of this suite as partners: the shop of one launches the configurator of the other with a key that one made,
its shopper comes back with a signed return, and the order is placed at home."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from entrepot.tour.shopper import API
from tests.journeys.test_partners import KIT, Ground, check_out, onward, picks, press, served

pytestmark = pytest.mark.slow


@pytest.fixture
def both(data: Path, tmp_path: Path) -> Iterator[tuple[Ground, Ground]]:
    """Home and elsewhere, each with databases and a secret of its own; two names, so that neither gets the other's cookies."""
    shutil.copytree(data, tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "secret").unlink(missing_ok=True)
    with served(data) as home, served(tmp_path / "elsewhere", "localhost") as elsewhere:
        yield home, elsewhere


def connect(home: Ground, elsewhere: Ground) -> str:
    """What both operators do; the key's name."""
    elsewhere.partner("add", "shop", "home", "--name", "Home", "--store", "tannwerk", "--origin", home.address)
    made = json.loads(elsewhere.partner("key", "shop", "home", "--json"))
    home.partner("add", "configurator", "there", "--name", "There", "--store", "tannwerk", "--origin", elsewhere.address)
    told = home.partner("enter", "configurator", "there", made["key"], typed=f"{made['secret']}\n")
    assert made["secret"] not in told
    assert made["secret"].encode() not in b"".join(one.read_bytes() for one in home.data.glob("commerce.db*"))
    home.configured_at(f"{elsewhere.address}/configurator")
    return str(made["key"])


def test_the_shop_of_one_sells_what_the_configurator_of_the_other_puts_together(both: tuple[Ground, Ground]) -> None:
    home, elsewhere = both
    key = connect(home, elsewhere)
    with httpx.Client(base_url=home.address, follow_redirects=True, timeout=60) as shopper:
        shopper.get("/search")
        configure = {"_csrf_token": shopper.cookies.get("csrftoken", domain="127.0.0.1")}
        page = shopper.get(onward(shopper.post(f"/products/{KIT}/configure", data=configure)))
        assert str(page.url).startswith(f"{elsewhere.address}/configurator/s/"), page.text[:500]
        chosen = picks(shopper, press(shopper, page, do="complete"))
        way = onward(press(shopper, page, do="done"))
        assert way.startswith(f"{home.address}/cart/configured?token=")

        with httpx.Client(follow_redirects=True, timeout=60) as stranger:
            assert "Your cart is empty" in stranger.get(way).text, "somebody else's return goes into no cart but its own"
        assert "taken over already" in shopper.get(way).text
        back = shopper.get("/cart/configured", params={"launch": launch_of(way)})
        assert "Your configuration is in the cart" in back.text, back.text[:2000]

        claim = {"x-cart-token": next(one.value for one in shopper.cookies.jar if "cart" in one.name and one.value)}
        line = httpx.get(f"{home.address}{API}/cart", headers=claim).json()["lines"][0]
        parts = {one["part_number"] for one in line["components"]}
        assert line["part_number"] == KIT and len(parts) > 5 and float(line["unit_price"]) > 100

        again = shopper.get(onward(shopper.post(f"/cart/lines/{line['id']}/configure", data=configure)))
        assert picks(shopper, again) == chosen, "a line of the cart opens there as it was"
        order = check_out(home.address, claim)
        assert {one["part_number"] for one in order["lines"][0]["components"]} == parts

        elsewhere.partner("revoke", "shop", "home", key)
        refused = shopper.get(onward(shopper.post(f"/products/{KIT}/configure", data=configure)))
        assert refused.status_code == 422 and "not valid" in refused.text


def launch_of(way: str) -> str:
    """The launch that a signed return answers."""
    from base64 import urlsafe_b64decode

    body = way.partition("token=")[2].partition(".")[0]
    returned = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))["returned"]
    return str(returned["LaunchId"])
