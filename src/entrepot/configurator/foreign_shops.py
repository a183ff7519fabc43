"""Foreign shops: what each may send here, and what goes back to it signed.

Until its signature holds a launch is told nothing but that it is not valid; from there on it is told exactly what is wrong,
for only who has the key can have written it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.engine import Connection

from entrepot.bus import Trusted
from entrepot.configurator.bom import choices_in, read_bom
from entrepot.configurator.bom_xml import from_xml
from entrepot.configurator.database import shops
from entrepot.configurator.launch import (
    Launch,
    ReadLaunch,
    Returned,
    digest_of,
    key_named_in,
    read_launch,
    read_return,
    sign_return,
)
from entrepot.configurator.problems import LaunchKeyNotGood, ShopGone, StoreNotOfShop
from entrepot.configurator.tables import find_configuration


def accept_launch(conn: Connection, secret: str, token: str, at: datetime, origins: Collection[str]) -> ReadLaunch:
    """The launch in a token: our own shop's, which may come back to our ``origins``, or a foreign shop's.

    A foreign one is of a store of that shop and comes back to an origin of it. A stored configuration in it, the bill of
    material as this configurator wrote it, is read into its choices.
    """
    named = key_named_in(token)
    if not named:
        return read_launch(secret, token, at, origins)
    found = _trusted(conn, secret, named, at)
    read = read_launch(found.key, token, at, found.partner.origins, own=False)
    launch = read.launch
    if launch.organization not in found.partner.stores:
        raise StoreNotOfShop(shop=found.partner.name, store=launch.organization)
    stored = launch.choices[0] if len(launch.choices) == 1 and launch.choices[0].lstrip().startswith("<") else ""
    if stored:
        document = from_xml(stored)
        read_bom(document, secret)
        launch = msgspec.structs.replace(launch, choices=tuple(choices_in(document)))
    launch = msgspec.structs.replace(launch, shop=found.partner.code, key=found.id, id=read.id)
    once = hashlib.sha256(f"{found.partner.code}/{read.id}".encode()).hexdigest()
    return ReadLaunch(once, read.expires, launch)


def signed_return(conn: Connection, secret: str, launch: Launch, bom: Mapping[str, Any], at: datetime) -> str:
    """What a foreign shop is told of a finished configuration: signed with the key it launched with, else its newest."""
    found = shops.trusted(conn, secret, launch.key, at) or shops.signing(conn, secret, launch.shop, at)
    if found is None:
        raise ShopGone(shop=launch.shop)
    returned = Returned(
        configuration=bom["ConfigurationId"],
        model=bom["ModelName"],
        version=bom["ModelVersion"],
        item=bom["ItemID"],
        quantity=launch.quantity,
        line=launch.line,
        digest=digest_of(bom)[1],
        launch=launch.id,
    )
    return sign_return(found.key, returned, at, named=found.id)


def bom_of_return(conn: Connection, secret: str, token: str, at: datetime) -> dict[str, Any]:
    """The bill of material that a signed return stands for, as often as it is asked for while the return is good."""
    found = _trusted(conn, secret, key_named_in(token), at)
    made = find_configuration(conn, identity=read_return(found.key, token, at).configuration)
    assert made.launch.shop == found.partner.code, "a return is signed with the key of the shop that launched"
    assert made.bom is not None, "a return is signed for a finished configuration"
    return made.bom


def _trusted(conn: Connection, secret: str, named: str, at: datetime) -> Trusted:
    found = shops.trusted(conn, secret, named, at)
    if found is None:
        raise LaunchKeyNotGood()
    return found
