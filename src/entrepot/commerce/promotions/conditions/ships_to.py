"""The order goes to one of the named countries; not known yet means not applied, but possible."""

from __future__ import annotations

from typing import Annotated

import msgspec

from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Declined, Met
from entrepot.commerce.promotions.targets import Gettext, Targets, mark, plain


class ShipsTo(msgspec.Struct, frozen=True, tag="ships_to", forbid_unknown_fields=True):
    """The ship-to country is one of ``countries``."""

    countries: Annotated[tuple[str, ...], msgspec.Meta(title=mark("Countries"), min_length=1)]

    def sentence(self, gettext: Gettext = plain) -> str:
        return gettext("shipped to %(countries)s") % {"countries": gettext(" or ").join(self.countries)}

    def check(self, standing: Standing) -> Met | Declined:
        country = standing.basket.country
        if country is None:
            return Declined("ADDRESS_NOT_KNOWN_YET", ", ".join(self.countries))
        if country not in self.countries:
            return Declined("NOT_IN_THIS_REGION", ", ".join(self.countries), country)
        return Met(1, standing.lines)

    def triggers(self) -> Targets | None:
        return None
