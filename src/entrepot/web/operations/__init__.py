"""Operations."""

from typing import Any

routes: list[Any] = []
