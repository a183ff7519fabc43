"""A modeler looks at the models, checks a text, publishes it, and compares two versions."""

from __future__ import annotations

import re

import pytest

from entrepot import configurator
from entrepot.configurator import draft
from entrepot.configurator.starter import starter
from entrepot.kernel.errors import Conflict
from tests.web.staff_suite import Person, demo_suite, text_of

NEW = "/management/new-model"


@pytest.fixture
def merch() -> Person:
    return Person("merch")


def published(name: str) -> list[configurator.VersionLine]:
    with demo_suite().house.configurator.database.read() as conn:
        return configurator.find_lines(conn, name)


def make(merch: Person, name: str) -> str:
    """Publish a small model on the page; its text."""
    text = starter(name, "tannwerk")
    if not published(name):
        merch.get(NEW)
        merch.does(NEW, {"source": text, "do": "publish"})
    return text


def test_the_list_shows_every_model_with_its_facts(merch: Person) -> None:
    page = merch.get("/management/models").text
    assert 'href="/management/models/workstation"' in page and 'href="/management/models/notebook-cto"' in page
    facts = published("workstation")[0].facts
    assert f'title="{facts["configurations"]}"' in page and "≈ 2.84 · 10" in text_of(page)
    assert "sound" in text_of(page) and "version 1" in text_of(page) and str(facts["engine"]) in page


