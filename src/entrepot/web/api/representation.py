"""One value, two forms: JSON or XML with the same fields, chosen by what the caller accepts."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape, quoteattr

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

JSON = "application/json"
XML = "application/xml"


class NotAcceptable(HTTPException):
    status_code = 406
    detail = "This can be had as application/json or application/xml."


def chosen_form(request: Request[Any, Any, Any]) -> str:
    """The form the caller wants: ``responseFormat`` goes before ``Accept``; nothing asked is JSON."""
    wish = request.query_params.get("responseFormat", "")
    accepted = {"json": JSON, "xml": XML}.get(wish) if wish else request.headers.get("accept", "*/*")
    if accepted is None:
        raise NotAcceptable()
    for part in accepted.split(","):
        kind = part.partition(";")[0].strip()
        if kind in (JSON, "*/*", "application/*", "text/html"):
            return JSON
        if kind in (XML, "text/xml"):
            return XML
    raise NotAcceptable()


def encode(value: Any, form: str, root: str) -> bytes:
    """The value as bytes in the chosen form; ``root`` names the XML document's element."""
    if form == JSON:
        return msgspec.json.encode(value)
    parts: list[str] = ['<?xml version="1.0" encoding="UTF-8"?>\n']
    _element(parts, root, msgspec.to_builtins(value))
    return "".join(parts).encode()


def respond(request: Request[Any, Any, Any], value: Any, root: str) -> Response[bytes]:
    """The value in the form the caller wants."""
    form = chosen_form(request)
    return Response(encode(value, form, root), media_type=f"{form}; charset=utf-8" if form == XML else form)


def _element(parts: list[str], name: str, value: Any) -> None:
    if value is None:
        return
    tag = name if name.replace("_", "").isalnum() and not name[0].isdigit() else "entry"
    opened = f"<{tag}>" if tag == name else f"<{tag} name={quoteattr(name)}>"
    if isinstance(value, list):
        parts.append(opened)
        for one in value:
            _element(parts, "item", one)
        parts.append(f"</{tag}>")
        return
    parts.append(opened)
    if isinstance(value, dict):
        for key, one in value.items():
            _element(parts, str(key), one)
    else:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        parts.append(escape("".join(c for c in text if c >= " " or c in "\t\n")))
    parts.append(f"</{tag}>")
