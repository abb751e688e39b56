"""Erasure leaves no trace of a person, and nothing is kept longer than declared, whatever tables there are."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, ForeignKey, Integer, MetaData, Table, func, insert, select, update

from storage.columns import SUBJECT, Erasure, Moment, Sealed, personal, plain
from storage.database import Database
from storage.people import erasure as privacy
from storage.schema import AGE, REGISTER, UNTIL_DONE, audit, conversation, event, feedback, outbox
from tests.persons import ANNA, BINH, HELD, NOW, SUBJECTS, dump, fill
from tests.test_personal_data import GUIDE, wrong_declarations

PERSONAL_TABLES = [table for table in SUBJECTS if privacy.personal_columns(table)]


def rows_of(tx: Connection, account_id: int) -> dict[str, list[Any]]:
    found = {table.name: list(tx.execute(select(table).where(privacy.about(table, account_id)))) for table in SUBJECTS}
    assert all(found.values()), "the test must have filled every table that is about a person"
    return found


def test_the_filler_reaches_every_personal_column(database: Database) -> None:
    with database.transaction() as tx:
        fill(tx, ANNA)
        for table, column in HELD:
            assert tx.execute(select(column).select_from(table)).scalar_one() == ANNA, str(column)


def test_erasing_a_person_leaves_no_trace_of_them_and_touches_nobody_else(database: Database) -> None:
    with database.transaction() as tx:
        anna, binh = fill(tx, ANNA), fill(tx, BINH)
        others = rows_of(tx, binh)
        assert dump(tx).count(ANNA.encode()) > len(HELD), "the plain ones are there twice"
    with database.transaction() as tx:
        privacy.erase(tx, anna, NOW)
    with database.transaction() as tx:
        assert ANNA.encode() not in dump(tx)
        assert rows_of(tx, binh) == others


def test_erasing_says_what_it_did_and_leaves_one_line_without_identity(database: Database) -> None:
    with database.transaction() as tx:
        anna = fill(tx, ANNA)
        done = privacy.erase(tx, anna, NOW)
    with database.transaction() as tx:
        assert done == {table.name: 1 for table in PERSONAL_TABLES}, "the others go with the account"
        line = tx.execute(select(audit).order_by(audit.c.id.desc()).limit(1)).one()
        assert (line.action, line.at, line.event_id, line.lane) == ("erased", NOW, None, None)
        assert sorted(line.detail.split(", ")) == sorted(f"{table.name} 1" for table in PERSONAL_TABLES)


def test_erasing_empties_what_is_still_to_be_handled_or_sent(database: Database) -> None:
    with database.transaction() as tx:
        anna = fill(tx, ANNA)
        privacy.erase(tx, anna, NOW)
        assert tx.execute(select(event.c.body, event.c.account_id)).all() == [(None, None)]
        assert tx.execute(select(func.count()).select_from(outbox)).scalar_one() == 0, "it goes with the account"
        kept = tx.execute(select(feedback.c.number, feedback.c.account_id, feedback.c.content)).one()
        assert kept == ("x0", None, None), "the register keeps its number and nothing about the person"


def test_erasing_twice_or_erasing_nobody_does_nothing(database: Database) -> None:
    with database.transaction() as tx:
        anna = fill(tx, ANNA)
        privacy.erase(tx, anna, NOW)
        assert privacy.erase(tx, anna, NOW) == {}
        assert privacy.erase(tx, 999, NOW) == {}


def test_what_was_erased_is_not_left_in_the_file_either(database: Database) -> None:
    if not database.is_sqlite:
        assert "vacuum" in GUIDE.read_text(encoding="utf-8"), "on PostgreSQL the guide says when it is overwritten"
        return
    with database.transaction() as tx:
        anna = fill(tx, ANNA)
    file = Path(str(database.engine.url.database))
    assert ANNA.encode() in file.read_bytes(), "the address must be plain, so it was in the file"
    with database.transaction() as tx:
        tx.exec_driver_sql("PRAGMA secure_delete = OFF").close()  # some builds of SQLite have it on, others not
        privacy.erase(tx, anna, NOW)
    for left in file.parent.glob(f"{file.name}*"):
        assert ANNA.encode() not in left.read_bytes()


def test_a_table_that_leads_to_the_account_through_another_is_erased_too(database: Database) -> None:
    schema = MetaData()
    Table("reader", schema, plain("id", Integer, primary_key=True), info={SUBJECT: "id"})
    letter = Table(
        "letter",
        schema,
        plain("id", Integer, primary_key=True),
        plain("reader_id", Integer, ForeignKey("reader.id", ondelete="SET NULL")),
        personal("text", Sealed("letter.text"), erasure=Erasure.EMPTY),
        info={SUBJECT: "reader_id"},
    )
    page = Table(
        "page",
        schema,
        plain("id", Integer, primary_key=True),
        plain("letter_id", Integer, ForeignKey("letter.id")),
        personal("text", Sealed("page.text"), erasure=Erasure.ROW),
        info={SUBJECT: "letter_id"},
    )
    assert wrong_declarations(schema) == []
    with database.transaction() as tx:
        schema.create_all(tx)
        for number in (1, 2):
            tx.execute(insert(schema.tables["reader"]), {"id": number})
            tx.execute(insert(letter), {"id": number + 10, "reader_id": number, "text": "a"})
            tx.execute(insert(page), {"id": number + 20, "letter_id": number + 10, "text": "b"})
        assert privacy.erase(tx, 1, NOW, schema) == {"page": 1, "letter": 1}
        assert tx.execute(select(page.c.id)).scalars().all() == [22]
        assert tx.execute(select(letter.c.text).order_by(letter.c.id)).scalars().all() == [None, "a"]


def test_what_was_kept_long_enough_is_counted_and_then_goes(database: Database) -> None:
    with database.transaction() as tx:
        anna, binh = fill(tx, ANNA), fill(tx, BINH)
        tx.execute(update(conversation).where(conversation.c.account_id == anna).values(updated_at=NOW - timedelta(91)))
        tx.execute(update(conversation).where(conversation.c.account_id == binh).values(updated_at=NOW - timedelta(89)))
        assert privacy.overdue(tx, NOW) == {"conversation.state": 1}
        assert privacy.purge(tx, NOW) == {"conversation": 1}
        assert tx.execute(select(conversation.c.account_id)).scalars().all() == [binh]
        last = tx.execute(select(audit.c.action, audit.c.detail).order_by(audit.c.id.desc()).limit(1)).one()
        assert last == ("purged", "conversation 1")
        assert privacy.overdue(tx, NOW) == {} == privacy.purge(tx, NOW)


def test_a_column_whose_time_is_over_is_emptied_alone_and_its_row_stays(database: Database) -> None:
    schema = MetaData()
    letter = Table(
        "letter",
        schema,
        plain("id", Integer, primary_key=True),
        personal("words", Sealed("letter.words"), erasure=Erasure.EMPTY, kept=timedelta(days=30)),
        personal("name", Sealed("letter.name"), erasure=Erasure.EMPTY, kept=timedelta(days=60)),
        personal("phone", Sealed("letter.phone"), erasure=Erasure.EMPTY, kept=UNTIL_DONE),
        personal("place", Sealed("letter.place"), erasure=Erasure.EMPTY, kept=REGISTER),
        plain("at", Moment()),
        info={SUBJECT: "id", AGE: "at"},
    )
    with database.transaction() as tx:
        schema.create_all(tx)
        full = {"words": "w", "name": "n", "phone": "p", "place": "o"}
        tx.execute(insert(letter), [{"id": 1, **full, "at": NOW - timedelta(31)}, {"id": 2, **full, "at": NOW}])
        assert privacy.overdue(tx, NOW, schema) == {"letter.words": 1}
        assert privacy.purge(tx, NOW, schema) == {"letter": 1}
        rows = tx.execute(select(letter.c.words, letter.c.name, letter.c.phone, letter.c.place).order_by(letter.c.id))
        assert rows.all() == [(None, "n", "p", "o"), ("w", "n", "p", "o")]
        assert privacy.overdue(tx, NOW, schema) == {}
