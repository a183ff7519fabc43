"""Earlier configurations as a page offers them: what the reader keeps of a kit, and what was in the cart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Request
from sqlalchemy.engine import Connection

from entrepot import configurator
from entrepot.configurator import Configuration, Saved, Session
from entrepot.web.configurator.keeper import owners_of
from entrepot.web.edge import house_of


@dataclass(frozen=True, slots=True)
class Label:
    """What a configuration is called: the one in the making, what it was saved as, or when it was shared or taken."""

    link: str
    kind: str
    name: str = ""
    at: datetime | None = None


def saved_by(request: Request[Any, Any, Any]) -> list[Saved]:
    """What the reader keeps; whoever never kept anything costs no look."""
    owners = owners_of(request)
    if not owners:
        return []
    with house_of(request).configurator.database.read() as conn:
        return configurator.saved_by(conn, owners)


def label_of(made: Configuration, saved: list[Saved]) -> Label:
    """A configuration by the name it was saved under, else by what became of it."""
    kept = next((one for one in saved if one.link == made.link), None)
    if kept is not None:
        return Label(made.link, "saved", kept.name, kept.saved_at)
    return Label(made.link, "shared" if made.open else "taken", at=made.changed_at)


def offered(conn: Connection, session: Session, saved: list[Saved]) -> list[Label]:
    """Earlier configurations of the same kit: the one in the cart that this one began as, then what the reader keeps."""
    launch, model = session.launch, session.compiled.model.name
    found = [Label(one.link, "saved", one.name, one.saved_at) for one in saved if one.model == model]
    if launch.configuration:
        made = configurator.find_configuration(conn, identity=launch.configuration)
        found.insert(0, Label(made.link, "cart", at=made.changed_at))
    return [one for one in found if one.link != session.configuration.link]


def link_in(text: str) -> str:
    """The link in an address as somebody sent it.

    >>> link_in(" https://shop.example/configurator/shared/kG2/ "), link_in("kG2")
    ('kG2', 'kG2')
    """
    return text.strip().rstrip("/").rpartition("/")[2][:64]
