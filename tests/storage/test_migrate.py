"""The schema and its migrations say the same on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, select, text

from knowledge.errors import Wrong
from storage.database import Database
from storage.migrate import config, migrate
from storage.people import notice_phones
from storage.schema import dossier, dossier_history, metadata
from tests.engines import VAULT

LONG_AGO = datetime(2020, 6, 17, tzinfo=UTC)


@pytest.fixture
def migrated(empty_url: str) -> Iterator[Database]:
    """A database made by the migrations, once for each engine."""
    database = Database(empty_url, VAULT)
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


def test_the_fuller_record_keeps_the_dossiers_that_were_there_and_their_history(empty_url: str) -> None:
    database = Database(empty_url, VAULT)
    with database.transaction() as tx:
        command.upgrade(config(tx), "0003")
        tx.execute(
            text(
                "INSERT INTO dossier (id, code, received_at, status, as_of, source, illustrative)"
                " VALUES (7, 'H58.15-261102-0001', :at, 4, :at, 'export.csv', :no)"
            ),
            {"at": LONG_AGO, "no": False},
        )
        tx.execute(text("INSERT INTO dossier_history VALUES (7, 4, :at, :at)"), {"at": LONG_AGO})
    assert migrate(database) is True
    with database.transaction() as tx:
        assert tx.execute(select(dossier.c.id, dossier.c.code, dossier.c.status)).all() == [
            (7, "H58.15-261102-0001", 4)
        ]
        kept = tx.execute(select(dossier_history.c.dossier_id, dossier_history.c.as_of, dossier_history.c.announced))
        assert kept.all() == [(7, LONG_AGO, True)]
        new = {
            "code": "x",
            "received_at": LONG_AGO,
            "status": 1,
            "as_of": LONG_AGO,
            "source": "",
            "illustrative": False,
        }
        assert tx.execute(insert(dossier), new).inserted_primary_key == (8,)
        command.downgrade(config(tx), "0003")
        assert tx.execute(text("SELECT count(*) FROM dossier_history")).scalar_one() == 1
    database.close()


def test_who_had_agreed_to_notices_by_phone_has_agreed_after_the_consents_became_one_register(empty_url: str) -> None:
    database = Database(empty_url, VAULT)
    with database.transaction() as tx:
        command.upgrade(config(tx), "0019")
        for number in (1, 2):
            row = {"id": number, "at": LONG_AGO, "address": str(number), "agreed": LONG_AGO if number == 1 else None}
            tx.execute(
                text(
                    "INSERT INTO account (id, channel, address, lane, created_at)"
                    " VALUES (:id, 'zalo_oa', :address, :address, :at)"
                ),
                row,
            )
            tx.execute(
                text(
                    "INSERT INTO notice_phone (account_id, phone, shared_at, agreed_at) VALUES (:id, :p, :at, :agreed)"
                ),
                {**row, "p": VAULT.seal("84900000001", "notice_phone.phone")},
            )
    assert migrate(database) is True
    with database.transaction() as tx:
        assert [notice_phones.agreed(tx, number) for number in (1, 2)] == ["84900000001", None]
        command.downgrade(config(tx), "0019")
        agreed = tx.execute(text("SELECT agreed_at IS NOT NULL FROM notice_phone ORDER BY account_id")).scalars()
        assert list(map(bool, agreed)) == [True, False]
    database.close()
