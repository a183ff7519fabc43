"""A preset value of a class of many is pressed away, by a shopper and by a program, and stays away."""

from __future__ import annotations

import re
from typing import Any

from tests.web.shopper import Shopper

KIT = "TW-NOTEBOOK-CTO"


def launched(guest: Shopper) -> str:
    answer = guest.send(f"/products/{KIT}/configure")
    entered = guest.get(answer.headers["location"])
    guest.get(entered.headers["location"])
    return str(entered.headers["location"])


def place(address: str) -> str:
    return f"/api/configurator/sessions/{address.rpartition('/')[2]}"


def state_of(told: dict[str, Any], name: str, option: str) -> str:
    values = next(one for one in told["classes"] if one["name"] == name)["values"]
    return str(next(one for one in values if one["name"] == option)["state"])


def button(page: str, key: str) -> str:
    found = re.search(rf'<button[^>]*name="(\w+)"[^>]*value="{re.escape(key)}"', page)
    assert found, key
    return found[1]


def test_a_preset_value_is_pressed_away_and_comes_back_when_chosen(guest: Shopper) -> None:
    here = launched(guest)
    assert button(guest.page, "wireless.wifi7") == "decline"
    guest.send(here, decline="wireless.wifi7")
    guest.get(here)
    told = guest.client.get(place(here)).json()
    assert (state_of(told, "wireless", "wifi7"), state_of(told, "wireless", "lte5g")) == ("possible", "set")
    assert button(guest.page, "wireless.wifi7") == "choose"
    guest.send(here, choose="wireless.wifi7")
    guest.get(here)
    assert button(guest.page, "wireless.wifi7") == "retract"
    guest.send(here, retract="wireless.wifi7")
    told = guest.client.get(place(here)).json()
    assert state_of(told, "wireless", "wifi7") == "possible" and told["declined"] == ["wireless.wifi7"], "not preset again"
    guest.send(here, do="undo")
    assert state_of(guest.client.get(place(here)).json(), "wireless", "wifi7") == "chosen"


def test_a_program_declines_takes_it_back_and_finishes_without_it(guest: Shopper) -> None:
    here = place(launched(guest))
    unwanted = {"option_class": "wireless", "option": "wifi7", "declined": True}
    told = guest.client.post(f"{here}/choices", json=unwanted).json()
    assert told["declined"] == ["wireless.wifi7"]
    freed = guest.client.delete(f"{here}/choices/wireless?option=wifi7").json()
    assert freed["declined"] == [] and state_of(freed, "wireless", "wifi7") == "default"
    guest.client.post(f"{here}/choices", json=unwanted)
    refused = guest.client.post(f"{here}/choices", json=unwanted | {"option": "lte5g"})
    assert (refused.status_code, refused.json()["code"]) == (422, "OPTION_EXCLUDED"), "one of them has to be in it"
    done = guest.client.post(f"{here}/finish").json()
    parts = {line["ItemID"] for line in done["bom"]["BOMLine"]}
    assert "TW-NW-5G" in parts and "TW-NW-WIFI7" not in parts


def test_pressing_away_what_cannot_go_says_so(guest: Shopper) -> None:
    here = launched(guest)
    guest.send(here, decline="wireless.lte5g")
    answer = guest.send(here, decline="wireless.wifi7")
    assert answer.status_code == 200 and "does not go together with your other choices" in guest.text
