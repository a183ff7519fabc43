"""Whatever a history records has words on its page, in English and in German."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

import entrepot
from entrepot.commerce.charges import COINS, MODES, RATES, SURCHARGES, TAX_HOME
from entrepot.commerce.members import Profile
from entrepot.commerce.pricing.contract import MOVES
from entrepot.order_management.orders.adjustment import Action, Level, State
from entrepot.order_management.payments.collect import status as payment_status
from entrepot.web import words
from entrepot.web.call_center import history_words
from entrepot.web.i18n import translator
from entrepot.web.management import history

SOURCE = Path(entrepot.__file__).parent
GERMAN = translator("de-DE").gettext


def calls(name: str) -> Iterator[tuple[str, ast.Call]]:
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            called = getattr(node, "func", None)
            if isinstance(node, ast.Call) and (getattr(called, "id", "") or getattr(called, "attr", "")) == name:
                yield f"{file.relative_to(SOURCE)}:{node.lineno}", node


def texts_in(node: ast.AST) -> set[str]:
    """The texts an argument can be: itself, or either side of a choice."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    return texts_in(node.body) | texts_in(node.orelse) if isinstance(node, ast.IfExp) else set()


def recorded() -> tuple[set[str], set[str]]:
    """Kinds and actions of every change that is written down: those in the code, and those that come from a table of steps."""
    kinds = {kept.kind for kept in (MODES, SURCHARGES, RATES, TAX_HOME, COINS)}
    actions = set(MOVES) | {"changed", "created", "undone"}
    for _, call in calls("note_change"):
        if isinstance(call.args[2], ast.Tuple):
            kinds |= texts_in(call.args[2].elts[0])
        if len(call.args) > 3:
            actions |= texts_in(call.args[3])
    for _, call in calls("record"):
        actions |= {text for argument in call.args for text in texts_in(argument)}
    return kinds, actions


def test_every_kind_and_action_of_a_change_has_words() -> None:
    kinds, actions = recorded()
    assert len(kinds) > 10 and len(actions) > 15
    assert kinds - set(history.KINDS) == set() and actions - set(history.ACTIONS) == set()


def test_every_field_of_an_account_has_words() -> None:
    assert {field.name for field in fields(Profile)} - set(history.FIELDS) == set()


def test_every_entry_of_an_orders_history_has_words() -> None:
    found = {text for _, call in calls("Doing") if call.args for text in texts_in(call.args[0])}
    assert len(found) > 10 and found - set(words.KNOWN) == set()
    assert all(words.speaker("en-US")(one) != one for one in found)


def test_every_status_of_payment_has_words() -> None:
    found = {text for node in ast.walk(ast.parse(inspect.getsource(payment_status))) for text in returned(node)}
    assert len(found) > 7 and found - set(words.KNOWN) == set()
    assert all(words.speaker("en-US")(one) != one and words.speaker("de-DE")(one) != one for one in found)


def returned(node: ast.AST) -> set[str]:
    return texts_in(node.value) if isinstance(node, ast.Return) and node.value is not None else set()


@pytest.mark.parametrize(("group", "codes"), [("action", Action), ("level", Level), ("state", [s.name.lower() for s in State])])
def test_every_code_of_an_adjustment_has_words(group: str, codes: list[str]) -> None:
    assert {str(one) for one in codes} - set(history_words._NAMED[group]) == set()


def test_german_has_them_too() -> None:
    labels = [label for label, _ in history.KINDS.values()]
    labels += [*history.ACTIONS.values(), *history.FIELDS.values()]
    same = {"Name", "Status", "Administrator", "Code", "Codes", "Version", "Region"}
    assert {label for label in labels if GERMAN(label) == label} - same == set()


TEXTS = """
2 × CABLE: Scheduled at FREUDENSTADT = 2 × CABLE: Eingeplant at
hold APPROVAL_PENDING resolved: all fine = aufgehoben: all fine
payment: AUTHORIZED = Zahlung: 
draft started = Entwurf
ENTER PriceOverride on CABLE: 15.00 → 9.50 USD (PRICE_MATCH, pending) = Einzelpreis CABLE 15.00 → 9.50 USD
a remark somebody wrote = a remark somebody wrote
"""


@pytest.mark.parametrize("row", TEXTS.strip("\n").splitlines())
def test_an_entry_is_told_in_german(row: str) -> None:
    text, told = row.split(" = ")
    german = history_words.teller("de-DE")(text)
    assert told.removesuffix(" at").strip() in german and not {"ENTER", "PRICE_MATCH", "AUTHORIZED"} & set(german.split())
