"""Every kind of load file, one module per noun. Adding one: write its module, name it here."""

from entrepot.dataload.kind import Kind, registry
from entrepot.dataload.kinds import (
    attributes,
    catalogs,
    content,
    entries,
    entry_places,
    entry_texts,
    groups,
    members,
    policies,
    stores,
)

_MODULES = (stores, catalogs, groups, attributes, entries, entry_texts, entry_places, content, policies, members)

KINDS: dict[str, Kind] = registry(kind for module in _MODULES for kind in module.KINDS)
