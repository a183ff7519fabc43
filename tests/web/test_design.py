"""The design language holds: it renders everywhere, runs under a strict policy, and is small and fast."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from litestar import Litestar
from litestar.testing import TestClient

from entrepot.web import design, pages
from entrepot.web.design import gallery
from entrepot.web.design.assets import asset, files
from entrepot.web.pages import FACES, Page

HERE = Path(design.__file__).parent
PAGE = gallery.demo_page("storefront", "en-US")


@pytest.fixture(scope="module")
def client() -> TestClient[Litestar]:
    return TestClient(Litestar(gallery.routes))


class Document(HTMLParser):
    """Collects what a strict content policy or a screen reader would stumble over."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if "id" in given:
            self.ids.append(given["id"] or "")
        self.faults += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.faults.append(f"inline {tag}")
        if tag == "img" and "alt" not in given:
            self.faults.append("img without alt")


@pytest.mark.parametrize("shell", ["staff", "shop"])
@pytest.mark.parametrize("locale", ["en-US", "de-DE"])
@pytest.mark.parametrize("face", FACES)
def test_gallery_in_every_face_language_and_shell(client: TestClient[Litestar], face: str, locale: str, shell: str) -> None:
    answer = client.get("/design", params={"face": face, "locale": locale, "shell": shell, "theme": "dark"})
    document = Document()
    document.feed(answer.text)
    assert answer.status_code == 200
    assert f'<html lang="{locale}" data-face="{face}" data-theme="dark">' in answer.text
    assert document.faults == []
    assert len(document.ids) == len(set(document.ids))


def test_what_a_caller_gives_is_escaped() -> None:
    macros = '{% import "design/macros.html" as ui %}'
    calls = "{{ ui.field('n', bad, bad, help=bad, error=bad) }}{{ ui.badge(bad) }}{{ ui.button(bad, data_x=bad) }}"
    html = pages.environment("en-US").from_string(macros + calls).render(bad='"><script>')
    assert "<script>" not in html
    assert html.count("&lt;script&gt;") == 7


def test_a_name_nobody_gave_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        pages.environment("en-US").from_string("{{ forgotten }}").render()


def test_every_icon_in_use_is_in_the_sprite() -> None:
    known = set(re.findall(r'<symbol id="([\w-]+)"', files()["icons.svg"].content.decode()))
    texts = [path.read_text("utf-8") for path in HERE.parent.glob("*/templates/**/*.html")]
    used = {name for text in texts for name in re.findall(r"""(?:icon\(|icon_name=|"icon": )["']([\w-]+)["']""", text)}
    assert len(used) > 20
    assert used - known == set()


def test_assets_are_kept_for_a_year_under_their_hash_only(client: TestClient[Litestar]) -> None:
    kept, plain = client.get(asset("css/base.css")), client.get("/assets/css/base.css?v=0ld")
    assert "immutable" in kept.headers["cache-control"]
    assert kept.headers["content-encoding"] == "gzip"
    assert kept.content == plain.content == files()["css/base.css"].content
    assert plain.headers["cache-control"] == "public, no-cache"
    again = client.get(asset("css/base.css"), headers={"If-None-Match": kept.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(asset("js/theme.js")).headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize("path", ["nothing.css", "../assets.py", "%2e%2e/assets.py", "css/", ""])
def test_only_assets_are_served(client: TestClient[Litestar], path: str) -> None:
    assert client.get(f"/assets/{path}").status_code in (404, 405)


def test_style_sheets_are_small_and_scripts_are_not_inline() -> None:
    sheets = {path: len(one.content) for path, one in files().items() if path.endswith(".css")}
    shared = [f"css/{name}.css" for name in ("tokens", "base", "components", "shells")]
    assert sum(sheets.pop(path) for path in shared) < 45_000
    assert all(size < 15_000 for size in sheets.values()), "a face adds little to what all share"
    own = {path: len(one.content) for path, one in files().items() if path.endswith(".js") and "/vendor/" not in path}
    assert own.pop("js/grid.js") < 16_000, "one page's own"
    assert sum(own.values()) < 12_000


def test_current_link_is_the_page_or_what_lies_above_it() -> None:
    page = replace(PAGE, home="/management", path="/management/orders/10042")
    assert page.is_current("/management/orders")
    assert not page.is_current("/management")
    assert not page.is_current("/management/order")
    assert replace(page, path="/management/").is_current("/management")


def test_a_category_page_of_24_tiles_shows_what_was_asked_before() -> None:
    source = (
        '{% extends "design/shop.html" %}{% from "design/macros/shopping.html" import tile %}'
        '{% block main %}<ul class="tiles">{% for n in range(24) %}'
        '{{ tile("Notebook " ~ n, "/p/" ~ n, 114900000 + n, "USD", 129900000 + n, image="/m.svg", badge_text="Offer") }}'
        "{% endfor %}</ul>{% endblock %}"
    )
    template = pages.environment("en-US").from_string(source)
    shown = template.render(page=PAGE)
    assert shown.count("<del>") == 24


def test_a_guest_sees_log_in_and_a_user_the_name() -> None:
    def shop(page: Page) -> str:
        return pages.environment(page.locale).from_string('{% extends "design/shop.html" %}').render(page=page)

    assert "Log in" in shop(replace(PAGE, user=None))
    assert "Mara Lindqvist" in shop(PAGE)
    assert "Warenkorb" in shop(replace(PAGE, locale="de-DE"))
