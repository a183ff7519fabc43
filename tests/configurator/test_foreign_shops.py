"""A foreign shop's launch: everything that can be wrong with it, who is told what, and what goes back signed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from entrepot import configurator
from entrepot.bus import Partner, Trusted
from entrepot.configurator import Launch, Pick, sign_launch
from entrepot.configurator.bom_xml import to_xml
from entrepot.configurator.database import metadata, shops
from entrepot.configurator.launch import LIFETIME, SKEW
from entrepot.kernel.db import Database
from entrepot.kernel.errors import Error
from entrepot.kernel.seal import seal
from tests.configurator.models import AT, BICYCLE

SECRET, OWN = "the installation's own secret", ["https://tannwerk.example"]
BACK = "https://nordlicht.example/back"
LAUNCH = Launch(
    model="bicycle", organization="tannwerk", item="NB", return_url=BACK, currency="EUR", locale="de-DE", line="7", buyer="mara"
)


@dataclass(frozen=True)
class World:
    """Two shops with a key each, and a model."""

    database: Database
    nordlicht: Trusted
    suedwind: Trusted

    def accept(self, token: str, at: datetime = AT) -> configurator.ReadLaunch:
        with self.database.read() as conn:
            return configurator.accept_launch(conn, SECRET, token, at, OWN)

    def open(self, token: str, at: datetime = AT) -> configurator.Session:
        with self.database.write() as conn:
            return configurator.open_session(conn, configurator.accept_launch(conn, SECRET, token, at, OWN), at)


@pytest.fixture
def world(open_database: Callable[[sa.MetaData, str], Database]) -> Iterator[World]:
    database = open_database(metadata, "configurator")
    with database.write() as conn:
        configurator.publish(conn, BICYCLE, "bicycle.yaml", AT)
        keys = []
        for code in ("nordlicht", "suedwind"):
            shops.add(conn, Partner(code, code.title(), ("tannwerk",), (f"https://{code}.example",)), "olga", AT)
            keys.append(shops.issue_key(conn, SECRET, code, "olga", AT))
    yield World(database, *keys)


def signed(by: Trusted, at: datetime = AT, **changed: Any) -> str:
    return sign_launch(by.key, msgspec.structs.replace(LAUNCH, **changed), at, named=by.id)


def body(by: Trusted, purpose: str = "launch", **changed: Any) -> str:
    """A token written by hand, as a foreign program would."""
    launch = json.loads(msgspec.json.encode(LAUNCH))
    made = {"id": "n" * 20, "expires": int((AT + LIFETIME).timestamp()), "key": by.id, "launch": launch} | changed
    return seal(by.key, purpose, json.dumps(made).encode())


def test_a_launch_is_of_the_shop_whose_key_signed_it(world: World) -> None:
    """What it says of its shop itself does not count."""
    read = world.accept(signed(world.nordlicht, shop="suedwind", key="k", id="mine"))
    assert (read.launch.shop, read.launch.key) == ("nordlicht", world.nordlicht.id)
    assert read.launch.buyer == "mara" and read.launch.id != "mine"


REFUSED: list[tuple[str, Callable[[World], str], str]] = [
    ("forged", lambda w: signed(w.nordlicht)[:-3] + "AAA", "LAUNCH_INVALID"),
    ("changed", lambda w: "A" + signed(w.nordlicht)[1:], "LAUNCH_INVALID"),
    ("no token", lambda w: "", "LAUNCH_INVALID"),
    ("no base 64", lambda w: "§.§", "LAUNCH_INVALID"),
    ("too long", lambda w: "A" * 200_000, "LAUNCH_INVALID"),
    ("unknown key", lambda w: signed(replace(w.nordlicht, id="01unknown")), "LAUNCH_INVALID"),
    ("other shop's key", lambda w: signed(replace(w.suedwind, id=w.nordlicht.id)), "LAUNCH_INVALID"),
    (
        "a return as a launch",
        lambda w: seal(w.nordlicht.key, "return", b'{"key":"%s"}' % w.nordlicht.id.encode()),
        "LAUNCH_INVALID",
    ),
    ("no launch in it", lambda w: body(w.nordlicht, launch={}), "LAUNCH_INVALID"),
    ("a number as a key", lambda w: body(w.nordlicht, key=7), "LAUNCH_INVALID"),
    ("no id", lambda w: body(w.nordlicht, id=""), "LAUNCH_INVALID"),
    ("expired", lambda w: signed(w.nordlicht, AT - LIFETIME), "LAUNCH_EXPIRED"),
    ("for a year", lambda w: body(w.nordlicht, expires=int((AT + timedelta(days=365)).timestamp())), "LAUNCH_EXPIRED"),
    ("from too far ahead", lambda w: signed(w.nordlicht, AT + SKEW + timedelta(seconds=1)), "LAUNCH_EXPIRED"),
    ("another origin", lambda w: signed(w.nordlicht, return_url="https://evil.example/"), "URL_NOT_ALLOWED"),
    ("the other shop's origin", lambda w: signed(w.nordlicht, return_url="https://suedwind.example/"), "URL_NOT_ALLOWED"),
    ("a look-alike", lambda w: signed(w.nordlicht, return_url="https://nordlicht.example.evil.example/"), "URL_NOT_ALLOWED"),
    (
        "a name before the host",
        lambda w: signed(w.nordlicht, return_url="https://nordlicht.example@evil.example/"),
        "URL_NOT_ALLOWED",
    ),
    ("a script", lambda w: signed(w.nordlicht, return_url="javascript:alert(1)"), "URL_NOT_ALLOWED"),
    ("our own page", lambda w: signed(w.nordlicht, return_url="/cart/configured"), "URL_NOT_ALLOWED"),
    ("our own origin", lambda w: signed(w.nordlicht, return_url=f"{OWN[0]}/cart"), "URL_NOT_ALLOWED"),
    ("another store", lambda w: signed(w.nordlicht, organization="other"), "STORE_NOT_OF_SHOP"),
    ("another model", lambda w: signed(w.nordlicht, model="nothing"), "MODEL_NOT_FOUND"),
    ("a bill of nobody", lambda w: signed(w.nordlicht, choices=("<ConfiguratorBOM/>",)), "BOM_TAMPERED"),
]


@pytest.mark.parametrize(("token", "code"), [pytest.param(*row[1:], id=row[0]) for row in REFUSED])
def test_what_is_wrong_is_refused(world: World, token: Callable[[World], str], code: str) -> None:
    with pytest.raises(Error) as refusal:
        world.open(token(world))
    assert refusal.value.code == code, refusal.value


def test_a_launch_opens_one_session(world: World) -> None:
    token = signed(world.nordlicht)
    world.open(token)
    with pytest.raises(configurator.LaunchUsed):
        world.open(token)
    same = {"id": "one-and-the-same"}
    world.open(body(world.nordlicht, **same))
    world.open(
        body(world.suedwind, **same, launch=json.loads(msgspec.json.encode(LAUNCH)) | {"ReturnURL": "https://suedwind.example/"})
    )


def test_a_revoked_key_and_a_paused_shop_open_nothing(world: World) -> None:
    token = signed(world.nordlicht)
    with world.database.write() as conn:
        shops.revoke_key(conn, "nordlicht", world.nordlicht.id, "olga", AT)
        shops.update(conn, replace(shops.find(conn, "suedwind"), active=False), "olga", AT)
    for refused in (token, signed(world.suedwind, return_url="https://suedwind.example/")):
        with pytest.raises(configurator.LaunchInvalid) as refusal:
            world.accept(refused)
        assert refusal.value.code == "LAUNCH_INVALID" and not refusal.value.attributes, "a stranger is not told which"


def test_another_shops_configuration_is_none(world: World) -> None:
    mine = world.open(signed(world.nordlicht))
    again = world.open(signed(world.nordlicht, configuration=mine.configuration.id))
    assert again.configuration.picks == mine.configuration.picks
    for other in (
        signed(world.suedwind, return_url="https://suedwind.example/", configuration=mine.configuration.id),
        sign_launch(SECRET, msgspec.structs.replace(LAUNCH, return_url="/", configuration=mine.configuration.id), AT),
    ):
        with pytest.raises(configurator.ConfigurationNotFound):
            world.open(other)


def finished(world: World, token: str) -> tuple[configurator.Session, dict[str, Any]]:
    session = world.open(token)
    with world.database.write() as conn:
        for pick in (Pick("frame", "small"), Pick("extras", "rack"), Pick("extras", "bag")):
            session = configurator.choose_option(conn, session, pick, AT)
        return session, configurator.finish(conn, session, SECRET, AT)


def test_what_goes_back_is_signed_and_stands_for_its_bill_of_material(world: World) -> None:
    token = body(world.nordlicht, id="the-shops-own-name")
    session, bom = finished(world, token)
    with world.database.read() as conn:
        back = configurator.signed_return(conn, SECRET, session.launch, bom, AT)
        returned = configurator.read_return(world.nordlicht.key, back, AT)
        assert configurator.bom_of_return(conn, SECRET, back, AT) == bom
        for late in (AT + LIFETIME, AT + timedelta(days=1)):
            with pytest.raises(Error) as refusal:
                configurator.bom_of_return(conn, SECRET, back, late)
            assert refusal.value.code == "LAUNCH_EXPIRED"
        for wrong in (token, back[:-2] + "AA"):
            with pytest.raises(configurator.LaunchInvalid):
                configurator.bom_of_return(conn, SECRET, wrong, AT)
    assert (returned.launch, returned.line, returned.item) == ("the-shops-own-name", "7", "NB")
    assert returned.digest == configurator.digest_of(bom)[1] and returned.configuration == bom["ConfigurationId"]


def test_a_return_is_signed_with_the_key_of_the_launch_while_it_lives(world: World) -> None:
    session, bom = finished(world, signed(world.nordlicht))
    with world.database.write() as conn:
        second = shops.issue_key(conn, SECRET, "nordlicht", "olga", AT, overlap=timedelta(hours=1))

        def key_of(at: datetime) -> str:
            return configurator.key_named_in(configurator.signed_return(conn, SECRET, session.launch, bom, at))

        assert key_of(AT) == world.nordlicht.id and key_of(AT + timedelta(hours=2)) == second.id
        shops.update(conn, replace(shops.find(conn, "nordlicht"), active=False), "olga", AT)
        with pytest.raises(Error) as refusal:
            key_of(AT)
        assert refusal.value.code == "SHOP_GONE"


def test_a_stored_bill_of_material_opens_with_its_choices(world: World) -> None:
    session, bom = finished(world, signed(world.nordlicht))
    again = world.open(signed(world.nordlicht, choices=(to_xml(bom, "ConfiguratorBOM").decode(),)))
    assert set(again.view().taken) == set(session.view().taken) and not again.configuration.lost
    changed = to_xml(bom | {"ItemID": "XX"}, "ConfiguratorBOM").decode()
    with pytest.raises(configurator.BomTampered):
        world.open(signed(world.nordlicht, choices=(changed,)))


def test_who_comes_by_a_shared_link_answers_no_launch(world: World) -> None:
    session = world.open(signed(world.nordlicht))
    with world.database.write() as conn:
        copy = configurator.open_shared(conn, session.configuration.link, configurator.Viewer(), AT)
    assert (copy.launch.shop, copy.launch.id, copy.launch.buyer) == ("nordlicht", "", "")
