"""What a foreign configurator sends back: taken once, as it was signed, into the cart it was asked from, at our prices."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from entrepot.bus import Partner, Trusted
from entrepot.commerce.capture import configurators
from entrepot.commerce.catalog.entry_tables import configurable_entry
from entrepot.configurator import Returned, sign_return
from entrepot.kernel.seal import take_apart
from tests.web.shopper import Shopper
from tests.web.staff_suite import CLOCK, application, demo_suite

KIT, MODEL, ORIGIN = "TW-NOTEBOOK-CTO", "notebook-cto", "https://kitwerk.example"
PARTS = {"TW-NC-14-SAND": 1, "TW-NM-H12": 2}


@dataclass
class Kitwerk:
    """The configurator elsewhere: its key, and what it answers."""

    key: Trusted
    other: Trusted

    def answer(self, token: str, by: Trusted | None = None, document: str | None = None, **changed: Any) -> dict[str, str]:
        """The form the shopper's browser brings back for a launch."""
        parts = take_apart(token)
        assert parts.holds(self.key.key, "launch")
        launch = json.loads(parts.body)
        identity = changed.pop("identity", f"kit-{launch['id']}")
        text = document if document is not None else definition(identity)
        values = {
            "configuration": identity,
            "model": MODEL,
            "version": "1",
            "item": KIT,
            "launch": launch["id"],
            "digest": hashlib.sha256(text.encode()).hexdigest(),
        }
        at = CLOCK.now() - changed.pop("age", timedelta(0))
        signer = by or self.key
        return {"token": sign_return(signer.key, Returned(**(values | changed)), at, named=signer.id), "bom": text}


def definition(identity: str, kit: str = KIT, parts: dict[str, int] = PARTS) -> str:
    rows = [{"part_number": part, "quantity": str(quantity), "unit_price": "0.01"} for part, quantity in parts.items()]
    return json.dumps({"configuration_id": identity, "part_number": kit, "currency": "USD", "components": rows})


@pytest.fixture
def kitwerk() -> Iterator[Kitwerk]:
    house = demo_suite().house
    at, secret = CLOCK.now(), house.settings.secret
    kit = configurable_entry.c.model == MODEL
    with house.commerce.database.write() as conn:
        for code in ("kitwerk", "otherwerk"):
            if all(one.code != code for one in configurators.all(conn)):
                configurators.add(conn, Partner(code, code.title(), ("tannwerk",), (f"https://{code}.example",)), "olga", at)
        keys = [configurators.issue_key(conn, secret, code, "olga", at) for code in ("kitwerk", "otherwerk")]
        configurators.update(conn, replace(keys[0].partner, active=True), "olga", at)
        conn.execute(configurable_entry.update().where(kit).values(url=f"{ORIGIN}/start?theme=dark"))
    yield Kitwerk(*keys)
    with house.commerce.database.write() as conn:
        conn.execute(configurable_entry.update().where(kit).values(url=None))


def sent(shopper: Shopper, path: str = f"/products/{KIT}/configure") -> str:
    """The launch that a shopper carries to the configurator."""
    page = shopper.send(path)
    found = re.search(r'content="0;url=([^"]+)"', page.text)
    assert page.status_code == 200 and found, page.text[:400]
    address = html.unescape(found.group(1))
    assert address.startswith(f"{ORIGIN}/start?theme=dark&token=")
    return parse_qs(urlsplit(address).query)["token"][0]


def came(shopper: Shopper, form: dict[str, str]) -> str:
    """What the shopper reads at the end of the way back."""
    answer = shopper.client.post("/cart/configured", data=form, headers={"origin": ORIGIN}, follow_redirects=False)
    return shopper.follow(answer)


def test_the_kit_comes_into_the_cart_at_our_prices(kitwerk: Kitwerk) -> None:
    shopper = Shopper(application())
    token = sent(shopper)
    launch = json.loads(take_apart(token).body)["launch"]
    assert (launch["Model"], launch["ItemID"], launch["organizationCode"]) == (MODEL, KIT, "tannwerk")
    assert launch["ReturnURL"] == f"{demo_suite().house.settings.address}/cart/configured"
    text = came(shopper, kitwerk.answer(token, quantity="3"))
    assert "Your configuration is in the cart" in text and "$0.03" not in text
    line = re.search(r"/cart/lines/(\w+)/configure", shopper.page)
    assert line, "a kit from elsewhere can be opened again"
    again = json.loads(take_apart(sent(shopper, f"/cart/lines/{line.group(1)}/configure")).body)
    assert again["launch"]["orderItemId"] == line.group(1) and again["launch"]["ConfigurationId"].startswith("kit-")
    back = kitwerk.answer(sent(shopper, f"/cart/lines/{line.group(1)}/configure"))
    assert "Your configuration was changed" in came(shopper, back)


