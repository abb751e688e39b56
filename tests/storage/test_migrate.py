"""The schema and its migrations say the same on both engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from knowledge.errors import Wrong
from storage.database import Database
from storage.migrate import migrate
from storage.schema import metadata
from tests.engines import VAULT


@pytest.fixture
def migrated(engine_url: str) -> Iterator[Database]:
    """A database made by the migrations, once for each engine."""
    database = Database(engine_url, VAULT)
    assert migrate(database) is True
    yield database
    database.close()


def test_the_migrations_give_exactly_the_schema(migrated: Database) -> None:
    with migrated.transaction() as tx:
        context = MigrationContext.configure(tx, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_a_migrated_database_has_nothing_more_to_do(migrated: Database) -> None:
    assert migrate(migrated) is False


def test_the_schema_that_the_tests_make_at_once_is_the_same(database: Database) -> None:
    with database.transaction() as tx:
        context = MigrationContext.configure(tx, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    assert migrate(database) is False


def test_a_database_of_a_newer_version_is_refused(database: Database) -> None:
    with database.transaction() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Wrong, match="newer version"):
        migrate(database)
