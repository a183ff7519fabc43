"""Unique codes: issued once, good once, and whatever happens at the same time only one order gets the discount."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from entrepot.commerce import promotions
from entrepot.commerce.database import metadata
from entrepot.commerce.promotions import OrderUse, PromotionUsedUp, Use, UseState
from entrepot.kernel.db import Database
from entrepot.kernel.errors import Error

AT = datetime(2026, 6, 15, tzinfo=UTC)
TEN_OFF = [{"type": "percent_off", "percent": "10"}]


@pytest.fixture
def database(open_database: Callable[[sa.MetaData, str], Database]) -> Database:
    opened = open_database(metadata, "commerce")
    rows = [
        {"identifier": "letter", "level": "order", "conditions": [], "rewards": TEN_OFF, "trigger": "unique_codes"},
        {
            "identifier": "open",
            "level": "order",
            "conditions": [],
            "rewards": TEN_OFF,
            "trigger": "public_code",
            "code": "SUMMER-24",
        },
        {"identifier": "twenty", "level": "order", "conditions": [], "rewards": TEN_OFF, "limit_total": 20},
        {"identifier": "once", "level": "order", "conditions": [], "rewards": TEN_OFF, "limit_total": 1},
        {"identifier": "mine", "level": "order", "conditions": [], "rewards": TEN_OFF, "limit_shopper": 1},
    ]
    with opened.write() as conn:
        promotions.put_promotions(conn, 1, rows)
    return opened


def issue(database: Database, count: int = 1) -> list[str]:
    with database.write() as conn:
        return promotions.generate_codes(conn, 1, "letter", count, AT, batch="spring", prefix="tw-")


def redeem(database: Database, order: str, code: str, buyer: str = "mara") -> None:
    with database.write() as conn:
        promotions.hold_uses(conn, OrderUse(1, order, 0, buyer, (Use("letter", 1, code),)), AT, None)


def good(database: Database, code: str, order: str = "") -> bool:
    with database.read() as conn:
        return code in promotions.issued_codes(conn, 1, [code], order)


def basket(code: str, issued: dict[str, int]) -> promotions.Basket:
    line = promotions.Line("1", "CABLE", 1, 2000)
    return promotions.Basket((line,), "USD", AT, codes=(code,), issued=issued)


def test_codes_cannot_be_guessed_and_read_well(database: Database) -> None:
    codes = issue(database, 500)
    assert len(set(codes)) == 500
    assert all(code.startswith("TW-") and set(code[3:]) <= set("23456789BCDFGHJKLMNPQRSTVWXYZ-") for code in codes)
    assert all(len(code.replace("-", "")) == 2 + 14 for code in codes)


def test_a_code_brings_its_promotion_in_and_no_other_does(database: Database) -> None:
    (code,) = issue(database)
    with database.read() as conn:
        shelf = promotions.shelf_of(conn, 1)
        issued = promotions.issued_codes(conn, 1, [f" {code.lower()} ", "TW-NOBODY"])
    assert list(issued) == [code]
    with_code = promotions.evaluate(basket(code, issued), shelf)
    assert ("letter", code) in [(one.promotion.identifier, one.code) for one in with_code.applied]
    without = promotions.evaluate(basket("TW-NOBODY", {}), shelf)
    assert "letter" not in [one.promotion.identifier for one in without.applied]
    assert without.codes_unknown == ("TW-NOBODY",)


def test_a_redeemed_code_is_good_for_its_own_order_only_until_that_is_cancelled(database: Database) -> None:
    (code,) = issue(database)
    redeem(database, "o1", code)
    assert good(database, code, "o1") and not good(database, code, "o2") and not good(database, code)
    with pytest.raises(PromotionUsedUp):
        redeem(database, "o2", code)
    with database.write() as conn:
        promotions.cancel_uses(conn, "o1", 1)
    assert good(database, code, "o2")
    redeem(database, "o2", code)


def test_another_code_of_the_same_promotion_is_not_touched(database: Database) -> None:
    one, other = issue(database, 2)
    redeem(database, "o1", one)
    redeem(database, "o2", other, "mara")
    with database.read() as conn:
        letter = promotions.find_promotion(conn, 1, identifier="letter")
        assert letter is not None
        (batch,) = promotions.batches_of(conn, letter.id)
        used = {issued.code: issued.order_ref for issued in promotions.codes_of(conn, letter.id)}
    assert (batch.name, batch.issued, batch.redeemed) == ("spring", 2, 2)
    assert used == {one: "o1", other: "o2"}


def test_checking_a_code_says_why_not_and_consumes_nothing(database: Database) -> None:
    (code,) = issue(database)
    nobody = ("", frozenset({"guests"}))

    def check(order: str = "") -> str:
        with database.read() as conn:
            return promotions.validate_code(conn, 1, code, nobody, AT, order).reason

    assert [check(), check()] == ["VALID", "VALID"]
    redeem(database, "o1", code)
    assert (check(), check("o1")) == ("USED_UP", "VALID")


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        (["GOOD-CODE-1", "no"], "CODES_MALFORMED"),
        (["GOOD-CODE-1", "with blank"], "CODES_MALFORMED"),
        ([], "CODES_MALFORMED"),
        (["GOOD-CODE-1", "PRINTED-1"], "CODES_TAKEN"),
        (["GOOD-CODE-1", "summer-24"], "CODES_TAKEN"),
    ],
)
def test_a_list_is_imported_whole_or_not_at_all(database: Database, codes: list[str], said: str) -> None:
    with database.write() as conn:
        assert promotions.import_codes(conn, 1, "letter", ["printed-1", "PRINTED-1", ""], AT) == ["PRINTED-1"]
    with pytest.raises(Error) as error, database.write() as conn:
        promotions.import_codes(conn, 1, "letter", codes, AT)
    assert error.value.code == said
    assert not good(database, "GOOD-CODE-1")


@pytest.mark.parametrize(("identifier", "said"), [("nothing", "PROMOTION_UNKNOWN"), ("open", "NOT_BY_UNIQUE_CODES")])
def test_codes_belong_to_promotions_that_want_them(database: Database, identifier: str, said: str) -> None:
    with pytest.raises(Error) as error, database.write() as conn:
        promotions.generate_codes(conn, 1, identifier, 5, AT)
    assert error.value.code == said


@pytest.mark.parametrize("limit", ["in all", "per code", "per shopper"])
def test_of_fifty_orders_at_once_one_carries_the_discount(database: Database, limit: str) -> None:
    (code,) = issue(database)
    uses = {
        "in all": lambda number: (f"b{number}", Use("once", 1)),
        "per code": lambda number: (f"b{number}", Use("letter", 1, code)),
        "per shopper": lambda number: ("Mara", Use("mine", 1)),
    }[limit]
    won: list[str] = []

    def buy(number: int) -> None:
        buyer, wanted = uses(number)
        order = OrderUse(1, f"o{number}", 0, buyer, (wanted,))
        try:
            database.retrying(lambda conn: promotions.hold_uses(conn, order, AT, AT + timedelta(minutes=30)), attempts=30)
            won.append(order.order_ref)
        except PromotionUsedUp:
            pass

    threads = [threading.Thread(target=buy, args=(number,)) for number in range(50)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=120)
    with database.read() as conn:
        live = [row for number in range(50) for row in promotions.uses_of(conn, f"o{number}")]
        counted = sum(promotions.counters(conn, [row["promotion_id"] for row in live]).values())
    assert [(row["order_ref"], row["state"]) for row in live] == [(won[0], UseState.HELD)]
    assert len(won) == counted == 1


#: Takes uses of a promotion with twenty until it is ended, and says so of each that is committed.
TAKING = """
import sys, itertools
from datetime import UTC, datetime
from entrepot.commerce import promotions
from entrepot.commerce.promotions import OrderUse, PromotionUsedUp, Use
from entrepot.kernel.db import Database
database, who = Database(sys.argv[1], "commerce"), sys.argv[2]
at = datetime(2026, 6, 15, tzinfo=UTC)
for number in itertools.count():
    order = OrderUse(1, f"{who}-{number}", 0, who, (Use("twenty", 1),))
    try:
        database.retrying(lambda conn: promotions.hold_uses(conn, order, at, None), attempts=30)
        print(order.order_ref, flush=True)
    except PromotionUsedUp:
        print("none left", flush=True)
        break
