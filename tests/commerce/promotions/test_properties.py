"""What must hold for every basket and every set of promotions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.commerce.charges import Bill, Charge, Manual, On, TaxRate, settle
from entrepot.commerce.promotions import Basket, Evaluation, Level, Line, Promotion, Shelf, Trigger, evaluate, give_gifts
from entrepot.commerce.promotions.promotion import Exclusivity, Limits, read_conditions, read_rewards, read_settings
from entrepot.commerce.promotions.shares import part_of, spread, unit_shares

AT = datetime(2026, 6, 15, tzinfo=UTC)
ITEMS = ("NB", "MOUSE", "BAG", "CABLE")
targets = st.sampled_from([{}, {"part_numbers": ["NB"]}, {"groups": ["small"]}, {"excluded": ["BAG"]}])
percents = st.sampled_from(["5", "10", "25", "50", "100"])
amounts = st.sampled_from(["1.00", "7.00", "20.00", "500.00"]).map(lambda text: {"EUR": text})
counts = st.integers(1, 4)
takes = st.sampled_from(["dearest", "cheapest"])


def of(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"type": st.just(kind), **fields})


#: Rewards whose total does not depend on how units lie in lines.
WHOLE = st.one_of(
    of("percent_off", percent=percents, targets=targets),
    of("percent_off_each", percent=percents, targets=targets, set_size=counts, take=takes),
    of("amount_off", amount=amounts, targets=targets),
    of("amount_off_each", amount=amounts, targets=targets, set_size=counts, take=takes),
    of("fixed_price_each", price=amounts, targets=targets),
    of("fixed_price_set", price=amounts, size=counts, targets=targets, take=takes),
    of("cheapest_units", number=counts, percent=percents, targets=targets, take=takes),
    of("one_of_each_set", size=counts, percent=percents, targets=targets, take=takes, mixed=st.booleans()),
    of("percent_by_quantity", steps=st.just([{"quantity": 2, "percent": "5"}, {"quantity": 6, "percent": "20"}])),
    of("percent_by_spend", steps=st.just([{"amount": {"EUR": "50.00"}, "percent": "10"}])),
    of("percent_off_spend_sets", amount=amounts, percent=percents, targets=targets, take=takes),
    of("buy_some_get_some", buy=counts, get=counts, percent=percents),
    of("buy_get", targets=targets, quantity=counts, percent=percents, take=takes),
    of("free_gift", choices=st.just(["CASE"]), quantity=counts),
)
REWARDS = WHOLE | of("shipping_percent_off", percent=percents) | of("shipping_amount_off", amount=amounts)
CONDITIONS = st.one_of(
    of("minimum_quantity", quantity=counts, targets=targets),
    of("minimum_spend", amount=amounts, targets=targets, before_promotions=st.booleans()),
)
#: Whole units of the currency: a tenth of them is exact, so that no rounding hides or feigns a difference.
LINES = st.lists(st.tuples(st.sampled_from(ITEMS), st.integers(1, 7), st.integers(0, 300)), min_size=1, max_size=7)
CENTS = st.lists(st.tuples(st.sampled_from(ITEMS), st.integers(1, 7), st.integers(0, 30_000)), min_size=1, max_size=7)


@st.composite
def promotions(draw: st.DrawFn, rewards: st.SearchStrategy[dict[str, Any]] = REWARDS, most: int = 5) -> list[Promotion]:
    """Up to ``most`` promotions of every kind; a single one gives one reward."""
    made = []
    for number in range(1, draw(st.integers(1, most)) + 1):
        given_rewards = draw(st.lists(rewards, min_size=1, max_size=2 if most > 1 else 1))
        ships = any(one["type"].startswith("shipping") for one in given_rewards)
        code = draw(st.sampled_from([None, None, "SAVE"]))
        made.append(
            Promotion(
                number,
                f"p{number}",
                1,
                Level.SHIPPING if ships else draw(st.sampled_from([Level.PRODUCT, Level.ORDER])),
                read_conditions(draw(st.lists(CONDITIONS, max_size=2))),
                read_rewards(given_rewards),
                priority=draw(st.integers(0, 2)),
                exclusivity=draw(st.sampled_from(Exclusivity)),
                trigger=Trigger.PUBLIC_CODE if code else Trigger.AUTOMATIC,
                code=code,
                limits=Limits(order=draw(st.sampled_from([-1, -1, 1, 3]))),
                settings=read_settings(draw(st.sampled_from([{}, {}, {"lane": "pre"}, {"lane": "default"}, {"closes": True}]))),
            )
        )
    return made


def basket(rows: Sequence[tuple[str, int, int]], *, unit: int = 1, codes: tuple[str, ...] = (), floors: bool = False) -> Basket:
    """Rows of (part number, quantity, price of a unit)."""
    lines = [
        Line(
            str(i),
            part,
            quantity,
            quantity * price * unit,
            frozenset({"small"} if part in ("MOUSE", "CABLE") else ()),
            quantity * price * unit * 4 // 5 if floors and i % 2 else 0,
        )
        for i, (part, quantity, price) in enumerate(rows, 1)
    ]
    return Basket(tuple(lines), "EUR", AT, codes=codes, shipping=790)


def total(found: Evaluation) -> tuple[int, int, int]:
    gifts = sum(one.gift.quantity for one in give_gifts(found.applied, {"CASE"}))
    return sum(found.left.values()), found.shipping_left, gifts


@given(CENTS, promotions(), st.booleans())
@settings(max_examples=150)
def test_shares_add_up_and_nothing_goes_below_its_floor(rows: list[Any], given_promotions: list[Promotion], floors: bool) -> None:
    bought = basket(rows, codes=("save",), floors=floors)
    found = evaluate(bought, Shelf(given_promotions))
    for line in bought.lines:
        off = sum(one.lines.get(line.id, 0) for one in found.applied)
        assert found.left[line.id] == line.amount - off
        assert found.left[line.id] >= min(line.floor, line.amount) >= 0
        assert sum(unit_shares(off, line.quantity)) == off
    assert 0 <= found.shipping_left == 790 - sum(one.shipping for one in found.applied)
    assert all(amount > 0 for one in found.applied for amount in one.lines.values())
    assert all(one.times <= one.promotion.limits.order for one in found.applied if one.promotion.limits.order > 0)


@given(LINES, promotions(WHOLE, most=1), st.randoms(use_true_random=False))
@settings(max_examples=200)
def test_the_order_of_lines_changes_nothing(rows: list[Any], given_promotions: list[Promotion], random: Any) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    one = [replace(promotion, settings=read_settings({})) for promotion in given_promotions]
    assert total(evaluate(basket(rows, unit=2000), Shelf(one))) == total(evaluate(basket(shuffled, unit=2000), Shelf(one)))


@given(LINES, promotions(WHOLE, most=1), st.data())
@settings(max_examples=200)
def test_splitting_a_line_changes_nothing(rows: list[Any], given_promotions: list[Promotion], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(rows) - 1))
    part, quantity, price = rows[place]
    first = data.draw(st.integers(0, quantity))
    pieces = [(part, piece, price) for piece in (first, quantity - first) if piece]
    split = [*rows[:place], *pieces, *rows[place + 1 :]]
    whole, parted = (
        evaluate(basket(rows, unit=2000), Shelf(given_promotions)),
        evaluate(basket(split, unit=2000), Shelf(given_promotions)),
    )
    assert total(whole) == total(parted)


@given(CENTS, promotions())
def test_a_promotion_that_does_not_apply_changes_nothing(rows: list[Any], given_promotions: list[Promotion]) -> None:
    never = Promotion(
        99,
        "never",
        1,
        Level.PRODUCT,
        read_conditions([{"type": "minimum_quantity", "quantity": 1000}]),
        read_rewards([{"type": "percent_off", "percent": "90"}]),
        priority=99,
        exclusivity=Exclusivity.ALONE,
    )
    coded = replace(never, id=98, conditions=(), trigger=Trigger.PUBLIC_CODE, code="OTHER")
    bought = basket(rows, codes=("SAVE",))
    without, within = evaluate(bought, Shelf(given_promotions)), evaluate(bought, Shelf([never, *given_promotions, coded]))
    assert (without.left, without.shipping_left, without.applied) == (within.left, within.shipping_left, within.applied)


@given(CENTS, promotions(), st.permutations(["save", " SAVE", "other"]))
def test_calculating_again_and_the_order_of_codes_change_nothing(
    rows: list[Any], given_promotions: list[Promotion], codes: list[str]
) -> None:
    once = evaluate(basket(rows, codes=("SAVE", "OTHER")), Shelf(given_promotions))
    again = evaluate(basket(rows, codes=tuple(codes)), Shelf(list(reversed(given_promotions))))
    assert once == again


@given(CENTS, promotions())
def test_the_best_deal_is_never_worse_than_the_fixed_order(rows: list[Any], given_promotions: list[Promotion]) -> None:
    bought = basket(rows, codes=("SAVE",))
    assert evaluate(bought, Shelf(given_promotions), best_deal=True).amount >= evaluate(bought, Shelf(given_promotions)).amount


@given(CENTS, counts, counts, st.integers(0, 6))
def test_a_gift_never_outlives_its_reason(rows: list[Any], per: int, each: int, place: int) -> None:
    condition = {"type": "minimum_quantity", "quantity": per, "targets": {"part_numbers": ["NB"]}}
    gift = Promotion(
        1,
        "gift",
        1,
        Level.PRODUCT,
        read_conditions([condition]),
        read_rewards([{"type": "free_gift", "choices": ["CASE"], "quantity": each}]),
    )
    for left in (rows, [row for i, row in enumerate(rows) if i != place], [row for row in rows if row[0] != "NB"]):
        notebooks = sum(quantity for part, quantity, _ in left if part == "NB")
        given_gifts = give_gifts(evaluate(basket(left), Shelf([gift])).applied, {"CASE"})
        assert sum(one.gift.quantity for one in given_gifts) == notebooks // per * each
        assert not give_gifts(evaluate(basket(left), Shelf([gift])).applied, {"CASE"}, declined={"gift"})


@given(st.integers(0, 100_000), st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 5_000)), min_size=1, max_size=9))
def test_spreading_gives_as_much_as_there_is_room_for(amount: int, rows: list[tuple[int, int]]) -> None:
    weights, room = [weight for weight, _ in rows], [space for _, space in rows]
    given_shares = spread(amount, weights, room)
    assert all(0 <= share <= space for share, space in zip(given_shares, room, strict=True))
    assert sum(given_shares) == min(amount, sum(space for weight, space in rows if weight))


@given(st.integers(-100_000, 100_000), st.integers(1, 40), st.data())
def test_what_goes_back_unit_by_unit_adds_up(amount: int, quantity: int, data: st.DataObject) -> None:
    gone, parts = 0, []
    while gone < quantity:
        taken = data.draw(st.integers(1, quantity - gone))
        parts.append(part_of(amount, quantity, gone=gone, taken=taken))
        gone += taken
    assert sum(parts) == amount
    assert sum(unit_shares(abs(amount), quantity)[-1:]) == abs(part_of(amount, quantity, gone=0, taken=1))


@given(
    st.lists(st.tuples(st.integers(0, 50_000), st.sampled_from(["0", "4.5", "7", "19", "20"])), min_size=1, max_size=6),
    st.booleans(),
    st.integers(0, 100),
    st.sampled_from([0, 5, 10]),
)
def test_a_bill_adds_up(rows: list[tuple[int, str]], included: bool, percent: int, interval: int) -> None:
    lines = tuple(Charge(str(i), amount, (TaxRate(rate, "s", "DE", Fraction(rate)),)) for i, (amount, rate) in enumerate(rows))
    by_hand = sum(line.amount for line in lines) * percent // 100
    bill = Bill(lines, lines[0], (), (Manual("m", On.ORDER, -by_hand),), included, cash_interval=interval)
    due = settle(bill)
    assert due == settle(bill)
    assert all(row.net >= 0 and row.tax >= 0 and row.gross == row.net + row.tax for row in due.rows)
    assert sum(row.manual for row in due.lines) == -by_hand
    charged = sum(line.amount for line in lines) + lines[0].amount - by_hand
    assert (due.gross if included else due.net) == charged
    assert sum(due.taxes.values()) == due.tax
    assert not interval or (due.payable % interval == 0 and abs(due.cash_rounding) * 2 <= interval)
