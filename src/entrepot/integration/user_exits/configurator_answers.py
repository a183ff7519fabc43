"""What the configurator answers commerce: the bill of material of a configuration, and what one still stands for."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.engine import Connection

from entrepot import configurator
from entrepot.bus import Post, Service
from entrepot.integration.mapping import Document
from entrepot.kernel.clock import Clock
from entrepot.kernel.errors import Error


def configurator_services(post: Post, key: str, clock: Clock) -> list[Service]:
    """generateConfigurationBOM and extractPicksFromConfigurationBOM; the second also under its spelling in old calls."""

    def generate(document: Document) -> Document:
        with post.database.read() as conn:
            if "Component" in document:
                return _of_parts(conn, document, key, clock)
            return configurator.generate_bom(conn, str(document["ConfigurationId"]), key, clock.now())

    def extract(document: Document) -> Document:
        with post.database.read() as conn:
            try:
                found = configurator.extract_picks(conn, document, key, clock.now())
            except Error as error:
                return {"IsValid": "N", "NoLongerHolds": [str(error)], "Code": error.code}
        return configurator.answer_of(found, document)

    def predefined(document: Document) -> Document:
        launch = configurator.Launch(
            model=document["Model"],
            organization=document["OrganizationCode"],
            item=document["ItemID"],
            return_url="/",
            currency=document["Currency"],
            locale=document["LocaleCode"],
        )
        with post.database.write() as conn:
            return configurator.default_bom(conn, launch, key, clock.now())

    return [
        Service("generateConfigurationBOM", "commerce", "configurator", generate, 5.0),
        Service("extractPicksFromConfigurationBOM", "commerce", "configurator", extract, 5.0),
        Service("extraPicsFromConfigurationBOM", "commerce", "configurator", extract, 5.0),
        Service("generateDefaultConfigurationBOM", "commerce", "configurator", predefined, 5.0),
    ]


def _of_parts(conn: Connection, document: Document, key: str, clock: Clock) -> Document:
    """The bill of material of a kit that came as a list of parts."""
    setting = configurator.Setting(
        configuration_id=document["ConfigurationId"],
        item=document["ItemID"],
        organization=document["OrganizationCode"],
        language=document["LocaleCode"],
        country=document.get("Country", ""),
        currency=document["Currency"],
        quantity=document.get("Quantity", "1"),
    )
    return configurator.bom_of_parts(conn, document["Model"], setting, _sent(document["Component"]), key, clock.now())


def _sent(components: Sequence[Document]) -> tuple[configurator.SentPart, ...]:
    return tuple(
        configurator.SentPart(one["ItemID"], int(one["Quantity"]), _sent(one.get("Component", ()))) for one in components
    )
