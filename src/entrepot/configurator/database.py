"""The database of this system: its metadata, and the outbox and inbox every system has."""

import sqlalchemy as sa

from entrepot.bus import Inbox, Outbox

metadata = sa.MetaData()
outbox = Outbox(metadata, "configurator")
inbox = Inbox(metadata)
