"""Bring a database to the schema of this version. Alembic is imported only when there is something to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from knowledge.errors import Wrong
from storage.database import Database, border, lock

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0021"
MIGRATION_LOCK = 5_206_201  # any fixed number: replicas that start together migrate one after the other


def migrate(database: Database) -> bool:
    """Migrate an empty or older database; False when there was nothing to do.

    Raises `Wrong` for a database of a newer version of the product, `Unavailable` when it is out of reach.
    """
    with database.snapshot() as tx:  # a command beside a running `run` holds nobody up by looking
        if _version(tx) == HEAD:
            return False
    from alembic import command

    with border(), database.transaction() as tx:
        lock(tx, MIGRATION_LOCK, wait=True)
        if _version(tx) == HEAD:
            return False
        _refuse_newer(tx)
        command.upgrade(config(tx), HEAD)
    return True


def config(tx: Connection) -> Config:
    """Give alembic's settings for this connection."""
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", "storage:migrations")
    settings.attributes["connection"] = tx
    return settings


def _version(tx: Connection) -> str | None:
    if not inspect(tx).has_table("alembic_version"):
        return None
    return tx.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _refuse_newer(tx: Connection) -> None:
    version = _version(tx)
    if version is not None and version > HEAD:
        raise Wrong(f"the database is of a newer version ({version}); this program knows {HEAD}")
