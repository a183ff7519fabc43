"""The schemas of the documents that other systems write and read, for their engineers' tools."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec
from litestar import Controller, Response, get
from litestar.params import FromPath

from entrepot.kernel.errors import NotFound

JSON_SCHEMA = "application/schema+json"
XML_SCHEMA = "application/xml; charset=utf-8"


class PublishedSchema(msgspec.Struct, frozen=True):
    """A schema: the file's name, the documents it describes by their outermost element, where it is fetched."""

    name: str
    documents: tuple[str, ...]
    url: str


class SchemaUnknown(NotFound):
    code = "SCHEMA_UNKNOWN"
    message = "There is no schema {name}. /api/schemas lists them."


#: A file's name, the package and the place it ships in, and the documents it describes.
_SHIPPED = {
    "bill-of-material.xsd": ("entrepot.web.api", "schemas/bill-of-material.xsd", ("ConfiguratorBOM", "ExtractPicks")),
    "configuration.xsd": ("entrepot.web.api", "schemas/configuration.xsd", ("Configuration",)),
    "entitled-prices.xsd": ("entrepot.web.api", "schemas/entitled-prices.xsd", ("EntitledPrices",)),
    "model.schema.json": ("entrepot.configurator", "model.schema.json", ("model",)),
}


class SchemaApi(Controller):
    """`/api/schemas`"""

    path = "/api/schemas"
    tags = ["Schemas"]
    opt = {"permission": "public"}

    @get("/", sync_to_thread=False)
    def every(self) -> list[PublishedSchema]:
        """The published schemas: XML Schema for documents in XML, JSON Schema for models."""
        return [PublishedSchema(name, documents, f"/api/schemas/{name}") for name, (_, _, documents) in _SHIPPED.items()]

    @get("/{name:str}", sync_to_thread=False)
    def one(self, name: FromPath[str]) -> Response[bytes]:
        """One schema as a file."""
        return Response(schema(name), media_type=XML_SCHEMA if name.endswith(".xsd") else JSON_SCHEMA)


@cache
def schema(name: str) -> bytes:
    """The text of a published schema by its file's name."""
    if name not in _SHIPPED:
        raise SchemaUnknown(name=name)
    package, place, _ = _SHIPPED[name]
    return files(package).joinpath(place).read_bytes()
