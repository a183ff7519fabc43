"""What the configurator answers commerce: the bill of material of a configuration, and what one still stands for."""

from __future__ import annotations

from entrepot import configurator
from entrepot.bus import Post, Service
from entrepot.integration.mapping import Document
from entrepot.kernel.clock import Clock
from entrepot.kernel.errors import Error


def configurator_services(post: Post, key: str, clock: Clock) -> list[Service]:
    """generateConfigurationBOM and extractPicksFromConfigurationBOM; the second also under its spelling in old calls."""

    def generate(document: Document) -> Document:
        with post.database.read() as conn:
            return configurator.generate_bom(conn, str(document["ConfigurationId"]), key, clock.now())

    def extract(document: Document) -> Document:
        with post.database.read() as conn:
            try:
                found = configurator.extract_picks(conn, document, key, clock.now())
            except Error as error:
                return {"IsValid": "N", "NoLongerHolds": [str(error)], "Code": error.code}
        return {
            "ModelName": document.get("ModelName"),
            "IsValid": "N" if found.lost else "Y",
            "NoLongerHolds": [str(one) for one in found.lost],
            "Pick": document.get("Pick", []),
        }

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
