"""The command with a database of each engine, and without any."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage.database import Database
from tests.cli.motcua import Motcua, Within, put_key


@contextmanager
def _office(folder: Path, settings: dict[str, str] | None = None) -> Iterator[Motcua]:
    """Give the commands in this folder; what they set up for their log ends with the test."""
    handlers, level = list(logging.root.handlers), logging.root.level
    with pytest.MonkeyPatch.context() as patched:
        folder.mkdir()
        patched.chdir(folder)
        yield Within(folder, settings or {})
    logging.root.handlers, logging.root.level = handlers, level


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Motcua]:
    """Give the commands in an empty folder, without settings."""
    with _office(tmp_path / "bare") as office:
        yield office


@pytest.fixture
def anew(tmp_path: Path, empty_url: str) -> Iterator[Motcua]:
    """Give the commands on a database in which nothing is yet, once for each engine."""
    with _office(tmp_path / "office", {"MOTCUA_DATABASE__URL": empty_url}) as office:
        put_key(office.folder)
        yield office


@pytest.fixture
def motcua(tmp_path: Path, database: Database, engine_url: str) -> Iterator[Motcua]:
    """Give the commands on a database with the schema, once for each engine."""
    database.close()
    with _office(tmp_path / "office", {"MOTCUA_DATABASE__URL": engine_url}) as office:
        put_key(office.folder)
        yield office
