"""A coupon belongs to somebody, is good once and in its time, and goes back into the wallet with a cancelled order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from entrepot.commerce import members, promotions
from entrepot.commerce.database import metadata
from entrepot.commerce.promotions import CouponState, CouponTerms, Holder, OrderUse, Use, UseState
from entrepot.kernel.db import Database
from entrepot.kernel.errors import Error

AT = datetime(2026, 6, 15, 12, tzinfo=UTC)
TEN_OFF = [{"type": "percent_off", "percent": "10"}]
EARN = [{"type": "coupon_for_later", "promotion": "thanks", "days": 30, "after": 1}]


@pytest.fixture
def database(open_database: Callable[[sa.MetaData, str], Database]) -> Database:
    opened = open_database(metadata, "commerce")
    rows = [
        {"identifier": "thanks", "level": "order", "conditions": [], "rewards": TEN_OFF, "trigger": "unique_codes"},
        {"identifier": "earn", "level": "product", "conditions": [], "rewards": EARN},
    ]
    with opened.write() as conn:
        promotions.put_promotions(conn, 1, rows)
        for logon_id in ("mara", "jonas"):
            profile = members.Profile(last_name=logon_id, email=f"{logon_id}@example.com")
            members.register(conn, 1, logon_id, "a good password", profile, at=AT)
    return opened


def give(database: Database, owner: str = "mara", terms: CouponTerms = CouponTerms()) -> str:
    with database.write() as conn:
        return promotions.issue_coupon(conn, 1, "thanks", owner, terms, ("merch", AT))


def wallet(database: Database, owner: str = "mara", at: datetime = AT) -> dict[str, CouponState]:
    with database.read() as conn:
        return {one.code: one.state for one in promotions.coupons_of(conn, 1, owner, at)}


def good(database: Database, code: str, buyer: str, at: datetime = AT, order: str = "") -> bool:
    with database.read() as conn:
        return code in promotions.issued_codes(conn, 1, [code], order, Holder(buyer, at))


def reason(database: Database, code: str, buyer: str, at: datetime = AT) -> str:
    with database.read() as conn:
        return promotions.validate_code(conn, 1, code, (buyer, frozenset({"registered"})), at).reason


def settle(database: Database, order: str, version: int, uses: tuple[Use, ...], buyer: str = "mara") -> None:
    use = OrderUse(1, order, version, buyer, uses)
    with database.write() as conn:
        if promotions.set_uses(conn, use, UseState.FINAL, AT).applied:
            promotions.grant_coupons(conn, use, AT)


def cancel(database: Database, order: str, version: int) -> None:
    with database.write() as conn:
        if promotions.cancel_uses(conn, order, version).applied:
            promotions.take_back_coupons(conn, order, AT)


def test_a_coupon_is_good_for_its_owner_in_its_time(database: Database) -> None:
    code = give(database, "Mara", CouponTerms(days=10, after=2))
    begins, ends = AT + timedelta(days=2), AT + timedelta(days=12)
    table = [
        ("mara", AT, "NOT_YET_EFFECTIVE", CouponState.WAITING),
        ("MARA ", begins, "VALID", CouponState.READY),
        ("jonas", begins, "BAD_CUSTOMER", CouponState.READY),
        ("", begins, "BAD_CUSTOMER", CouponState.READY),
        ("mara", ends - timedelta(seconds=1), "VALID", CouponState.READY),
        ("mara", ends, "EXPIRED", CouponState.EXPIRED),
    ]
    for buyer, at, told, state in table:
        assert (reason(database, code, buyer, at), wallet(database, at=at)) == (told, {code: state}), (buyer, at)
        assert good(database, code, buyer, at) is (told == "VALID")


def test_a_transferable_one_is_good_for_anybody(database: Database) -> None:
    code = give(database, terms=CouponTerms(transferable=True))
    assert good(database, code, "jonas") and good(database, code, "")


def test_it_is_used_once_and_comes_back_with_a_cancelled_order(database: Database) -> None:
    code = give(database)
    settle(database, "o1", 1, (Use("thanks", 1, code),))
    assert wallet(database) == {code: CouponState.USED} and reason(database, code, "mara") == "USED_UP"
    assert good(database, code, "mara", AT + timedelta(days=400), order="o1"), "what an order holds stays good for it"
    with pytest.raises(Error, match="is used by an order"), database.write() as conn:
        promotions.revoke_coupon(conn, 1, code, AT)
    cancel(database, "o1", 2)
    assert wallet(database) == {code: CouponState.READY} and good(database, code, "mara")
    with database.write() as conn:
        promotions.revoke_coupon(conn, 1, code.lower(), AT)
    assert wallet(database) == {code: CouponState.REVOKED} and reason(database, code, "mara") == "INVALID"


def test_a_final_order_earns_a_coupon_once_and_a_cancelled_one_loses_it(database: Database) -> None:
    for version in (1, 1, 2):
        settle(database, "o1", version, (Use("earn", 1),))
    (code,) = wallet(database)
    assert wallet(database) == {code: CouponState.WAITING}
    assert wallet(database, at=AT + timedelta(days=1)) == {code: CouponState.READY}
    settle(database, "o1", 3, ())
    assert wallet(database) == {code: CouponState.REVOKED}, "the promotion no longer applies to the order"
    settle(database, "o2", 1, (Use("earn", 1),))
    cancel(database, "o2", 2)
    settle(database, "o2", 3, (Use("earn", 1),))
    assert set(wallet(database).values()) == {CouponState.REVOKED}


def test_one_that_was_used_meanwhile_is_not_taken_back(database: Database) -> None:
    settle(database, "o1", 1, (Use("earn", 1),))
    (code,) = wallet(database)
    settle(database, "o2", 1, (Use("thanks", 1, code),))
    cancel(database, "o1", 2)
    assert wallet(database) == {code: CouponState.USED}


def test_guests_earn_none(database: Database) -> None:
    settle(database, "o1", 1, (Use("earn", 1),), buyer="ada@example.com")
    assert wallet(database, "ada@example.com") == {}
    line = promotions.Line("1", "CABLE", 1, 2000)
    with database.read() as conn:
        shelf = promotions.shelf_of(conn, 1)
    registered = frozenset({"registered", "everybody"})
    for segments, expected in ((registered, ["earn"]), (frozenset({"guests", "everybody"}), [])):
        found = promotions.evaluate(promotions.Basket((line,), "USD", AT, segments), shelf)
        assert [one.promotion.identifier for one in found.applied] == expected


def test_a_code_from_a_letter_goes_into_one_wallet(database: Database) -> None:
    with database.write() as conn:
        promotions.import_codes(conn, 1, "thanks", ["LETTER-1", "LETTER-2"], AT)
        assert promotions.claim_coupon(conn, 1, " letter-1", "mara", AT) == "LETTER-1"
        promotions.claim_coupon(conn, 1, "LETTER-1", "Mara", AT)
    assert wallet(database) == {"LETTER-1": CouponState.READY}
    settle(database, "o1", 1, (Use("thanks", 1, "LETTER-2"),))
    for code in ("LETTER-1", "LETTER-2", "NOBODYS"):
        with pytest.raises(Error, match="cannot be put into a wallet"), database.write() as conn:
            promotions.claim_coupon(conn, 1, code, "jonas", AT)
    assert not good(database, "LETTER-1", "jonas")


def test_who_is_not_registered_gets_none_from_staff(database: Database) -> None:
    with pytest.raises(Error, match="no customer nobody"), database.write() as conn:
        promotions.issue_coupon(conn, 1, "thanks", "nobody", CouponTerms(), ("merch", AT))
    with pytest.raises(Error, match="not triggered by unique codes"), database.write() as conn:
        promotions.issue_coupon(conn, 1, "earn", "mara", CouponTerms(), ("merch", AT))


def test_a_promotion_that_is_switched_off_pauses_its_coupons(database: Database) -> None:
    code = give(database)
    with database.write() as conn:
        row = promotions.stored_promotions(conn, 1)["thanks"]
        promotions.put_promotions(conn, 1, [row | {"status": "inactive"}])
    assert wallet(database) == {code: CouponState.PAUSED}


def test_uses_are_told_by_day(database: Database) -> None:
    for number in range(3):
        settle(database, f"o{number}", 1, (Use("thanks", 1, give(database)),))
    with database.read() as conn:
        one = promotions.find_promotion(conn, 1, identifier="thanks")
        assert one is not None
        days = promotions.uses_by_day(conn, one.id, AT - timedelta(days=1), "Pacific/Auckland")
        assert promotions.uses_by_day(conn, one.id, AT + timedelta(days=1)) == {}
    assert days == {(AT + timedelta(days=1)).date(): 3}
