"""Every value shown as possible is possible, every other is not; reasons are minimal; completions are valid."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entrepot.configurator import (
    DECLINED,
    Compiled,
    ModelContradictory,
    OptionExcluded,
    Pick,
    State,
    compile_model,
    complete_cheapest,
    complete_nearest,
    complete_with_defaults,
    look,
    read_model,
    repairs,
    why_not,
)
from entrepot.configurator.configure import choose
from entrepot.configurator.session import label, retract, still_holding, without
from tests.configurator.models import AT, bicycle, demo, every_configuration, model_texts


def compiled_bicycle() -> Compiled:
    return compile_model(bicycle(), 1, AT)


def states(compiled: Compiled, *picks: Pick) -> dict[str, str]:
    view = look(compiled, picks)
    return {f"{one.option_class.name}.{value.option}": str(value.state) for one in view.classes for value in one.values}


def test_what_follows_from_a_choice_is_set_and_its_alternatives_stay() -> None:
    shown = states(compiled_bicycle(), Pick("frame", "small"))
    assert shown["frame.small"] == "chosen"
    assert shown["frame.large"] == "possible"
    assert shown["wheels.w26"] == "set"
    assert shown["wheels.w28"] == "excluded"


def test_a_retracted_choice_releases_what_followed() -> None:
    picks = retract((Pick("frame", "small"),), "frame")
    assert states(compiled_bicycle(), *picks)["wheels.w26"] == "possible"


def test_defaults_fill_what_is_open_and_exclude_nothing() -> None:
    shown = states(compiled_bicycle())
    assert shown["frame.large"] == "default"
    assert shown["wheels.w28"] == "default"
    assert shown["wheels.w26"] == "possible"


EXTRAS = (Pick("extras", "rack"), Pick("extras", "light"))
NO_LIGHT = Pick("extras", "light", DECLINED)


def test_one_default_of_many_is_declined_and_the_others_stay() -> None:
    compiled = compiled_bicycle()
    taken = look(compiled, (NO_LIGHT,), EXTRAS).taken
    assert Pick("extras", "rack", 1) in taken and "light" not in {pick.option for pick in taken}
    shown = states(compiled, NO_LIGHT)
    assert shown["extras.light"] == "possible", "it can still be chosen"
    again = choose(compiled, (NO_LIGHT,), Pick("extras", "light"))
    assert again == (Pick("extras", "light", 1),)
    assert choose(compiled, again, NO_LIGHT) == (NO_LIGHT,)
    assert retract((NO_LIGHT,), "extras", "light") == ()


def test_declining_keeps_its_word_with_the_rules_and_in_completions() -> None:
    compiled = compiled_bicycle()
    no_rack = Pick("extras", "rack", DECLINED)
    with pytest.raises(OptionExcluded):
        choose(compiled, (Pick("extras", "bag", 1),), no_rack)
    reason = why_not(compiled, (no_rack,), Pick("extras", "bag", 1))
    assert reason is not None and (reason.picks, reason.rules) == ((no_rack,), ("rack",))
    assert label(compiled, no_rack, "de-DE") == "ohne RACK"
    assert [repair.dropped for repair in repairs(compiled, (no_rack,), Pick("extras", "bag", 1))] == [(no_rack,)]
    done = complete_with_defaults(compiled, (NO_LIGHT,), EXTRAS)
    assert NO_LIGHT in done and look(compiled, done, EXTRAS).taken == tuple(p for p in look(compiled, done).taken)
    assert still_holding(compiled, (no_rack, NO_LIGHT)) == ((no_rack, NO_LIGHT), ())


def test_declining_in_a_class_of_one_leaves_the_others() -> None:
    shown = states(compiled_bicycle(), Pick("frame", "large", DECLINED))
    assert (shown["frame.small"], shown["wheels.w26"]) == ("set", "set")


def test_a_default_with_a_condition_waits_for_it() -> None:
    compiled = compiled_bicycle()
    assert states(compiled)["extras.light"] == "possible"
    shown = states(compiled, Pick("motor", "hub", 1))
    assert (shown["extras.light"], shown["battery.b9"]) == ("default", "default")


def test_the_default_that_is_impossible_gives_way_to_the_next() -> None:
    shown = states(compiled_bicycle(), Pick("frame", "small"), Pick("motor", "hub", 1))
    assert (shown["battery.b9"], shown["battery.b5"]) == ("excluded", "set")


def test_a_class_below_an_option_is_asked_with_it() -> None:
    compiled = compiled_bicycle()
    asked = {one.option_class.name: one.asked for one in look(compiled, (Pick("motor", ""),)).classes}
    assert not asked["battery"]
    assert {one.option_class.name: one.asked for one in look(compiled, (Pick("motor", "hub"),)).classes}["battery"]


def test_a_base_configuration_gives_way_to_choices() -> None:
    base = (Pick("frame", "large", 1), Pick("wheels", "w28", 1), Pick("extras", "rack", 1))
    compiled = compiled_bicycle()
    view = look(compiled, (Pick("frame", "small", 1),), base)
    assert view.complete
    assert {str(pick) for pick in view.taken} == {"frame.small", "wheels.w26", "extras.rack"}


def test_the_base_keeps_optional_classes_as_it_has_them() -> None:
    compiled = compile_model(demo("workstation"), 1, AT)
    base = compiled.model.configurations["simulation"]
    assert {pick.option_class for pick in look(compiled, (), base).taken} == {pick.option_class for pick in base}


def test_quantities_left_are_those_that_are_possible() -> None:
    compiled = compile_model(demo("workstation"), 1, AT)
    view = look(compiled, (Pick("board", "k5-itx", 1),))
    memory = next(one for one in view.classes if one.option_class.name == "memory")
    assert next(value for value in memory.values if value.option == "ram-16").quantities == (1, 2)


def test_excluded_says_why_with_the_fewest_choices_and_rules() -> None:
    compiled = compiled_bicycle()
    picks = (Pick("extras", "light", 1), Pick("frame", "small", 1), Pick("motor", "hub", 1))
    reason = why_not(compiled, picks, Pick("battery", "b9"))
    assert reason is not None
    assert reason.picks == (Pick("frame", "small", 1),)
    assert [compiled.rule_text(rule, "de-DE") for rule in reason.rules] == ["Der große Akku passt nicht in den kleinen Rahmen."]
    with pytest.raises(OptionExcluded):
        choose(compiled, picks, Pick("battery", "b9"))


def test_choose_it_anyway_changes_as_little_as_possible() -> None:
    compiled = compiled_bicycle()
    picks = (Pick("extras", "light", 1), Pick("frame", "small", 1), Pick("motor", "hub", 1))
    found = repairs(compiled, picks, Pick("battery", "b9"))
    assert [(one.dropped, one.added) for one in found] == [((Pick("frame", "small", 1),), (Pick("frame", "large", 1),))]
    assert look(compiled, found[0].picks).complete


def test_cheapest_is_the_cheapest_of_all() -> None:
    compiled = compiled_bicycle()
    prices = {"F-S": 900, "F-L": 700, "W-26": 10, "W-28": 200, "RACK": -5, "LIGHT": 3}
    cost, picks, proven = complete_cheapest(compiled, (), prices) or (0, (), False)
    assert proven

    def price(configuration: tuple[Pick, ...]) -> int:
        parts = {pick: compiled.model.find_class(pick.option_class) for pick in configuration}
        return sum(
            prices.get(one.item(pick.option).part, 0) * pick.quantity * one.ratio  # type: ignore[union-attr]
            for pick, one in parts.items()
        )

    assert cost == price(picks) == min(map(price, every_configuration(compiled.model)))


def test_nearest_keeps_what_can_be_kept() -> None:
    compiled = compiled_bicycle()
    earlier = (Pick("frame", "large", 1), Pick("wheels", "w28", 1), Pick("extras", "rack", 1), Pick("extras", "light", 1))
    picks = complete_nearest(compiled, (Pick("frame", "small", 1),), earlier) or ()
    assert {str(pick) for pick in picks} == {"frame.small", "wheels.w26", "extras.rack", "extras.light"}


def test_picks_that_no_longer_hold_are_named() -> None:
    picks = (Pick("frame", "small", 1), Pick("wheels", "w28", 1), Pick("extras", "bell", 1))
    assert still_holding(compiled_bicycle(), picks) == (picks[:1], picks[1:])


def test_a_contradictory_model_is_refused_with_the_rules_that_contradict() -> None:
    text = """
