"""What can be wrong with a price rule as it is written."""

from __future__ import annotations

from entrepot.kernel.errors import Invalid


class PriceRuleMalformed(Invalid):
    code = "PRICE_RULE_MALFORMED"
    message = "{path}: {problem}"
