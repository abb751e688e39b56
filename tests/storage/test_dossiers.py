"""Dossiers: what the newest source says is known, and every status that was ever told stays in the history."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from knowledge.dossier import DossierRecord, FiledBy
from knowledge.status import Status
from storage.database import Database
from storage.dossiers import history as dossier_history
from storage.dossiers import intake
from storage.dossiers import records as dossiers
from storage.dossiers.intake import Change, Origin
from storage.dossiers.records import Dossier

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
CODE = "000.00.15.H58-200617-0001"
MONDAY = datetime(2020, 6, 22, 17, 0, tzinfo=HERE)
TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
NOW = datetime(2020, 6, 30, 3, 0, tzinfo=UTC)
RECORD = DossierRecord(
    code=CODE,
    status=Status.PROCESSING,
    received_at=datetime(2020, 6, 17, 14, 20, tzinfo=HERE),
    procedure_code="XD01",
    procedure_title="Cấp giấy phép xây dựng",
    field_title="Hoạt động xây dựng",
    filed_by=FiledBy.ONLINE,
    due_at=datetime(2020, 7, 3, 14, 20, tzinfo=HERE),
)
RECEIVED = replace(RECORD, status=Status.RECEIVED)
READY = replace(RECORD, status=Status.RESULT_READY, finished_at=datetime(2020, 6, 24, 9, 0, tzinfo=HERE))


def take_in(database: Database, *told: tuple[DossierRecord, datetime]) -> list[Change]:
    changes = []
    for number, (record, as_of) in enumerate(told):
        with database.transaction() as tx:
            learnt = NOW + timedelta(hours=number)
            changes.append(intake.take_in(tx, record, Origin("export.csv", as_of), learnt))
    return changes


def known(database: Database) -> Dossier:
    with database.transaction() as tx:
        found = dossiers.find(tx, CODE)
    assert found is not None
    return found


def history(database: Database) -> Sequence[tuple[Status, datetime, datetime]]:
    dossier_id = known(database).id
    with database.transaction() as tx:
        return dossier_history.history(tx, dossier_id)


def test_everything_that_a_record_says_is_kept(database: Database) -> None:
    assert take_in(database, (READY, WEDNESDAY)) == [Change.NEW]
    found = known(database)
    assert (found.code, found.status, found.source) == (CODE, Status.RESULT_READY, "export.csv")
    assert (found.received_at, found.due_at) == (READY.received_at, READY.due_at)
    assert (found.finished_at, found.returned_at, found.as_of) == (READY.finished_at, None, WEDNESDAY)
    assert (found.procedure_code, found.procedure_title) == ("XD01", "Cấp giấy phép xây dựng")
    assert (found.field_title, found.channel, found.illustrative) == ("Hoạt động xây dựng", 2, False)


def test_telling_the_same_again_changes_nothing_but_how_fresh_it_is(database: Database) -> None:
    assert take_in(database, (RECORD, MONDAY), (RECORD, MONDAY), (RECORD, TUESDAY)) == [
        Change.NEW,
        Change.SAME,
        Change.SAME,
    ]
    assert known(database).as_of == TUESDAY
    assert history(database) == [(Status.PROCESSING, MONDAY, NOW)]


def test_each_status_is_kept_with_since_when_it_holds_and_when_it_was_learnt(database: Database) -> None:
    assert take_in(database, (RECEIVED, MONDAY), (RECORD, TUESDAY), (READY, WEDNESDAY)) == [
        Change.NEW,
        Change.CHANGED,
        Change.CHANGED,
    ]
    assert history(database) == [
        (Status.RECEIVED, RECORD.received_at, NOW),
        (Status.PROCESSING, TUESDAY, NOW + timedelta(hours=1)),
        (Status.RESULT_READY, READY.finished_at, NOW + timedelta(hours=2)),
    ]


def test_a_status_that_comes_back_is_kept_twice(database: Database) -> None:
    asked = replace(RECORD, status=Status.NEED_SUPPLEMENT)
    take_in(database, (RECORD, MONDAY), (asked, TUESDAY), (RECORD, WEDNESDAY))
    assert [(status, since) for status, since, _ in history(database)] == [
        (Status.PROCESSING, MONDAY),
        (Status.NEED_SUPPLEMENT, TUESDAY),
        (Status.PROCESSING, WEDNESDAY),
    ]


def test_older_news_goes_into_the_history_and_overwrites_nothing(database: Database) -> None:
    older = replace(RECEIVED, due_at=None, procedure_title="Tên cũ")
    assert take_in(database, (READY, WEDNESDAY), (older, MONDAY)) == [Change.NEW, Change.OLDER]
    found = known(database)
    assert (found.status, found.due_at, found.as_of) == (Status.RESULT_READY, READY.due_at, WEDNESDAY)
    assert found.procedure_title == RECORD.procedure_title
    # In the order in which they held, not in that in which they were learnt.
    assert history(database) == [
        (Status.RECEIVED, RECORD.received_at, NOW + timedelta(hours=1)),
        (Status.RESULT_READY, READY.finished_at, NOW),
    ]


def test_older_news_told_twice_stands_in_the_history_once(database: Database) -> None:
    take_in(database, (READY, WEDNESDAY), (RECEIVED, MONDAY), (RECEIVED, MONDAY))
    assert len(history(database)) == 2


def test_a_correction_of_equal_or_younger_data_counts(database: Database) -> None:
    for corrected in (replace(RECORD, due_at=None), replace(RECORD, procedure_title="Tên đúng")):
        assert take_in(database, (RECORD, MONDAY), (corrected, MONDAY))[-1] is Change.CHANGED
        found = known(database)
        assert (found.due_at, found.procedure_title) == (corrected.due_at, corrected.procedure_title)
    assert len(history(database)) == 1


def test_what_a_source_leaves_empty_is_not_taken_back_unless_it_is_a_date(database: Database) -> None:
    empty = replace(RECORD, filed_by=None, field_title=None, procedure_title=None, due_at=None)
    assert take_in(database, (RECORD, MONDAY), (empty, TUESDAY))[-1] is Change.CHANGED
    found = known(database)
    assert (found.channel, found.field_title, found.procedure_title) == (2, RECORD.field_title, RECORD.procedure_title)
    assert found.due_at is None
    lacking = replace(empty, silent=frozenset({"finished_at"}))
    take_in(database, (READY, WEDNESDAY), (lacking, WEDNESDAY + timedelta(days=1)))
    assert known(database).finished_at == READY.finished_at, "a file without that column says nothing of it"


def test_real_data_takes_the_mark_of_the_sample_away(database: Database) -> None:
    with database.transaction() as tx:
        intake.take_in(tx, RECORD, Origin("sample", MONDAY, illustrative=True), NOW)
    assert known(database).illustrative
    take_in(database, (RECORD, TUESDAY))
    assert not known(database).illustrative


def test_a_code_is_found_by_equality_only(database: Database) -> None:
    take_in(database, (RECORD, MONDAY))
    with database.transaction() as tx:
        for other in (CODE[:-1], CODE + "0", "%", CODE.lower(), CODE.replace(".", "_")):
            assert dossiers.find(tx, other) is None
        assert dossiers.find(tx, CODE) is not None


def test_the_list_begins_with_what_was_received_last(database: Database) -> None:
    for number, day in enumerate((3, 5, 4, 5)):
        record = replace(RECORD, code=f"{CODE[:-1]}{number}", received_at=datetime(2020, 6, day, tzinfo=HERE))
        take_in(database, (record, MONDAY))
    with database.transaction() as tx:
        assert [one.code[-1] for one in dossiers.listed(tx, 3)] == ["1", "3", "2"]
        assert dossiers.count(tx) == 4


def test_what_was_taken_in_can_be_counted(database: Database) -> None:
    codes = [f"000.00.15.H58-200617-{number:04d}" for number in range(1, 1202)]
    with database.transaction() as tx:
        for code in codes[:1200]:
            intake.take_in(tx, replace(RECORD, code=code), Origin("export.csv", TUESDAY), NOW)
        assert dossiers.count_heard_of(tx, codes, TUESDAY) == 1200
        assert dossiers.count_heard_of(tx, codes, MONDAY) == 1200
        assert dossiers.count_heard_of(tx, codes, WEDNESDAY) == 0
        assert dossiers.count_heard_of(tx, [], MONDAY) == 0


@pytest.mark.parametrize("record", [RECORD, READY, DossierRecord(CODE, Status.SUBMITTED, MONDAY)])
def test_a_record_comes_back_from_an_event_as_it_was(record: DossierRecord) -> None:
    back = DossierRecord.from_record(json.loads(json.dumps(record.to_record())))
    assert back == record
    assert type(back.status) is Status
    assert back.filed_by is None or type(back.filed_by) is FiledBy
