"""Neutral scenarios run through the real engine: ``python -m tests.scenarios FILE [--json]``."""
