"""A desk with lamps that are put together themselves: the kit inside a kit that several tests publish and open."""

from __future__ import annotations

import sqlalchemy as sa

from entrepot import configurator
from entrepot.configurator import Launch, Pick, Session, read_launch, sign_launch
from tests.configurator.models import AT

KEY = b"a key of the configurator"
LAUNCH = Launch(model="desk", organization="shop", item="DESK", return_url="/", currency="EUR", locale="en-US", store="shop")
LAMP = """
model: lamp
organization: shop
languages: [en-US]
classes:
  foot: {items: {round: {part: F-R}, square: {part: F-S}}}
  arm: {ratio: 2, items: {short: {part: A-S}, long: {part: A-L}}}
  bulb: {items: {warm: {part: B-W}, cold: {part: B-C}}}
rules:
  - {id: stable, when: arm.long, requires: foot.square, message: A long arm needs the square foot.}
"""
DESK = """
model: desk
organization: shop
languages: [en-US]
classes:
  board: {items: {oak: {part: B-O}, pine: {part: B-P}}}
  lights:
    choose: optional
    ratio: 3
    items:
      plain: {part: L-P}
      made: {part: LAMP, kit: lamp, quantity: {min: 1, max: 2}}
defaults: [board.oak]
"""


def opened(conn: sa.Connection, *picks: Pick, launch: Launch = LAUNCH) -> Session:
    """A desk in the making, with some choices made."""
    session = configurator.open_session(conn, read_launch(KEY, sign_launch(KEY, launch, AT), AT), AT)
    for pick in picks:
        session = configurator.choose_option(conn, session, pick, AT)
    return session


def again(conn: sa.Connection, session: Session) -> Session:
    """The session as it is stored now."""
    return configurator.find_session(conn, session.configuration.session, AT)
