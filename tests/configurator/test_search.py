"""A search that would take hours ends in a stated time; what it says by then is right, and it says what it does not know."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from entrepot.configurator import compile_model, read_model
from entrepot.configurator.cheapest import _within
from entrepot.configurator.compile import Compiled
from entrepot.configurator.complete import complete_cheapest, complete_with_defaults, repairs
from entrepot.configurator.facts import describe
from entrepot.configurator.knowledge import Knowledge
from entrepot.configurator.model import Pick
from entrepot.configurator.problems import OptionExcluded, SearchUnfinished
from entrepot.configurator.reasons import Reasoner
from entrepot.configurator.search import searching
from entrepot.configurator.session import choose, look, why_not
from entrepot.configurator.settle import State
from entrepot.configurator.solve import SatEngine
from entrepot.configurator.trying import shown, tried
from tests.configurator.models import AT

#: What a search may take beyond its time: one slice of it.
GRACE = 1.0


def crowded(guests: int) -> str:
    """A model in which nobody finds out soon that the party is impossible: there is one chair less than guests."""
    chairs = guests - 1
    items = ", ".join(f"c{chair}: " for chair in range(chairs))
    classes = "".join(f"  guest{one}: {{choose: optional, items: {{{items}}}}}\n" for one in range(guests))
    seated = " and ".join(f"guest{one}" for one in range(guests))
    rules = [f"  - {{id: seated, when: event.party, requires: {seated}, message: Everybody sits.}}\n"]
    alone = "  - {{id: r-{0}-{1}-{2}, holds: not (guest{0}.c{2} and guest{1}.c{2}), message: One each.}}\n"
    rules += [alone.format(one, other, chair) for chair in range(chairs) for one in range(guests) for other in range(one)]
    rules.append("  - {id: formal, when: event.dinner, requires: dress.suit, message: Dinner is formal.}\n")
    return (
        "model: evening\norganization: shop\nlanguages: [en]\nclasses:\n"
        "  event: {items: {dinner: , party: , talk: }}\n  dress: {items: {suit: , jeans: }}\n"
        f"{classes}rules:\n{''.join(rules)}"
    )


@pytest.fixture(scope="module")
def hard() -> Compiled:
    return compile_model(read_model(crowded(12)), 1, AT)


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    started = time.thread_time()
    yield
    assert time.thread_time() - started < seconds + GRACE


def state(compiled: Compiled, picks: tuple[Pick, ...], option_class: str) -> dict[str, State]:
    view = look(compiled, picks)
    [one] = [one for one in view.classes if one.option_class.name == option_class]
    return {value.option: value.state for value in one.values}


def test_a_step_says_what_it_is_still_checking(hard: Compiled) -> None:
    with at_most(1.0):
        view = look(hard, (Pick("dress", "jeans"),))
    assert view.consistent and view.checking
    assert state(hard, (Pick("dress", "jeans"),), "event") == {
        "dinner": State.EXCLUDED,
        "party": State.CHECKING,
        "talk": State.DEFAULT,
    }


def test_the_only_possible_value_is_not_set_while_another_is_being_checked(hard: Compiled) -> None:
    """It may be a default, because nobody has said anything of the guests; it does not follow from the choices."""
    jeans = (Pick("dress", "jeans"),)
    assert state(hard, jeans, "event")["talk"] is not State.SET
    settled = compile_model(read_model(crowded(4)), 1, AT)
    assert state(settled, jeans, "event")["talk"] is State.SET


def test_nothing_is_taken_that_is_not_known_to_be_possible(hard: Compiled) -> None:
    with at_most(1.0), pytest.raises(SearchUnfinished):
        choose(hard, (), Pick("event", "party"))
    with pytest.raises(OptionExcluded):
        choose(hard, (Pick("dress", "jeans"),), Pick("event", "dinner"))
    assert choose(hard, (), Pick("event", "talk"))


def test_picks_that_may_contradict_each_other_are_shown_but_not_complete(hard: Compiled) -> None:
    with at_most(1.0):
        view = look(hard, (Pick("event", "party"),))
    assert not view.proven and not view.complete
    assert set(state(hard, (Pick("event", "party"),), "dress").values()) == {State.CHECKING}


def test_a_reason_is_found_or_the_search_for_it_ends(hard: Compiled) -> None:
    with at_most(1.0), pytest.raises(SearchUnfinished):
        why_not(hard, (), Pick("event", "party"))
    reason = why_not(hard, (Pick("dress", "jeans"),), Pick("event", "dinner"))
    assert reason is not None and reason.minimal and reason.rules == ("formal",)


def test_a_reason_that_could_not_be_made_minimal_says_so() -> None:
    """Once the refusal is known, the time for finding out what it does not need is taken away."""
    compiled = compile_model(read_model(crowded(6)), 1, AT)
    reasoner, explainer = Reasoner(compiled.encoded.formula), compiled.explainer
    target, other = explainer.literals(Pick("event", "party")), explainer.literals(Pick("dress", "suit"))
    whole = reasoner.reason(target, [other])
    assert whole is not None and whole.minimal and whole.choices == ()
    assert not reasoner.holds(target, [], whole.rules)
    real = reasoner._refused
    asked: list[int] = []

    def slow(*question: object) -> object:
        asked.append(1)
        if len(asked) > 1:
            raise SearchUnfinished
        found = real(*question)  # type: ignore[arg-type]
        return None if found is None else [0]

    reasoner._refused = slow  # type: ignore[method-assign, assignment]
    cut = reasoner.reason(target, [other])
    assert cut is not None and not cut.minimal and cut.choices == (0,)
    assert not reasoner.holds(target, [other], cut.rules)


def test_a_repair_that_may_not_be_the_smallest_says_so() -> None:
    """Once the first conflict is known there is no time left to hit it: what surely can be kept is kept."""
    compiled = compile_model(read_model(crowded(4)), 1, AT)
    picks, wanted = (Pick("dress", "jeans"), Pick("guest0", "c0"), Pick("guest1", "c1")), Pick("event", "dinner")
    [smallest] = repairs(compiled, picks, wanted)
    assert smallest.smallest and smallest.dropped == (picks[0],)
    reasoner = compiled.explainer.reasoner
    real = reasoner._refused
    asked: list[int] = []

    def slow(*question: object) -> object:
        asked.append(1)
        if len(asked) != 2:  # The second keeps the first guest's chair; nothing else is answered.
            raise SearchUnfinished
        return real(question[0], [reasoner_choice])  # type: ignore[arg-type]

    reasoner_choice = compiled.explainer.literals(picks[1])
    reasoner._refused = slow  # type: ignore[method-assign, assignment]
    [cut] = repairs(compiled, picks, wanted)
    assert not cut.smallest and len(cut.dropped) > 1


def test_the_search_for_the_cheapest_is_ended_by_its_work_and_not_by_the_clock() -> None:
    stopped: list[bool] = []
    with _within(0.1, lambda: stopped.append(True)):
        time.sleep(0.3)
    assert not stopped, "waiting is no work"
    with _within(0.1, lambda: stopped.append(True)):
        until = time.thread_time() + 0.4
        while time.thread_time() < until and not stopped:
            pass
    assert stopped


def test_repairs_and_completions_end_in_time(hard: Compiled) -> None:
    with at_most(1.0), pytest.raises(SearchUnfinished):
        repairs(hard, (), Pick("event", "party"))
    [repair] = repairs(hard, (Pick("dress", "jeans"),), Pick("event", "dinner"))
    assert repair.dropped == (Pick("dress", "jeans"),)
    with at_most(4.0):
        picks = complete_with_defaults(hard, (Pick("dress", "jeans"),))
    assert look(hard, picks).complete
    with at_most(8.0):
        found = complete_cheapest(hard, (Pick("dress", "jeans"),), {})
    assert found is not None and look(hard, found.picks).complete


def test_the_next_step_goes_on_where_the_last_one_ended() -> None:
    """Nine guests take longer than a hundredth of a second, and are decided after some steps of that."""
    formula = compile_model(read_model(crowded(9)), 1, AT).encoded.formula
    engine = SatEngine(formula)
    steps = 0
    while True:
        steps += 1
        assert steps < 400
        with searching(0.01):
            found = engine.domains({})
        if not found.undecided:
            break
        assert found.masks[0] == 0b101
    with searching(60):
        assert steps > 1 and found == SatEngine(formula).domains({})


def test_dead_is_what_is_known_to_be_dead() -> None:
    formula = compile_model(read_model(crowded(12)), 1, AT).encoded.formula
    with searching(0.5):
        facts = describe(formula, Knowledge(None, tuple(range(len(formula.variables))), 0.0), SatEngine(formula)).facts
    assert (facts.dead, facts.always_on, facts.void) == (0, 0, False)


def test_what_publishing_did_not_decide_is_not_taken_for_decided_by_the_next_process() -> None:
    formula = compile_model(read_model(crowded(12)), 1, AT).encoded.formula
    published = SatEngine(formula)
    with searching(0.3):
        assert published.domains({}).undecided == 0b010
    with searching(0.3):
        again = SatEngine(formula, published.found()).domains({})
    assert (again.masks[0], again.undecided) == (0b101, 0b010)


def test_others_run_while_a_search_does(hard: Compiled) -> None:
    ticks: list[float] = []
    done = threading.Event()

    def tick() -> None:
        while not done.wait(0.01):
            ticks.append(time.monotonic())

    other = threading.Thread(target=tick)
    other.start()
    look(hard, (Pick("dress", "suit"),))
    done.set()
    other.join()
    assert len(ticks) > 10


@pytest.mark.parametrize("ask", [SatEngine.domains, SatEngine.consistent])
def test_all_questions_inside_share_one_allowance(ask: Callable[..., object], hard: Compiled) -> None:
    engine = SatEngine(hard.encoded.formula)
    with at_most(0.3), searching(0.3):
        for _ in range(5):
            with suppress(SearchUnfinished):
                ask(engine, {0: 0b010})


def test_trying_says_so(tmp_path: Path) -> None:
    (tmp_path / "evening.yaml").write_text(crowded(12))
    answer = tried(tmp_path / "evening.yaml", ["dress.suit"], "", "en", AT)
    assert answer["checking"]
    [event] = [one for one in answer["classes"] if one["name"] == "event"]
    assert {value["name"]: value["state"] for value in event["values"]}["party"] == "checking"
    assert "? party" in shown(answer) and "still being checked" in shown(answer)
