"""A company registers, waits, is approved; its administrator registers colleagues, who set passwords of their own."""

from __future__ import annotations

import re

import pytest

from tests.web.shopper import Shopper
from tests.web.staff_suite import Person, application, text_of

COMPANY = {
    "line1": "Werft 4",
    "city": "Kiel",
    "postal_code": "24143",
    "country": "DE",
    "first_name": "Rieke",
    "last_name": "Voss",
    "email": "voss@example.org",
    "password": "a good password",
}
PEOPLE = "/account/organization"


@pytest.fixture
def merch() -> Person:
    person = Person("merch")
    person.get("/management/organizations")
    return person


def _registered(name: str, logon_id: str) -> Shopper:
    rieke = Shopper(application())
    answer = rieke.send("/register/organization", COMPANY | {"organization": name, "logon_id": logon_id})
    assert answer.status_code == 200 and "waits for approval" in rieke.text, rieke.text
    return rieke


def _page_of(merch: Person, name: str) -> str:
    answer = merch.get("/management/organization", name=name)
    assert answer.status_code == 303
    return str(answer.headers["location"])


def test_registered_approved_and_in(merch: Person) -> None:
    rieke = _registered("Werft & Söhne A/S", "rieke")
    refused = rieke.log_in("rieke", "a good password")
    assert refused.status_code == 422 and "is waiting for approval" in rieke.text
    assert rieke.log_in("rieke", "a guess").status_code == 422
    assert "do not belong together" in rieke.text
    assert "Werft & Söhne A/S" in text_of(merch.get("/management/organizations", status="pending").text)
    here = _page_of(merch, "Werft & Söhne A/S")
    page = text_of(merch.does(f"{here}/decide", {"do": "approve", "parent": "Nordhof Group", "reason": "by phone"}))
    assert "Saved." in page and "Approved" in page and "by phone" in page and "Nordhof Group" in page
    rieke.log_in("rieke", "a good password")
    rieke.get("/account")
    assert "People of your organization" in rieke.text


def test_rejected_with_a_reason_that_is_told(merch: Person) -> None:
    rieke = _registered("Briefkasten GmbH", "rieke2")
    here = _page_of(merch, "Briefkasten GmbH")
    missing = merch.post(f"{here}/decide", {"do": "reject", "reason": ""})
    assert missing.status_code == 422 and "Say why" in text_of(missing.text)
    unknown = merch.post(f"{here}/decide", {"do": "approve", "parent": "Nobody Ltd"})
    assert unknown.status_code == 404 and 'value="Nobody Ltd"' in unknown.text
    merch.does(f"{here}/decide", {"do": "reject", "reason": "No such company at this address."})
    rieke.log_in("rieke2", "a good password")
    assert "was not approved: No such company at this address." in rieke.text
    assert merch.post(f"{here}/decide", {"do": "reject", "reason": "again"}).status_code == 409


def test_a_faulty_registration_says_what_is_missing_all_at_once() -> None:
    rieke = Shopper(application())
    answer = rieke.send("/register/organization", {"organization": "Nordhof Group", "email": "voss", "country": "DE"})
    assert answer.status_code == 422
    for field in ("last_name", "email", "logon_id", "line1", "city", "postal_code"):
        assert f'href="#f-{field}"' in answer.text
    taken = rieke.send("/register/organization", COMPANY | {"organization": "Nordhof Group", "logon_id": "rieke3"})
    assert taken.status_code == 422 and "is registered already" in rieke.text


def test_an_administrator_registers_a_colleague_who_sets_a_password() -> None:
    okka = Shopper(application())
    okka.log_in("office-north")
    okka.get(PEOPLE)
    assert "People of Nordhof Offices" in okka.text and "Tjark Behn" in okka.text and "Mara" not in okka.text
    wrong = okka.send(f"{PEOPLE}/people", {"logon_id": "x", "first_name": "Ida"})
    assert wrong.status_code == 422 and 'value="Ida"' in wrong.text
    taken = okka.send(f"{PEOPLE}/people", {"logon_id": "MARA", "last_name": "Ohm", "email": "ohm@nordhof.example"})
    assert taken.status_code == 422 and "taken" in okka.text
    told = okka.send(f"{PEOPLE}/people", {"logon_id": "ida.ohm", "last_name": "Ohm", "email": "ohm@nordhof.example"})
    found = re.search(r"http://[^<]*(/invitation/[^<]+)", told.text)
    assert told.status_code == 200 and found
    ida = Shopper(application())
    assert "Choose a password" in text_of(ida.get(found[1]).text)
    assert ida.send(found[1], {"password": "short"}).status_code == 422
    ida.follow(ida.send(found[1], {"password": "a good password"}))
    assert "Welcome." in ida.text and "Nordhof Offices" in ida.text
    assert Shopper(application()).get(found[1]).status_code == 404
    assert ida.get(PEOPLE).status_code == 403


