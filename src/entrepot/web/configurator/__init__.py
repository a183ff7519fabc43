"""The shopper's configurator: every value that is shown as possible is possible, every other says why not.

The pages work as one plain form; htmx only swaps what changed. Items and prices are asked of commerce, once per
page; when it does not answer in time the page goes on and says that prices will be confirmed.
"""

from __future__ import annotations

from typing import Any

from entrepot.web.configurator.api import ConfiguratorApi
from entrepot.web.configurator.comparing import ComparingPages
from entrepot.web.configurator.comparison_api import ComparisonApi
from entrepot.web.configurator.configuring import ConfiguratorPages
from entrepot.web.configurator.saving import SavedPages

routes: list[Any] = [ConfiguratorPages, ComparingPages, SavedPages, ConfiguratorApi, ComparisonApi]

__all__ = ["routes"]
