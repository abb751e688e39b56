"""The workers of the crash tests, and a world for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database import Database
from tests.crash.world import Workers, World, running_workers


@pytest.fixture(scope="session")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    """The process that forks the workers, started once."""
    with running_workers(tmp_path_factory.mktemp("workers")) as running:
        yield running


@pytest.fixture
def world(database: Database, tmp_path: Path, workers: Workers) -> World:
    """An empty database and a platform that nobody wrote to yet, once for each engine."""
    folder = tmp_path / "platform"
    folder.mkdir()
    return World(database, folder, workers)
