"""What the steps of the checkout share: the cart as it costs now, the way through, the order beside it."""

from __future__ import annotations

from dataclasses import dataclass

from litestar import Response
from sqlalchemy.engine import Connection

from entrepot.commerce import capture
from entrepot.web.pages import Link
from entrepot.web.storefront.cart_view import cart_shown, sums_of
from entrepot.web.storefront.frame import Front, go, page_of, show

STEPS = ("address", "shipping", "payment", "summary")


@dataclass(frozen=True, slots=True)
class Standing:
    """A visitor at the checkout with the cart as it costs now."""

    now: capture.Visit
    cart: capture.Order


def standing(front: Front, conn: Connection) -> Standing | None:
    """The visitor's cart at the checkout, none when there is nothing to check out."""
    now = front.visit(conn)
    cart = capture.current_cart(conn, now)
    if cart is None or not cart.lines:
        return None
    return Standing(now, cart if capture.is_prepared(cart, now.at) else capture.reprice(conn, now, cart))


def nothing(front: Front) -> Response[str]:
    """Back to the cart, which says that it is empty."""
    return go(front, "/cart")


def steps(front: Front, cart: capture.Order) -> list[Link]:
    """The steps as the stepper shows them."""
    _ = front.words.gettext
    labels = (_("Address"), _("Shipping"), _("Payment"), _("Summary"))
    return [Link(label, front.url(f"/checkout/{name}")) for name, label in zip(STEPS, labels, strict=True)]


def step_page(front: Front, conn: Connection, at: Standing, step: str, status: int = 200, /, **context: object) -> Response[str]:
    """One step of the checkout with the order beside it."""
    assert at.cart.calculation is not None, "a cart at the checkout has been calculated"
    return show(
        front,
        f"storefront/checkout_{step}.html",
        page_of(front, conn, at.now, at.cart),
        status,
        cart=at.cart,
        steps=steps(front, at.cart),
        step=STEPS.index(step),
        shown=cart_shown(at.cart, front.words, front.locale),
        sums=sums_of(at.cart.calculation, front.words),
        **context,
    )
