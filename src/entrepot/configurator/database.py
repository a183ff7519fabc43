"""The database of this system: its metadata, what every system has for its messages, and the shops it works with."""

import sqlalchemy as sa

from entrepot.bus import Inbox, Journal, Outbox, Partners

metadata = sa.MetaData()
outbox = Outbox(metadata, "configurator")
inbox = Inbox(metadata)
journal = Journal(metadata)
#: The foreign shops that may send their shoppers here.
shops = Partners(metadata, "shop")
