"""From a signed launch to a signed bill of material and back, on both databases."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from entrepot import configurator
from entrepot.configurator import Launch, Pick, read_launch, sign_launch
from entrepot.configurator.database import metadata
from entrepot.configurator.encode import encode
from entrepot.configurator.formula import Formula
from entrepot.configurator.knowledge import Knowledge
from entrepot.configurator.solve import SatEngine
from entrepot.kernel.db import Database
from tests.configurator.models import AT, BICYCLE, DEMO

KEY = b"a key of the configurator"
LAUNCH = Launch(
    model="bicycle", organization="shop", item="BIKE", return_url="/cart/configured", currency="EUR", locale="de-DE", store="shop"
)
Open = Callable[[sa.MetaData, str], Database]


@pytest.fixture
def database(open_database: Open) -> Database:
    opened = open_database(metadata, "configurator")
    with opened.write() as conn:
        configurator.publish(conn, BICYCLE, "bicycle.yaml", AT)
    return opened


def opened(conn: sa.Connection, launch: Launch = LAUNCH) -> configurator.Session:
    return configurator.open_session(conn, read_launch(KEY, sign_launch(KEY, launch, AT), AT), AT)


def finished(conn: sa.Connection) -> dict[str, Any]:
    session = opened(conn)
    session = configurator.choose_option(conn, session, Pick("frame", "small"), AT)
    session = configurator.choose_option(conn, session, Pick("extras", "rack"), AT)
    session = configurator.choose_option(conn, session, Pick("extras", "bag"), AT)
    return configurator.finish(conn, session, KEY, AT, {"F-S": 40_000_000})


def test_unchanged_text_is_the_version_it_already_is(database: Database) -> None:
    with database.write() as conn:
        assert configurator.publish(conn, BICYCLE, "bicycle.yaml", AT).version == 1
        assert configurator.publish(conn, BICYCLE + "# note\n", "bicycle.yaml", AT).version == 2
        assert [one.source == BICYCLE for one in configurator.find_versions(conn, "bicycle")] == [False, True]


def test_the_bill_of_material_has_every_part_with_ratios_multiplied_out(database: Database) -> None:
    with database.write() as conn:
        bom = finished(conn)
        assert configurator.generate_bom(conn, bom["ConfigurationId"], KEY, AT) == bom
    assert (bom["ModelName"], bom["ModelVersion"], bom["ItemID"], bom["IsValid"]) == ("bicycle", "1", "BIKE", "Y")
    assert [(one["ItemID"], one["Quantity"], one["Required"], one["UnitPrice"]) for one in bom["BOMLine"]] == [
        ("F-S", "1", "Y", "400.00"),
        ("WHEEL-SET", "2", "Y", ""),
        ("W-26", "2", "Y", ""),
        ("RACK", "1", "Y", ""),
        ("BAG", "1", "N", ""),
    ]
    assert bom["BOMLine"][2]["ParentLineId"] == bom["BOMLine"][1]["LineId"]


def test_a_bill_of_material_reopens_to_its_picks(database: Database) -> None:
    with database.write() as conn:
        bom = finished(conn)
        extracted = configurator.extract_picks(conn, bom, KEY, AT)
        assert extracted.valid
        assert {str(pick) for pick in extracted.picks} == {"frame.small", "wheels.w26", "extras.rack", "extras.bag"}
        again = opened(conn, Launch(**{**_fields(LAUNCH), "configuration": bom["ConfigurationId"]}))
        assert again.configuration.id != bom["ConfigurationId"]
        assert again.configuration.picks == (Pick("frame", "small", 1), Pick("extras", "rack", 1), Pick("extras", "bag", 1))


@pytest.mark.parametrize("change", ["quantity", "part", "digest", "pick", "extra", "other key"])
def test_a_tampered_bill_of_material_is_refused(database: Database, change: str) -> None:
    with database.write() as conn:
        bom = finished(conn)
        if change == "quantity":
            bom["BOMLine"][0]["Quantity"] = "0"
        elif change == "part":
            bom["BOMLine"][0]["ItemID"] = "GOLD"
        elif change == "digest":
            bom["Digest"] = "0" * 64
        elif change == "pick":
            bom["Pick"].pop()
        elif change == "extra":
            bom["Discount"] = "100"
        with pytest.raises(configurator.BomTampered):
            configurator.extract_picks(conn, bom, KEY if change != "other key" else b"other", AT)


def test_a_newer_version_says_what_no_longer_holds(database: Database) -> None:
    with database.write() as conn:
        bom = finished(conn)
        newer = BICYCLE.replace("requires: extras.rack", "requires: extras.rack and not frame.small")
        configurator.publish(conn, newer, "bicycle.yaml", AT)
        extracted = configurator.extract_picks(conn, bom, KEY, AT)
    assert (extracted.version, extracted.current_version, extracted.valid) == (1, 2, False)
    assert extracted.lost == (Pick("extras", "bag", 1),)


def test_a_finished_configuration_never_changes(database: Database) -> None:
    with database.write() as conn:
        session = opened(conn)
        bom = configurator.finish(conn, session, KEY, AT)
        session = configurator.find_session(conn, session.configuration.session, AT)
        assert configurator.finish(conn, session, KEY, AT) == bom
        with pytest.raises(configurator.problems.ConfigurationFinished):
            configurator.choose_option(conn, session, Pick("frame", "small"), AT)


def test_an_incomplete_configuration_is_not_finished(database: Database) -> None:
    text = BICYCLE.replace("defaults: [frame.large, ", "defaults: [")
    with database.write() as conn:
        configurator.publish(conn, text, "bicycle.yaml", AT)
        with pytest.raises(configurator.ConfigurationIncomplete) as caught:
            configurator.finish(conn, opened(conn), KEY, AT)
    assert caught.value.missing == ["frame", "wheels"]


def test_undo_and_start_over(database: Database) -> None:
    with database.write() as conn:
        session = opened(conn)
        session = configurator.choose_option(conn, session, Pick("frame", "small"), AT)
        session = configurator.choose_option(conn, session, Pick("frame", "large"), AT)
        session = configurator.undo(conn, session, AT)
        assert session.configuration.picks == (Pick("frame", "small", 1),)
        session = configurator.start_over(conn, session, AT)
        session = configurator.find_session(conn, session.configuration.session, AT)
        assert session.configuration.picks == ()
        assert configurator.undo(conn, session, AT).configuration.picks == (Pick("frame", "small", 1),)


def test_a_launch_opens_one_session_only(database: Database) -> None:
    token = sign_launch(KEY, LAUNCH, AT)
    with database.write() as conn:
        configurator.open_session(conn, read_launch(KEY, token, AT), AT)
        with pytest.raises(configurator.LaunchUsed):
            configurator.open_session(conn, read_launch(KEY, token, AT), AT)


def test_a_forged_or_expired_launch_is_refused() -> None:
    token = sign_launch(KEY, LAUNCH, AT)
    body, _, signature = token.partition(".")
    for bad in (f"{body[:-2]}AA.{signature}", body, "", "é.x", f"{body}.{'A' * 43}", "." * 20_000):
        with pytest.raises(configurator.LaunchInvalid):
            read_launch(KEY, bad, AT)
    with pytest.raises(configurator.LaunchInvalid):
        read_launch(KEY, token, AT + timedelta(minutes=11))
    with pytest.raises(configurator.LaunchInvalid):
        read_launch(b"other", token, AT)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("/cart/configured", True),
        ("https://shop.example/return?x=1", True),
        ("https://shop.example.evil/return", False),
        ("http://shop.example/return", False),
        ("//evil.example/", False),
        ("/\\evil.example", False),
        ("javascript:alert(1)", False),
        ("", False),
        ("https://shop.example\r\nX: 1", False),
        ("https://[", False),
    ],
)
def test_the_way_back_leads_only_to_allowed_origins(url: str, allowed: bool) -> None:
    token = sign_launch(KEY, Launch(**{**_fields(LAUNCH), "return_url": url}), AT)
    if allowed:
        assert read_launch(KEY, token, AT, ["https://shop.example"]).launch.return_url == url
    else:
        with pytest.raises(configurator.ReturnUrlNotAllowed):
            read_launch(KEY, token, AT, ["https://shop.example"])


@pytest.mark.parametrize(
    ("written", "chosen"),
    [
        ("frame.small\nextras.rack", {"frame.small", "wheels.w26", "extras.rack"}),
        ("frame.small\nframe.none-such\n 1 x extras.rack ", {"frame.small", "wheels.w26", "extras.rack"}),
        ("saddle.soft", {"frame.large", "wheels.w28"}),
        ("", {"frame.large", "wheels.w28"}),
    ],
)
def test_a_kit_starts_from_what_the_catalog_suggests(database: Database, written: str, chosen: set[str]) -> None:
    preset = configurator.read_preset(written)
    with database.write() as conn:
        session = opened(conn, Launch(**{**_fields(LAUNCH), "preset": preset}))
        assert {f"{pick.option_class}.{pick.option}" for pick in session.view().taken if pick.option} == chosen
        changed = configurator.choose_option(conn, session, Pick("frame", "large"), AT)
        assert "wheels.w28" in {str(pick) for pick in changed.view().taken}, "it gives way to what the shopper chooses"


def test_a_suggestion_may_be_the_bill_of_material_of_a_configuration(database: Database) -> None:
    with database.write() as conn:
        bom = finished(conn)
        preset = configurator.read_preset(configurator.to_xml(bom).decode())
        session = opened(conn, Launch(**{**_fields(LAUNCH), "preset": preset}))
        assert {str(pick) for pick in session.view().taken} >= {"frame.small", "extras.rack"}
        assert not session.configuration.picks, "none of it is the shopper's own choice"


def test_the_predefined_notebook_is_a_valid_kit_without_configuring(database: Database) -> None:
    with database.write() as conn:
        configurator.publish(conn, (DEMO / "notebook-cto.yaml").read_text(), "notebook-cto.yaml", AT)
        bom = configurator.default_bom(
            conn, Launch(**{**_fields(LAUNCH), "model": "notebook-cto", "item": "TW-NOTEBOOK-CTO"}), KEY, AT
        )
        assert configurator.extract_picks(conn, bom, KEY, AT, "notebook-cto").valid
    assert [(one["ItemID"], one["Quantity"]) for one in bom["BOMLine"]] == [
        ("TW-NC-14-GRAPHITE", "1"),
        ("TW-NM-U8", "1"),
        ("TW-NP-14-QHD", "1"),
        ("TW-SO-16", "1"),
        ("TW-SSD-N1", "1"),
        ("TW-NK-US", "1"),
        ("TW-NBAT-56", "1"),
        ("TW-NW-WIFI7", "1"),
        ("TW-NX-USBC", "2"),
        ("TW-NX-USBA", "1"),
        ("TW-PA-65", "1"),
        ("TW-OS-HOME", "1"),
    ]


def _fields(launch: Launch) -> dict[str, Any]:
    return {name: getattr(launch, name) for name in launch.__struct_fields__}


def test_what_the_solver_found_when_a_version_was_published_serves_every_session(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing_compiles(formula: Formula, seconds: float) -> Knowledge:
        return Knowledge(None, tuple(range(len(formula.variables))), 0.0)

    def nobody_is_asked(self: SatEngine, *question: object) -> None:
        raise AssertionError(question)

    monkeypatch.setattr(sys.modules["entrepot.configurator.publish"], "compile_formula", nothing_compiles)
    with database.write() as conn:
        version = configurator.publish(conn, BICYCLE + "# served by the solver\n", "bicycle.yaml", AT).version
        asked = SatEngine(encode(configurator.read_model(BICYCLE, "bicycle.yaml"), AT).formula).domains({})
        monkeypatch.setattr(SatEngine, "_solve", nobody_is_asked)
        engine = configurator.find_model(conn, "bicycle", version, at=AT).engine
    assert isinstance(engine, SatEngine)
    assert engine.domains({}) == asked


def test_a_shared_configuration_opened_under_a_newer_version_says_what_no_longer_holds(database: Database) -> None:
    with database.write() as conn:
        session = configurator.choose_option(conn, opened(conn), Pick("extras", "light"), AT)
        session = configurator.choose_option(conn, session, Pick("frame", "large"), AT)
        dark = BICYCLE.replace("      light: {part: LIGHT}\n", "").replace("{choose: extras.light, when: motor.hub}, ", "")
        newer = configurator.publish(conn, dark, "bicycle.yaml", AT)
        again = configurator.open_shared(conn, session.configuration.link, configurator.Viewer(), AT)
        kept = configurator.find_session(conn, session.configuration.session, AT)
    assert (again.compiled.version, again.configuration.lost) == (newer.version, (Pick("extras", "light", 1),))
    assert again.configuration.picks == (Pick("frame", "large", 1),)
    assert kept.compiled.version < newer.version
    assert Pick("extras", "light", 1) in kept.view().taken
