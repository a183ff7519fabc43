"""A kit comes into the cart by its parts: checked by its model, priced by the engine, checked again at checkout."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from entrepot import demo
from entrepot.commerce import capture
from entrepot.commerce.capture.tables import kit_configuration
from entrepot.commerce.catalog.entry_tables import configurable_entry
from entrepot.web.shop import Caller, visit
from tests.web.staff_suite import application, demo_suite

CART = "/api/stores/tannwerk/cart"
KIT = "TW-NOTEBOOK-CTO"
PARTS = {
    "TW-NC-14-GRAPHITE": 1,
    "TW-NM-U8": 1,
    "TW-NP-14-QHD": 1,
    "TW-SO-16": 1,
    "TW-SSD-N1": 1,
    "TW-NK-US": 1,
    "TW-NBAT-56": 1,
    "TW-NW-WIFI7": 1,
    "TW-NX-USBC": 2,
    "TW-NX-USBA": 1,
    "TW-PA-65": 1,
    "TW-OS-HOME": 1,
}


class Program:
    """A shop's program with a guest's cart, or somebody's token."""

    def __init__(self, who: str = "") -> None:
        self.client = TestClient(application())
        if who:
            answer = self.client.post("/api/sessions", json={"logon_id": who, "password": demo.PASSWORD})
            self.client.headers["authorization"] = f"Bearer {answer.json()['token']}"

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self._seen(self.client.post(f"{CART}/{path}", json=body))

    def put(self, path: str, body: dict[str, Any]) -> Any:
        return self._seen(self.client.put(f"{CART}/{path}", json=body))

    def add(self, **definition: Any) -> Any:
        return self.post("OrderConfigurationAdd", {"definition": definition})

    def cart(self) -> dict[str, Any]:
        return dict(self.client.get(CART).json())

    def _seen(self, answer: Any) -> Any:
        if "x-cart-token" in answer.headers:
            self.client.headers["x-cart-token"] = answer.headers["x-cart-token"]
        return answer


def document(identity: str, parts: dict[str, int] = PARTS, kit: str = KIT) -> str:
    rows = "".join(f'<Component WCSPartNumber="{part}" Quantity="{quantity}" UnitPrice="1"/>' for part, quantity in parts.items())
    root = f'<Configuration ConfigurationId="{identity}" DynamicKitPartNumber="{kit}">'
    return f'{root}<ComponentList Currency="USD">{rows}</ComponentList></Configuration>'


def fields(parts: dict[str, int] = PARTS) -> list[dict[str, Any]]:
    return [{"part_number": part, "quantity": str(quantity)} for part, quantity in parts.items()]


def kept() -> set[str]:
    with demo_suite().house.commerce.database.read() as conn:
        return set(conn.execute(sa.select(kit_configuration.c.id)).scalars())


def test_a_document_puts_a_kit_into_the_cart_at_the_engines_price() -> None:
    program = Program()
    answer = program.add(xml_configuration=document("doc-1"))
    assert answer.status_code == 201, answer.text
    line = answer.json()["lines"][0]
    assert (line["part_number"], line["configuration_id"]) == (KIT, "doc-1")
    assert Counter({one["part_number"]: one["quantity"] for one in line["components"]}) == Counter(PARTS)
    assert float(line["unit_price"]) > 500, "the document's prices (1.00 each) are never charged"
    again = program.add(xml_configuration=document("doc-1"))
    assert again.status_code == 201 and len(again.json()["lines"]) == 1


def test_fields_do_the_same_and_the_document_wins_over_them() -> None:
    program = Program()
    answer = program.add(configuration_id="fields-1", part_number=KIT, components=fields())
    assert answer.status_code == 201 and answer.json()["lines"][0]["configuration_id"] == "fields-1"
    sand = {"TW-NC-14-SAND": 1} | {part: count for part, count in PARTS.items() if part != "TW-NC-14-GRAPHITE"}
    answer = program.add(
        configuration_id="x", part_number="TW-DOCK", components=fields(), xml_configuration=document("doc-2", sand)
    )
    names = {one["part_number"] for one in answer.json()["lines"][1]["components"]}
    assert answer.json()["lines"][1]["configuration_id"] == "doc-2" and "TW-NC-14-SAND" in names


