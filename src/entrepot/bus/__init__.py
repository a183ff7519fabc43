"""Carries messages between systems that may not import each other, and knows none of them.

A system *puts* a message into its outbox in the transaction of the business change; a relay delivers it at
least once; the receiver writes its inbox row in the transaction of the effect, so the effect happens once.
An answer needed now is *requested* instead, with a time limit, never while a writing transaction is open.
What messages mean and how one side's documents become the other's is not known here (see `integration`).
"""

from entrepot.bus.bell import Bell, PipeBell
from entrepot.bus.envelope import Envelope, Message, begin, correlate, correlation
from entrepot.bus.inbox import Inbox
from entrepot.bus.outbox import Outbox
from entrepot.bus.partners import Done, Given, Key, OriginTaken, Partner, PartnerInvalid, PartnerNotFound, Partners, Trusted
from entrepot.bus.relay import Post, Relay, Route, Schedule
from entrepot.bus.request import Journal, Requests, Service, Steps

__all__ = [
    "Bell",
    "Done",
    "Envelope",
    "Given",
    "Inbox",
    "Journal",
    "Key",
    "Message",
    "OriginTaken",
    "Outbox",
    "Partner",
    "PartnerInvalid",
    "PartnerNotFound",
    "Partners",
    "PipeBell",
    "Post",
    "Relay",
    "Requests",
    "Route",
    "Schedule",
    "Service",
    "Steps",
    "Trusted",
    "begin",
    "correlate",
    "correlation",
]
