"""Call_center."""

from typing import Any

routes: list[Any] = []
