"""Who is blocked by whom, when promotions run, what is dropped, and what a declined one would take."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from entrepot.commerce.promotions import (
    POSSIBLE,
    Basket,
    Declined,
    Line,
    Promotion,
    Shelf,
    Trigger,
    evaluate,
    fields_of,
    give_gifts,
    missing,
    schema_of,
    told,
)
from entrepot.commerce.promotions.forms import condition_kinds, reward_kinds
from entrepot.commerce.promotions.promotion import (
    Exclusivity,
    Limits,
    PromotionMalformed,
    Settings,
    read_conditions,
    read_rewards,
    read_settings,
)
from entrepot.commerce.promotions.schedule import Schedule
from tests.commerce.promotions.test_evaluate import AT, basket, off, promotion

STACKS, ALONE, IN_LEVEL = Exclusivity.STACKS, Exclusivity.ALONE, Exclusivity.ALONE_IN_LEVEL
BOTH = [{"type": "minimum_quantity", "quantity": 1, "targets": {"groups": ["all"]}}]


def percent(number: int, level: str, off_percent: str, *, settings: dict[str, Any] | None = None, **more: Any) -> Promotion:
    rewards = [{"type": "percent_off_each" if level == "product" else "percent_off", "percent": off_percent}]
    if level == "shipping":
        rewards = [{"type": "shipping_percent_off", "percent": off_percent}]
    return promotion(number, level, more.pop("conditions", []), rewards, settings=read_settings(settings), **more)


def applied(found: Any) -> list[int]:
    return [one.promotion.id for one in found.applied]


def coded(number: int, level: str, off_percent: str, **more: Any) -> Promotion:
    return percent(number, level, off_percent, trigger=Trigger.PUBLIC_CODE, code=f"C{number}", **more)


#: promotions as (level, exclusivity, priority, code?); which of them apply
CONFLICTS = [
    ([("order", 0, 1, False), ("order", 0, 2, False)], [2]),
    ([("order", 0, 9, False), ("order", 0, 1, True)], [2]),
    ([("order", 4, 9, False), ("order", 0, 1, False)], [2, 1]),
    ([("product", 0, 1, False), ("order", 0, 1, False), ("shipping", 0, 1, False)], [1, 2, 3]),
    ([("product", 2, 5, False), ("order", 0, 9, False)], [1]),
    ([("product", 0, 9, False), ("product", 2, 5, False)], [1]),
    ([("product", 1, 5, False), ("product", 4, 9, False), ("order", 0, 0, False)], [1, 3]),
    ([("product", 0, 5, False), ("order", 3, 9, False)], [1]),
    ([("order", 3, 9, False), ("shipping", 0, 9, False)], [1, 2]),
    ([("shipping", 0, 1, False), ("shipping", 0, 2, False), ("shipping", 4, 0, False)], [2, 3]),
]


@pytest.mark.parametrize(("rows", "expected"), CONFLICTS)
def test_conflicts(rows: list[tuple[str, int, int, bool]], expected: list[int]) -> None:
    made = [
        (coded if code else percent)(number, level, "10", exclusivity=Exclusivity(exclusivity), priority=priority)
        for number, (level, exclusivity, priority, code) in enumerate(rows, 1)
    ]
    codes = tuple(one.code for one in made if one.code)
    found = evaluate(basket(("a", 1, 10000), codes=codes, shipping=1000), Shelf(made))
    assert applied(found) == expected
    assert {one.declined.reason for one in found.refused} <= {"NOT_WITH_ANOTHER"}


def test_a_code_wins_the_line_but_counts_in_its_place_of_the_arithmetic() -> None:
    code, automatic = coded(1, "product", "10"), percent(2, "product", "50", priority=9)
    order = coded(3, "order", "10", exclusivity=STACKS)
    found = evaluate(basket(("a", 1, 10000), codes=("C1", "C3")), Shelf([code, automatic, order]))
    assert applied(found) == [1, 3]
    assert off(found, 3) == {"1": 900}


def test_one_whose_threshold_was_taken_away_is_dropped_for_good() -> None:
    spend = [{"type": "minimum_spend", "amount": {"USD": "95.00"}}]
    code, automatic = coded(1, "order", "10", conditions=spend), percent(2, "product", "20")
    found = evaluate(basket(("a", 1, 10000), codes=("C1",)), Shelf([code, automatic]))
    assert applied(found) == [2]
    (refused,) = found.refused
    assert (refused.promotion.id, refused.declined.reason, refused.declined.has) == (1, "MORE_SPENDING_NEEDED", "80.00")


def test_a_line_takes_part_in_one_product_promotion() -> None:
    first = promotion(1, "product", [{"type": "minimum_quantity", "quantity": 1, "targets": {"part_numbers": ["a"]}}],
                      [{"type": "percent_off_each", "percent": "10"}], priority=2)  # fmt: skip
    second = percent(2, "product", "20", priority=1)
    found = evaluate(basket(("a", 1, 1000), ("b", 1, 1000)), Shelf([first, second]))
    assert (off(found, 1), off(found, 2)) == ({"1": 100}, {"2": 200})


def test_one_that_closes_its_lines_keeps_stackables_off_them() -> None:
    closing = percent(1, "product", "10", exclusivity=STACKS, priority=2, settings={"closes": True})
    later = percent(2, "product", "50", exclusivity=STACKS, priority=1)
    assert applied(evaluate(basket(("a", 1, 1000)), Shelf([closing, later]))) == [1]


def test_lanes_compete_inside_and_stack() -> None:
    made = [
        percent(1, "product", "10", settings={"lane": "default"}),
        percent(2, "product", "20", settings={"lane": "default"}),
        percent(3, "product", "50", settings={"lane": "post"}),
        percent(4, "order", "10", settings={"lane": "pre"}),
    ]
    found = evaluate(basket(("a", 1, 10000)), Shelf(made))
    assert (off(found, 4), off(found, 2), off(found, 3)) == ({"1": 1000}, {"1": 1800}, {"1": 3600})
    assert [(one.promotion.id, one.declined.reason) for one in found.refused] == [(1, "BETTER_OFFER_APPLIES")]


ALONE_IN_LANES = """
first                 second                 applied  refused
default/alone/9       default/0/1            1        2:1
default/0/9           default/alone/1        1        2:1
pre/alone/1           -/0/9                  1        2:1
pre/0/1               -/alone/9              1        2:1
-/alone/1             post/0/9               1        2:1
-/0/1                 post/alone/9           1        2:1
pre/alone/1           post/0/9               1        2:1
pre/0/1               default/alone/9        1        2:1
-/alone/1             default/0/9            2        1:2
pre/1/1               post/1/9               1,2
pre/1/1               -/1/9                  1,2
"""


@pytest.mark.parametrize("row", ALONE_IN_LANES.strip().splitlines()[1:])
def test_one_that_goes_with_nothing_goes_with_no_lane_either(row: str) -> None:
    """Each promotion is written lane/combination/priority; whichever comes first by lanes, then by priority, stays."""
    first, second, stays, *out = row.split()
    made = []
    for number, text in enumerate((first, second), 1):
        lane, kind, priority = text.split("/")
        settings = {} if lane == "-" else {"lane": lane}
        exclusivity = ALONE if kind == "alone" else Exclusivity(int(kind))
        made.append(percent(number, "product", "10", exclusivity=exclusivity, priority=int(priority), settings=settings))
    found = evaluate(basket(("a", 1, 10000)), Shelf(made))
    assert applied(found) == [int(one) for one in stays.split(",")]
    told = [f"{one.promotion.id}:{one.declined.what[-1]}" for one in found.refused if one.declined.reason == "NOT_WITH_ANOTHER"]
    assert told == out


def test_one_that_goes_with_nothing_but_cannot_apply_is_in_nobodys_way() -> None:
    out_of_reach = promotion(1, "product", [{"type": "minimum_quantity", "quantity": 9, "targets": {"part_numbers": ["a"]}}],
                             [{"type": "percent_off_each", "percent": "50"}], exclusivity=ALONE, priority=9,
                             settings=read_settings({"lane": "default"}))  # fmt: skip
    made = [out_of_reach, percent(2, "product", "10", settings={"lane": "default"}), percent(3, "order", "10")]
    assert applied(evaluate(basket(("a", 1, 10000)), Shelf(made))) == [2, 3]


def test_the_best_deal_among_equals_and_never_against_a_priority() -> None:
    everything = percent(1, "product", "10", priority=1)
    only_b = promotion(2, "product", [{"type": "minimum_quantity", "quantity": 1, "targets": {"part_numbers": ["b"]}}],
                       [{"type": "percent_off_each", "percent": "15"}], priority=1)  # fmt: skip
    bought = basket(("a", 1, 100_000), ("b", 1, 10_000))
    assert evaluate(bought, Shelf([everything, only_b])).amount == 11_000
    assert evaluate(bought, Shelf([everything, only_b]), best_deal=True).amount == 11_500
    preferred = percent(1, "product", "10", priority=2)
    assert evaluate(bought, Shelf([preferred, only_b]), best_deal=True).amount == 11_000


def test_it_says_when_there_are_more_sequences_than_it_tries() -> None:
    made = [percent(number, "product", str(number)) for number in range(1, 8)]
    assert evaluate(basket(("a", 1, 10000)), Shelf(made), best_deal=True).cut_short
    assert not evaluate(basket(("a", 1, 10000)), Shelf(made[:3]), best_deal=True).cut_short


def test_the_allowed_number_applies_not_none() -> None:
    one = promotion(1, "product", [], [{"type": "percent_off_each", "percent": "50"}], limits=Limits(order=2))
    assert off(evaluate(basket(("a", 2, 1000), ("b", 2, 4000)), Shelf([one])), 1) == {"2": 2000}


def test_the_most_of_a_promotion_is_shared_by_what_its_rewards_gave() -> None:
    one = percent(1, "product", "50", settings={"most": {"USD": "9.00"}})
    assert off(evaluate(basket(("a", 1, 1000), ("b", 1, 2000)), Shelf([one])), 1) == {"1": 300, "2": 600}


#: schedule; instant in UTC; runs in Berlin?
HOURS = """
                                  2026-06-15T10:00  yes
