"""Foreign systems that shoppers are exchanged with: who they are, where they live, and the keys shared with them.

The same registry serves both directions: the configurator keeps the shops that may send it shoppers, commerce keeps the
configurators it sends its own to. A key made here is not stored: it is derived from the installation's secret and the key's
random name. One the other side made is stored concealed with that secret. So a copy of the database forges nothing. Every
change leaves a line, written with it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.kernel.db import BigKey, Instant, Json, insert_or_ignore, upsert
from entrepot.kernel.errors import Conflict, Invalid, NotFound
from entrepot.kernel.ids import new_id
from entrepot.kernel.origin import NOBODY, origin_of
from entrepot.kernel.seal import conceal, derive, reveal
from entrepot.kernel.words import mark

#: How long two keys may be good side by side while a partner changes over.
LONGEST_OVERLAP = timedelta(days=30)
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class PartnerNotFound(NotFound):
    code = "PARTNER_NOT_FOUND"
    message = mark("There is no partner {partner}.")


class PartnerExists(Conflict):
    code = "PARTNER_EXISTS"
    message = mark("{partner} is there already. Take another code, or change that one.")


class OriginTaken(Conflict):
    code = "ORIGIN_TAKEN"
    message = mark("{origin} belongs to {partner} already. An address has one owner.")


class PartnerInvalid(Invalid):
    code = "PARTNER_INVALID"
    message = "{problem}"


class KeyNotFound(NotFound):
    code = "KEY_NOT_FOUND"
    message = mark("This key is not in use. Reload to see those that are.")


class KeyTaken(Conflict):
    code = "KEY_TAKEN"
    message = mark("There is a key of this name already, and it is another one. Ask the other side for a new key.")


class KeyInvalid(Invalid):
    code = "KEY_INVALID"
    message = "{problem}"


@dataclass(frozen=True, slots=True)
class Partner:
    """A foreign system: the stores it has to do with, and the origins shoppers may be sent to. A paused one is refused."""

    code: str
    name: str
    stores: tuple[str, ...]
    origins: tuple[str, ...]
    active: bool = True


@dataclass(frozen=True, slots=True)
class Key:
    """A key by its name: since when it is good, and until when. What it is only who made it was told.

    One that the other side made is here ``concealed``.
    """

    id: str
    partner: str
    made_at: datetime
    ends_at: datetime | None
    concealed: str | None = None

    def good(self, at: datetime) -> bool:
        return self.ends_at is None or at < self.ends_at


@dataclass(frozen=True, slots=True)
class Given:
    """A key as the other side made and told it: its name and what it is."""

    partner: str
    id: str
    key: str


@dataclass(frozen=True, slots=True)
class Done:
    """A line of a partner's history."""

    at: datetime
    by: str
    action: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Trusted:
    """A partner with one of its keys that is good at an instant."""

    partner: Partner
    id: str
    key: str


def check_partner(partner: Partner) -> Partner:
    """The partner with its origins in their plain form; what could not be trusted is refused with its field."""
    if not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?", partner.code):
        raise PartnerInvalid(path="code", problem=mark("A code is of 1 to 40 small letters, digits and hyphens."))
    if not 0 < len(partner.name) <= 80:
        raise PartnerInvalid(path="name", problem=mark("Give it a name of at most 80 characters."))
    if not partner.stores:
        raise PartnerInvalid(path="stores", problem=mark("Choose at least one store it has to do with."))
    if not partner.origins:
        raise PartnerInvalid(path="origins", problem=mark("Name at least one address, such as https://shop.example."))
    origins = tuple(dict.fromkeys(read_origin(one) for one in partner.origins))
    return Partner(partner.code, partner.name, tuple(dict.fromkeys(partner.stores)), origins, partner.active)


def check_given(given: Given) -> Given:
    """A key that somebody else made; what cannot be one, or is too short to keep anybody out, is refused with its field."""
    if not re.fullmatch(r"[A-Za-z0-9._~-]{1,64}", given.id):
        raise KeyInvalid(path="key", problem=mark("The name of a key is of 1 to 64 letters, digits, dots and hyphens."))
    if not re.fullmatch(r"[!-~]{32,200}", given.key):
        raise KeyInvalid(
            path="secret", problem=mark("A secret is of 32 to 200 letters and digits, without blanks. Copy all of it.")
        )
    return given


