"""How documents cross the border of order management: attribute names, flags, and reading with or without tolerance.

Attributes are written in snake case inside and travel under the names order systems know (``OrderNo``, ``ItemID``,
``SCAC``); lists keep their wrapping element (``OrderLines.OrderLine``), so that one map serves JSON and XML. An unknown
field is refused at the API, where it is a caller's mistake, and ignored on the bus, where it is a newer neighbor.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal, TypeVar

import msgspec

from entrepot.kernel.errors import Invalid
from entrepot.kernel.words import mark

Flag = Literal["Y", "N"]
Unknown = Literal["refuse", "ignore"]

_UPPER = {"scac": "SCAC", "id": "ID", "ids": "IDs"}
_MIXED_ID = {
    "line_id",
    "buyer_user_id",
    "promotion_id",
    "transactional_line_id",
    "customer_id",
    "configuration_id",
    "price_snapshot_id",
}
_PLACE = re.compile(r"^(?P<what>.*?)(?: - at `(?:key in )?\$?\.?(?P<path>.*)`)?$", re.DOTALL)


def wire_name(attribute: str) -> str:
    """The name an attribute travels under.

    >>> wire_name("prime_line_no"), wire_name("item_id"), wire_name("buyer_user_id"), wire_name("scac")
    ('PrimeLineNo', 'ItemID', 'BuyerUserId', 'SCAC')
    """
    words = attribute.split("_")
    if attribute in _MIXED_ID:
        return "".join(word.capitalize() for word in words)
    return "".join(_UPPER.get(word, word[:1].upper() + word[1:]) for word in words)


class Document(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename=wire_name):
    """Anything that crosses the border; empty attributes are left out."""


class DocumentMalformed(Invalid):
    code = "ENT_INVALID"
    message = "{path}: {what}"


class FieldUnknown(Invalid):
    code = "ENT_INVALID"
    message = mark("{path}: this field is not known here. Check its spelling or leave it out.")


D = TypeVar("D", bound=Document)


def read(kind: type[D], body: Any, unknown: Unknown = "refuse") -> D:
    """Read a document, or say which field is wrong by its path."""
    if unknown == "refuse":
        _refuse_unknown(kind, body, "")
    try:
        return msgspec.convert(body, kind, strict=True)
    except msgspec.ValidationError as error:
        found = _PLACE.match(str(error))
        what, path = (found["what"], found["path"]) if found else (str(error), None)
        raise DocumentMalformed(path=path or "(document)", what=what) from None


def write(document: Document) -> dict[str, Any]:
    """The document as plain JSON values, under its wire names."""
    written: dict[str, Any] = msgspec.to_builtins(document)
    return written


def flag(value: bool) -> Flag:
    return "Y" if value else "N"


def moment(at: datetime | None) -> str:
    """An instant as every document writes it: ISO 8601, UTC; nothing when there is none."""
    return "" if at is None else at.astimezone(UTC).isoformat(timespec="microseconds" if at.microsecond else "seconds")


def parse_moment(text: str, path: str) -> datetime:
    """Read an ISO 8601 instant; one without an offset is not an instant."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise DocumentMalformed(path=path, what=mark("write an instant such as 2026-03-01T10:00:00+00:00.")) from None
    if at.tzinfo is None or not 1970 <= at.year <= 9998:
        raise DocumentMalformed(path=path, what=mark("write an instant with its offset, between 1970 and 9998."))
    return at.astimezone(UTC)


def digest(document: Document | dict[str, Any]) -> str:
    """What tells equal content from other content, whatever the order of its keys."""
    plain = write(document) if isinstance(document, Document) else document
    return hashlib.sha256(msgspec.json.encode(plain, order="sorted")).hexdigest()


def decimal_text(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _refuse_unknown(kind: type[Any], body: Any, path: str) -> None:
    if not isinstance(body, Mapping):
        return
    fields = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
    for name, value in body.items():
        here = f"{path}.{name}" if path else str(name)
        if name not in fields:
            raise FieldUnknown(path=here)
        inner = _document_in(fields[name])
        if inner is None:
            continue
        if isinstance(value, list):
            for index, entry in enumerate(value):
                _refuse_unknown(inner, entry, f"{here}[{index}]")
        else:
            _refuse_unknown(inner, value, here)


def _document_in(annotation: Any) -> type[Any] | None:
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _document_in(argument)
        if found is not None:
            return found
    return None
