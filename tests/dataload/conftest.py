"""Small stores written as files, loaded into an empty database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from entrepot import dataload
from entrepot.commerce.database import metadata
from entrepot.kernel.db import Database

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
Load = Callable[..., dataload.Report]

BASE = {
    "Catalog.csv": "Catalog\nIdentifier,MasterCatalog\nmaster,1\nsales,0\n",
    "CatalogGroup.csv": "CatalogGroup\nGroupIdentifier,TopGroup,ParentGroupIdentifier,Name\nTOP,1,,Top\nSUB,,TOP,Sub\n",
    "CatalogEntry.csv": (
        "CatalogEntry\nPartNumber,Type,ParentPartNumber,ParentGroupIdentifier,Name\n"
        "SHIRT,Product,,SUB,Shirt\nSHIRT-R,Item,SHIRT,,Red shirt\n"
        "KIT,Package,,SUB,Kit\nKIT2,Package,,SUB,Kit 2\nBUTTON,Item,,SUB,Button\n"
    ),
}


@pytest.fixture
def commerce(open_database: Callable[[sa.MetaData, str], Database]) -> Database:
    return open_database(metadata, "commerce")


@pytest.fixture
def load(commerce: Database, tmp_path: Path) -> Load:
    """Write files into a folder of their own and load it into the store ``shop``."""
    count = 0

    def load_files(files: dict[str, str | bytes], **options: Any) -> dataload.Report:
        nonlocal count
        count += 1
        folder = tmp_path / f"load{count}"
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return dataload.load(folder, {"commerce": commerce}, "shop", dataload.Options(at=NOW, **options))

    return load_files


@pytest.fixture
def base(load: Load) -> Load:
    """A store with a master and a sales catalog, two groups and five entries."""
    assert load(BASE).as_dict()["problems"] == []
    return load
