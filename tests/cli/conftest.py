"""The command with a database of each engine, and without any."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.motcua import Motcua, put_key


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
