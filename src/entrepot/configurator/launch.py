"""The launch contract: how a shop sends a shopper here, and where the shopper goes back to.

A launch is a signed token that lives for minutes and opens one session. What used to be open form fields could
be changed by the browser; a token cannot. The return address must be one of the shop's own origins.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import msgspec

from entrepot.configurator.problems import LaunchInvalid, ReturnUrlNotAllowed
from entrepot.kernel.ids import new_secret

LIFETIME = timedelta(minutes=10)
MAX_TOKEN = 16_000


_FIELDS = {
    "model": "Model",
    "organization": "organizationCode",
    "item": "ItemID",
    "return_url": "ReturnURL",
    "locale": "LocaleCode",
    "store": "storeId",
    "catalog": "catalogId",
    "contract": "contractId",
    "buyer": "buyerUserId",
    "line": "orderItemId",
    "configuration": "ConfigurationId",
    "choices": "ConfigXML",
    "firing_phase": "FiringPhase",
}


class Viewer(msgspec.Struct, frozen=True):
    """Who looks at a configuration: the account (none: a guest), and language and currency where they are known."""

    buyer: str = ""
    locale: str = ""
    currency: str = ""


class Launch(msgspec.Struct, frozen=True, kw_only=True, rename=_FIELDS):
    """Which kit to configure, for whom, and from what: an earlier configuration's id, or picks like ``2 x ports.usbc``."""

    model: str
    organization: str
    item: str
    return_url: str
    currency: str
    locale: str
    store: str = ""
    catalog: str = ""
    contract: str = ""
    buyer: str = ""
    line: str = ""
    quantity: str = "1"
    country: str = ""
    configuration: str = ""
    choices: tuple[str, ...] = ()
    firing_phase: str = "Initiate"

    def seen_by(self, viewer: Viewer) -> Launch:
        """The launch of a copy: of no line of a cart, in the viewer's language and currency, at the viewer's prices.

        A contract goes along only to whom it was agreed with, the country only while the language stays.
        """
        locale, currency = viewer.locale or self.locale, viewer.currency or self.currency
        return msgspec.structs.replace(
            self,
            buyer=viewer.buyer,
            contract=self.contract if viewer.buyer == self.buyer and currency == self.currency else "",
            locale=locale,
            currency=currency,
            country=self.country if locale == self.locale else "",
            line="",
            quantity="1",
            configuration="",
            choices=(),
        )


class _Token(msgspec.Struct, frozen=True):
    id: str
    expires: int
    launch: Launch


class ReadLaunch(msgspec.Struct, frozen=True):
    """A verified launch and the id by which it is used once."""

    id: str
    expires: datetime
    launch: Launch


def sign_launch(key: bytes | str, launch: Launch, at: datetime) -> str:
    """A token for one launch, valid for ten minutes."""
    body = msgspec.json.encode(_Token(new_secret(), int((at + LIFETIME).timestamp()), launch))
    return f"{_text(body)}.{_text(_sign(key, body))}"


def read_launch(key: bytes | str, token: str, at: datetime, origins: Collection[str] = ()) -> ReadLaunch:
    """The launch in a token; refuses a forged or expired one, and a return address of another origin."""
    body_text, _, signature = token.partition(".")
    if len(token) > MAX_TOKEN:
        raise LaunchInvalid()
    try:
        body, signed = _bytes(body_text), _bytes(signature)
    except ValueError:
        raise LaunchInvalid() from None
    if not hmac.compare_digest(_sign(key, body), signed):
        raise LaunchInvalid()
    try:
        read = msgspec.json.decode(body, type=_Token)
    except msgspec.ValidationError:
        raise LaunchInvalid() from None
    expires = datetime.fromtimestamp(read.expires, UTC)
    if expires <= at or read.launch.firing_phase != "Initiate":
        raise LaunchInvalid()
    check_return_url(read.launch.return_url, origins)
    return ReadLaunch(read.id, expires, read.launch)


def check_return_url(url: str, origins: Collection[str]) -> None:
    """Refuse an address outside the allowed origins; a path of this very site is always allowed.

    >>> check_return_url("/cart/configured", ())
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ReturnUrlNotAllowed(url=url) from None
    own = not parts.scheme and not parts.netloc and url.startswith("/") and not url.startswith(("//", "/\\"))
    if any(character in url for character in "\r\n\t\\") or not (own or f"{parts.scheme}://{parts.netloc}" in origins):
        raise ReturnUrlNotAllowed(url=url)


def _sign(key: bytes | str, body: bytes) -> bytes:
    return hmac.digest(key.encode() if isinstance(key, str) else key, b"launch:" + body, hashlib.sha256)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
