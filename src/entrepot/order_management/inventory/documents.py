"""What inventory is asked and answers: reservations, availability, adjustments, under their wire names."""

from __future__ import annotations

from entrepot.order_management.wire import Document, Flag


class KitPart(Document, frozen=True, kw_only=True):
    """A part of a configured kit: how many go into one kit."""

    item_id: str
    kit_qty: str = "1"
    is_required: Flag = "Y"


class KitParts(Document, frozen=True, kw_only=True):
    component: list[KitPart] = []


class PromiseLine(Document, frozen=True, kw_only=True):
    """A line of a question or a reservation; ``Components`` only for a kit whose content is not the catalog's."""

    line_id: str = ""
    item_id: str
    required_qty: str = "1"
    fill_quantity: str = ""
    unit_of_measure: str = ""
    product_class: str = ""
    ship_node: str = ""
    delivery_method: str = "SHP"
    components: KitParts = KitParts()


class PromiseLines(Document, frozen=True, kw_only=True):
    promise_line: list[PromiseLine]


class Reserve(Document, frozen=True, kw_only=True):
    reservation_id: str
    organization_code: str
    expiration_date: str = ""
    allow_partial_reservation: Flag = "N"
    allow_multiple_reservations: Flag = "N"
    optimization_type: str = "02"
    promise_lines: PromiseLines


class CancelReservation(Document, frozen=True, kw_only=True):
    reservation_id: str
    organization_code: str
    line_id: str = ""


class FindInventory(Document, frozen=True, kw_only=True):
    organization_code: str
    optimization_type: str = "02"
    promise_lines: PromiseLines


class AdjustInventory(Document, frozen=True, kw_only=True):
    """A change of what is on hand by ``Quantity`` (signed); the ``AdjustmentKey`` makes a repetition harmless."""

    organization_code: str
    item_id: str
    ship_node: str
    quantity: str
    reason_code: str = ""
    adjustment_key: str


class Assignment(Document, frozen=True, kw_only=True):
    ship_node: str
    quantity: str
    ship_date: str = ""
    delivery_date: str = ""
    reserved_qty: str = ""
    node_priority: str = ""


class Assignments(Document, frozen=True, kw_only=True):
    assignment: list[Assignment] = []


class Promised(Document, frozen=True, kw_only=True):
    """The answer for one line: what is or can be had, from where, and what could come later."""

    line_id: str = ""
    item_id: str
    required_qty: str = ""
    reserved_qty: str = ""
    available_qty: str = ""
    inventory_status: str = ""
    first_future_available_date: str = ""
    future_available_quantity: str = ""
    backorder_policy: str = ""
    unit_of_measure: str = ""
    error_code: str = ""
    assignments: Assignments = Assignments()


class PromisedLines(Document, frozen=True, kw_only=True):
    promise_line: list[Promised] = []


class Option(Document, frozen=True, kw_only=True):
    option_no: str = "1"
    total_shipments: str = "0"
    first_date: str = ""
    last_date: str = ""
    has_any_unavailable_qty: Flag = "N"
    promise_lines: PromisedLines


class SuggestedOption(Document, frozen=True, kw_only=True):
    option: Option


class Suggestion(Document, frozen=True, kw_only=True):
    suggested_option: SuggestedOption


class Availability(Document, frozen=True, kw_only=True):
    promise_lines: PromisedLines


class Reserved(Document, frozen=True, kw_only=True):
    reservation_id: str
    is_reserved: Flag
    expiration_date: str = ""
    promise_lines: PromisedLines
