"""Who buys and who works here: organizations, accounts, roles, addresses and member groups.

A guest is nobody's row: a blank, unknown or disabled log-on name is a guest wherever prices and promotions
are asked for. Log-on names are compared without capitals. Passwords are set here or not at all; they are
never loaded. The sheets (`ACCOUNTS` …) are the bulk port of the loader.
"""

from entrepot.commerce.members.accounts import (
    authenticate,
    buyer,
    enable,
    find_user,
    get_user,
    groups_of,
    logon_key,
    put_in_group,
    register,
    set_password,
    set_roles,
)
from entrepot.commerce.members.addresses import addresses_of, delete_address, find_address, save_address
from entrepot.commerce.members.member import (
    GUEST,
    Address,
    AddressNotFound,
    Buyer,
    LogonIdMalformed,
    LogonIdTaken,
    LogonRefused,
    PasswordTooWeak,
    Profile,
    User,
    UserNotFound,
)
from entrepot.commerce.members.organizations import Organization, ensure_organization, find_organization, get_organization
from entrepot.commerce.members.permissions import PERMISSIONS, permissions_of
from entrepot.commerce.members.sessions import (
    TOUCH,
    Session,
    TooManyAttempts,
    check_attempts,
    close_session,
    close_sessions_of,
    find_session,
    forget_failures,
    note_failure,
    open_session,
    sweep_sessions,
    touch_session,
)
from entrepot.commerce.members.tables import ACCOUNTS, ADDRESSES, GROUP_MEMBERS, GROUPS, ORGANIZATIONS

__all__ = [
    "ACCOUNTS",
    "ADDRESSES",
    "GROUPS",
    "GROUP_MEMBERS",
    "GUEST",
    "ORGANIZATIONS",
    "PERMISSIONS",
    "TOUCH",
    "Address",
    "AddressNotFound",
    "Buyer",
    "LogonIdMalformed",
    "LogonIdTaken",
    "LogonRefused",
    "Organization",
    "PasswordTooWeak",
    "Profile",
    "Session",
    "TooManyAttempts",
    "User",
    "UserNotFound",
    "addresses_of",
    "authenticate",
    "buyer",
    "check_attempts",
    "close_session",
    "close_sessions_of",
    "delete_address",
    "enable",
    "ensure_organization",
    "find_address",
    "find_organization",
    "find_session",
    "find_user",
    "forget_failures",
    "get_organization",
    "get_user",
    "groups_of",
    "logon_key",
    "note_failure",
    "open_session",
    "permissions_of",
    "put_in_group",
    "register",
    "save_address",
    "set_password",
    "set_roles",
    "sweep_sessions",
    "touch_session",
]