model: void
organization: o
languages: [en]
classes: {a: {items: {x: , y: }}, b: {items: {z: }}}
rules:
  - {id: one, holds: a.x, message: m}
  - {id: two, holds: not a.x or not b.z, message: m}
  - {id: unrelated, holds: a.x or a.y, message: m}
"""
    with pytest.raises(ModelContradictory) as caught:
        compile_model(read_model(text), 1, AT)
    assert caught.value.rules == "one, two"


def test_labels_are_in_the_shoppers_language() -> None:
    assert label(compile_model(demo("workstation"), 1, AT), Pick("raid", "mirror", 1), "de-DE") == "Spiegel (sicher)"


@pytest.mark.parametrize("name", ["workstation", "notebook-cto"])
def test_demo_models_have_no_dead_option_and_valid_defaults(name: str) -> None:
    compiled = compile_model(demo(name), 1, AT)
    assert sum(len(one.items) for one in compiled.model.classes) >= 40
    assert "excluded" not in states(compiled).values()
    for advice in (*compiled.model.defaults, *compiled.model.recommendations):
        choose(compiled, (), advice.pick)
    for picks in compiled.model.configurations.values():
        assert look(compiled, picks).complete
    for rule in compiled.model.rules:
        assert set(rule.words) == {"en-US", "de-DE"}


@pytest.mark.slow
@given(model_texts(), st.data())
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
def test_domains_reasons_repairs_and_completions_agree_with_trying_everything(text: str, data: Any) -> None:
    model = read_model(text)
    every = list(every_configuration(model))
    if not every:
        with pytest.raises(ModelContradictory):
            compile_model(model, 1, AT)
        return
    compiled = compile_model(model, 1, AT)
    picks: tuple[Pick, ...] = ()
    for _ in range(4):
        view = look(compiled, picks)
        assert view.consistent
        excluded = []
        for shown in view.classes:
            for value in shown.values:
                wanted = Pick(shown.option_class.name, value.option)
                others = [pick for pick in picks if pick.option_class != wanted.option_class]
                if not shown.option_class.single:
                    others += [
                        pick for pick in picks if pick.option_class == wanted.option_class and pick.option != wanted.option
                    ]
                possible = any(admits(one, (*others, wanted)) for one in every)
                assert possible == (value.state is not State.EXCLUDED), (wanted, picks)
                if not possible:
                    excluded.append(wanted)
        for wanted in excluded[:3]:
            check_reason(compiled, picks, wanted)
            check_repairs(compiled, picks, wanted, every)
        assert full(compiled, complete_with_defaults(compiled, picks)) in every
        possible_values = [
            Pick(shown.option_class.name, value.option)
            for shown in view.classes
            for value in shown.values
            if value.state is not State.EXCLUDED
        ]
        picks = choose(compiled, picks, data.draw(st.sampled_from(possible_values)))


def admits(configuration: tuple[Pick, ...], picks: tuple[Pick, ...]) -> bool:
    for pick in picks:
        taken = [one for one in configuration if one.option_class == pick.option_class]
        if not pick.option:
            if taken:
                return False
        elif not any(one.option == pick.option and pick.quantity in (0, one.quantity) for one in taken):
            return False
    return True


def full(compiled: Compiled, picks: tuple[Pick, ...]) -> tuple[Pick, ...]:
    view = look(compiled, picks)
    assert view.complete
    order = {
        (one.name, item.name): (place, number)
        for place, one in enumerate(compiled.model.classes)
        for number, item in enumerate(one.items)
    }
    return tuple(sorted(view.taken, key=lambda pick: order[pick.option_class, pick.option]))


def check_reason(compiled: Compiled, picks: tuple[Pick, ...], wanted: Pick) -> None:
    """The reason excludes the value, and no part of it can be spared."""
    reason = why_not(compiled, picks, wanted)
    assert reason is not None
    reasoner, literals = compiled.explainer.reasoner, compiled.explainer.literals
    target = literals(wanted)
    chosen = [literals(pick) for pick in reason.picks]
    assert not reasoner.holds(target, chosen, reason.rules)
    for place in range(len(chosen)):
        assert reasoner.holds(target, [*chosen[:place], *chosen[place + 1 :]], reasoner.rules)
    for rule in reason.rules:
        assert reasoner.holds(target, chosen, [one for one in reason.rules if one != rule])


def check_repairs(compiled: Compiled, picks: tuple[Pick, ...], wanted: Pick, every: list[tuple[Pick, ...]]) -> None:
    """Each repair has the value and is valid; it is offered whenever the value can be had at all, and drops nothing needlessly.

    In a class of several choices the others stay chosen beside the wanted one, unless they are what is dropped.
    """
    found = repairs(compiled, picks, wanted)
    assert bool(found) == any(admits(one, (wanted,)) for one in every)
    for repair in found:
        assert any(admits(one, repair.picks) for one in every)
        for pick in repair.dropped:
            others = tuple(one for one in repair.dropped if one != pick)
            kept = tuple(one for one in without(compiled, picks, wanted) if one not in others)
            assert not any(admits(one, (*kept, wanted)) for one in every)
