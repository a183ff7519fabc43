"""The database of this system: its metadata, and the outbox, inbox and request journal every system has."""

import sqlalchemy as sa

from entrepot.bus import Inbox, Journal, Outbox

metadata = sa.MetaData()
outbox = Outbox(metadata, "order_management")
inbox = Inbox(metadata)
journal = Journal(metadata)
