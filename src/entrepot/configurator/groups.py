"""Groups of options and of classes that many models share, in a file of their own beside the models.

A model names the file and the version it was made with. At publishing the file is stored with the model's version,
so that a published version never changes, whatever becomes of the group; a group of another version is refused
until the model's modeler has looked at it and says the new number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from entrepot.configurator.source import Node, read_yaml

MAX_GROUPS = 100
_GROUP = frozenset(["group", "version", "properties", "items", "classes"])
_USE = frozenset(["file", "version"])
KINDS = ("number", "text", "list")


@dataclass(frozen=True, slots=True)
class Groups:
    """What the group files of a model hold: options and classes by the name of their group, and declared properties."""

    items: dict[str, Node] = field(default_factory=dict)
    classes: dict[str, Node] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)


def read_groups(node: Node | None, files: Mapping[str, str]) -> Groups:
    """The groups that a model may use, from the files it names."""
    groups = Groups()
    uses = node.list("groups") if node is not None else []
    if len(uses) > MAX_GROUPS:
        uses[MAX_GROUPS].fail(f"the model uses more than {MAX_GROUPS} group files.", "Put groups together into one file.")
    for use in uses:
        _take(groups, use, files)
    return groups


def property_kinds(node: Node | None) -> dict[str, str]:
    """The kinds of the declared properties."""
    kinds = {}
    for name, one in (node.map("properties") if node is not None else {}).items():
        if one.value not in KINDS:
            one.fail(f"property {name} has no known kind.", "Kinds are number, text and list.")
        kinds[name] = str(one.value)
    return kinds


def with_shared(own: Node | None, named: Node | None, groups: Mapping[str, Node], what: str) -> dict[str, Node]:
    """The entries of a class, then those of the groups it names, one name or several; none may come twice."""
    entries = dict(own.map(what)) if own is not None else {}
    names = [] if named is None else named.list(f"{what}-from") if isinstance(named.value, list) else [named]
    for name in names:
        group = groups.get(name.text(f"{what}-from"))
        if group is None:
            known = ", ".join(sorted(groups)) or "none; add `groups:` with the file that holds it"
            name.fail(f"there is no group of {what} called {name.value}.", f"There are: {known}.")
        for key, entry in group.map(what).items():
            if key in entries:
                name.fail(f"{key} of the group {name.value} is there already.", "Rename the other one, or use another group.")
            entries[key] = entry
    return entries


def _take(groups: Groups, use: Node, files: Mapping[str, str]) -> None:
    fields = use.only("A use of groups", _USE)
    if "file" not in fields or "version" not in fields:
        use.fail("a use of groups names its file and its version.", "Write {file: peripherals.yaml, version: 1}.")
    name, version = fields["file"].text("file"), fields["version"].whole("version", 1)
    if name not in files:
        fields["file"].fail(
            f"there is no file {name}.", "Put it into the folder `groups` beside the model, and give its plain name."
        )
    root = read_yaml(files[name], name)
    top = root.only("A group file", _GROUP)
    for needed in ("group", "version"):
        if needed not in top:
            root.fail(f"the group file has no `{needed}`.", f"Add `{needed}:` at the top level.")
    found = top["version"].whole("version", 1)
    if found != version:
        remedy = f"Look at what changed in it, then write version: {found}."
        fields["version"].fail(f"{name} is at version {found}, this model was made with {version}.", remedy)
    for kind, into in (("items", groups.items), ("classes", groups.classes)):
        for group, node in (top[kind].map(kind) if kind in top else {}).items():
            if group in into:
                node.fail(f"there is another group of {kind} called {group}.", "Rename one of them.")
            into[group] = node
    for prop, declared in property_kinds(top.get("properties")).items():
        if groups.properties.setdefault(prop, declared) != declared:
            top["properties"].fail(f"property {prop} is declared with another kind elsewhere.", "Give both the same kind.")
