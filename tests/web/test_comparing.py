"""Saving configurations and putting two of them beside each other, as pages and for programs."""

from __future__ import annotations

import re
from typing import Any

import httpx
from litestar import Litestar

from entrepot import configurator
from entrepot.app import Suite
from tests.web.shopper import Shopper

KIT, WORKPLACE = "TW-NOTEBOOK-CTO", "TW-WORKPLACE"


def launched(shopper: Shopper, kit: str = KIT, **picks: str) -> str:
    """The session of a fresh configuration with these choices."""
    answer = shopper.send(f"/products/{kit}/configure")
    session = str(shopper.get(answer.headers["location"]).headers["location"]).rpartition("/")[2]
    for option_class, option in picks.items():
        chosen = {"option_class": option_class, "option": option}
        shopper.client.post(f"/api/configurator/sessions/{session}/choices", json=chosen).raise_for_status()
    return session


def state(shopper: Shopper, session: str) -> dict[str, Any]:
    return dict(shopper.client.get(f"/api/configurator/sessions/{session}").json())


def link(shopper: Shopper, session: str) -> str:
    return str(state(shopper, session)["link"])


def comparison(shopper: Shopper, left: str, right: str, **more: str) -> dict[str, Any]:
    answer = shopper.client.get("/api/configurator/comparison", params={"left": left, "right": right, **more})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def taken(shopper: Shopper, session: str) -> dict[str, str]:
    return {pick["option_class"]: pick["option"] for pick in state(shopper, session)["picks"]}


def test_what_differs_is_told_class_by_class_with_both_prices(guest: Shopper) -> None:
    one, other = launched(guest, memory="so-16"), launched(guest, memory="so-32")
    told = comparison(guest, link(guest, one), link(guest, other))
    memory = next(row for row in told["classes"] if row["option_class"] == "memory")
    assert memory["differs"] and memory["left"][0]["option"] == "so-16" and memory["right"][0]["option"] == "so-32"
    assert [row["option_class"] for row in told["classes"] if not row["differs"]], "what is alike is told, too"
    assert told["left"]["price"] == state(guest, one)["price"] and told["right"]["price"] == state(guest, other)["price"]
    assert float(told["price_difference"]) == float(told["right"]["price"]) - float(told["left"]["price"]) > 0
    alone = comparison(guest, link(guest, one), link(guest, other), only="differences")
    assert all(row["differs"] for row in alone["classes"]) and len(alone["classes"]) < len(told["classes"])


def test_a_configuration_beside_itself_is_alike_in_everything(guest: Shopper) -> None:
    one = link(guest, launched(guest))
    told = comparison(guest, one, one)
    assert not [row for row in told["classes"] if row["differs"]] and float(told["price_difference"]) == 0
    other = link(guest, launched(guest))
    assert "They are alike in everything." in text(guest, f"/configurator/compare?of={one}&of={other}&only=differences")


def text(shopper: Shopper, path: str) -> str:
    assert shopper.get(path).status_code == 200, shopper.page[:400]
    return shopper.text


def test_the_page_marks_differences_in_words_and_can_show_them_alone(guest: Shopper) -> None:
    one, other = launched(guest, memory="so-16"), launched(guest, memory="so-32")
    where = f"/configurator/compare?of={link(guest, one)}&of={link(guest, other)}"
    everything = text(guest, where)
    rows = guest.page.count('role="rowheader"')
    assert "Different" in everything and "They differ in" in everything
    text(guest, f"{where}&only=differences")
    assert 0 < guest.page.count('role="rowheader"') < rows


def test_two_kits_are_not_compared(guest: Shopper) -> None:
    one, other = link(guest, launched(guest)), link(guest, launched(guest, WORKPLACE))
    refused = guest.client.get("/api/configurator/comparison", params={"left": one, "right": other})
    assert (refused.status_code, refused.json()["code"]) == (422, "OTHER_KIT")
    page = guest.get(f"/configurator/compare?of={one}&of={other}")
    assert page.status_code == 422 and "two different kits" in guest.text and "A link that you were sent" in guest.text
    lost = guest.get(f"/configurator/compare?of={one}&link=https://shop.example/configurator/shared/nothing")
    assert lost.status_code == 404 and "does not exist any more" in guest.text


