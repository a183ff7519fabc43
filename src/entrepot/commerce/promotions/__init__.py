"""Promotions: which apply, what they give, why the others do not, and how often each was used.

`evaluate` is pure and knows neither prices nor databases; the *shelf* is the store's active promotions arranged
by what can trigger them. Use is *held* while an order is being made, *final* once it is placed, and given back
when it is cancelled; limits are guarded counters, never counts of rows.
"""

from entrepot.commerce.promotions.activation import PromotionNotReady, require_ready
from entrepot.commerce.promotions.basket import Basket, Line
from entrepot.commerce.promotions.codes import (
    Batch,
    CodesTaken,
    Holder,
    Issued,
    PromotionUnknown,
    ToIssue,
    batches_of,
    codes_of,
    generate_codes,
    import_codes,
    issued_codes,
)
from entrepot.commerce.promotions.conditions import Condition, Declined
from entrepot.commerce.promotions.conflicts import Because, Conflict, Policy, Verdict, conflicts
from entrepot.commerce.promotions.coupons import (
    Coupon,
    CouponState,
    CouponTerms,
    CouponUnknown,
    claim_coupon,
    coupons_by_promotion,
    coupons_of,
    grant_coupons,
    issue_coupon,
    put_coupon,
    revoke_coupon,
    take_back_coupons,
)
from entrepot.commerce.promotions.evaluate import Applied, Evaluation, Refusal, evaluate
from entrepot.commerce.promotions.forms import condition_kinds, fields_of, reward_kinds, schema_of, settings_fields
from entrepot.commerce.promotions.gifts import GiftGiven, give_gifts
from entrepot.commerce.promotions.messages import CodeCheck, find_promotion, require_promotion, validate_code
from entrepot.commerce.promotions.missing import POSSIBLE, missing
from entrepot.commerce.promotions.places import places_of
from entrepot.commerce.promotions.promotion import (
    Exclusivity,
    Level,
    Promotion,
    PromotionMalformed,
    Trigger,
    canonical_code,
    read_conditions,
    read_rewards,
    read_settings,
)
from entrepot.commerce.promotions.rewards import Gift, Reward
from entrepot.commerce.promotions.runs import runs
from entrepot.commerce.promotions.shelf import Shelf
from entrepot.commerce.promotions.tables import find_promotions, put_promotions, put_texts, shelf_of, stored_promotions
from entrepot.commerce.promotions.told import told
from entrepot.commerce.promotions.usage import (
    HOLD,
    OrderUse,
    PromotionUsedUp,
    UsageResult,
    Use,
    UseState,
    cancel_uses,
    counters,
    exhausted,
    hold_uses,
    release_expired,
    set_uses,
    uses_by_day,
    uses_of,
)

__all__ = [
    "HOLD",
    "POSSIBLE",
    "Applied",
    "Basket",
    "Batch",
    "Because",
    "CodeCheck",
    "CodesTaken",
    "Condition",
    "Conflict",
    "Coupon",
    "CouponState",
    "CouponTerms",
    "CouponUnknown",
    "Declined",
    "Evaluation",
    "Exclusivity",
    "Gift",
    "GiftGiven",
    "Holder",
    "Issued",
    "Level",
    "Line",
    "OrderUse",
    "Policy",
    "Promotion",
    "PromotionMalformed",
    "PromotionNotReady",
    "PromotionUnknown",
    "PromotionUsedUp",
    "Refusal",
    "Reward",
    "Shelf",
    "ToIssue",
    "Trigger",
    "UsageResult",
    "Use",
    "UseState",
    "Verdict",
    "batches_of",
    "cancel_uses",
    "canonical_code",
    "claim_coupon",
    "codes_of",
    "condition_kinds",
    "conflicts",
    "counters",
    "coupons_by_promotion",
    "coupons_of",
    "evaluate",
    "exhausted",
    "fields_of",
    "find_promotion",
    "find_promotions",
    "generate_codes",
    "give_gifts",
    "grant_coupons",
    "hold_uses",
    "import_codes",
    "issue_coupon",
    "issued_codes",
    "missing",
    "places_of",
    "put_coupon",
    "put_promotions",
    "put_texts",
    "read_conditions",
    "read_rewards",
    "read_settings",
    "release_expired",
    "require_promotion",
    "require_ready",
    "revoke_coupon",
    "reward_kinds",
    "runs",
    "schema_of",
    "set_uses",
    "settings_fields",
    "shelf_of",
    "stored_promotions",
    "take_back_coupons",
    "told",
    "uses_by_day",
    "uses_of",
    "validate_code",
]
