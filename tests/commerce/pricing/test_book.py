"""A price that stands is the price that would be worked out, at every instant and for every buyer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from entrepot.commerce.pricing.book import Book, Standing, standing
from entrepot.commerce.pricing.price import FOREVER, Customer, Entitled, Occasion, Offer, Unpriced, Wanted
from entrepot.commerce.pricing.reading import read_rule
from entrepot.commerce.pricing.terms import Terms
from entrepot.kernel.clock import micros_of

START = datetime(2026, 3, 1, tzinfo=UTC)
HOURS = 12
RULE = "all"
GOLD = Customer(frozenset({"everybody", "gold"}))
DATES = {"from": "2026-03-01T03:00:00+00:00", "to": "2026-03-01T07:00:00+00:00"}
MORNING = {"zone": "Europe/Berlin", "from_time": "05:00", "to_time": "09:00"}
LESS = [{"list": "L"}, {"percent": "-10"}]
PATHS = (
    [{"list": "L"}],
    [{"branch": [{"when": DATES, "then": [{"list": "L"}]}], "otherwise": LESS}],
    [{"branch": [{"when": MORNING, "then": [{"list": "L"}]}], "otherwise": LESS}],
)


def hour(number: int) -> datetime:
    return START + timedelta(hours=number)


def terms(path: list[dict[str, object]]) -> Terms:
    return Terms((), {RULE: read_rule(RULE, path)}, {}, {"L": 1})


offers = st.lists(
    st.builds(
        lambda number, price, least, starts, lasts, gold: Offer(
            number,
            price * 100_000,
            least,
            least + 9,
            0,
            micros_of(hour(starts)) if starts else 0,
            frozenset({"gold"}) if gold else None,
            micros_of(hour(starts + lasts)) if lasts else FOREVER,
        ),
        st.integers(1, 99),
        st.integers(1, 20),
        st.sampled_from([1, 5]),
        st.integers(0, HOURS),
        st.integers(0, 4),
        st.booleans(),
    ),
    max_size=5,
)


asked = st.tuples(st.integers(0, HOURS * 2), st.integers(1, 12), st.sampled_from([Customer(), GOLD]))


@given(st.sampled_from(PATHS), offers, offers, st.lists(asked, min_size=2, max_size=25))
def test_what_stands_is_what_would_be_worked_out(
    path: list[dict[str, object]], own: list[Offer], of_product: list[Offer], many: list[tuple[int, int, Customer]]
) -> None:
    held, known = {7: {1: tuple(own)}, 8: {1: tuple(of_product)}}, terms(path)

    def price(occasion: Occasion, wanted: Wanted, kept: Standing) -> tuple[object, int | None]:
        book = Book(known, held, {7: 100_000, 8: None}, occasion, micros_of(occasion.at), 2, kept)

        def work_out(entry: Wanted) -> Entitled | Unpriced:
            found = book.price(known.rules[RULE], book.question(entry))
            return Unpriced(7, "SKU", "PRICE_NOT_FOUND") if found is None else Entitled(7, "SKU", found, "USD", "C", RULE)

        return book.entry_price(wanted, work_out), book.component_price(known.rules[RULE], wanted)

    for half_hours, quantity, customer in many:
        occasion = Occasion(1, "USD", START + timedelta(minutes=30 * half_hours), customer)
        wanted = Wanted(7, "SKU", quantity, 8)
        kept = standing(known, held, occasion, "contracts")
        assert price(occasion, wanted, kept) == price(occasion, wanted, Standing(known, held))


def test_what_stands_is_found_again_by_buyers_alike_alone() -> None:
    known, held = terms([{"list": "L"}]), {7: {}}

    def of(customer: Customer, at: datetime = START, contracts: str = "a") -> Standing:
        return standing(known, held, Occasion(1, "USD", at, customer), contracts)

    first = of(Customer())
    assert of(Customer(logon_key="mara"), hour(3)) is first
    assert of(GOLD) is not first
    assert of(Customer(), contracts="b") is not first


def test_an_instant_turns_with_the_dated_conditions_and_with_the_hours() -> None:
    plain, dated, hours = (terms(path) for path in PATHS)
    assert plain.turn(hour(1)) == plain.turn(hour(9))
    assert dated.turn(hour(2)) != dated.turn(hour(3)) == dated.turn(hour(6)) != dated.turn(hour(7))
    assert hours.turn(hour(0)) == hours.turn(hour(3)) != hours.turn(hour(4)) == hours.turn(hour(7)) != hours.turn(hour(8))
