"""The launch contract: how a shop sends a shopper here, and where the shopper goes back to.

A launch is a signed token that lives for minutes and opens one session. What used to be open form fields could
be changed by the browser; a token cannot. The return address must be one of the shop's own origins. What goes back to a
foreign shop, or comes back from a foreign configurator, is signed the same way for another purpose.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec

from entrepot.configurator.problems import LaunchExpired, LaunchForged, LaunchInvalid, ReturnUrlNotAllowed
from entrepot.kernel.ids import new_secret
from entrepot.kernel.origin import origin_of
from entrepot.kernel.seal import Sealed, seal, take_apart

LIFETIME = timedelta(minutes=10)
#: How far the clock of another system may be ahead of ours.
SKEW = timedelta(minutes=2)
MAX_TOKEN = 100_000


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
    "preset": "DefaultConfiguration",
    "firing_phase": "FiringPhase",
}
_RETURNED = {
    "configuration": "ConfigurationId",
    "model": "Model",
    "version": "ModelVersion",
    "item": "ItemID",
    "quantity": "Quantity",
    "line": "orderItemId",
    "digest": "Digest",
    "launch": "LaunchId",
}


class Viewer(msgspec.Struct, frozen=True):
    """Who looks at a configuration: the account (none: a guest), and language and currency where they are known."""

    buyer: str = ""
    locale: str = ""
    currency: str = ""


class Launch(msgspec.Struct, frozen=True, kw_only=True, rename=_FIELDS):
    """Which kit to configure, for whom, and from what: an earlier configuration's id, or picks like ``2 x ports.usbc``.

    ``preset`` are picks, too: those that the shop suggests where neither is given, in the place of the model's own default.
    ``shop`` is the foreign shop that sent it, ``key`` the key it signed with and ``id`` its name for this launch: never
    taken from what was sent, always from how it was signed. Ours has none.
    """

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
    preset: tuple[str, ...] = ()
    firing_phase: str = "Initiate"
    shop: str = ""
    key: str = ""
    id: str = ""

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
            id="",
        )


class Returned(msgspec.Struct, frozen=True, kw_only=True, rename=_RETURNED):
    """What comes back from a configurator: which configuration of which kit, and the digest of its bill of material.

    ``launch`` is the shop's own name for the launch it answers; none where the shopper came by a shared link.
    """

    configuration: str
    model: str
    version: str
    item: str
    digest: str
    quantity: str = "1"
    line: str = ""
    launch: str = ""


class _Launching(msgspec.Struct, frozen=True):
    id: str
    expires: int
    launch: Launch
    key: str = ""


class _Returning(msgspec.Struct, frozen=True):
    id: str
    expires: int
    returned: Returned
    key: str = ""


class _Named(msgspec.Struct, frozen=True):
    key: str = ""


T = TypeVar("T", _Launching, _Returning)


class ReadLaunch(msgspec.Struct, frozen=True):
    """A verified launch and the id by which it is used once."""

    id: str
    expires: datetime
    launch: Launch


def sign_launch(key: bytes | str, launch: Launch, at: datetime, *, named: str = "", identity: str = "") -> str:
    """A token for one launch, valid for ten minutes; ``named`` is the name of the key for who has several."""
    made = _Launching(identity or new_secret(), int((at + LIFETIME).timestamp()), launch, named)
    return seal(key, "launch", msgspec.json.encode(made))


def read_launch(key: bytes | str, token: str, at: datetime, origins: Collection[str] = (), *, own: bool = True) -> ReadLaunch:
    """The launch in a token; refuses a forged or expired one, and a return address of another origin.

    Only ``own`` launches may come back to a path of this very site.
    """
    read = _read(key, "launch", token, at, _Launching)
    if read.launch.firing_phase != "Initiate" or not 0 < len(read.id) <= 64:
        raise LaunchInvalid()
    check_return_url(read.launch.return_url, origins, own=own)
    return ReadLaunch(read.id, datetime.fromtimestamp(read.expires, UTC), read.launch)


def sign_return(key: bytes | str, returned: Returned, at: datetime, *, named: str = "") -> str:
    """A token for what comes back, valid for ten minutes."""
    made = _Returning(new_secret(), int((at + LIFETIME).timestamp()), returned, named)
    return seal(key, "return", msgspec.json.encode(made))


def read_return(key: bytes | str, token: str, at: datetime) -> Returned:
    """What came back; refuses a forged or expired token."""
    return _read(key, "return", token, at, _Returning).returned


def key_named_in(token: str) -> str:
    """The name of the key that a token says it was signed with; none for a token of ours. Nothing is believed yet."""
    named: str = _decoded(_parts(token), _Named).key
    return named


def digest_of(document: Mapping[str, Any]) -> tuple[bytes, str]:
    """A bill of material in the one form that is handed out, and the SHA-256 of it."""
    body = msgspec.json.encode(document, order="deterministic")
    return body, hashlib.sha256(body).hexdigest()


def check_return_url(url: str, origins: Collection[str], *, own: bool = True) -> None:
    """Refuse an address outside the allowed origins; a path of this very site is the ``own`` shop's to name.

    >>> check_return_url("/cart/configured", ())
    """
    origin = origin_of(url)
    inside = own and not origin and url.startswith("/")
    if not inside and (not origin or origin not in origins):
        raise ReturnUrlNotAllowed(url=url)


def _read(key: bytes | str, purpose: str, token: str, at: datetime, kind: type[T]) -> T:
    """A token that was sealed with a key and is neither too old nor made out for longer than tokens live."""
    parts = _parts(token)
    if not parts.holds(key, purpose):
        raise LaunchForged()
    read: T = _decoded(parts, kind)
    if not at.timestamp() < read.expires <= (at + LIFETIME + SKEW).timestamp():
        raise LaunchExpired()
    return read


def _parts(token: str) -> Sealed:
    if len(token) > MAX_TOKEN:
        raise LaunchInvalid()
    try:
        return take_apart(token)
    except ValueError:
        raise LaunchInvalid() from None


def _decoded(parts: Sealed, kind: Any) -> Any:
    try:
        return msgspec.json.decode(parts.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise LaunchInvalid() from None
