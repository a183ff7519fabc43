"""Configured kits between systems: definitions that come in, bills of material that go out and come back.

The services keep their published names. A bill of material is JSON or XML, whichever is sent and asked for; one
document is either without loss, so that its digest holds in both.
"""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post, put
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody

from entrepot import configurator
from entrepot.commerce import capture
from entrepot.kernel.errors import NotFound
from entrepot.web import defined_kits, shop
from entrepot.web.api.caller import caller_of
from entrepot.web.api.carts import respond_with
from entrepot.web.api.representation import XML, chosen_form
from entrepot.web.edge import Problem, house_of
from entrepot.web.house import House

Asking = Request[Any, Any, Any]
#: A document of a million characters, written as JSON.
MAX_BODY = 4_200_000
REFUSED = {
    422: ResponseSpec(
        Problem,
        generate_examples=False,
        media_type="application/problem+json",
        description="What is wrong, with its `path`; nothing was stored.",
    ),
    409: ResponseSpec(
        Problem,
        generate_examples=False,
        media_type="application/problem+json",
        description="`CONFIGURATION_ID_USED`: the id stands for another content.",
    ),
}


class NewKit(msgspec.Struct, forbid_unknown_fields=True):
    """A definition (fields, or `xml_configuration`, which wins) and how many of the kit."""

    definition: capture.DefinitionFields
    quantity: str = "1"


class ChangedKit(msgspec.Struct, forbid_unknown_fields=True):
    """The line of the cart and what takes the place of its configuration, under an id of its own."""

    definition: capture.DefinitionFields
    line: str


class Kept(msgspec.Struct):
    """A definition that waits under its id."""

    configuration_id: str
    part_number: str
    components: int


class ReturnedToken(msgspec.Struct, forbid_unknown_fields=True):
    """The `token` that came with the shopper."""

    token: str


class NoConfiguration(NotFound):
    code = "NO_CONFIGURATION"
    message = "The line {line} carries no configuration."


class ConfigurationApi(Controller):
    """`/api/stores/{store}/cart`: kits whose content another system defines."""

    path = "/api/stores/{store:str}/cart"
    tags = ["Configured kits"]

    @post("/OrderConfigurationAdd", permission="public", sync_to_thread=True, request_max_body_size=MAX_BODY, responses=REFUSED)
    def add(self, request: Asking, store: FromPath[str], data: JSONBody[NewKit]) -> Response[bytes]:
        """Put a kit into the cart by its components; the same id with the same content again changes nothing."""
        caller = caller_of(request, store)
        cart, secret = defined_kits.order_configuration_add(house_of(request), caller, data.definition, data.quantity)
        return respond_with(cart, secret, status=201)

    @put("/OrderConfigurationUpdate", permission="public", sync_to_thread=True, request_max_body_size=MAX_BODY, responses=REFUSED)
    def update(self, request: Asking, store: FromPath[str], data: JSONBody[ChangedKit]) -> Response[bytes]:
        """Give a line of the cart another configuration of the same kit."""
        caller = caller_of(request, store)
        return respond_with(defined_kits.order_configuration_update(house_of(request), caller, data.definition, data.line))

    @post(
        "/DynamicKitConfigurationAdd",
        permission="order.configure",
        sync_to_thread=True,
        request_max_body_size=MAX_BODY,
        responses=REFUSED,
    )
    def keep(self, request: Asking, store: FromPath[str], data: JSONBody[capture.DefinitionFields]) -> Kept:
        """Send a definition ahead; `POST …/configurations` takes it up by its id. Forgotten after seven days."""
        kept = defined_kits.dynamic_kit_configuration_add(house_of(request), caller_of(request, store), data)
        return Kept(kept.id, kept.kit, len(kept.parts))

    @get("/items/{line:str}/configuration", permission="public", sync_to_thread=False)
    def stored(self, request: Asking, store: FromPath[str], line: FromPath[str]) -> Response[bytes]:
        """The bill of material stored with a line (findConfigurationByOrderItemId), in JSON or XML."""
        house, caller = house_of(request), caller_of(request, store)
        with house.commerce.database.read() as conn:
            found = capture.require_cart(conn, shop.visit(conn, caller, house)).line(line)
        if found.configuration is None:
            raise NoConfiguration(line=line)
        return _bill(request, found.configuration, "ConfiguratorBOM")


class BillOfMaterialApi(Controller):
    """`/api/configurator`: both services of the bill of material."""

    path = "/api/configurator"
    tags = ["Configured kits"]
    opt = {"permission": "public"}

    @get("/configurations/{configuration_id:str}/bom", sync_to_thread=True, responses={422: REFUSED[422]})
    def generate(self, request: Asking, configuration_id: FromPath[str]) -> Response[bytes]:
        """The bill of material of a configuration (generateConfigurationBOM); an incomplete one is refused."""
        house = house_of(request)
        with house.configurator.database.read() as conn:
            bom = configurator.generate_bom(conn, configuration_id, house.settings.secret, house.clock.now())
        return _bill(request, bom, "ConfiguratorBOM")

    @post("/returned", status_code=200, sync_to_thread=True, responses={422: REFUSED[422]})
    def returned(self, request: Asking, data: JSONBody[ReturnedToken]) -> Response[bytes]:
        """The bill of material that a signed return to a foreign shop stands for; the SHA-256 of the JSON is its `Digest`."""
        house = house_of(request)
        with house.configurator.database.read() as conn:
            bom = configurator.bom_of_return(conn, house.settings.secret, data.token, house.clock.now())
        if chosen_form(request) == XML:
            return _bill(request, bom, "ConfiguratorBOM")
        return Response(configurator.digest_of(bom)[0], media_type="application/json")

    @post(
        ["/extractPicksFromConfigurationBOM", "/extraPicsFromConfigurationBOM"],
        status_code=200,
        request_max_body_size=MAX_BODY,
        responses={422: REFUSED[422]},
    )
    async def extract(self, request: Asking) -> Response[bytes]:
        """The choices a bill of material was made of, checked against the model of today: `NoLongerHolds` names the others."""
        body = await request.body()
        document, answer = await asyncio.to_thread(_extracted, house_of(request), body, request.headers.get("content-type", ""))
        return _bill(request, configurator.answer_of(answer, document), "ExtractPicks")


def _extracted(house: House, body: bytes, content_type: str) -> tuple[dict[str, Any], configurator.Extracted]:
    document = read_bill(body, content_type)
    with house.configurator.database.read() as conn:
        return document, configurator.extract_picks(conn, document, house.settings.secret, house.clock.now())


def read_bill(body: bytes, content_type: str) -> dict[str, Any]:
    """A bill of material as it was sent; what is neither JSON nor XML is refused."""
    kind = content_type.partition(";")[0].strip()
    try:
        if kind in (XML, "text/xml"):
            return configurator.from_xml(body.decode("utf-8"))
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise configurator.BomInvalid(path="document", problem=f"this is no bill of material ({error}).") from None


def _bill(request: Asking, document: dict[str, Any], root: str) -> Response[bytes]:
    if chosen_form(request) == XML:
        return Response(configurator.to_xml(document, root), media_type=f"{XML}; charset=utf-8")
    return Response(msgspec.json.encode(document), media_type="application/json")