NOT_AS_ASKED = "is not what was asked for"
NOT_EXPECTED = "belongs to no cart of yours"
NOT_VALID = "is not valid or has expired"
REFUSED: list[tuple[str, Callable[[Kitwerk, str], dict[str, str]], str]] = [
    ("nothing", lambda k, t: {}, NOT_VALID),
    ("forged", lambda k, t: (form := k.answer(t)) | {"token": form["token"][:-4] + "AAAA"}, NOT_VALID),
    ("the launch itself", lambda k, t: {"token": t, "bom": ""}, NOT_VALID),
    ("unknown key", lambda k, t: k.answer(t, by=replace(k.key, id="01unknown")), NOT_VALID),
    ("signed with another's key", lambda k, t: k.answer(t, by=replace(k.other, id=k.key.id)), NOT_VALID),
    ("another configurator", lambda k, t: k.answer(t, by=k.other), NOT_EXPECTED),
    ("too old", lambda k, t: k.answer(t, age=timedelta(minutes=11)), "has expired"),
    ("another launch", lambda k, t: k.answer(t, launch="01nobody"), NOT_EXPECTED),
    ("no launch", lambda k, t: k.answer(t, launch=""), NOT_EXPECTED),
    ("another kit", lambda k, t: k.answer(t, item="TW-WORKSTATION"), NOT_AS_ASKED),
    ("another model", lambda k, t: k.answer(t, model="workstation"), NOT_AS_ASKED),
    ("another document", lambda k, t: (form := k.answer(t)) | {"bom": form["bom"].replace("H12", "U8")}, NOT_AS_ASKED),
    ("another id in it", lambda k, t: k.answer(t, document=definition("kit-x")), NOT_AS_ASKED),
    ("another kit in it", lambda k, t: k.answer(t, identity="x1", document=definition("x1", "TW-WORKSTATION")), NOT_AS_ASKED),
    ("no document", lambda k, t: k.answer(t, document="{}]"), "could not be read"),
    ("no article", lambda k, t: k.answer(t, identity="x2", document=definition("x2", parts={"NOBODYS": 1})), "NOBODYS"),
    ("nothing of it", lambda k, t: k.answer(t, identity="x3", document=definition("x3", parts={"TW-NM-H12": 0})), "0"),
    ("no quantity", lambda k, t: k.answer(t, quantity="-1"), "greater than 0"),
]


@pytest.mark.parametrize(("form", "told"), [pytest.param(*row[1:], id=row[0]) for row in REFUSED])
def test_what_is_wrong_is_refused_and_nothing_is_in_the_cart(
    kitwerk: Kitwerk, form: Callable[[Kitwerk, str], dict[str, str]], told: str
) -> None:
    shopper = Shopper(application())
    text = came(shopper, form(kitwerk, sent(shopper)))
    assert told in text and "Your cart is empty" in text, text[:600]


def test_an_answer_is_taken_once_and_by_its_own_cart(kitwerk: Kitwerk) -> None:
    mine, other = Shopper(application()), Shopper(application())
    form = kitwerk.answer(sent(mine))
    sent(other)
    assert NOT_EXPECTED in came(other, form), "whoever brings it has no use of it"
    assert "taken over already" in came(mine, form)
    launch = json.loads(take_apart(form["token"]).body)["returned"]["LaunchId"]
    assert "Your configuration is in the cart" in mine.follow(mine.get(f"/cart/configured?launch={launch}"))
    mine.follow(mine.get(f"/cart/configured?launch={launch}"))
    assert len(set(re.findall(r"/cart/lines/(\w+)/configure", mine.page))) == 1


def test_an_answer_that_takes_longer_than_a_day_is_not_awaited(kitwerk: Kitwerk) -> None:
    shopper = Shopper(application())
    token = sent(shopper)
    CLOCK.advance(minutes=24 * 60 + 1)
    assert NOT_EXPECTED in came(shopper, kitwerk.answer(token))


