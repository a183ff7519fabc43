"""Every kind of load file, one module per noun. Adding one: write its module, name it here."""

from entrepot.dataload.kind import Kind, registry
from entrepot.dataload.kinds import (
    adjustments,
    attributes,
    catalogs,
    charges,
    content,
    entries,
    entry_places,
    entry_texts,
    groups,
    members,
    partners,
    policies,
    prices,
    promotions,
    stock,
    stores,
    terms,
)

_MODULES = (
    stores,
    catalogs,
    groups,
    attributes,
    entries,
    entry_texts,
    entry_places,
    content,
    policies,
    members,
    prices,
    terms,
    promotions,
    charges,
    stock,
    adjustments,
    partners,
)

KINDS: dict[str, Kind] = registry(kind for module in _MODULES for kind in module.KINDS)