def test_a_value_is_taken_over_into_the_configuration_in_the_making(guest: Shopper) -> None:
    mine, other = launched(guest, memory="so-16"), launched(guest, memory="so-32")
    where = f"/configurator/compare?mine={mine}&of={link(guest, other)}"
    assert "As you have it now" in text(guest, where)
    fields = {"mine": mine, "from": link(guest, other), "option_class": "memory"}
    answer = guest.send("/configurator/compare/take", fields)
    assert answer.headers["location"] == f"/configurator/compare?mine={mine}&of={link(guest, other)}#c-memory"
    assert taken(guest, mine)["memory"] == "so-32" and taken(guest, other)["memory"] == "so-32"
    guest.client.post(f"/api/configurator/sessions/{mine}/undo").raise_for_status()
    assert taken(guest, mine)["memory"] == "so-16"


def test_without_a_configuration_of_ones_own_taking_over_begins_a_copy(guest: Shopper) -> None:
    one, other = launched(guest, memory="so-16"), launched(guest, memory="so-32")
    fields = {"onto": link(guest, one), "from": link(guest, other), "option_class": "memory"}
    answer = guest.send("/configurator/compare/take", fields)
    copy = httpx.URL(answer.headers["location"]).params["mine"]
    assert copy not in (one, other) and taken(guest, copy)["memory"] == "so-32"
    assert taken(guest, one)["memory"] == "so-16", "the original stays"


def test_a_value_that_does_not_fit_is_explained_instead(guest: Shopper) -> None:
    mine, other = launched(guest, chassis="graphite-14"), launched(guest, chassis="graphite-16")
    fields = {"mine": mine, "from": link(guest, other), "option_class": "panel"}
    answer = guest.send("/configurator/compare/take", fields)
    assert answer.headers["location"].startswith(f"/configurator/s/{mine}?why=panel.")
    assert "Why not" in text(guest, answer.headers["location"].partition("#")[0])


def test_going_on_with_the_other_one_takes_everything_over(guest: Shopper) -> None:
    mine, other = launched(guest), launched(guest, chassis="sand-14", memory="so-32")
    answer = guest.send("/configurator/compare/take", {"mine": mine, "from": link(guest, other)})
    assert answer.headers["location"] == f"/configurator/s/{mine}"
    assert taken(guest, mine) == taken(guest, other)


def test_what_lies_in_a_kit_inside_is_compared_and_taken_over(guest: Shopper) -> None:
    mine, other = launched(guest, WORKPLACE), launched(guest, WORKPLACE)
    place = f"/api/configurator/sessions/{other}/kits"
    inner = guest.client.post(place, json={"option_class": "computer", "option": "notebook"}).json()["session"]
    chosen = {"option_class": "chassis", "option": "sand-14"}
    guest.client.post(f"/api/configurator/sessions/{inner}/choices", json=chosen).raise_for_status()
    told = comparison(guest, link(guest, mine), link(guest, other))
    inside = [row for row in told["classes"] if row["differs"]]
    assert {tuple(row["within"]) for row in inside} == {("computer.notebook",)}
    assert "Different inside" in text(guest, f"/configurator/compare?mine={mine}&of={link(guest, other)}")
    guest.send("/configurator/compare/take", {"mine": mine, "from": link(guest, other), "option_class": "computer"})
    told = comparison(guest, link(guest, mine), link(guest, other))
    assert not [row for row in told["classes"] if row["differs"]]


def test_what_was_saved_stays_as_it_was_and_is_compared_with_the_present_one(shop_app: Litestar) -> None:
    shopper = Shopper(shop_app)
    mine = launched(shopper, memory="so-16")
    shopper.follow(shopper.send("/configurator/saved", mine=mine))
    assert "Saved. Give it a name" in shopper.text
    kept = shopper.field("link")
    shopper.send("/configurator/saved/rename", {"link": kept, "name": "For the road", "mine": mine})
    chosen = {"option_class": "memory", "option": "so-32"}
    shopper.client.post(f"/api/configurator/sessions/{mine}/choices", json=chosen).raise_for_status()
    assert "For the road" in text(shopper, f"/configurator/compare?mine={mine}")
    told = text(shopper, f"/configurator/compare?mine={mine}&of={kept}&only=differences")
    assert "For the road" in told and "Different" in told
    stranger = Shopper(shop_app)
    assert "Nothing saved yet" in text(stranger, "/configurator/saved")
    stranger.send("/configurator/saved/remove", {"link": kept})
    stranger.send("/configurator/saved/rename", {"link": kept, "name": "Mine"})
    assert shopper.get("/configurator/saved").status_code == 200
    assert "For the road" in shopper.page, "somebody else's is not touched"
    shopper.follow(shopper.send("/configurator/saved/remove", {"link": kept}))
    assert "It was removed." in shopper.text and "For the road" not in shopper.page
    shopper.follow(shopper.send("/configurator/saved", {"link": kept, "name": "For the road"}))
    assert "For the road" in shopper.page


