"""Storefront."""

from typing import Any

routes: list[Any] = []
