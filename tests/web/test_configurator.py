"""The configurator over HTTP: launch, choose, why not, repair, finish; as a plain form, as a fragment, in JSON.

Commerce is played by two answers here, so that the configurator is seen to stand alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient
from msgspec import structs

from entrepot import configurator
from entrepot.app import build
from entrepot.bus import Requests, Service
from entrepot.configurator import Launch, inside, sign_launch
from entrepot.configurator.knowledge import available
from entrepot.kernel.errors import Conflict, Unavailable
from entrepot.settings import Settings
from entrepot.web.application import web_application
from entrepot.web.configurator import asking
from tests.configurator.models import DEMO

Document = dict[str, Any]
LAUNCH = Launch(
    model="workstation",
    organization="tannwerk",
    item="TW-WORKSTATION",
    return_url="/cart/configured",
    currency="EUR",
    locale="de-DE",
)


class Commerce:
    """Answers GetItemList and GetItemPrice as commerce would, or not at all."""

    def __init__(self) -> None:
        self.away = False
        self.gone: set[str] = set()

    def items(self, document: Document) -> Document:
        self._present()
        wanted = [one["ItemID"] for one in document["Items"] if one["ItemID"] not in self.gone]
        return {"Items": [{"ItemID": one, "DisplayName": f"Teil {one}", "IsSellable": "Y"} for one in wanted]}

    def prices(self, document: Document) -> Document:
        self._present()
        answer: Document = {"Items": [{"ItemID": one["ItemID"], "UnitPrice": "10.00"} for one in document["Items"]]}
        if "Kit" in document:
            pieces = sum(int(one["Quantity"]) for one in document["Kit"]["Components"])
            answer["Kit"] = {"UnitPrice": f"{pieces * 10 - 5}.00"}
        return answer

    def _present(self) -> None:
        if self.away:
            raise Unavailable(service="commerce")


@pytest.fixture
def commerce() -> Commerce:
    return Commerce()


@pytest.fixture
def client(tmp_path: Path, commerce: Commerce) -> Iterator[TestClient[Any]]:
    suite = build(Settings(data=tmp_path, secret="a secret of the tests"))
    with suite.house.configurator.database.write() as conn:
        configurator.publish(conn, (DEMO / "workstation.yaml").read_text("utf-8"), "workstation.yaml", suite.house.clock.now())
    services = [
        Service("GetItemList", "configurator", "commerce", commerce.items, 1.0),
        Service("GetItemPrice", "configurator", "commerce", commerce.prices, 1.0),
    ]
    house = replace(suite.house, requests=Requests({one.kind: one for one in services}))
    asking.forget()
    with TestClient(web_application(house)) as opened:
        opened.follow_redirects = True
        opened.app.state.launch = lambda launch=LAUNCH: sign_launch(house.settings.secret, launch, house.clock.now())
        yield opened
    suite.stop()


def token(client: TestClient[Any], launch: Launch = LAUNCH) -> str:
    made: str = client.app.state.launch(launch)
    return made


def enter(client: TestClient[Any]) -> str:
    page = client.get("/configurator", params={"token": token(client)})
    assert page.status_code == 200, page.text[:500]
    return str(page.url.path)


def step(client: TestClient[Any], place: str, **pressed: str) -> Any:
    secret = client.cookies.get("csrftoken") or ""
    return client.post(place, data={"_csrf_token": secret, **pressed})


def test_the_form_works_without_any_script(client: TestClient[Any]) -> None:
    place = enter(client)
    page = step(client, place, choose="case.mini")
    assert 'data-state="chosen"' in page.text
    assert "Warum nicht?" in page.text
    page = client.get(f"{place}?why=cpu.k7-32")
    socket = ("Der Prozessor muss auf den Sockel der Hauptplatine passen.", "Die Hauptplatine passt nicht in dieses Gehäuse.")
    heat = ("Dieser Kühler kann den Prozessor nicht kühl halten.", "Der große Radiator passt nicht in das Mini-Gehäuse.")
    assert any(all(rule in page.text for rule in reason) for reason in (socket, heat)), "either is a reason of two rules"
    page = step(client, place, repair="cpu.k7-32/0")
    assert "Warum nicht Teil" not in page.text
    answer = client.post(place, data={"_csrf_token": client.cookies.get("csrftoken") or "", "do": "done"}, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/cart/configured?configuration_id=")


def test_an_excluded_value_sent_anyway_is_explained_and_changes_nothing(client: TestClient[Any]) -> None:
    place = enter(client)
    step(client, place, choose="case.mini")
    page = step(client, place, choose="cpu.k7-32")
    assert 'id="why"' in page.text
    assert 'value="cpu.k7-32/0"' in page.text


def test_htmx_gets_the_form_alone_and_is_sent_on_at_the_end(client: TestClient[Any]) -> None:
    place = enter(client)
    headers = {"hx-request": "true", "x-csrftoken": client.cookies.get("csrftoken") or ""}
    page = client.post(place, data={"choose": "case.mini"}, headers=headers)
    assert page.text.lstrip().startswith("<form")
    done = client.post(place, data={"do": "done"}, headers=headers)
    assert done.headers["hx-redirect"].startswith("/cart/configured?")


def test_without_prices_the_page_goes_on_and_says_so(client: TestClient[Any], commerce: Commerce) -> None:
    commerce.away = True
    place = enter(client)
    page = step(client, place, choose="case.mini")
    assert page.status_code == 200
    assert "Preise werden noch bestätigt" in page.text


def test_what_commerce_does_not_sell_cannot_be_chosen(client: TestClient[Any], commerce: Commerce) -> None:
    commerce.gone = {"TW-CPU-K7-32"}
    assert "Nicht erhältlich" in client.get(enter(client)).text


@pytest.mark.parametrize(
    "pressed", [{"choose": "nothing"}, {"choose": "cpu.nothing"}, {"do": "dance"}, {"repair": "cpu.k7-32/99"}, {}]
)
def test_steps_that_mean_nothing_are_refused(client: TestClient[Any], pressed: dict[str, str]) -> None:
    client.headers["accept"] = "application/json"
    assert step(client, enter(client), **pressed).status_code == 422


def test_a_launch_to_a_foreign_origin_is_refused(client: TestClient[Any]) -> None:
    evil = Launch(
        model="workstation", organization="o", item="X", return_url="https://evil.example/", currency="EUR", locale="de-DE"
    )
    answer = client.post("/api/configurator/sessions", json={"token": token(client, evil)})
    assert (answer.status_code, answer.json()["code"]) == (422, "URL_NOT_ALLOWED")


def test_programs_take_the_same_steps(client: TestClient[Any]) -> None:
    opened = client.post("/api/configurator/sessions", json={"token": token(client)}).json()
    place = f"/api/configurator/sessions/{opened['session']}"
    state = client.post(f"{place}/choices", json={"option_class": "memory", "option": "ram-16", "quantity": 4}).json()
    assert state["price_confirmed"]
    assert {"option_class": "memory", "option": "ram-16", "quantity": 4} in state["picks"]
    boards = {value["name"]: value["state"] for one in state["classes"] if one["name"] == "board" for value in one["values"]}
    assert boards == {"k5-itx": "excluded", "k5-atx": "set", "k7-atx": "excluded", "k7-eatx": "excluded"}
    why = client.get(f"{place}/why", params={"option_class": "board", "option": "k5-itx"}).json()
    assert why["rules"] == ["So viele Speichersteckplätze hat die Hauptplatine nicht."]
    refused = client.post(f"{place}/choices", json={"option_class": "board", "option": "k5-itx"})
    assert refused.json()["code"] == "OPTION_EXCLUDED"
    repaired = client.post(f"{place}/repairs", json={"option_class": "board", "option": "k5-itx"}).json()
    assert {"option_class": "board", "option": "k5-itx", "quantity": 1} in repaired["picks"]
    assert client.post(f"{place}/undo").json()["picks"] == state["picks"]
    cheapest = client.post(f"{place}/completion", json={"how": "cheapest"}).json()
    assert cheapest["complete"]
    done = client.post(f"{place}/finish").json()
    assert done["bom"]["ConfigurationId"] == done["configuration_id"] == opened["configuration_id"]
    again = client.post(f"{place}/choices", json={"option_class": "case", "option": "mid"})
    assert (again.status_code, again.json()["code"]) == (409, "CONFIGURATION_FINISHED")


@pytest.mark.skipif(not available(), reason="the circuit compiler (py_d4) is not installed")
def test_prices_ahead_and_a_ceiling(client: TestClient[Any]) -> None:
    """Every part costs 10.00 here: the cheapest kit has the fewest parts, a fan is one more."""
    assert "Passende Teile: mindestens" in client.get(enter(client)).text
    opened = client.post("/api/configurator/sessions", json={"token": token(client)}).json()
    lowest = Decimal(opened["lowest_price"])
    place = f"/api/configurator/sessions/{opened['session']}"
    state = client.get(place, params={"ceiling": f"{lowest:.2f}"}).json()
    values = {(one["name"], value["name"]): value for one in state["classes"] for value in one["values"]}
    assert Decimal(values["fans", "fan-140"]["lowest_price"]) == lowest + 10
    assert values["fans", "fan-140"]["over_ceiling"]
    assert not values["case", "mini"]["over_ceiling"]
    assert client.get(place, params={"ceiling": "cheap"}).json()["code"] == "BAD_AMOUNT"


@pytest.mark.skipif(not available(), reason="the circuit compiler (py_d4) is not installed")
def test_a_ceiling_on_the_page_marks_what_leads_above_it_and_stays(client: TestClient[Any]) -> None:
    page = enter(client)
    step(client, page, choose="case.mini")
    lowest = client.get(page, params={"ceiling": "1"}).text
    assert "Nichts, was zu Ihrer Auswahl passt" in lowest and "data-over" in lowest
    marked = client.get(page, params={"ceiling": "150,00"}).text
    assert "Nichts, was" not in marked and 'value="150,00"' in marked
    assert "ceiling=150%2C00&amp;why=" in marked
    assert "data-over" not in client.get(page, params={"ceiling": "100.000"}).text
    assert "Schreiben Sie einen Betrag" in client.get(page, params={"ceiling": "cheap"}).text
    form = {"do": "ceiling", "ceiling": "150", "_csrf_token": client.cookies.get("csrftoken") or ""}
    assert client.post(page, data=form, follow_redirects=False).headers["location"].endswith("?ceiling=150")


def test_completed_as_most_chose_and_like_a_shared_one(client: TestClient[Any]) -> None:
    """Two of three earlier kits have the small case; a shared link is followed where the choices allow it."""
    sessions = "/api/configurator/sessions"
    for case in ("mini", "mini", "mid"):
        opened = client.post(sessions, json={"token": token(client)}).json()["session"]
        client.post(f"{sessions}/{opened}/choices", json={"option_class": "case", "option": case})
        assert client.post(f"{sessions}/{opened}/completion", json={}).json()["complete"]
        client.post(f"{sessions}/{opened}/finish")
    mine = client.post(sessions, json={"token": token(client)}).json()["session"]
    done = client.post(f"{sessions}/{mine}/completion", json={"how": "popular"}).json()
    assert done["complete"] and done["proven"]
    assert {"option_class": "case", "option": "mini", "quantity": 1} in done["picks"]
    client.post(f"{sessions}/{mine}/undo")
    page = client.get(f"/configurator/s/{mine}").text
    link = page.partition("/configurator/shared/")[2].partition('"')[0]
    client.post(f"{sessions}/{mine}/choices", json={"option_class": "case", "option": "big"})
    other = client.post(sessions, json={"token": token(client)}).json()["session"]
    like = client.post(f"{sessions}/{other}/completion", json={"how": "nearest", "like": link}).json()
    assert {"option_class": "case", "option": "big", "quantity": 1} in like["picks"]
    unknown = client.post(f"{sessions}/{other}/completion", json={"how": "nearest", "like": "nobody"})
    assert unknown.json()["code"] == "CONFIGURATION_NOT_FOUND"


def test_a_cheapest_kit_that_is_not_proven_says_so(client: TestClient[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    cheapest = configurator.complete_cheapest
    monkeypatch.setattr(inside, "complete_cheapest", lambda *asked: cheapest(*asked)._replace(proven=False))
    place = enter(client)
    assert "das günstigste Kit, das wir" in step(client, place, do="cheapest").text


def test_an_unknown_session_is_not_found(client: TestClient[Any]) -> None:
    assert client.get("/api/configurator/sessions/nothing").json()["code"] == "CONFIGURATION_NOT_FOUND"


def in_json(client: TestClient[Any]) -> tuple[str, Document]:
    opened = client.post("/api/configurator/sessions", json={"token": token(client)}).json()
    return f"/api/configurator/sessions/{opened['session']}", opened


def caught_up(held: Document, told: Document) -> Document:
    """What a program knows that holds a state and is told what has changed since."""

    def cents(price: str) -> Decimal:
        return Decimal(price)

    if "since" not in told:
        return told
    rise = cents(told["lowest_price"]) - cents(held["lowest_price"]) if told["lowest_price"] else Decimal(0)
    classes = {one["name"]: one for one in held["classes"] if one["name"] not in told["gone"]}
    for one in classes.values():
        for value in one["values"]:
            value["lowest_price"] = str(cents(value["lowest_price"]) + rise) if value["lowest_price"] else None
    classes |= {one["name"]: one for one in told["classes"]}
    return {name: value for name, value in told.items() if name not in ("since", "gone")} | {"classes": classes}


def test_a_program_that_says_what_it_holds_is_told_what_has_changed(client: TestClient[Any]) -> None:
    place, held = in_json(client)
    chosen = [("case", "mini"), ("memory", "ram-32"), ("case", "mid"), ("graphics", "l20"), ("graphics", "")]
    for option_class, option in chosen:
        told = client.post(
            f"{place}/choices", params={"since": held["revision"]}, json={"option_class": option_class, "option": option}
        ).json()
        assert told["since"] == held["revision"]
        held = caught_up(held, told)
        whole = client.get(place).json()
        assert held["classes"] == {one["name"]: one for one in whole.pop("classes")}
        assert {name: value for name, value in held.items() if name != "classes"} == whole
        held["classes"] = list(held["classes"].values())


def test_a_state_that_is_not_known_any_more_is_told_whole(client: TestClient[Any]) -> None:
    place, held = in_json(client)
    told = client.get(place, params={"since": 99}).json()
    assert "since" not in told
    assert told == held


def test_of_two_who_change_a_configuration_at_once_the_second_is_refused(client: TestClient[Any]) -> None:
    place, opened = in_json(client)
    house = client.app.state.house
    with house.configurator.database.read() as conn:
        stale = configurator.find_session(conn, opened["session"], house.clock.now())
    assert client.post(f"{place}/choices", json={"option_class": "case", "option": "mini"}).status_code == 200
    with pytest.raises(Conflict), house.configurator.database.write() as conn:
        configurator.set_picks(conn, stale, (configurator.Pick("case", "mid", 1),), house.clock.now())


def test_a_shop_launches_gets_a_signed_kit_back_and_nothing_forged_gets_through(client: TestClient[Any]) -> None:
    home = client.app.state.house.settings.address
    launch = structs.replace(LAUNCH, return_url=f"{home}/elsewhere/return?basket=7")
    signed = token(client, launch)
    sessions = "/api/configurator/sessions"
    body, _, signature = signed.partition(".")
    forged = f"{body}.{signature[:-2]}{'AA' if signature[-2:] != 'AA' else 'BB'}"
    assert client.post(sessions, json={"token": forged}).json()["code"] == "LAUNCH_INVALID"
    session = client.post(sessions, json={"token": signed}).json()["session"]
    again = client.post(sessions, json={"token": signed})
    assert (again.status_code, again.json()["code"]) == (422, "LAUNCH_USED"), "a launch opens one session"
    client.post(f"{sessions}/{session}/completion", json={"how": "defaults"}).raise_for_status()
    done = client.post(f"{sessions}/{session}/finish").json()
    back = httpx.URL(done["return_url"])
    assert (
        str(back).startswith(f"{home}/elsewhere/return?basket=7&") and back.params["configuration_id"] == done["configuration_id"]
    )
    extract = "/api/configurator/extractPicksFromConfigurationBOM"
    assert client.post(extract, json=done["bom"]).json()["IsValid"] == "Y"
    changed = client.post(extract, json=done["bom"] | {"Quantity": "5"})
    assert (changed.status_code, changed.json()["code"]) == (422, "BOM_TAMPERED")
    abroad = token(client, structs.replace(LAUNCH, return_url="https://shop.example.evil/return"))
    assert client.post(sessions, json={"token": abroad}).json()["code"] == "URL_NOT_ALLOWED"
