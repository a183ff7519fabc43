"""People and organizations as values, and the ways a membership is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from entrepot.commerce.members.permissions import permissions_of
from entrepot.kernel.errors import Invalid, NotFound, Refused
from entrepot.kernel.words import mark


@dataclass(frozen=True, slots=True)
class User:
    """An account: a buyer's or a staff member's. Guests have none."""

    id: int
    logon_id: str
    kind: str
    enabled: bool
    first_name: str | None
    last_name: str | None
    email: str | None
    phone: str | None
    organization_id: int | None
    preferred_language: str | None
    preferred_currency: str | None
    title: str | None
    registered_at: datetime | None
    roles: frozenset[str]

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.first_name, self.last_name) if part) or self.logon_id

    @property
    def permissions(self) -> frozenset[str]:
        return permissions_of(self.roles)


@dataclass(frozen=True, slots=True)
class Buyer:
    """Whoever prices, promotions and orders are computed for."""

    user_id: int | None = None
    logon_id: str = ""
    kind: str = "guest"
    groups: frozenset[str] = frozenset()
    organization_ids: tuple[int, ...] = ()
    preferred_currency: str | None = None
    preferred_language: str | None = None

    @property
    def is_guest(self) -> bool:
        return self.user_id is None


GUEST = Buyer()


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a person tells about themself when registering."""

    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    organization_id: int | None = None
    preferred_language: str | None = None
    preferred_currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One entry of a person's address book, known to them by its nickname."""

    nickname: str
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    line1: str | None = None
    line2: str | None = None
    line3: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country: str | None = None
    phone: str | None = None
    email: str | None = None
    primary: bool = False
    id: int | None = None


class UserNotFound(NotFound):
    code = "USER_NOT_FOUND"
    message = mark("There is no such account.")


class AddressNotFound(NotFound):
    code = "ADDRESS_NOT_FOUND"
    message = mark("There is no such address in the address book.")


class LogonRefused(Refused):
    code = "LOGON_REFUSED"
    message = mark("Log-on name and password do not belong together. Check both and try again.")


class AccountDeactivated(Refused):
    """Told only to whoever knows the password; to everybody else the account reads like any other."""

    code = "ACCOUNT_DEACTIVATED"
    message = mark("This account is deactivated. Ask your organization's administrator, or write to us.")


class OrganizationPending(Refused):
    code = "ORGANIZATION_PENDING"
    message = mark("The registration of {organization} is waiting for approval. You can log on as soon as it is approved.")


class OrganizationRejected(Refused):
    code = "ORGANIZATION_REJECTED"
    message = mark("The registration of {organization} was not approved: {reason}")


class OrganizationLocked(Refused):
    code = "ORGANIZATION_LOCKED"
    message = mark("{organization} is locked for the time being. Write to us to clear it up.")


class LogonIdTaken(Refused):
    code = "LOGON_ID_TAKEN"
    message = mark("The log-on name {logon_id} is taken. Please choose another one.")


class LogonIdMalformed(Invalid):
    code = "LOGON_ID_MALFORMED"
    message = mark("{path}: choose a log-on name of 3 to 254 characters without blanks at its ends.")


class PasswordTooWeak(Invalid):
    code = "PASSWORD_TOO_WEAK"
    message = mark("{path}: choose a password of 8 to 200 characters that is not your log-on name.")
