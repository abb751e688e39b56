"""A conversation with an agency of which everything is known."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from storage.database import Database
from tests.stories.chat import LACKING, Chat, open_office


@pytest.fixture
def chat(database: Database) -> Iterator[Chat]:
    """Talk to an agency with address, telephone and hours."""
    with open_office(database) as office:
        yield Chat(office, "an")


@pytest.fixture
def lacking(database: Database) -> Iterator[Chat]:
    """Talk to an agency of which nothing but the name is known."""
    with open_office(database, LACKING) as office:
        yield Chat(office, "an")


@pytest.fixture
def bare(database: Database) -> Iterator[Chat]:
    """Talk to an agency without a catalogue."""
    with open_office(database, ships=False) as office:
        yield Chat(office, "an")
