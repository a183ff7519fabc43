"""After another release was put in: models whose circuit it does not find are compiled again, others are left alone."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from entrepot import __version__, configurator
from entrepot.configurator.database import metadata
from entrepot.configurator.engine import CircuitEngine
from entrepot.configurator.knowledge import available
from entrepot.configurator.solve import SatEngine
from entrepot.configurator.tables import compiled_model, model_version
from entrepot.kernel.db import Database
from entrepot.kernel.recent import Recent
from tests.configurator.models import AT, BICYCLE

Open = Callable[[sa.MetaData, str], Database]
pytestmark = pytest.mark.skipif(not available(), reason="the circuit compiler (py_d4) is not installed")
EARLIER = {"release": "0.0.9"}
OTHER_FORM = {**EARLIER, "circuit": b"a circuit as an earlier release wrote it"}
OTHER_FORMULA = {**EARLIER, "fingerprint": "of the formula an earlier release made"}


@pytest.fixture
def database(open_database: Open, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The bicycle, published; whatever a process keeps of models is empty, as after a start."""
    made = open_database(metadata, "configurator")
    with made.write() as conn:
        configurator.publish(conn, BICYCLE, "bicycle.yaml", AT)
    started_anew()
    return made


def started_anew() -> None:
    kept = sys.modules["entrepot.configurator.publish"]
    kept._serving.clear()
    kept._kept = Recent(kept.MAX_KEPT)


def engine_of(database: Database) -> object:
    started_anew()
    with database.read() as conn:
        return type(configurator.find_model(conn, "bicycle", at=AT).engine)


def rows(database: Database) -> list[tuple[str, str, bytes]]:
    column = compiled_model.c
    with database.read() as conn:
        return [tuple(row) for row in conn.execute(sa.select(column.fingerprint, column.release, column.circuit))]


def put(database: Database, values: dict[str, object]) -> None:
    with database.write() as conn:
        conn.execute(sa.update(compiled_model).values(values))


@pytest.mark.parametrize("earlier", [OTHER_FORM, OTHER_FORMULA], ids=["another form", "another formula"])
def test_a_circuit_of_another_release_that_is_not_found_is_made_again(database: Database, earlier: dict[str, object]) -> None:
    before = rows(database)
    put(database, earlier)
    assert engine_of(database) is SatEngine, "the solver serves it meanwhile"
    seen: list[str] = []
    assert configurator.compile_again(database, AT, seen.append) == 1
    assert seen == ["bicycle"]
    assert engine_of(database) is CircuitEngine
    assert before[0] in rows(database)
    assert configurator.compile_again(database, AT) == 0, "once"


def test_a_circuit_that_still_fits_is_kept(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    before = rows(database)
    put(database, EARLIER)
    monkeypatch.setattr("entrepot.configurator.another_release.compile_formula", lambda *_: pytest.fail("compiled again"))
    assert configurator.compile_again(database, AT) == 1
    assert rows(database) == before


def test_versions_that_are_no_longer_in_force_stay_as_they_are(database: Database) -> None:
    with database.write() as conn:
        configurator.publish(conn, BICYCLE + "# newer\n", "bicycle.yaml", AT)
    put(database, EARLIER)
    assert configurator.compile_again(database, AT) == 1
    assert sorted(release for _, release, _ in rows(database)) == sorted(["0.0.9", __version__])


def test_a_model_this_release_cannot_read_does_not_keep_the_others_from_starting(database: Database) -> None:
    put(database, OTHER_FORM)
    with database.write() as conn:
        conn.execute(sa.update(model_version).values(source="model: 7"))
    assert configurator.compile_again(database, AT) == 1
    assert configurator.compile_again(database, AT) == 0
