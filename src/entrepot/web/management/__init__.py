"""Management: what is sold where, at which price to whom, and why; promotions with their use.

Changing is mostly done by loading files; these pages show what came of it, also what shoppers never see. The models
of the configurator are written here, too.
"""

from typing import Any

from entrepot.web.management import (
    catalogs,
    code_pages,
    constant_pages,
    contract_form,
    contracts,
    coupon_pages,
    history,
    model_begin,
    model_diagram,
    model_pages,
    model_source,
    model_tables,
    model_try,
    offer_pages,
    organizations,
    prices,
    promotion_calendar,
    promotion_form,
    promotion_pages,
    rule_pages,
    rule_states,
    segments,
    shipping_forms,
    shipping_pages,
    simulation,
    surcharge_pages,
    tax_pages,
)

routes: list[Any] = [
    *catalogs.routes,
    *prices.routes,
    *offer_pages.routes,
    *constant_pages.routes,
    *rule_pages.routes,
    *rule_states.routes,
    *simulation.routes,
    *shipping_pages.routes,
    *shipping_forms.routes,
    *surcharge_pages.routes,
    *tax_pages.routes,
    *promotion_pages.routes,
    *promotion_form.routes,
    *promotion_calendar.routes,
    *code_pages.routes,
    *coupon_pages.routes,
    *contracts.routes,
    *contract_form.routes,
    *segments.routes,
    *organizations.routes,
    *history.routes,
    *model_pages.routes,
    *model_begin.routes,
    *model_source.routes,
    *model_try.routes,
    *model_tables.routes,
    *model_diagram.routes,
]
