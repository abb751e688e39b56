"""What the commands share that need the database: settings, logs, an open database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from bot import logs
from bot.app import open_database
from bot.settings import Settings, load
from storage.database import Database

Most = Annotated[int, typer.Option("--most", min=1, max=1_000_000, help="How many to list.")]
"""The option that limits a list."""


def settings(config: Path | None = None) -> Settings:
    """Load the settings, from this file if one is given, and start the log on standard error."""
    loaded = load(config)
    logs.start(loaded)
    return loaded


@contextmanager
def opened(given: Settings) -> Iterator[Database]:
    """Open the database of these settings for one command."""
    database = open_database(given)
    try:
        yield database
    finally:
        database.close()
