"""What was chosen earlier: by others in finished configurations of a model, and in one configuration a few steps ago."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.configurator.model import Pick
from entrepot.configurator.settle import Picks
from entrepot.configurator.tables import Configuration, configuration, earlier_picks, model_version
from entrepot.kernel.statement import Statement

_earlier_at = Statement(
    sa.select(earlier_picks.c.picks).where(
        earlier_picks.c.configuration_id == sa.bindparam("one"), earlier_picks.c.revision == sa.bindparam("revision")
    )
)


def picks_at(conn: Connection, made: Configuration, revision: int) -> Picks | None:
    """The picks that a revision had; None where it can no longer be undone to."""
    row = _earlier_at.first(conn, {"one": made.id, "revision": revision})
    return None if row is None else tuple(Pick(*one) for one in row["picks"])


def finished_picks(conn: Connection, model: str, most: int = 500) -> list[Picks]:
    """Everything that was taken in the newest finished configurations of a model, any version of it."""
    column = configuration.c
    versions = sa.select(model_version.c.id).where(model_version.c.name == model)
    query = (
        sa.select(column.bom)
        .where(column.model_version_id.in_(versions), column.status == "finished")
        .order_by(column.changed_at.desc())
        .limit(most)
    )
    return [
        tuple(Pick(one["OptionClass"], one["OptionItem"], int(one["Quantity"])) for one in bom["Pick"])
        for bom in conn.execute(query).scalars()
    ]