@pytest.mark.parametrize(
    ("definition", "code", "told"),
    [
        ({"xml_configuration": "<Configuration"}, "CONFIGURATION_INVALID", "line 1"),
        ({"xml_configuration": document("bad", {"TW-NONE": 1})}, "COMPONENT_UNKNOWN", "TW-NONE"),
        ({"xml_configuration": document("bad", PARTS | {"TW-NB14": 1})}, "COMPONENT_NOT_SKU", "TW-NB14"),
        ({"xml_configuration": document("bad", PARTS | {"TW-SO-16": 0})}, "BAD_QUANTITY", "Component[4]/@Quantity"),
        ({"xml_configuration": document("bad", kit="TW-DOCK")}, "NOT_A_DYNAMIC_KIT", "TW-DOCK"),
        ({"xml_configuration": document("bad", kit="TW-NONE")}, "CATALOG_ENTRY_NOT_FOUND", "TW-NONE"),
        ({"xml_configuration": document("bad", PARTS | {"TW-NC-14-SAND": 1})}, "PARTS_DO_NOT_FIT", "notebook-cto"),
        ({"xml_configuration": document("bad", PARTS | {"TW-DOCK": 1})}, "PARTS_DO_NOT_FIT", "no option TW-DOCK"),
        (
            {"xml_configuration": document("bad").replace("DynamicKitP", 'WCSURL="https://evil.example" DynamicKitP')},
            "URL_NOT_ALLOWED",
            "evil",
        ),
        ({"configuration_id": "bad", "part_number": KIT}, "NO_COMPONENT", "ComponentList"),
        ({"part_number": KIT, "components": [{"part_number": "TW-DOCK"}]}, "CONFIGURATION_ID_MISSING", "ConfigurationId"),
    ],
)
def test_what_is_wrong_is_refused_whole(definition: dict[str, Any], code: str, told: str) -> None:
    program, before = Program(), kept()
    answer = program.add(**definition)
    assert answer.json()["code"] == code and told in answer.text and answer.status_code in (404, 422), answer.text
    assert kept() == before and "x-cart-token" not in answer.headers


def test_an_id_stands_for_one_content() -> None:
    first, other = Program(), Program()
    assert first.add(xml_configuration=document("once")).status_code == 201
    changed = document("once", PARTS | {"TW-SO-16": 2})
    assert first.add(xml_configuration=changed).json()["code"] == "CONFIGURATION_ID_USED"
    assert other.add(xml_configuration=document("once")).json()["code"] == "CONFIGURATION_ID_USED"


def test_a_line_takes_another_configuration_of_the_same_kit() -> None:
    program = Program()
    line = program.add(xml_configuration=document("before")).json()["lines"][0]
    more = document("after", PARTS | {"TW-SO-16": 2})
    answer = program.put("OrderConfigurationUpdate", {"definition": {"xml_configuration": more}, "line": line["id"]})
    assert answer.status_code == 200, answer.text
    changed = answer.json()["lines"][0]
    assert (changed["id"], changed["configuration_id"]) == (line["id"], "after")
    assert {"part_number": "TW-SO-16", "quantity": 2}.items() <= next(
        one for one in changed["components"] if one["part_number"] == "TW-SO-16"
    ).items()


def test_what_came_by_parts_is_checked_at_checkout_and_reopens_to_its_choices() -> None:
    program = Program()
    cart = program.add(xml_configuration=document("to-order")).json()
    line = cart["lines"][0]["id"]
    stored = program.client.get(f"{CART}/items/{line}/configuration", headers={"accept": "application/xml"})
    assert stored.headers["content-type"].startswith("application/xml") and 'ConfigurationId="to-order"' in stored.text
    picks = program.client.post(
        "/api/configurator/extractPicksFromConfigurationBOM",
        content=stored.content,
        headers={"content-type": "application/xml", "accept": "application/xml"},
    )
    assert picks.status_code == 200 and 'IsValid="Y"' in picks.text and 'OptionItem="graphite-14"' in picks.text
    ship_to = {"last_name": "Winter", "line1": "12 Harbor Street", "city": "Seattle", "postal_code": "98101", "country": "US"}
    program.put("address", {"ship_to": ship_to | {"state": "WA", "email": "ada@example.com", "first_name": "Ada"}})
    program.put("shipping", {"mode": "standard"})
    version = program.put("payment", {"method": "card", "token": "tok_visa", "brand": "visa", "last_four": "4242"}).json()
    prepared = program.post("prepare", {"version": version["version"]})
    assert prepared.status_code == 200, prepared.text
    launched = program.post("launch", {"part_number": KIT, "line": line}).json()["url"]
    session = program.client.post("/api/configurator/sessions", json={"token": launched.partition("token=")[2]}).json()
    chosen = {(one["option_class"], one["option"], one["quantity"]) for one in session["picks"]}
    assert {("chassis", "graphite-14", 1), ("ports", "usbc", 2)} <= chosen and session["lost"] == []


