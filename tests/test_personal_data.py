"""Personal data: declared column by column, unreadable at rest, and the guide says what is declared."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, MetaData, Table, Text, select

from knowledge.errors import Wrong
from storage.columns import PERSONAL, SUBJECT, UNTIL, Erasure, Moment, Personal, Sealed, personal, plain
from storage.database import Database
from storage.people import erasure as privacy
from storage.schema import AGE, UNTIL_DONE, feedback, metadata
from tests.persons import ANNA, HELD, fill

GUIDE = Path(__file__).parent.parent / "docs" / "privacy.md"


def wrong_declarations(schema: MetaData) -> list[str]:
    """Say what is wrong with the declarations of a schema."""
    return [f"{column}: {fault}" for table in schema.tables.values() for column in table.c for fault in _wrong(column)]


def _wrong(column: Column[Any]) -> Iterator[str]:
    if PERSONAL not in column.info:
        yield "it is not declared: make it with `plain` or `personal`"
        return
    declared: Personal | None = column.info[PERSONAL]
    sealed = isinstance(column.type, Sealed)
    if sealed and column.type.place != str(column):  # type: ignore[attr-defined]
        yield "it is sealed for another place"
    if declared is None:
        if sealed:
            yield "it is sealed but not declared personal"
        return
    if declared.encrypted != sealed:
        yield "encrypted or not: the declaration and the type disagree"
    if sealed == bool(declared.why_plain):
        yield "a personal column is either sealed or says why it is plain"
    if declared.erasure is Erasure.EMPTY and not column.nullable:
        yield "it cannot be emptied"
    if declared.kept and not isinstance(_moment(column.table), Moment):
        yield "it is kept for a time, but the table does not say since when (AGE)"
    try:
        privacy.about(column.table, 1)
    except KeyError:
        yield "nothing leads from its table to an account (SUBJECT)"


def _moment(table: Table) -> object:
    name = str(table.info.get(AGE, ""))
    return table.c[name].type if name in table.c else None


def throw_away(*columns: Column[Any], info: dict[str, str] | None = None) -> MetaData:
    """A schema with an account and one more table."""
    schema = MetaData()
    Table("account", schema, plain("id", Integer, primary_key=True), info={SUBJECT: "id"})
    Table("t", schema, *columns, info={SUBJECT: "owner"} if info is None else info)
    return schema


def owner() -> Column[Any]:
    return plain("owner", Integer, ForeignKey("account.id"))


def test_every_column_of_the_schema_is_declared_rightly() -> None:
    assert wrong_declarations(metadata) == []


WRONG: list[tuple[str, Callable[[], MetaData]]] = [
    ("not declared", lambda: throw_away(owner(), Column("name", Text))),
    ("another place", lambda: throw_away(owner(), personal("a", Sealed("t.b"), erasure=Erasure.EMPTY))),
    ("not declared personal", lambda: throw_away(owner(), plain("a", Sealed("t.a")))),
    ("says why it is plain", lambda: throw_away(owner(), personal("a", Text, erasure=Erasure.EMPTY))),
    (
        "disagree",
        lambda: throw_away(owner(), Column("a", Text, info={PERSONAL: Personal(True, None, Erasure.ROW, "x")})),
    ),
    (
        "cannot be emptied",
        lambda: throw_away(owner(), personal("a", Sealed("t.a"), erasure=Erasure.EMPTY, nullable=False)),
    ),
    (
        "since when",
        lambda: throw_away(owner(), personal("a", Sealed("t.a"), erasure=Erasure.EMPTY, kept=timedelta(1))),
    ),
    (
        "leads from its table",
        lambda: throw_away(plain("id", Integer), personal("a", Sealed("t.a"), erasure=Erasure.ROW), info={}),
    ),
]


@pytest.mark.parametrize(("said", "schema"), WRONG)
def test_a_wrong_declaration_is_caught(said: str, schema: Callable[[], MetaData]) -> None:
    (fault,) = wrong_declarations(schema())
    assert said in fault


def test_a_right_declaration_is_not_caught() -> None:
    column = personal("a", Sealed("t.a"), erasure=Erasure.EMPTY, kept=timedelta(1))
    schema = throw_away(owner(), column, plain("at", Moment()), info={SUBJECT: "owner", AGE: "at"})
    assert wrong_declarations(schema) == []


@pytest.mark.parametrize(("table", "column"), HELD, ids=str)
def test_an_encrypted_column_holds_no_plain_text_in_the_database(
    database: Database, table: Table, column: Column[Any]
) -> None:
    with database.transaction() as tx:
        fill(tx, ANNA)
        stored = tx.exec_driver_sql(f'SELECT "{column.name}" FROM "{table.name}"').scalar_one()
    if column.info[PERSONAL].encrypted:
        assert isinstance(stored, bytes)
        assert not any(word.encode() in stored for word in ANNA.split())
    else:
        assert stored == ANNA


def test_a_value_moved_to_another_column_does_not_open(database: Database) -> None:
    with database.transaction() as tx:
        fill(tx, ANNA)
        tx.exec_driver_sql("UPDATE feedback SET sender_name = content")
        assert tx.execute(select(feedback.c.content)).scalar_one() == ANNA
        with pytest.raises(Wrong, match=r"feedback\.sender_name"):
            tx.execute(select(feedback.c.sender_name)).all()


def test_the_raw_type_of_a_sealed_column_is_bytes() -> None:
    assert all(isinstance(column.type.impl, LargeBinary) for _, column in HELD if isinstance(column.type, Sealed))


def _said_of(column: Column[Any]) -> str:
    """The line of the guide about a column."""
    declared: Personal = column.info[PERSONAL]
    forever = "until the row's date" if UNTIL in column.table.info else "as long as the row"
    kept = forever if declared.kept is None else f"{declared.kept.days} days"
    how = "encrypted" if declared.encrypted else f"plain: {declared.why_plain}"
    end = "the row is deleted" if declared.erasure is Erasure.ROW else "emptied, the row stays"
    return f"| `{column}` | {how} | {'until done' if declared.kept == UNTIL_DONE else kept} | {end} |"


@pytest.mark.parametrize("column", [column for _, column in HELD], ids=str)
def test_the_guide_says_of_every_personal_column_what_is_declared(column: Column[Any]) -> None:
    lines = GUIDE.read_text(encoding="utf-8").splitlines()
    (line,) = [line for line in lines if line.startswith(f"| `{column}` |")]
    assert line.startswith(_said_of(column)), f"expected: {_said_of(column)} …"
    assert re.search(r"\| [^|]{10,} \|$", line), "and why it is kept"


def test_the_guide_names_no_column_that_is_not_there() -> None:
    named = re.findall(r"^\| `(\w+\.\w+)` \|", GUIDE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert sorted(named) == sorted(str(column) for _, column in HELD)