days=1,2                          2026-06-15T10:00  yes
days=2                            2026-06-15T10:00  no
days=2                            2026-06-15T22:30  yes
from_time=09:00,to_time=12:00     2026-06-15T09:59  yes
from_time=09:00,to_time=12:00     2026-06-15T10:00  no
from_time=09:00                   2026-06-15T06:59  no
days=1,from_time=22:00,to_time=02:00  2026-06-15T23:30  yes
days=1,from_time=22:00,to_time=02:00  2026-06-16T00:00  no
days=1,from_time=22:00,to_time=02:00  2026-06-15T12:00  no
"""


@pytest.mark.parametrize("row", HOURS.strip("\n").splitlines())
def test_schedules_go_by_the_clock_of_the_store(row: str) -> None:
    *terms, instant, expected = row.split()
    settings: dict[str, Any] = {}
    for part in terms[0].replace(",from", ";from").replace(",to", ";to").split(";") if terms else ():
        name, _, value = part.partition("=")
        settings[name] = [int(day) for day in value.split(",")] if name == "days" else value
    one = percent(1, "order", "10", settings={"schedule": settings})
    at = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    found = evaluate(Basket((Line("1", "a", 1, 1000),), "USD", at, zone="Europe/Berlin"), Shelf([one]))
    assert applied(found) == ([1] if expected == "yes" else [])
    assert one.settings == Settings(schedule=Schedule()) or one.sentence() != percent(1, "order", "10").sentence()


WOULD_TAKE = [
    ([{"type": "minimum_quantity", "quantity": 2, "targets": {"part_numbers": ["a"]}}], "add one more of a"),
    ([{"type": "minimum_quantity", "quantity": 5}], "add 4 more of any item"),
    ([{"type": "minimum_spend", "amount": {"USD": "30"}}], "spend 20.00 USD more on any item"),
    ([{"type": "minimum_spend", "amount": {"EUR": "30"}}], "only in EUR"),
    ([{"type": "buyer_in_segment", "segments": ["gold"]}], None),
    ([{"type": "ships_to", "countries": ["DE"]}], "possible when it ships to DE"),
    ([{"type": "ships_by", "modes": ["express"]}], "possible when it ships by express"),
    ([{"type": "pays_by", "methods": ["invoice"]}], "possible when it is paid by invoice"),
    ([{"type": "first_order"}], "log on: it is for new buyers"),
    ([{"type": "bought_together", "parts": [{"targets": {}}, {"targets": {"part_numbers": ["b"]}}]}], "add one more of b"),
    ([{"type": "maximum_quantity", "quantity": 0, "targets": {"groups": ["all"]}}], "only without anything in all"),
    ([{"type": "maximum_spend", "amount": {"USD": "9.99"}}], "only up to 9.99 USD spent on any item"),
    ([{"type": "maximum_spend", "amount": {"EUR": "50"}}], "only in EUR"),
    ([{"type": "order_weight", "least": 1500}], "only from a weight of 1500 g"),
]


@pytest.mark.parametrize(("conditions", "words"), WOULD_TAKE)
def test_a_declined_promotion_says_what_is_missing(conditions: list[Any], words: str | None) -> None:
    found = evaluate(basket(("a", 1, 1000)), Shelf([percent(1, "order", "10", conditions=conditions)]))
    assert found.applied == ()
    told = [missing(one.declined, "USD") for one in found.refused]
    # A promotion for a segment the buyer is not in is not even looked at: the shelf does not bring it down.
    assert told == ([words] if words else [])
    if words and words.startswith("possible"):
        assert found.refused[0].declined.reason in POSSIBLE


@pytest.mark.parametrize("kind", condition_kinds() + reward_kinds())
def test_every_kind_has_a_form_and_a_schema(kind: str) -> None:
    schema, fields = schema_of(kind), fields_of(kind)
    (definition,) = [one for one in schema["$defs"].values() if one.get("properties", {}).get("type") == {"enum": [kind]}]
    assert {field.name for field in fields} == definition["properties"].keys() - {"type"}
    assert all(field.label and field.kind for field in fields)


def test_gifts_by_choice() -> None:
    gift = promotion(1, "product", BOTH, [{"type": "free_gift", "choices": ["X", "Y", "Z"]}])
    found = evaluate(basket(("a", 1, 1000)), Shelf([gift])).applied
    assert [one.part_number for one in give_gifts(found, {"Y", "Z"})] == ["Y"]
    assert [one.part_number for one in give_gifts(found, {"Y", "Z"}, wishes={"p1": "Z"})] == ["Z"]
    assert [one.part_number for one in give_gifts(found, {"Y"}, wishes={"p1": "X"})] == ["Y"]
    assert give_gifts(found, set()) == []


@pytest.mark.parametrize(
    ("rewards", "path"),
    [
        ([{"type": "percent_off", "percent": "101"}], "rewards"),
        ([{"type": "amount_off", "amount": {"USD": "-1"}}], "amount"),
        ([{"type": "amount_off", "amount": {"dollars": "1"}}], "amount"),
        ([{"type": "percent_by_quantity", "steps": [{"quantity": 1, "percent": "-5"}]}], "percent"),
    ],
)
def test_a_bad_amount_is_refused_where_it_is_written(rewards: list[Any], path: str) -> None:
    with pytest.raises(Exception, match=path) as refused:
        read_rewards(rewards)
    assert refused.value.code in (PromotionMalformed.code, "BAD_AMOUNT", "CURRENCY_UNKNOWN")


def test_terms_in_another_language() -> None:
    from entrepot.web.i18n import translator

    one = promotion(1, "product", BOTH, [{"type": "percent_off", "percent": "10", "targets": {}}])
    assert one.sentence(translator("de-DE").gettext) == "mindestens 1 von alles aus all: 10 % Nachlass auf beliebiger Artikel"
    words = translator("de-DE")
    told = missing(Declined("MORE_UNITS_NEEDED", 2, 1, "NB"), "EUR", words.gettext, words.ngettext)
    assert told == "noch eins davon dazulegen: NB"
    assert AT.tzinfo is UTC


#: units of a, units of b; buy how many of a, get how many of a or b; discount
COMPLETE = """
3 0   2 2 a   0
4 0   2 2 a   2000
3 0   1 1 a   1000
5 0   1 1 a   2000
2 1   2 2 b   0
4 3   2 1 b   1000
"""


@pytest.mark.parametrize("row", COMPLETE.strip().splitlines())
def test_only_complete_combinations_count(row: str) -> None:
    a, b, buy, get, of, expected = row.split()
    condition = {"type": "minimum_quantity", "quantity": buy, "targets": {"part_numbers": ["a"]}}
    reward = {"type": "buy_get", "quantity": get, "targets": {"part_numbers": [of]}}
    lines = [("a", int(a), int(a) * 1000), ("b", int(b), int(b) * 500)]
    found = evaluate(basket(*(line for line in lines if line[1])), Shelf([promotion(1, "product", [condition], [reward])]))
    assert sum(off(found, 1).values()) == int(expected)


def test_an_evaluation_tells_itself() -> None:
    made = [percent(1, "order", "10"), percent(2, "order", "5", priority=-1), coded(3, "order", "50")]
    conditions = [{"type": "minimum_quantity", "quantity": 9}]
    made.append(percent(4, "product", "10", conditions=conditions))
    assert told(evaluate(basket(("a", 1, 10000), codes=("NOPE",)), Shelf(made)), "USD") == [
        "p1 takes 10.00 USD off (always: 10 % off them)",
        "p4 does not apply: add 8 more of any item",
        "p2 does not apply: cannot be combined with p1",
        "the code NOPE is not known",
    ]


PARTS = [{"targets": {"part_numbers": [name]}, "quantity": number} for name, number in (("a", 1), ("b", 2), ("c", 1))]

#: a cart as (part number, quantity, minor units of one); how many parts are enough; how often it applies, or what is missing
ENOUGH = [
    ([("a", 1, 500), ("b", 2, 500), ("c", 1, 500)], 0, 3),
    ([("a", 1, 500), ("b", 2, 500)], 0, "add one more of c"),
    ([("a", 1, 500), ("b", 2, 500)], 2, 2),
    ([("a", 1, 500), ("b", 1, 500)], 2, "add one more of b"),
    ([("b", 1, 500)], 1, "add one more of b"),
    ([("c", 3, 500)], 1, 1),
]


@pytest.mark.parametrize(("cart", "enough", "outcome"), ENOUGH)
def test_so_many_of_the_parts_are_enough(cart: list[Any], enough: int, outcome: int | str) -> None:
    """Ten percent off each unit of what was bought together: the lines taken from are those of the complete parts."""
    together = {"type": "bought_together", "parts": PARTS, "enough": enough}
    found = evaluate(basket(*cart), Shelf([percent(1, "product", "10", conditions=[together])]))
    said = len(found.applied[0].lines) if found.applied else missing(found.refused[0].declined, "USD") if found.refused else ""
    assert said == outcome


#: a condition, grams of the basket; whether two of a (20.00) and one of b (30.00) meet it after 10 % off everything
BOUNDS = [
    ({"type": "maximum_quantity", "quantity": 3}, 0, True),
    ({"type": "maximum_quantity", "quantity": 2}, 0, False),
    ({"type": "maximum_quantity", "quantity": 0, "targets": {"part_numbers": ["c"]}}, 0, True),
    ({"type": "maximum_quantity", "quantity": 0, "targets": {"part_numbers": ["b"]}}, 0, False),
    ({"type": "maximum_spend", "amount": {"USD": "45.00"}}, 0, True),
    ({"type": "maximum_spend", "amount": {"USD": "44.99"}}, 0, False),
    ({"type": "maximum_spend", "amount": {"USD": "49.99"}, "before_promotions": True}, 0, False),
    ({"type": "maximum_spend", "amount": {"USD": "50.00"}, "before_promotions": True}, 0, True),
    ({"type": "maximum_spend", "amount": {"USD": "27"}, "targets": {"part_numbers": ["b"]}}, 0, True),
    ({"type": "order_weight", "least": 1500}, 1499, False),
    ({"type": "order_weight", "least": 1500}, 1500, True),
    ({"type": "order_weight", "most": 1500}, 1500, True),
    ({"type": "order_weight", "most": 1500}, 1501, False),
    ({"type": "order_weight", "least": 1000, "most": 1500}, 999, False),
]


@pytest.mark.parametrize(("condition", "grams", "meets"), BOUNDS)
def test_bounds_count_what_earlier_promotions_left_and_the_bound_itself(condition: Any, grams: int, meets: bool) -> None:
    bounded = percent(2, "order", "50", conditions=[condition])
    order = replace(basket(("a", 2, 2000), ("b", 1, 3000)), grams=grams)
    assert applied(evaluate(order, Shelf([percent(1, "product", "10"), bounded]))) == [1, 2][: 1 + meets]


#: a malformed condition, and what the refusal says
UNREADABLE = [
    ({"type": "order_weight"}, "say how many grams"),
    ({"type": "order_weight", "least": 2, "most": 1}, "at most is less than at least"),
    ({"type": "bought_together", "parts": PARTS, "enough": 4}, "fewer parts than have to be bought"),
    ({"type": "maximum_quantity", "quantity": -1}, "conditions"),
]


@pytest.mark.parametrize(("condition", "words"), UNREADABLE)
def test_a_condition_that_says_nothing_is_refused(condition: Any, words: str) -> None:
    with pytest.raises(PromotionMalformed, match=words):
        read_conditions([condition])


def test_what_only_a_part_names_is_asked_for() -> None:
    """A basket has to bring attributes although no condition names them but a part of one that has several."""
    parts = [{"targets": {"attributes": ["color=sand"]}}, {"targets": {"part_numbers": ["b"]}}]
    assert Shelf([percent(1, "order", "10", conditions=[{"type": "bought_together", "parts": parts}])]).asks_attributes
