"""Operations: the database."""

from __future__ import annotations

from bot.cli.common import settings
from bot.cli.output import write
from storage.database import Database
from storage.migrate import HEAD, migrate
from storage.vault import open_vault


def migrate_command() -> None:
    """Bring the database to the schema of this version; every other command does so by itself.

    Example: motcua migrate
    """
    given = settings()
    database = Database(given.database.url, open_vault(given.database.key_file, given.database.old_key_files))
    try:
        changed = migrate(database)
    finally:
        database.close()
    write(f"migrated to {HEAD}" if changed else f"nothing to do: the database is at {HEAD}")
