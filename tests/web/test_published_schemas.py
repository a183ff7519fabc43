"""What we send in XML fits the published schemas, and what fits them is taken."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec
import pytest
from lxml import etree

from entrepot.commerce.capture import ConfigurationInvalid, DefinitionFields, read_definition
from entrepot.configurator import from_xml, to_xml
from entrepot.web.api.published import schema
from tests.web.shopper import Shopper

CART = "/api/stores/tannwerk/cart"
AS_XML = {"accept": "application/xml"}


@cache
def schema_of(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.fromstring(schema(name)))


def fits(name: str, text: bytes | str) -> str:
    """What is wrong with a document by a schema; nothing when it fits."""
    document = etree.fromstring(text.encode() if isinstance(text, str) else text)
    checked = schema_of(name)
    checked.validate(document)
    return "; ".join(str(entry.message) for entry in checked.error_log)


@pytest.fixture
def finished(guest: Shopper) -> dict[str, Any]:
    """A configuration of a workplace with its notebook, finished by a program."""
    kit = {"part_number": "TW-WORKPLACE", "return_url": "/cart"}
    token = str(guest.client.post(f"{CART}/launch", json=kit).json()["url"]).rpartition("token=")[2]
    session = guest.client.post("/api/configurator/sessions", json={"token": token}).json()["session"]
    return dict(guest.client.post(f"/api/configurator/sessions/{session}/finish").json())


def test_bills_of_material_fit_out_and_back(guest: Shopper, finished: dict[str, Any]) -> None:
    identity = finished["configuration_id"]
    sent = guest.client.get(f"/api/configurator/configurations/{identity}/bom", headers=AS_XML)
    assert "<NestedKit" in sent.text and fits("bill-of-material.xsd", sent.content) == ""
    asked = sent.text.replace("ConfiguratorBOM", "ExtractPicks")
    assert fits("bill-of-material.xsd", asked) == ""
    answer = guest.client.post(
        "/api/configurator/extractPicksFromConfigurationBOM", content=asked, headers=AS_XML | {"content-type": "application/xml"}
    )
    assert answer.status_code == 200 and 'CurrentModelVersion="' in answer.text
    assert fits("bill-of-material.xsd", answer.content) == ""
    added = guest.client.post(f"{CART}/configurations", json={"configuration_id": identity})
    mine = AS_XML | {"x-cart-token": added.headers["x-cart-token"]}
    stored = guest.client.get(f"{CART}/items/{added.json()['lines'][0]['id']}/configuration", headers=mine)
    assert stored.status_code == 200 and fits("bill-of-material.xsd", stored.content) == ""


def test_what_no_longer_holds_fits(finished: dict[str, Any]) -> None:
    answer = finished["bom"] | {"CurrentModelVersion": "2", "NoLongerHolds": ["computer.notebook"]}
    del answer["Digest"], answer["BOMLine"]
    assert fits("bill-of-material.xsd", to_xml(answer, "ExtractPicks")) == ""


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("LineId", "2", "1"), "Duplicate key-sequence"),
        (("Quantity", "1", "none"), "Quantity"),
        (("Required", "Y", "yes"), "Required"),
        (("Digest", "", "0"), "Digest"),
        (("Colour", "", "red"), "Colour"),
    ],
)
def test_a_bill_that_is_none_does_not_fit(finished: dict[str, Any], change: tuple[str, str, str], says: str) -> None:
    name, was, becomes = change
    bom = msgspec.json.decode(msgspec.json.encode(finished["bom"]))
    place = bom if name in bom else next((line for line in bom["BOMLine"] if line.get(name) == was), bom)
    place[name] = becomes
    assert says in fits("bill-of-material.xsd", to_xml(bom))


def test_a_document_that_fits_is_read_as_it_was_written(finished: dict[str, Any]) -> None:
    assert from_xml(to_xml(finished["bom"]).decode()) == finished["bom"]


KIT = "<Configuration ConfigurationId='250' DynamicKitPartNumber='TW-NOTEBOOK-CTO'>{}</Configuration>"
LIST = "<ComponentList Currency='USD'>{}</ComponentList>"
PART = "<Component WCSPartNumber='A' Quantity='2' UnitPrice='55.90' Required='N'/>"


@pytest.mark.parametrize(
    "text",
    [
        KIT.format(LIST.format(PART)),
        KIT.format(LIST.format("<Component WCSItemId='1111' MemberId='15' Quantity='0.5'/>")),
        KIT.format(LIST.format(f"<Component WCSPartNumber='K' Quantity='1'>{LIST.format(PART)}</Component>")),
        "<Configuration ConfigurationId='1' DynamicKitId='15555' ReferenceId='7' WCSURL='/x'>"
        + LIST.format(PART)
        + "</Configuration>",
    ],
)
def test_a_definition_that_fits_is_taken(text: str) -> None:
    assert fits("configuration.xsd", text) == ""
    assert read_definition(DefinitionFields(xml_configuration=text), "USD").components


@pytest.mark.parametrize(
    "text",
    [
        KIT.format(LIST.format("<Component WCSPartNumber='A' Quantity='1' Colour='red'/>")),
        KIT.format(LIST.format("<Part WCSPartNumber='A' Quantity='1'/>")),
        KIT.format(LIST.format("<Component WCSPartNumber='A' Quantity='1' Required='maybe'/>")),
        KIT.format(LIST.format("<Component WCSPartNumber='A' Quantity='1' UnitPrice='cheap'/>")),
        KIT.format(LIST.format(PART) * 2),
        KIT.format(""),
        "<Configuration ConfigurationId=''>" + LIST.format(PART) + "</Configuration>",
        "<Kit/>",
    ],
)
def test_what_is_refused_does_not_fit_or_needs_the_fields(text: str) -> None:
    with pytest.raises(ConfigurationInvalid):
        read_definition(DefinitionFields(xml_configuration=text), "USD")
    assert fits("configuration.xsd", text) or "ComponentList" not in text


def test_prices_in_xml_fit(guest: Shopper) -> None:
    asked = "partNumber=TW-CASE-14&partNumber=TW-NB14-SAND-16&partNumber=NONE"
    answer = guest.client.get(f"/api/stores/tannwerk/price?{asked}", headers=AS_XML)
    assert "CATALOG_ENTRY_NOT_FOUND" in answer.text and fits("entitled-prices.xsd", answer.content) == ""


def test_the_schemas_are_listed_and_fetched(guest: Shopper) -> None:
    listed = guest.client.get("/api/schemas").json()
    assert {one["name"] for one in listed} >= {"bill-of-material.xsd", "configuration.xsd", "model.schema.json"}
    for one in listed:
        answer = guest.client.get(one["url"])
        assert answer.status_code == 200 and answer.content == schema(one["name"])
        assert ("xml" in answer.headers["content-type"]) == one["name"].endswith(".xsd")
    assert guest.client.get("/api/schemas/none.xsd").status_code == 404