def test_a_definition_is_sent_ahead_and_taken_up_by_its_id() -> None:
    staff, shopper = Program("agent"), Program()
    assert shopper.post("DynamicKitConfigurationAdd", {"configuration_id": "a"}).status_code == 401
    answer = staff.post("DynamicKitConfigurationAdd", {"xml_configuration": document("ahead")})
    assert answer.json() == {"configuration_id": "ahead", "part_number": KIT, "components": len(PARTS)}, answer.text
    taken = shopper.post("configurations", {"configuration_id": "ahead"})
    assert taken.status_code == 201 and taken.json()["lines"][0]["configuration_id"] == "ahead", taken.text
    assert staff.post("configurations", {"configuration_id": "ahead"}).json()["code"] in (
        "CONFIGURATION_NOT_FOUND",
        "CONFIGURATION_ID_USED",
    )


def test_what_nobody_takes_up_is_forgotten_after_a_week() -> None:
    Program("agent").post("DynamicKitConfigurationAdd", {"xml_configuration": document("waits")})
    house = demo_suite().house
    with house.commerce.database.write() as conn:
        capture.forget_waiting(conn, house.clock.now() + timedelta(days=6, hours=23))
        assert capture.find_waiting(conn, visit(conn, Caller("tannwerk"), house), "waits") is not None
        capture.forget_waiting(conn, house.clock.now() + timedelta(days=7, hours=1))
        assert capture.find_waiting(conn, visit(conn, Caller("tannwerk"), house), "waits") is None


def test_a_kit_with_a_foreign_configurator_is_taken_as_that_one_says() -> None:
    database = demo_suite().house.commerce.database
    program = Program()

    def point_to(url: str | None) -> None:
        with database.write() as conn:
            conn.execute(configurable_entry.update().where(configurable_entry.c.model == "notebook-cto").values(url=url))

    point_to("https://configurator.example/start")
    try:
        answer = program.add(xml_configuration=document("foreign", {"TW-NC-14-SAND": 1, "TW-NM-H12": 1}))
        assert answer.status_code == 201 and len(answer.json()["lines"][0]["components"]) == 2, answer.text
        line = answer.json()["lines"][0]["id"]
        stored = program.client.get(f"{CART}/items/{line}/configuration").json()
        assert stored["Origin"] == "Foreign" and [one["UnitPrice"] for one in stored["BOMLine"]] == ["1.00", "1.00"]
        inside = '<Component WCSPartNumber="TW-NOTEBOOK-CTO" Quantity="1"><ComponentList>{}</ComponentList></Component>'
        cycle = document("cycle", {}).replace("</ComponentList>", inside.format(inside.format("")) + "</ComponentList>")
        assert program.add(xml_configuration=cycle).json()["code"] == "KIT_CYCLE"
    finally:
        point_to(None)


def test_both_services_in_both_forms() -> None:
    program = Program()
    url = program.post("launch", {"part_number": KIT}).json()["url"]
    session = program.client.post("/api/configurator/sessions", json={"token": url.partition("token=")[2]}).json()
    here = f"/api/configurator/configurations/{session['configuration_id']}/bom"
    program.client.post(f"/api/configurator/sessions/{session['session']}/finish")
    as_json, as_xml = program.client.get(here), program.client.get(here, headers={"accept": "application/xml"})
    assert as_json.json()["ModelName"] == "notebook-cto" and f'Digest="{as_json.json()["Digest"]}"' in as_xml.text
    extract = "/api/configurator/extraPicsFromConfigurationBOM"
    told = program.client.post(extract, content=as_xml.content, headers={"content-type": "text/xml"}).json()
    assert told["IsValid"] == "Y" and len(told["Pick"]) == len(as_json.json()["Pick"]) and told["Language"] == "en-US"
    forged = program.client.post(extract, json=as_json.json() | {"ItemID": "TW-DOCK"})
    assert (forged.status_code, forged.json()["code"]) == (422, "BOM_TAMPERED")
    broken = program.client.post(extract, content=b"<a", headers={"content-type": "application/xml"})
    assert (broken.status_code, broken.json()["code"], broken.json()["path"]) == (422, "BOM_INVALID", "line 1, column 3")
    assert program.client.post(extract, content=b"[1]").json()["code"] == "BOM_INVALID"
