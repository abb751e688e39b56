"""An office with officials, and a stranger."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from handlers.conversation import FEEDBACK
from handlers.officials import room as officials
from handlers.officials import roster as duty_roster
from storage.database import Database
from tests.stories.chat import Chat, open_office


@pytest.fixture
def chat(database: Database) -> Iterator[Chat]:
    """Talk to an agency whose officials can be linked, as somebody who is none yet."""
    with open_office(database, rooms=(FEEDBACK, officials.ROOM, duty_roster.ROOM)) as office:
        yield Chat(office, "an")