def test_saved_configurations_are_in_the_account_of_who_is_logged_on(shop_app: Litestar) -> None:
    buyer = Shopper(shop_app)
    buyer.log_in("mara")
    mine = launched(buyer)
    buyer.follow(buyer.send("/configurator/saved", mine=mine))
    buyer.send("/configurator/saved/rename", {"link": buyer.field("link"), "name": "For the office"})
    assert "For the office" in text(buyer, "/account")


def test_two_configured_lines_of_the_cart_are_compared(guest: Shopper) -> None:
    for memory in ("so-16", "so-32"):
        guest.follow(guest.get(guest.configure(KIT, memory=memory)))
    cart = guest.client.get("/cart").text
    lines = re.findall(r'action="([^"]*/lines/[^"/]+/compare)"', cart)
    assert len(lines) == 2
    told = guest.follow(guest.send(lines[0]))
    assert "They differ in" in told and "Finished on" in told


def test_a_single_line_of_the_cart_asks_what_to_compare_it_with(guest: Shopper) -> None:
    guest.follow(guest.get(guest.configure(KIT)))
    line = re.findall(r'action="([^"]*/lines/[^"/]+/compare)"', guest.client.get("/cart").text)[0]
    assert "Compare with another configuration" in guest.follow(guest.send(line))


def test_a_link_never_shows_the_prices_of_somebody_elses_contract(shop_app: Litestar, shop_suite: Suite, guest: Shopper) -> None:
    buyer = Shopper(shop_app)
    buyer.log_in("office-north")
    theirs = launched(buyer)
    own = launched(guest)
    told = comparison(guest, link(buyer, theirs), link(guest, own))
    assert told["left"]["price"] == told["right"]["price"], "both at the reader's own prices"
    opened = guest.get(f"/configurator/shared/{link(buyer, theirs)}").headers["location"].rpartition("/")[2]
    house = shop_suite.house
    with house.configurator.database.read() as conn:
        sessions = [configurator.find_session(conn, one, house.clock.now()) for one in (theirs, opened)]
    assert [one.launch.buyer for one in sessions] == ["office-north", ""]


def test_a_link_is_opened_in_the_receivers_language_and_currency(shop_app: Litestar, guest: Shopper, shop_suite: Suite) -> None:
    sent = link(guest, launched(guest, memory="so-32"))
    reader = Shopper(shop_app, "de-DE")
    reader.get("/")
    reader.send("/preferences", currency="EUR", back="/")
    opened = reader.get(f"/configurator/shared/{sent}").headers["location"].rpartition("/")[2]
    with shop_suite.house.configurator.database.read() as conn:
        session = configurator.find_session(conn, opened, shop_suite.house.clock.now())
    assert (session.launch.locale, session.launch.currency) == ("de-DE", "EUR")
    reader.get(f"/configurator/s/{opened}")
    assert "€" in reader.page and "$" not in reader.text and 'lang="de-DE"' in reader.page
    assert comparison(reader, sent, link(reader, opened))["currency"] == "EUR"
    compared = reader.client.get(f"/configurator/compare?of={sent}&of={link(reader, opened)}").text
    assert "€" in compared and 'lang="de-DE"' in compared
    mine = comparison(guest, sent, link(reader, opened))
    assert (mine["currency"], mine["price_difference"]) == ("USD", "0.00"), "whoever looks, not whoever made it"


def test_what_customers_of_the_demo_saved_is_there_and_complete(own_guest: Shopper) -> None:
    own_guest.log_in("mara")
    shown = own_guest.client.get("/configurator/saved").text
    assert "For film, at the desk" in shown and "Light, for trains" in shown
    links = re.findall(r"/configurator/shared/([\w-]+)", shown)
    told = comparison(own_guest, *dict.fromkeys(links))
    assert told["left"]["complete"] and told["right"]["complete"] and told["left"]["no_longer_holds"] == []