def test_nobody_is_sent_to_a_configurator_that_is_paused(kitwerk: Kitwerk) -> None:
    shopper = Shopper(application())
    form = kitwerk.answer(sent(shopper))
    with demo_suite().house.commerce.database.write() as conn:
        configurators.update(conn, replace(kitwerk.key.partner, active=False), "olga", CLOCK.now())
    assert NOT_VALID in came(shopper, form)
    page = shopper.send(f"/products/{KIT}/configure")
    assert page.status_code == 422 and "cannot be configured at the moment" in shopper.text


def test_an_unsigned_definition_of_its_kit_is_refused(kitwerk: Kitwerk) -> None:
    shopper = Shopper(application())
    answer = shopper.client.post(
        "/api/stores/tannwerk/cart/OrderConfigurationAdd", json={"definition": json.loads(definition("by-hand"))}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "RETURN_NOT_SIGNED")


PUT_IN, CHANGED = "Your configuration is in the cart", "Your configuration was changed"


def kits_in(shopper: Shopper) -> int:
    return len(set(re.findall(r"/cart/lines/(\w+)/configure", shopper.page)))


def test_what_was_configured_follows_the_guest_into_the_account(kitwerk: Kitwerk) -> None:
    earlier = Shopper(application())
    earlier.log_in("jonas")
    earlier.add("TW-CB-USBC-2")
    shopper = Shopper(application())
    came(shopper, kitwerk.answer(sent(shopper)))
    line = re.search(r"/cart/lines/(\w+)/configure", shopper.page)
    assert line
    new, changed = sent(shopper), sent(shopper, f"/cart/lines/{line.group(1)}/configure")
    shopper.follow(shopper.log_in("jonas", return_to="/cart"))
    before = kits_in(shopper)
    assert CHANGED in came(shopper, kitwerk.answer(changed)) and kits_in(shopper) == before
    assert PUT_IN in came(shopper, kitwerk.answer(new)) and kits_in(shopper) == before + 1


def test_who_ordered_in_the_meantime_finds_it_in_a_new_cart(kitwerk: Kitwerk) -> None:
    shopper = Shopper(application())
    shopper.add("TW-CB-USBC-2")
    token = sent(shopper)
    shopper.to_summary()
    assert "Thank you" in shopper.follow(shopper.order())
    assert PUT_IN in came(shopper, kitwerk.answer(token)) and kits_in(shopper) == 1
    shopper.get("/cart")
    assert kits_in(shopper) == 1, "the new cart is the guest's own"


def test_a_line_that_is_gone_is_one_of_its_own_again(kitwerk: Kitwerk) -> None:
    shopper = Shopper(application())
    came(shopper, kitwerk.answer(sent(shopper)))
    line = re.search(r"/cart/lines/(\w+)/configure", shopper.page)
    assert line
    version = shopper.field("version")
    token = sent(shopper, f"/cart/lines/{line.group(1)}/configure")
    shopper.send(f"/cart/lines/{line.group(1)}/remove", version=version)
    assert PUT_IN in came(shopper, kitwerk.answer(token)) and kits_in(shopper) == 1


def test_who_was_logged_in_and_is_not_any_more_logs_in_and_has_it(kitwerk: Kitwerk) -> None:
    shopper = Shopper(application())
    shopper.log_in("mara")
    token = sent(shopper)
    shopper.send("/logout")
    text = came(shopper, kitwerk.answer(token))
    assert "You were logged in when you went to configure this" in text and "Log in" in text
    home = re.search(r'name="return_to" value="(/cart/configured[^"]+)"', shopper.page)
    assert home
    back = html.unescape(home.group(1))
    assert PUT_IN in shopper.follow(shopper.log_in("mara", return_to=back))
    other = Shopper(application())
    other.log_in("jonas")
    assert NOT_EXPECTED in other.follow(other.get(back)), "another account has no use of it"


def test_a_kit_from_elsewhere_is_removed_and_brought_back(kitwerk: Kitwerk) -> None:
    shopper = Shopper(application())
    came(shopper, kitwerk.answer(sent(shopper)))
    assert "/compare" not in shopper.page, "our configurator has nothing to compare it with"
    line = re.search(r"/cart/lines/(\w+)/configure", shopper.page)
    assert line
    shopper.follow(shopper.send(f"/cart/lines/{line.group(1)}/remove", version=shopper.field("version")))
    assert kits_in(shopper) == 0
    assert "It is back in your cart" in shopper.follow(
        shopper.send("/cart/undo", configuration_id=shopper.field("configuration_id"), quantity="1")
    )
    assert kits_in(shopper) == 1 and "2 parts" in shopper.text
