"""What guards every route: permissions, origins, problems in the caller's form, one correlation per click."""

from __future__ import annotations

from typing import Any

import pytest
from litestar import Litestar, get
from litestar.testing import TestClient

from entrepot.app import Suite
from entrepot.serving import application
from entrepot.web.edge import check_permissions


@pytest.fixture
def client(suite: Suite) -> TestClient[Litestar]:
    app = application(suite, suite.start)
    app.on_startup.clear()
    app.on_shutdown.clear()
    return TestClient(app, raise_server_exceptions=False)


def test_a_route_without_a_permission_stops_the_start() -> None:
    @get("/open", sync_to_thread=False)
    def forgotten() -> str:
        return ""

    with pytest.raises(RuntimeError, match="declares no permission"):
        check_permissions(Litestar([forgotten]))


def test_a_permission_nobody_has_stops_the_start() -> None:
    @get("/open", permission="order.imagined", sync_to_thread=False)
    def imagined() -> str:
        return ""

    with pytest.raises(RuntimeError, match="nobody can have"):
        check_permissions(Litestar([imagined]))


def test_programs_get_problem_documents(client: TestClient[Litestar]) -> None:
    answer = client.get("/api/stores/nowhere/categories", headers={"x-correlation-id": "abc123"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["code"], problem["status"], problem["trace"]) == ("STORE_NOT_FOUND", 404, "abc123")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/api/stores/tannwerk/cart/items", "{", 400),
        ("POST", "/api/stores/tannwerk/cart/items", '{"items":[{"part_number":"TW-DOCK","quantity":2}]}', 400),
        ("POST", "/api/stores/tannwerk/cart/items", '{"items":[{"part_number":"TW-DOCK","price":"0"}]}', 400),
        ("POST", "/api/stores/tannwerk/cart/items", '{"items":[{"part_number":"TW-DOCK","quantity":"NaN"}]}', 422),
        ("POST", "/api/stores/tannwerk/price", '{"products":[]}', 422),
        ("GET", "/api/stores/tannwerk/categories/NOWHERE", "", 404),
        ("GET", "/api/stores/tannwerk/products/%00", "", 404),
        ("GET", "/api/stores/tannwerk/orders/NOPE", "", 404),
        ("GET", "/api/stores/tannwerk/orders/", "", 401),
        ("GET", "/api/operations/queues", "", 401),
        ("POST", "/api/order-management/invoke/createOrder", "{}", 401),
        ("GET", "/api/nothing", "", 404),
    ],
)
def test_bad_input_gets_a_reasoned_refusal(client: TestClient[Litestar], method: str, path: str, body: str, status: int) -> None:
    answer = client.request(method, path, content=body or None, headers={"content-type": "application/json"})
    assert answer.status_code == status, answer.text
    assert answer.json()["detail"]


def test_a_page_of_another_site_changes_nothing(client: TestClient[Litestar]) -> None:
    answer = client.post("/login", data={"logon_id": "mara", "password": "x"}, headers={"origin": "http://evil.example"})
    assert answer.status_code == 403


def test_pages_carry_a_content_policy_without_inline_scripts(client: TestClient[Litestar]) -> None:
    policy = client.get("/").headers["content-security-policy"]
    assert "script-src 'self'" in policy and "unsafe-inline" not in policy


def test_a_catalog_read_is_json_or_xml_and_nothing_else(client: TestClient[Litestar]) -> None:
    path = "/api/stores/tannwerk/categories"
    assert client.get(path, headers={"accept": "application/xml"}).text.startswith("<?xml")
    assert client.get(path, params={"responseFormat": "json"}).json()["categories"]
    assert client.get(path, headers={"accept": "image/png"}).status_code == 406


def test_guessing_passwords_gets_slower(client: TestClient[Litestar]) -> None:
    codes: list[Any] = []
    for _ in range(7):
        codes.append(client.post("/api/sessions", json={"logon_id": "mara", "password": "wrong-guess-1"}).json()["code"])
    assert codes[0] == "LOGON_REFUSED"
    assert codes[-1] == "TOO_MANY_ATTEMPTS"
    unknown = client.post("/api/sessions", json={"logon_id": "nobody-here", "password": "wrong-guess-1"}).json()
    assert unknown["code"] == "LOGON_REFUSED"