def test_without_models_the_list_says_how_to_make_one(merch: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(configurator, "list_models", lambda conn, at: [])
    page = merch.get("/management/models").text
    assert "No models yet" in page and "entrepot model new" in page and f'href="{NEW}"' in page


@pytest.mark.parametrize(
    ("locale", "told"),
    [("en-US", "The mainboard does not fit into this case."), ("de-DE", "Die Hauptplatine passt nicht in dieses Gehäuse.")],
)
def test_a_model_shows_its_tree_and_its_rules_in_the_readers_language(locale: str, told: str) -> None:
    page = Person("merch", locale).get("/management/models/workstation").text
    assert told in text_of(page) and "TW-CPU-K5-6" in page and "<details" in page
    assert "· 0 option" not in text_of(page).lower()


def test_the_exact_number_of_configurations_is_there_digit_by_digit(merch: Person) -> None:
    digits = published("workstation")[0].facts["configurations"]
    page = merch.get("/management/models/workstation").text
    assert len(digits) > 9 and f"<code>{digits}</code>" in page


def test_a_model_tells_what_is_always_on_and_what_is_dead_by_name(merch: Person) -> None:
    text = starter("lopsided", "tannwerk").replace("choose: any", "choose: some")
    text = text.replace(
        "rules:\n", "rules:\n  - id: never\n    holds: not inserts.divider\n    message: {en-US: No dividers now.}\n"
    )
    merch.get(NEW)
    page = merch.does(NEW, {"source": text, "do": "publish"})
    assert "The new version is published." in page
    assert re.search(r"Always on <span[^>]*>1<", page) and '<code class="muted">inserts.tray</code>' in page
    assert re.search(r"Dead: in no configuration <span[^>]*>1<", page) and "inserts.divider" in page


def test_a_model_tells_which_rules_the_others_imply(merch: Person) -> None:
    twice = "rules:\n  - id: said-twice\n    holds: not inserts.divider or inserts.tray\n    message: {en-US: Said twice.}\n"
    merch.get(NEW)
    page = text_of(merch.does(NEW, {"source": starter("redundant", "tannwerk").replace("rules:\n", twice), "do": "publish"}))
    told = page.partition("Redundant rules")[2]
    assert "Said twice. said-twice · line" in told and "follows from tray-first" in told
    assert "Redundant rules" not in text_of(merch.get("/management/models/workplace").text)


def test_check_shows_the_facts_and_changes_nothing(merch: Person) -> None:
    merch.get(NEW)
    answer = merch.post(NEW, {"source": starter("only-checked", "tannwerk"), "do": "check"})
    page = text_of(answer.text)
    assert answer.status_code == 200 and "This text is sound" in page and "Configurations" in page
    assert published("only-checked") == []


def test_check_refuses_with_line_and_remedy_and_keeps_what_was_entered(merch: Person) -> None:
    text = starter("wrong", "tannwerk").replace("requires: inserts.tray", "requires: inserts.trey")
    line = next(number for number, one in enumerate(text.splitlines(), 1) if "id: tray-first" in one)
    merch.get(NEW)
    answer = merch.post(NEW, {"source": text.replace("\n", "\r\n"), "do": "check"})
    page = text_of(answer.text)
    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text
    assert re.search(rf"model\.yaml, line ({line}|{line + 1}|{line + 2})\b", page), page
    assert "inserts.trey" in page and "<mark>" in answer.text
    assert "requires: inserts.trey\n" in answer.text.split("<textarea")[1].replace("\r\n", "\n")


@pytest.mark.parametrize("pressed", ["check", "publish"])
def test_what_nothing_satisfies_is_refused_with_the_rules_that_contradict(merch: Person, pressed: str) -> None:
    rules = "".join(
        f"  - id: {name}\n    holds: {holds}\n    message: {{en-US: {says}, de-DE: {says}}}\n"
        for name, holds, says in (("only-small", "case.small", "Small only."), ("only-large", "case.large", "Large only."))
    )
    merch.get(NEW)
    answer = merch.post(NEW, {"source": starter("torn", "tannwerk").replace("rules:\n", f"rules:\n{rules}"), "do": pressed})
    shown = answer.text.split('class="rule-list"')[1].split("</ul>")[0]
    assert answer.status_code == 422 and shown.count("<li>") == 2
    assert "Small only." in shown and "Large only." in shown and "only-small" in shown
    assert published("torn") == []


def test_publish_makes_a_version_and_a_comparison_marks_what_changed(merch: Person) -> None:
    text = make(merch, "sconce")
    here = "/management/models/sconce"
    changed = text.replace("size: 20", "size: 30")
    answer = merch.post(f"{here}/source", {"source": changed, "based_on": "1", "do": "check"})
    assert answer.status_code == 200 and "<ins>" in answer.text and "Changes against version 1" in answer.text
    page = merch.does(f"{here}/source", {"source": changed.replace("\n", "\r\n"), "based_on": "1", "do": "publish"})
    assert "The new version is published." in page and [line.version for line in published("sconce")] == [2, 1]
    diff = merch.get(f"{here}/diff").text
    assert re.search(r"<ins>.*size: 30", diff) and re.search(r"<del>.*size: 20", diff)
    assert merch.get(f"{here}/file", version="2").text == changed and merch.get(f"{here}/file", version="1").text == text
    assert "size: 20" in merch.get(f"{here}/source", version="1").text
    assert "not in force" in text_of(merch.get(here, version="1").text)
    assert merch.get(here, version="9").status_code == 404


def test_unchanged_text_is_the_version_it_already_is(merch: Person) -> None:
    text = make(merch, "steady")
    data = {"source": text.replace("\n", "\r\n"), "based_on": "1", "do": "publish"}
    assert "Nothing was left to change." in merch.does("/management/models/steady/source", data)
    assert len(published("steady")) == 1


def test_a_version_made_from_an_older_one_is_refused(merch: Person) -> None:
    text = make(merch, "busy")
    here = "/management/models/busy/source"
    merch.does(here, {"source": f"{text}# mine\n", "based_on": "1", "do": "publish"})
    answer = merch.post(here, {"source": f"{text}# yours\n", "based_on": "1", "do": "publish"})
    assert answer.status_code == 409 and "Version 2 of busy was published meanwhile" in answer.text and "# yours" in answer.text
    assert merch.post(NEW, {"source": text, "do": "publish"}).status_code == 409
    other = merch.post(here, {"source": starter("other", "tannwerk"), "based_on": "2", "do": "publish"})
    assert other.status_code == 422 and "This text is of the model other" in other.text and published("other") == []


def test_a_model_is_tried_without_a_cart(merch: Person) -> None:
    merch.get("/management/models/workstation")
    answer = merch.post("/management/models/workstation/try", {})
    assert answer.status_code == 303 and answer.headers["location"].startswith("/configurator?token=")
    entered = merch.get(answer.headers["location"])
    page = merch.get(entered.headers["location"])
    assert page.status_code == 200 and "/management/models/workstation" in page.text
    make(merch, "kitless")
    assert "/try" not in merch.get("/management/models/kitless").text
    assert merch.post("/management/models/kitless/try", {}).status_code == 404


def test_only_two_are_compiled_at_a_time(merch: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft, "WAIT", 0.01)
    merch.get(NEW)
    data = {"source": starter("waiting", "tannwerk"), "do": "check"}
    with draft.compiling(), draft.compiling():
        answer = merch.post(NEW, data)
        assert answer.status_code == 409 and "Two other models are being compiled" in answer.text
        with pytest.raises(Conflict), draft.compiling():
            raise AssertionError
    assert merch.post(NEW, data).status_code == 200


@pytest.mark.parametrize("who", ["agent", "store", "operator", "mara"])
def test_models_are_nothing_for_others(who: str) -> None:
    person = Person(who)
    for path in ("/management/models", "/management/models/workstation", "/management/models/workstation/source", NEW):
        assert person.get(path).status_code == 403, path
    before = len(published("workstation"))
    for path in (NEW, "/management/models/workstation/source", "/management/models/workstation/try"):
        assert person.post(path, {"source": starter("mine", "tannwerk"), "do": "publish"}).status_code == 403, path
    assert len(published("workstation")) == before and published("mine") == []


def test_unknown_models_are_not_found(merch: Person) -> None:
    for path in ("", "/source", "/diff", "/file"):
        assert merch.get(f"/management/models/nothing{path}").status_code == 404, path


def test_a_text_is_read_along_while_it_is_typed(merch: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    text = starter("along", "tannwerk")
    assert 'hx-trigger="input delay' in merch.get(NEW).text
    monkeypatch.setattr(configurator, "prepare_draft", None)  # It is read, not compiled.
    good = merch.post(NEW, {"source": text, "do": "read"})
    assert good.status_code == 200 and "It reads well" in good.text and "<html" not in good.text
    wrong = merch.post(NEW, {"source": text.replace("requires: inserts.tray", "requires: inserts.trey"), "do": "read"})
    assert wrong.status_code == 200 and "Line" in wrong.text and "Did you mean tray?" in text_of(wrong.text)
    torn = merch.post(NEW, {"source": "model: [", "do": "read"})
    assert torn.status_code == 200 and "field-error" in torn.text
    assert "Too long" in merch.post(NEW, {"source": text + "#" * 200_000, "do": "read"}).text
