"""Promising over time and over nodes: the published vectors, and properties any plan must have."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from entrepot.order_management.inventory import Aim, Component, Need, available_to_promise, plan
from entrepot.order_management.inventory.sourcing import Candidate, choose


def test_available_to_promise_never_takes_what_is_needed_later() -> None:
    supply, demand = [(0, 10), (10, 20)], [(5, 8), (12, 15)]
    rows = available_to_promise(supply, demand)
    assert [(row.when, row.net, row.atp) for row in rows] == [(0, 10, 2), (5, 2, 2), (10, 22, 7), (12, 7, 7)]
    after = available_to_promise(supply, [*demand, (0, 2)])
    assert [(row.net, row.atp) for row in after] == [(8, 0), (0, 0), (20, 5), (5, 5)]


NODES = [Candidate("N1", 1, 4, 6), Candidate("N2", 2, 10, 5), Candidate("N3", 3, 6, 2), Candidate("N4", 3, 5, 3)]


def test_each_aim_chooses_its_nodes() -> None:
    found = {aim: {g.node: g.units for g in choose(10, NODES, aim)} for aim in Aim}
    assert found == {Aim.PREFERRED: {"N1": 4, "N2": 6}, Aim.FEWEST: {"N2": 10}, Aim.EARLIEST: {"N3": 6, "N4": 4}}


def test_a_node_that_ships_anyway_costs_no_shipment() -> None:
    nodes = [Candidate("A", 1, 5, 3), Candidate("B", 1, 5, 3)]
    assert choose(3, nodes, used=frozenset({"B"}))[0].node == "B"


def test_lines_share_what_there_is() -> None:
    one = (Component("cpu", 1),)
    needs = [Need("1", one, 3), Need("2", (Component("cpu", 1), Component("drive", 2)), 2)]
    made = plan(needs, [("N1", 1, 1)], {"cpu": {"N1": 4}, "drive": {"N1": 9}})
    assert [g.units for g in made.given["2"]] == [1]
    assert made.short == {"2": 1}


@given(
    wanted=st.integers(1, 40),
    nodes=st.lists(st.tuples(st.integers(1, 4), st.integers(0, 12), st.integers(1, 9)), min_size=0, max_size=12),
    aim=st.sampled_from(list(Aim)),
)
def test_a_plan_covers_what_can_be_covered_and_no_node_gives_more_than_it_has(
    wanted: int, nodes: list[tuple[int, int, int]], aim: Aim
) -> None:
    candidates = [Candidate(f"N{i:02}", rank, units, days) for i, (rank, units, days) in enumerate(nodes)]
    has = {candidate.node: candidate.units for candidate in candidates}
    given_ = choose(wanted, candidates, aim)
    assert sum(g.units for g in given_) == min(wanted, sum(has.values()))
    assert all(0 < g.units <= has[g.node] for g in given_)
    assert choose(wanted, candidates[::-1], aim) == given_
