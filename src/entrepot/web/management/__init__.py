"""Management: what is sold where, at which price to whom, and why; promotions with their use.

Changing is mostly done by loading files; these pages show what came of it, also what shoppers never see. The models
of the configurator are written here, too.
"""

from typing import Any

from entrepot.web.management import (
    catalogs,
    code_pages,
    contract_form,
    contracts,
    history,
    model_pages,
    model_source,
    organizations,
    prices,
    promotion_pages,
    segments,
)

routes: list[Any] = [
    *catalogs.routes,
    *prices.routes,
    *promotion_pages.routes,
    *code_pages.routes,
    *contracts.routes,
    *contract_form.routes,
    *segments.routes,
    *organizations.routes,
    *history.routes,
    *model_pages.routes,
    *model_source.routes,
]
