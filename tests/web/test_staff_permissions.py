"""Who may open which face: every role at every face's door, and at doors inside."""

from __future__ import annotations

import pytest

from entrepot import demo
from tests.web.staff_suite import Person, text_of

DOORS = {
    "call center": "/call-center",
    "new order": "/call-center/new",
    "store": "/store",
    "stock": "/store/stock",
    "management": "/management",
    "operations": "/operations",
    "dead letters": "/operations/dead-letters",
}
MATRIX = """
              call center  new order  store  stock  management  operations  dead letters
agent         yes          yes        no     yes    no          no          no
supervisor    yes          yes        no     yes    no          no          no
store         yes          no         yes    yes    no          no          no
merch         no           no         no     no     yes         no          no
operator      yes          no         no     yes    no          yes         yes
admin         yes          yes        yes    yes    yes         yes         yes
mara          no           no         no     no     no          no          no
"""
ROWS = [line.split() for line in MATRIX.strip().splitlines()[1:]]
TITLES = {"call center": "Call center", "store": "Store", "management": "Management", "operations": "Operations"}


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_every_role_at_every_door(row: list[str]) -> None:
    person = Person(row[0])
    for (door, path), allowed in zip(DOORS.items(), row[1:], strict=True):
        assert person.get(path).status_code == (200 if allowed == "yes" else 403), door


@pytest.mark.parametrize("path", DOORS.values())
def test_whoever_is_not_logged_on_is_led_to_the_log_in_and_back(path: str) -> None:
    person = Person()
    answer = person.get(path, q="x")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/staff/login?return_to={path}%3Fq%3Dx"
    page = person.get(answer.headers["location"])
    assert "Log in" in text_of(page.text)
    back = person.post("/staff/login", {"logon_id": "admin", "password": demo.PASSWORD, "return_to": f"{path}?q=x"})
    assert back.headers["location"] == f"{path}?q=x"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_the_log_in_leads_nowhere_foreign(elsewhere: str) -> None:
    person = Person()
    person.get("/staff/login")
    answer = person.post("/staff/login", {"logon_id": "agent", "password": demo.PASSWORD, "return_to": elsewhere})
    assert answer.headers["location"] == "/call-center"


def test_a_wrong_password_is_refused_and_the_name_kept() -> None:
    person = Person()
    person.get("/staff/login")
    answer = person.post("/staff/login", {"logon_id": "somebody", "password": "wrong"})
    assert answer.status_code == 401 and 'value="somebody"' in answer.text and "wrong" not in answer.text


def test_the_switcher_offers_only_what_one_may_open() -> None:
    page = Person("operator").get("/operations").text
    assert 'href="/call-center"' in page
    assert 'href="/management"' not in page and 'href="/store"' not in page


def test_logging_out_ends_the_session() -> None:
    person = Person("agent")
    secret = person.client.cookies["entrepot_session"]
    assert person.post("/staff/logout", {}).status_code == 303
    person.client.cookies.set("entrepot_session", secret)
    assert person.get("/call-center").status_code == 303


def test_a_form_without_its_token_is_refused() -> None:
    person = Person("agent")
    answer = person.client.post("/call-center/new", data={"do": "create"}, follow_redirects=False)
    assert answer.status_code == 403


def test_a_change_one_may_not_make_is_refused_wherever_it_runs() -> None:
    """Handlers on a thread are wrapped by the framework; they are guarded all the same."""
    store = Person("store")
    for path in ("/call-center/orders/x/confirm", "/call-center/orders/x/holds", "/operations/messages/commerce/x/rerun"):
        assert store.post(path, {}).status_code == 403, path
