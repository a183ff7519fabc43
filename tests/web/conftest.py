"""The shop for the storefront's tests: one suite over a copy of the demo store, shared by all of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar

from entrepot.app import Suite, build
from entrepot.kernel.clock import FixedClock, SystemClock
from entrepot.settings import Settings
from entrepot.web.application import web_application
from tests.web.shopper import Shopper


@pytest.fixture(scope="session")
def shop_suite(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    folder = tmp_path_factory.mktemp("shop") / "data"
    shutil.copytree(demo_data, folder)
    suite = build(Settings(data=folder, secret="a secret of the tests"))
    yield suite
    suite.stop()


@pytest.fixture(scope="session")
def shop_app(shop_suite: Suite) -> Litestar:
    return web_application(shop_suite.house)


@pytest.fixture
def guest(shop_app: Litestar) -> Shopper:
    """Somebody nobody knows yet."""
    return Shopper(shop_app)


@pytest.fixture
def shop_clock() -> FixedClock:
    return FixedClock(SystemClock().now())


@pytest.fixture
def own_shop(data: Path, shop_clock: FixedClock) -> Iterator[Suite]:
    """A shop one test has to itself, to change its data and its time."""
    suite = build(Settings(data=data, secret="a secret of the tests"), clock=shop_clock)
    yield suite
    suite.stop()


@pytest.fixture
def own_guest(own_shop: Suite) -> Shopper:
    return Shopper(web_application(own_shop.house))
