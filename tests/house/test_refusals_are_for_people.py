"""No refusal shows a person the path that programs get: pages mark the field and say the sentence."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest

import entrepot
from entrepot.kernel.errors import Error
from entrepot.web.i18n import translator
from tests.web.shopper import Shopper
from tests.web.staff_suite import NOTEBOOK, Person, application, open_draft, text_of, version_of

PATH = "lines[0].amount"


def every_error() -> list[type[Error]]:
    for module in pkgutil.walk_packages(entrepot.__path__, "entrepot."):
        if ".migrations." not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found, rest = [], [Error]
    while rest:
        kind = rest.pop()
        found.append(kind)
        rest += kind.__subclasses__()
    return sorted(set(found), key=lambda kind: (kind.__module__, kind.__qualname__))


@pytest.mark.parametrize("locale", ["en-US", "de-DE"])
def test_a_page_never_shows_where_in_a_document_it_is(locale: str) -> None:
    gettext = translator(locale).gettext
    with_path = [kind for kind in every_error() if "{path}" in kind.message]
    assert len(with_path) > 30
    for kind in with_path:
        text = kind(path=PATH, problem="write a number", what="write a number").plain(gettext)
        assert PATH not in text and (text[:1].isupper() or text.startswith("{")), (kind, text)


def test_json_keeps_the_path() -> None:
    answer = Shopper(application()).client.get("/api/stores/tannwerk/price", params={"partNumber": NOTEBOOK, "quantity": "x"})
    assert "quantity" in str(answer.json().get("errors") or answer.json())


def test_an_agents_draft_says_the_sentence() -> None:
    agent = Person("agent")
    key = open_draft(agent)
    here = f"/call-center/orders/{key}"
    page = agent.does(f"{here}/items", {"version": version_of(agent.get(here).text), "item": NOTEBOOK, "quantity": "1"})
    line = re.search(r'action="[^"]+/lines/([^/"]+)"', page)
    assert line
    answer = agent.post(f"{here}/lines/{line.group(1)}", {"version": version_of(page), "quantity": "many"})
    told = text_of(answer.text)
    assert answer.status_code == 422 and "Write a quantity greater than 0" in told and "OrderedQty" not in told


def test_management_and_the_shop_say_the_sentence() -> None:
    page = text_of(Person("merch").get("/management/price-check", item="TW-CASE-14", quantity="much").text)
    assert "Write a quantity greater than 0" in page and "quantity:" not in page
    page = text_of(Person("merch", "de-DE").get("/management/price-check", item="TW-CASE-14", quantity="much").text)
    assert "quantity:" not in page and "Schreiben Sie eine Menge" in page
    shopper = Shopper(application())
    shopper.add(NOTEBOOK, "x")
    assert "quantity:" not in shopper.text and "quantity" in shopper.text
