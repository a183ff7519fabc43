"""Kits inside a kit: put together by themselves, ordered as one; cycles and depth are refused at publishing."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from entrepot import configurator
from entrepot.configurator import Launch, ModelInvalid, Pick, SentPart, Setting, read_launch, sign_launch
from entrepot.configurator.configure import bom_of_parts
from entrepot.kernel.db import Database
from tests.configurator.desk import DESK, KEY, LAMP, LAUNCH, again, opened
from tests.configurator.models import AT

LAMPS = Pick("lights", "made", 2)


def lamp(conn: sa.Connection, session: configurator.Session, *picks: Pick) -> configurator.Session:
    inner = configurator.open_kit(conn, session, ("lights", "made"), AT)
    for pick in picks:
        inner = configurator.choose_option(conn, inner, pick, AT)
    return inner


LONG = (Pick("arm", "long"), Pick("bulb", "warm"))


def test_the_outer_kit_is_complete_when_the_inner_one_is(desk_database: Database) -> None:
    with desk_database.write() as conn:
        session = opened(conn, LAMPS)
        assert session.view().complete and not session.complete(session.view())
        with pytest.raises(configurator.ConfigurationIncomplete) as refused:
            configurator.finish(conn, session, KEY, AT)
        assert refused.value.missing == ["lights"]
        inner = lamp(conn, session, *LONG)
        session = again(conn, session)
        assert session.complete(session.view())
        with pytest.raises(configurator.PartOfAnotherKit):
            configurator.finish(conn, inner, KEY, AT)
        plain = configurator.choose_option(conn, session, Pick("lights", "plain"), AT)
        assert plain.complete(plain.view()) and plain.composed(plain.view().taken).kits == {}
        back = configurator.choose_option(conn, plain, Pick("lights", "made", 1), AT)
        assert [str(pick) for pick in back.kits["lights", "made"].view().taken] == ["foot.square", "arm.long", "bulb.warm"]


def test_the_bill_has_the_kit_with_its_parts_below_it_and_every_ratio_multiplied(desk_database: Database) -> None:
    with desk_database.write() as conn:
        session = opened(conn, LAMPS)
        lamp(conn, session, *LONG)
        bom = configurator.finish(conn, again(conn, session), KEY, AT, {"A-L": 1_000_000})
        assert configurator.from_xml(configurator.to_xml(bom).decode()) == bom
    kit = bom["NestedKit"][0]
    assert (kit["ItemID"], kit["Quantity"], kit["ModelName"], kit["ModelVersion"]) == ("LAMP", "6", "lamp", "1")
    lines = {one["ItemID"]: one for one in bom["BOMLine"]}
    assert {part: line["Quantity"] for part, line in lines.items()} == {"B-O": "1", "F-S": "6", "A-L": "12", "B-W": "6"}
    assert {lines[part]["ParentLineId"] for part in ("F-S", "A-L", "B-W")} == {kit["LineId"]} and lines["B-O"][
        "ParentLineId"
    ] == ""
    assert lines["A-L"]["UnitPrice"] == "10.00"


def test_a_bill_is_checked_with_the_models_of_today_inside_too(desk_database: Database) -> None:
    with desk_database.write() as conn:
        session = opened(conn, LAMPS)
        lamp(conn, session, *LONG)
        bom = configurator.finish(conn, again(conn, session), KEY, AT)
        found = configurator.extract_picks(conn, bom, KEY, AT)
        assert found.valid and [str(pick) for pick in found.kits[0].picks] == ["foot.square", "arm.long", "bulb.warm"]
        configurator.publish(conn, LAMP.replace("requires: foot.square", "requires: foot.round"), "kit.yaml", AT)
        found = configurator.extract_picks(conn, bom, KEY, AT)
        assert not found.holds and found.no_longer == ("LAMP: arm.long",)
        configurator.publish(conn, LAMP + "  - {id: more, holds: bulb.cold, message: Cold only.}\n", "kit.yaml", AT)
        assert configurator.extract_picks(conn, bom, KEY, AT).no_longer == ("LAMP: bulb.warm",)
        configurator.publish(conn, DESK.replace(", kit: lamp", ""), "kit.yaml", AT)
        assert "lights.made" in configurator.extract_picks(conn, bom, KEY, AT).no_longer


def test_a_kit_reopens_with_what_was_chosen_inside(desk_database: Database) -> None:
    with desk_database.write() as conn:
        session = opened(conn, LAMPS)
        inner = lamp(conn, session, *LONG)
        bom = configurator.finish(conn, again(conn, session), KEY, AT)
        fields = {name: getattr(LAUNCH, name) for name in LAUNCH.__struct_fields__}
        launches = [
            Launch(**fields | {"configuration": bom["ConfigurationId"]}),
            Launch(**fields | {"choices": tuple(configurator.choices_in(bom))}),
        ]
        for launch in launches:
            reopened = configurator.open_session(conn, read_launch(KEY, sign_launch(KEY, launch, AT), AT), AT)
            kit = reopened.kits["lights", "made"]
            assert [str(pick) for pick in kit.view().taken] == ["foot.square", "arm.long", "bulb.warm"]
            assert kit.configuration.id != inner.configuration.id and reopened.complete(reopened.view())
        shared = configurator.open_shared(conn, inner.configuration.link, configurator.Viewer(), AT)
        assert shared.compiled.model.name == "desk", "who is given the link of an inner kit starts with the whole"
        assert shared.kits["lights", "made"].configuration.picks == again(conn, inner).configuration.picks


def test_parts_with_a_kit_inside_are_recognized(desk_database: Database) -> None:
    lamps = (SentPart("F-S", 1), SentPart("A-L", 2), SentPart("B-W", 1))
    setting = Setting("sent", "DESK", "shop", "en-US", "", "EUR")
    with desk_database.write() as conn:
        bom = bom_of_parts(conn, "desk", setting, (SentPart("B-P", 1), SentPart("LAMP", 6, lamps)), KEY, AT)
        assert {one["ItemID"]: one["Quantity"] for one in bom["BOMLine"]} == {"B-P": "1", "F-S": "6", "A-L": "12", "B-W": "6"}
        assert configurator.extract_picks(conn, bom, KEY, AT).valid
        for parts, why in (
            ((SentPart("B-P", 1), SentPart("LAMP", 6)), "LAMP is a kit"),
            ((SentPart("B-P", 1, lamps),), "B-P is no kit"),
            ((SentPart("B-P", 1), SentPart("LAMP", 6, (SentPart("F-R", 1), *lamps[1:]))), "A long arm needs the square foot."),
            ((SentPart("B-P", 1), SentPart("LAMP", 5, lamps)), "no configuration of desk"),
        ):
            with pytest.raises(configurator.PartsDoNotFit, match=why):
                bom_of_parts(conn, "desk", setting, parts, KEY, AT)


def model(name: str, *kits: str) -> str:
    items = "".join(f"      {kit}: {{part: P-{kit}, kit: {kit}}}\n" for kit in kits) or "      one: {part: P}\n"
    return f"model: {name}\norganization: shop\nlanguages: [en-US]\nclasses:\n  c:\n    choose: optional\n    items:\n{items}"


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        (model("a", "a"), 8, "option a is the kit it belongs to"),
        (model("a", "nothing"), 8, "no published model nothing"),
        (model("lamp", "desk"), 8, "a kit would contain itself: lamp → desk → lamp"),
        (model("a", "b").replace("part: P-b, ", ""), 8, "an option that is a kit of its own has no part"),
    ],
)
def test_impossible_kits_are_refused_with_line_and_remedy(desk_database: Database, text: str, line: int, told: str) -> None:
    with desk_database.write() as conn, pytest.raises(ModelInvalid) as refused:
        configurator.publish(conn, text, "kit.yaml", AT)
    assert told in refused.value.problem and refused.value.line == line and refused.value.remedy


def test_eight_levels_of_kits_are_published_and_nine_are_not(desk_database: Database) -> None:
    with desk_database.write() as conn:
        configurator.publish(conn, model("k1"), "kit.yaml", AT)
        for level in range(2, 9):
            configurator.publish(conn, model(f"k{level}", f"k{level - 1}"), "kit.yaml", AT)
        with pytest.raises(ModelInvalid, match="nested 9 deep"):
            configurator.publish(conn, model("k9", "k8"), "kit.yaml", AT)


def test_a_cycle_that_a_later_version_would_close_is_refused(desk_database: Database) -> None:
    with desk_database.write() as conn:
        assert configurator.publish(conn, LAMP + "# unchanged otherwise\n", "kit.yaml", AT).version == 2
        closing = LAMP.replace("round: {part: F-R}", "round: {part: DESK, kit: desk}")
        with pytest.raises(ModelInvalid, match="lamp → desk → lamp"):
            configurator.publish(conn, closing, "kit.yaml", AT)