"""


def test_what_is_counted_is_what_is_used_also_after_a_kill(database: Database) -> None:
    """Two processes take uses and are killed in the middle; two others take what is left, and never more."""
    url = database.url.render_as_string(hide_password=False)

    def taking(who: str) -> subprocess.Popen[str]:
        return subprocess.Popen([sys.executable, "-c", TAKING, url, who], stdout=subprocess.PIPE, text=True)

    first = [taking("a"), taking("b")]
    for process in first:
        assert process.stdout is not None
        process.stdout.readline()
    for process in first:
        process.kill()
        process.wait(timeout=30)
    live, counted = uses_of_twenty(database)
    assert 2 <= live == counted <= 20
    second = [taking("c"), taking("d")]
    for process in second:
        out, _ = process.communicate(timeout=60)
        assert "none left" in out
    assert uses_of_twenty(database) == (20, 20)


def uses_of_twenty(database: Database) -> tuple[int, int]:
    """How many orders use it, and how many uses are counted."""
    with database.read() as conn:
        found = promotions.find_promotion(conn, 1, identifier="twenty")
        assert found is not None
        refs = [f"{who}-{number}" for who in "abcd" for number in range(25)]
        live = sum(len(promotions.uses_of(conn, ref)) for ref in refs)
        return live, promotions.counters(conn, [found.id]).get(found.id, 0)
