"""The database of this system: its metadata, what every system has for its messages, and the configurators it works with."""

import sqlalchemy as sa

from entrepot.bus import Inbox, Journal, Outbox, Partners

metadata = sa.MetaData()
outbox = Outbox(metadata, "commerce")
inbox = Inbox(metadata)
journal = Journal(metadata)
#: The foreign configurators that shoppers are sent to.
configurators = Partners(metadata, "configurator")
