"""The whole bot with all its channels."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from storage.database import Database
from tests.people.cast import Cast, cast


@pytest.fixture
def town(database: Database) -> Iterator[Cast]:
    """Run the bot of an agency of which everything is known."""
    with cast(database) as made:
        yield made
