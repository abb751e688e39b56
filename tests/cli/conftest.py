"""The command with a database of each engine, and without any."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database import Database
from tests.cli.motcua import Motcua, Within, put_key


@pytest.fixture
def bare(tmp_path: Path) -> Motcua:
    """Give the command in an empty folder, without settings."""
    folder = tmp_path / "bare"
    folder.mkdir()
    return Motcua(folder)


@pytest.fixture
def motcua(tmp_path: Path, engine_url: str) -> Motcua:
    """Give the command on an empty database, once for each engine."""
    folder = tmp_path / "office"
    folder.mkdir()
    put_key(folder)
    return Motcua(folder, {"MOTCUA_DATABASE__URL": engine_url})


@pytest.fixture
def within(tmp_path: Path, database: Database, engine_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Within]:
    """Give the commands within this process, on an empty database with the schema, once for each engine."""
    database.close()
    folder = tmp_path / "office"
    folder.mkdir()
    put_key(folder)
    monkeypatch.chdir(folder)
    handlers, level = list(logging.root.handlers), logging.root.level
    yield Within(folder, {"MOTCUA_DATABASE__URL": engine_url})
    logging.root.handlers, logging.root.level = handlers, level
