"""What can be configured, read from the environment once at start.

Everything has a default that works on one machine. ``ENTREPOT_DATA`` is the folder of the embedded databases;
an address per system moves it to a server of its own.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from entrepot.kernel.ids import new_secret
from entrepot.kernel.origin import NOBODY, origin_of

SYSTEMS = ("commerce", "configurator", "order_management")


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 8000
    databases: dict[str, str] = field(default_factory=dict)
    secret: str = ""
    demo: bool = True
    secure_cookies: bool = False
    workers: int = 1
    #: How browsers and other systems reach it, where something stands in front.
    public: str = ""

    def database_url(self, system: str) -> str:
        return self.databases.get(system) or f"sqlite:///{self.data / f'{system}.db'}"

    @property
    def address(self) -> str:
        """The origin of everything this installation shows."""
        return self.public or f"http://{self.host}:{self.port}"


def read_settings(
    *, data: str | Path | None = None, host: str | None = None, port: int | None = None, workers: int | None = None
) -> Settings:
    """Settings from the environment; what is given (a command's options) goes before it."""
    folder = Path(data or os.environ.get("ENTREPOT_DATA") or "data").resolve()
    named = {system: os.environ.get(f"ENTREPOT_{system.upper()}_DATABASE", "") for system in SYSTEMS}
    return Settings(
        data=folder,
        host=host or os.environ.get("ENTREPOT_HOST", "127.0.0.1"),
        port=port or int(os.environ.get("ENTREPOT_PORT", "8000")),
        databases={system: url for system, url in named.items() if url},
        secret=_secret(folder),
        demo=os.environ.get("ENTREPOT_DEMO", "1") != "0",
        secure_cookies=os.environ.get("ENTREPOT_SECURE_COOKIES", "0") == "1",
        workers=workers or int(os.environ.get("ENTREPOT_WORKERS", "1")),
        public=_as_browsers_write_it(os.environ.get("ENTREPOT_ADDRESS", "")),
    )


def _as_browsers_write_it(address: str) -> str:
    """An origin in its plain form, so that it compares with what browsers send; anything else as it was given."""
    origin = origin_of(address)
    return address.rstrip("/") if origin in ("", NOBODY) else origin


def _secret(data: Path) -> str:
    """The key that signs launch tokens: from the environment, or made once and kept beside the databases."""
    if os.environ.get("ENTREPOT_SECRET"):
        return os.environ["ENTREPOT_SECRET"]
    kept = data / "secret"
    if not kept.exists():
        data.mkdir(parents=True, exist_ok=True)
        kept.write_text(new_secret(256))
        kept.chmod(0o600)
    return kept.read_text().strip()