def test_an_administrator_changes_a_colleague_and_nobody_else() -> None:
    okka = Shopper(application())
    okka.log_in("office-north")
    page = okka.get(PEOPLE).text
    found = re.search(rf'href="({PEOPLE}/people/\d+)">Tjark Behn', page)
    assert found
    tjark = found[1]
    profile = {"first_name": "Tjark", "last_name": "Behnsen", "email": "behn@nordhof.example", "phone": "", "unit": ""}
    okka.follow(okka.send(f"{tjark}/profile", profile))
    assert "The profile was changed." in okka.text and "Behnsen" in okka.text
    assert okka.send(f"{tjark}/profile", profile | {"last_name": ""}).status_code == 422
    assert okka.send(f"{tjark}/addresses", {"line1": "Kai 1", "country": "DE"}).status_code == 422
    place = {"last_name": "Behnsen", "line1": "Kai 1", "postal_code": "26789", "city": "Leer", "country": "DE"}
    okka.follow(okka.send(f"{tjark}/addresses", place))
    assert "The address was added." in okka.text and "Kai 1" in okka.text
    okka.follow(okka.send(f"{tjark}/addresses/remove", {"nickname": "Kai 1, Leer"}))
    assert "Kai 1" not in okka.text
    assert "/invitation/" in okka.send(f"{tjark}/invitation", {}).text
    okka.follow(okka.send(f"{tjark}/status", {"enabled": "", "reason": "left us"}))
    assert "deactivated" in okka.text
    okka.follow(okka.send(f"{tjark}/status", {"enabled": "yes"}))
    numbers = [int(number) for number in re.findall(rf"{PEOPLE}/people/(\d+)", page)]
    stranger = next(number for number in range(1, 50) if number not in numbers)
    assert okka.get(f"{PEOPLE}/people/{stranger}").status_code == 404
    assert okka.send(f"{PEOPLE}/people/{stranger}/status", {"enabled": ""}).status_code == 404
    told = text_of(Person("merch").get("/management/member", logon_id="office-berth").text)
    assert "left us" in told and "office-north" in told and "Behnsen" in told


def test_only_an_administrator_gets_there() -> None:
    for name in ("mara", "agent", "merch"):
        shopper = Shopper(application())
        shopper.log_in(name)
        assert shopper.get(PEOPLE).status_code == 403
    assert Person("agent").get("/management/organizations").status_code == 403


def test_whoever_is_deactivated_is_logged_out_and_told(merch: Person) -> None:
    jonas = Shopper(application())
    jonas.log_in("jonas")
    assert jonas.get("/account").status_code == 200
    merch.does("/management/member", {"logon_id": "jonas", "enabled": "", "reason": "a test"})
    assert jonas.get("/account").status_code != 200
    jonas.log_in("jonas")
    assert "This account is deactivated." in jonas.text
    merch.does("/management/member", {"logon_id": "jonas", "enabled": "yes"})
    jonas.log_in("jonas")
    assert jonas.get("/account").status_code == 200


def test_a_locked_group_keeps_its_units_out(merch: Person) -> None:
    okka = Shopper(application())
    okka.log_in("office-north")
    here = _page_of(merch, "Nordhof Group")
    merch.does(f"{here}/decide", {"do": "lock", "reason": "unpaid"})
    assert okka.get("/account").status_code != 200
    okka.log_in("office-north")
    assert "Nordhof Group is locked" in okka.text
    merch.does(f"{here}/decide", {"do": "unlock", "reason": "paid"})
    okka.log_in("office-north")
    assert okka.get("/account").status_code == 200


def test_a_customer_is_told_with_segments_and_contracts(merch: Person) -> None:
    page = text_of(merch.get("/management/member", logon_id="office-north").text)
    assert "regulars" in page and "Nordhof Offices, framework contract" in page and "Nordhof Group › Nordhof Offices" in page
    assert "regulars" not in text_of(merch.get("/management/member", logon_id="office-north", on="2024-01-01").text)
    assert "Okka Harms" in text_of(merch.get("/management/members", q="harms").text)
    assert merch.get("/management/member", logon_id="nobody").status_code == 404
