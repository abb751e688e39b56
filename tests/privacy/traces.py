"""Looking for what may be left of somebody: the database's files byte by byte, every value decrypted, the logs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from storage.database import Database
from tests.persons import dump


def left(database: Database, words: Iterable[str], logged: str = "") -> list[str]:
    """List the words that are found somewhere, with where."""
    places: dict[str, bytes] = {"the log": logged.encode()}
    with database.transaction() as tx:
        places["a value of a table"] = dump(tx)
    if database.is_sqlite:
        file = Path(str(database.engine.url.database))
        for path in file.parent.glob(f"{file.name}*"):
            places[path.name] = path.read_bytes()
    return [
        f"{word!r} in {place}"
        for word in words
        for place, content in places.items()
        if word.encode() in content or word.encode("unicode_escape") in content
    ]
