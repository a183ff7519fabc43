"""Runs this system's migrations; what it needs to know comes with alembic's configuration."""

from entrepot.migrate import run

run()