def read_origin(text: str) -> str:
    """An origin as browsers write it; encrypted ones only, but for the machine itself.

    >>> read_origin("https://Shop.example:443/")
    'https://shop.example'
    """
    origin, beyond = origin_of(text.strip()), re.sub(r"^\w+://[^/?#]*", "", text.strip())
    if origin in ("", NOBODY) or beyond.strip("/"):
        raise PartnerInvalid(path="origins", problem=mark("Write each address as https://shop.example, without a path."))
    parts = urlsplit(origin)
    if parts.scheme == "http" and parts.hostname not in _LOCAL:
        raise PartnerInvalid(path="origins", problem=mark("Only https is trusted; http is for this machine itself."))
    return origin


class Partners:
    """The partners of one system, in that system's own database."""

    def __init__(self, metadata: sa.MetaData, role: str) -> None:
        self.role = role
        self.partner = sa.Table(
            "partner",
            metadata,
            sa.Column("code", sa.String(40), primary_key=True),
            sa.Column("name", sa.String(80), nullable=False),
            sa.Column("stores", Json, nullable=False),
            sa.Column("origins", Json, nullable=False),
            sa.Column("active", sa.Boolean, nullable=False),
        )
        self.key = sa.Table(
            "partner_key",
            metadata,
            sa.Column("id", sa.String(64), primary_key=True),
            sa.Column("partner", sa.String(40), sa.ForeignKey("partner.code"), nullable=False),
            sa.Column("made_at", Instant, nullable=False),
            sa.Column("ends_at", Instant),
            sa.Column("concealed", sa.Text),
            sa.Index("partner_key_partner", "partner"),
        )
        self.change = sa.Table(
            "partner_change",
            metadata,
            sa.Column("id", BigKey, primary_key=True),
            sa.Column("partner", sa.String(40), nullable=False),
            sa.Column("at", Instant, nullable=False),
            sa.Column("by", sa.String(254), nullable=False),
            sa.Column("action", sa.String(32), nullable=False),
            sa.Column("detail", Json, nullable=False),
            sa.Index("partner_change_partner", "partner", "id"),
        )

    def all(self, conn: Connection) -> list[Partner]:
        """Every partner, by name."""
        return [_partner(row) for row in conn.execute(sa.select(self.partner).order_by(self.partner.c.name))]

    def find(self, conn: Connection, code: str) -> Partner:
        row = conn.execute(sa.select(self.partner).where(self.partner.c.code == code)).first()
        if row is None:
            raise PartnerNotFound(partner=code)
        return _partner(row)

    def at_origin(self, conn: Connection, origin: str) -> Partner | None:
        """The partner that lives there, paused or not."""
        return next((one for one in self.all(conn) if origin in one.origins), None)

    def add(self, conn: Connection, partner: Partner, by: str, at: datetime) -> Partner:
        """Take a partner up; it has no key yet."""
        added = check_partner(partner)
        self._check_origins(conn, added)
        if not insert_or_ignore(conn, self.partner, asdict(added)):
            raise PartnerExists(path="code", partner=added.code)
        self._note(conn, added.code, by, at, "added", asdict(added))
        return added

    def update(self, conn: Connection, partner: Partner, by: str, at: datetime) -> Partner:
        """Change a partner, pause it or let it go on; what is as before leaves no line."""
        before, after = self.find(conn, partner.code), check_partner(partner)
        self._check_origins(conn, after)
        was, now = asdict(before), asdict(after)
        changed = {name: now[name] for name in now if now[name] != was[name]}
        if changed:
            conn.execute(self.partner.update().where(self.partner.c.code == after.code).values(**changed))
            action = "changed" if "active" not in changed else "resumed" if after.active else "paused"
            self._note(conn, after.code, by, at, action, changed)
        return after

    def keys(self, conn: Connection, code: str) -> list[Key]:
        """A partner's keys, the newest first, those that have ended too."""
        column = self.key.c
        query = sa.select(self.key).where(column.partner == code).order_by(column.made_at.desc(), column.id.desc())
        return [Key(*row) for row in conn.execute(query)]

    def good_keys(self, conn: Connection, at: datetime) -> dict[str, int]:
        """How many keys of each partner are good; who has none is not named."""
        column = self.key.c
        good = sa.or_(column.ends_at.is_(None), column.ends_at > at)
        query = sa.select(column.partner, sa.func.count()).where(good).group_by(column.partner)
        return {row[0]: row[1] for row in conn.execute(query)}

    def issue_key(
        self, conn: Connection, secret: str, code: str, by: str, at: datetime, *, overlap: timedelta = timedelta(0)
    ) -> Trusted:
        """Make a new key, and let those before it end after an overlap; it is told now and never again."""
        partner, made = self.find(conn, code), new_id()
        ends = self._end_others(conn, code, made, at, overlap)
        conn.execute(self.key.insert(), {"id": made, "partner": code, "made_at": at, "ends_at": None, "concealed": None})
        self._note(conn, code, by, at, "key_issued", {"key": made, "earlier_end": ends.isoformat()})
        return Trusted(partner, made, self._derived(secret, made))

    def enter_key(
        self, conn: Connection, secret: str, given: Given, by: str, at: datetime, *, overlap: timedelta = timedelta(0)
    ) -> None:
        """Keep a key that the other side made, concealed; those before it end after an overlap.

        Entered again it is good again: so it comes back after the installation's secret was changed.
        """
        partner, column = self.find(conn, check_given(given).partner), self.key.c
        row = conn.execute(sa.select(self.key).where(column.id == given.id)).first()
        if row is not None and (row.partner != partner.code or row.concealed is None):
            raise KeyTaken(path="key")
        concealed = conceal(secret, self._named(partner.code, given.id), given.key)
        kept = {"id": given.id, "partner": partner.code, "made_at": at, "ends_at": None, "concealed": concealed}
        upsert(conn, self.key, [kept], ["id"])
        ends = self._end_others(conn, partner.code, given.id, at, overlap)
        self._note(conn, partner.code, by, at, "key_entered", {"key": given.id, "earlier_end": ends.isoformat()})

    def revoke_key(self, conn: Connection, code: str, key: str, by: str, at: datetime) -> None:
        """End a key at once: what was signed with it a second ago is refused, too."""
        column = self.key.c
        good = sa.or_(column.ends_at.is_(None), column.ends_at > at)
        ended = self.key.update().where(column.id == key, column.partner == code, good).values(ends_at=at)
        if not conn.execute(ended).rowcount:
            raise KeyNotFound(key=key)
        self._note(conn, code, by, at, "key_revoked", {"key": key})

    def trusted(self, conn: Connection, secret: str, key: str, at: datetime) -> Trusted | None:
        """The partner a key belongs to; None for a key that nobody has, that has ended, or whose partner is paused.

        An entered one is None, too, once the installation has another secret than when it was entered.
        """
        row = conn.execute(sa.select(self.key).where(self.key.c.id == key)).first()
        if row is None or not (found := Key(*row)).good(at):
            return None
        partner = self.find(conn, found.partner)
        known = self._revealed(secret, found)
        return Trusted(partner, key, known) if partner.active and known is not None else None

    def signing(self, conn: Connection, secret: str, code: str, at: datetime) -> Trusted | None:
        """A partner with its newest key, to sign what is sent to it; None while it is paused or has none."""
        newest = next((one for one in self.keys(conn, code) if one.good(at)), None)
        return self.trusted(conn, secret, newest.id, at) if newest is not None else None

    def history(self, conn: Connection, code: str) -> Sequence[Done]:
        """What was done about a partner, the latest first."""
        column = self.change.c
        query = sa.select(column.at, column.by, column.action, column.detail).where(column.partner == code)
        return [Done(*row) for row in conn.execute(query.order_by(column.id.desc()).limit(100))]

    def _end_others(self, conn: Connection, code: str, key: str, at: datetime, overlap: timedelta) -> datetime:
        """Let all keys of a partner but one end after an overlap; tells when."""
        column, ends = self.key.c, at + min(max(overlap, timedelta(0)), LONGEST_OVERLAP)
        later = sa.or_(column.ends_at.is_(None), column.ends_at > ends)
        others = self.key.update().where(column.partner == code, column.id != key, later)
        conn.execute(others.values(ends_at=ends))
        return ends

    def _revealed(self, secret: str, key: Key) -> str | None:
        if key.concealed is None:
            return self._derived(secret, key.id)
        return reveal(secret, self._named(key.partner, key.id), key.concealed)

    def _named(self, partner: str, key: str) -> str:
        return f"{self.role}/{partner}/{key}"

    def _derived(self, secret: str, key: str) -> str:
        return derive(secret, f"{self.role}/{key}")

    def _check_origins(self, conn: Connection, partner: Partner) -> None:
        for other in self.all(conn):
            for origin in partner.origins:
                if other.code != partner.code and origin in other.origins:
                    raise OriginTaken(path="origins", origin=origin, partner=other.name)

    def _note(self, conn: Connection, partner: str, by: str, at: datetime, action: str, detail: dict[str, Any]) -> None:
        conn.execute(self.change.insert(), {"partner": partner, "at": at, "by": by, "action": action, "detail": detail})


def _partner(row: Any) -> Partner:
    return Partner(row.code, row.name, tuple(row.stores), tuple(row.origins), row.active)