def test_what_no_longer_holds_is_said(guest: Shopper, shop_suite: Suite) -> None:
    house = shop_suite.house
    with house.configurator.database.read() as conn:
        published = configurator.open_version(conn, "notebook-cto", house.clock.now()).source
    one, other = launched(guest, memory="so-32"), launched(guest, memory="so-16")
    links = [link(guest, one), link(guest, other)]
    rule = '\nrules:\n  - id: withdrawn\n    holds: not memory.so-32\n    message: {en-US: "Withdrawn."}\n'
    changed = published.replace("\nrules:\n", rule, 1)
    assert changed != published
    try:
        with house.configurator.database.write() as conn:
            configurator.publish(conn, changed, "notebook-cto.yaml", house.clock.now())
        told = comparison(guest, *links)
        assert "memory.so-32" in told["left"]["no_longer_holds"] and told["right"]["no_longer_holds"] == []
        assert told["left"]["version"] < told["left"]["current_version"]
        page = text(guest, f"/configurator/compare?of={links[0]}&of={links[1]}")
        assert "No longer holds:" in page and "Everything in it still holds." in page
    finally:
        with house.configurator.database.write() as conn:
            configurator.publish(conn, published, "notebook-cto.yaml", house.clock.now())


def test_nearest_to_an_earlier_one_keeps_ones_own_choices_and_says_what_changed(shop_app: Litestar) -> None:
    shopper = Shopper(shop_app)
    earlier = launched(shopper, memory="so-32", keyboard="de", chassis="graphite-16")
    shopper.send("/configurator/saved", mine=earlier)
    mine = launched(shopper, chassis="sand-14")
    place = f"/configurator/s/{mine}"
    assert "Like an earlier one" in text(shopper, place)
    kept = re.findall(r'name="nearest" value="([^"]+)"', shopper.page)[0]
    where = shopper.send(place, nearest=kept).headers["location"]
    assert where.endswith("#completed")
    page = text(shopper, where.partition("#")[0])
    assert taken(shopper, mine)["chassis"] == "sand-14", "what was chosen stays"
    assert {"memory": "so-32", "keyboard": "de"}.items() <= taken(shopper, mine).items()
    assert "choices were filled in or changed" in page and "not like the earlier one" in page
    assert "Notebook memory, 16 GB" in page and "Notebook memory, 32 GB" in page
    shopper.send(place, do="undo")
    assert taken(shopper, mine)["memory"] != "so-32"


def test_nearest_by_a_link_that_leads_nowhere_says_so_beside_it(guest: Shopper) -> None:
    mine, other = launched(guest), link(guest, launched(guest, WORKPLACE))
    before = taken(guest, mine)
    for like, fault in (("nothing", "does not exist any more"), (other, "two different kits")):
        page = guest.send(
            f"/configurator/s/{mine}", {"do": "nearest", "like": f"https://shop.example/configurator/shared/{like}"}
        )
        assert page.status_code == 200 and fault in guest.text and 'aria-describedby="like-note"' in guest.page
    guest.send(f"/configurator/s/{mine}", {"do": "enter", "like": "nothing"})
    assert "does not exist any more" in guest.text, "Enter in the field follows the link"
    assert taken(guest, mine) == before


def test_what_is_near_reaches_into_kits_inside(guest: Shopper) -> None:
    mine, other = launched(guest, WORKPLACE), launched(guest, WORKPLACE)
    place = f"/api/configurator/sessions/{other}/kits"
    inner = guest.client.post(place, json={"option_class": "computer", "option": "notebook"}).json()["session"]
    chosen = {"option_class": "chassis", "option": "sand-14"}
    guest.client.post(f"/api/configurator/sessions/{inner}/choices", json=chosen).raise_for_status()
    guest.send(f"/configurator/s/{mine}", {"do": "nearest", "like": link(guest, other)})
    told = comparison(guest, link(guest, mine), link(guest, other))
    assert not [row for row in told["classes"] if row["differs"]]


def test_every_way_of_filling_in_says_what_it_changed(guest: Shopper) -> None:
    mine = launched(guest)
    guest.send(f"/configurator/s/{mine}", {"do": "cheapest"}, fragment=True)
    assert "filled in or changed" in guest.text and "Take it back" in guest.text
    guest.send(f"/configurator/s/{mine}", {"do": "cheapest"}, fragment=True)
    assert "Nothing had to be changed" in guest.text
