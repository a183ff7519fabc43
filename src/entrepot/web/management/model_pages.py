"""The models of the configurator: which there are, what is true of each version, what changed between two."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from entrepot import configurator
from entrepot.commerce import catalog
from entrepot.kernel.errors import NotFound
from entrepot.web.edge import house_of
from entrepot.web.i18n import mark
from entrepot.web.kit_launch import launch
from entrepot.web.management.catalogs import view_of
from entrepot.web.management.model_shown import MAX_RULES, facts_of, named, tree_of
from entrepot.web.shop import Caller
from entrepot.web.staff import Asked, Form, back, desk_of, show

HERE = "/management/models/{name:str}"


class NoKitUsesIt(NotFound):
    code = "NO_KIT_USES_IT"
    message = mark("No kit of this store uses the model {name}, so there is nothing to open it for.")


@get("/management/models", permission="model.view", sync_to_thread=False)
def list_page(request: Asked) -> Response[str]:
    """Every model with the version in force and the facts it was published with."""
    house = house_of(request)
    with house.configurator.database.read() as conn:
        listed = configurator.list_models(conn, house.clock.now())
        unpublished = configurator.list_unpublished(conn)
    rows = [{"one": one.shown, "in_force": one.in_force, "facts": facts_of(one.shown.facts)} for one in listed]
    return show(request, "management/models.html", rows=rows, unpublished=unpublished)


@get(HERE, permission="model.view", sync_to_thread=True)
def model_page(request: Asked, name: str, version: int = 0) -> Response[Any]:
    """One version: its facts by name, its tree, its rules, and the other versions; of a new model its draft."""
    house, language = house_of(request), desk_of(request).locale
    at = house.clock.now()
    with house.configurator.database.read() as conn:
        if not configurator.find_lines(conn, name) and configurator.present_state(conn, name):
            return back(f"/management/models/{name}/source")
        stored = configurator.open_version(conn, name, at, version or None)
        known = configurator.survey(conn, stored, at)
        versions = configurator.find_lines(conn, name)
    model = known.model
    current = next((line.version for line in versions if line.in_force(at)), 0)
    return show(
        request,
        "management/model.html",
        stored=stored,
        model=model,
        title=configurator.say(model.words, language, model.name),
        facts=facts_of(stored.facts),
        always_on=named(model, known.always_on, language),
        dead=named(model, known.dead, language),
        contradiction=configurator.tell_rules(model, known.contradiction, language),
        redundant=[
            (told, configurator.tell_rules(model, one.by, language))
            for one in known.redundancy.found
            for told in configurator.tell_rules(model, [one.rule], language)
        ],
        undecided=known.redundancy.undecided,
        tree=tree_of(model, language),
        rules=configurator.tell_rules(model, [rule.id for rule in model.rules[:MAX_RULES]], language),
        rules_left=max(0, len(model.rules) - MAX_RULES),
        versions=versions,
        current=current,
        kit=_kit_of(request, name) if stored.version == current else None,
    )


@get(f"{HERE}/file", permission="model.view", sync_to_thread=True)
def model_file(request: Asked, name: str, version: int = 0) -> Response[bytes]:
    """The text of a version as it was published."""
    house = house_of(request)
    with house.configurator.database.read() as conn:
        stored = configurator.open_version(conn, name, house.clock.now(), version or None)
    headers = {"content-disposition": f'attachment; filename="{stored.name}-{stored.version}.yaml"'}
    return Response(stored.source.encode(), media_type="application/yaml", headers=headers)


@get(f"{HERE}/diff", permission="model.view", sync_to_thread=True)
def diff_page(request: Asked, name: str, before: int = 0, after: int = 0) -> Response[str]:
    """What changed from one version to another; without numbers from the newest but one to the newest."""
    with house_of(request).configurator.database.read() as conn:
        old, new = configurator.two_versions(conn, name, before, after)
        versions = configurator.find_lines(conn, name)
    compared = configurator.compare_versions(old, new)
    sides = [(one, facts_of(one.facts)) for one in (old, new)]
    return show(request, "management/model_diff.html", old=old, new=new, versions=versions, compared=compared, sides=sides)


@post(f"{HERE}/try", permission="model.view", sync_to_thread=True)
def try_out(request: Asked, name: str, data: Form) -> Response[Any]:
    """Open the configurator as a guest would, for a kit of this store; its end leads back here, not into a cart."""
    kit, at_desk = _kit_of(request, name), desk_of(request)
    if kit is None:
        raise NoKitUsesIt(name=name)
    caller = Caller(store=at_desk.store.identifier, language=at_desk.locale)
    return back(launch(house_of(request), caller, kit.part_number, f"/management/models/{name}?done=tried").url)


def _kit_of(request: Asked, name: str) -> catalog.EntryFacts | None:
    with house_of(request).commerce.database.read() as conn:
        kits = catalog.configurable_entries(conn, view_of(request))
    return next((kit for kit in kits if kit.model == name), None)


routes: list[Any] = [list_page, model_page, model_file, diff_page, try_out]
