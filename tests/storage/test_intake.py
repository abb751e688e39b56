"""Taking in: whatever order and repetition news of dossiers come in, the end is the same and each change said once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count, groupby
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from knowledge.dossier import DossierRecord, FiledBy, OwnerKind, ReturnWay, Step, Supplement
from knowledge.status import Status
from storage.database import Connection, Database
from storage.dossiers import history as dossier_history
from storage.dossiers import intake
from storage.dossiers import records as dossiers
from storage.dossiers import steps as dossier_steps
from storage.dossiers import supplements as dossier_supplements
from storage.dossiers.intake import Change, Origin, Taken
from storage.dossiers.intake_preview import Preview, preview
from storage.dossiers.records import Owner
from storage.schema import dossier_history as history_table

START = datetime(2026, 11, 2, 2, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
CODE, OTHER = "000.00.15.H58-261102-0001", "H58.15-261102-10001"
RECORD = DossierRecord(CODE, Status.PROCESSING, START, procedure_title="Cấp giấy phép xây dựng")
NUMBERS = count(1)
PERSONAL = replace(
    RECORD,
    owner_name="CÔNG TY VÍ DỤ",
    identity="1200 000 000",
    phone="0912 345 678",
    secret="4179",
    owner_kind=OwnerKind.BUSINESS,
)


def at(day: float) -> datetime:
    return START + timedelta(days=day)


def origin(day: float, *, undated: bool = False) -> Origin:
    return Origin("test", at(day), undated=undated)


@dataclass(frozen=True)
class Delivery:
    """News of one dossier: a record and the day of which it speaks, or a step of handling."""

    record: DossierRecord | None = None
    day: float = 0
    step: Step | None = None


def deliver(tx: Connection, *deliveries: Delivery) -> list[Taken]:
    taken: list[Taken] = []
    for one in deliveries:
        if one.step is not None:
            taken += intake.take_in_steps(tx, [one.step], "test", NOW)
        if one.record is not None:
            taken += intake.take_in_batch(tx, [one.record], origin(one.day), NOW)
    assert not [one for one in taken if one.error]
    return taken


def everything(tx: Connection, code: str) -> dict[str, Any]:
    """Everything that can be read of a dossier, but when it was learnt and the number that it happens to have."""
    found = dossiers.find(tx, code)
    assert found is not None
    return {
        "dossier": replace(found, id=0, source=""),
        "owner": dossiers.owner(tx, found.id),
        "statuses": [(status, since) for status, since, _ in dossier_history.history(tx, found.id)],
        "supplements": dossier_supplements.of(tx, found.id),
        "steps": sorted(dossier_steps.of(tx, found.id), key=lambda step: (step.at, step.status)),
        "codes": set(dossiers.codes(tx, found.id)),
    }


def announced(taken: Sequence[Taken]) -> list[Status]:
    return sorted(one.new for each in taken for one in each.announced)


days = st.lists(st.integers(1, 40), min_size=1, max_size=7, unique=True)
owners = st.sampled_from([None, "CÔNG TY A", "CÔNG TY B"])
phones = st.sampled_from([None, "0912345678", "0987654321"])
dates = st.sampled_from([None, at(20), at(30)])


@st.composite
def lives(draw: st.DrawFn) -> list[Delivery]:
    """News of one dossier, each of a day of its own: records of different statuses, and steps of others."""
    every = draw(st.permutations(list(Status)))
    of_records, of_steps = list(every[:6]), every[6:]
    code = f"000.00.15.H58-261102-{next(NUMBERS) % 1_000_000:06d}"
    found: list[Delivery] = []
    for day in draw(days):
        if found and (not of_records or draw(st.booleans())):
            found.append(Delivery(step=Step(code, at(day), draw(st.sampled_from(of_steps)), f"step {day}")))
            continue
        silent = draw(st.sampled_from([frozenset(), frozenset({"due_at"})]))
        record = replace(RECORD, code=code, status=of_records.pop(), owner_name=draw(owners), phone=draw(phones))
        record = replace(record, due_at=None if silent else draw(dates), silent=silent, status_at=at(day))
        if draw(st.booleans()):
            record = replace(record, supplements=(Supplement(at(1), what=f"paper {day}"),))
        found.append(Delivery(record, day))
    return found


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(lives(), st.data())
def test_any_order_and_repetition_gives_the_same_end_and_says_each_change_once(
    database: Database, life: list[Delivery], data: st.DataObject
) -> None:
    in_order = sorted(life, key=lambda one: one.step.at if one.step else at(one.day))
    deliveries = data.draw(st.permutations(life + data.draw(st.lists(st.sampled_from(life), max_size=4))))
    code = next(one.record.code for one in life if one.record)
    with database.transaction() as tx:
        outer = tx.begin_nested()
        expected_taken = deliver(tx, *in_order)
        expected = everything(tx, code)
        outer.rollback()
        taken = deliver(tx, *deliveries)
        assert everything(tx, code) == expected
        told = [(one.step or one.record).status for one in in_order if one.step or one.record]  # type: ignore[union-attr]
        brute = sorted(status for status, _ in groupby(told) if status)
        assert announced(taken) == announced(expected_taken) == brute
        ids = [one.history_id for each in taken for one in each.announced]
        assert len(ids) == len(set(ids))


def test_what_a_late_record_alone_says_is_kept_and_nothing_newer_is_lost(database: Database) -> None:
    newer = replace(RECORD, status=Status.RESULT_READY, finished_at=at(9), unit="Phòng Đầu tư")
    with database.transaction() as tx:
        assert intake.take_in(tx, newer, origin(10), NOW) is Change.NEW
        late = replace(PERSONAL, unit="Phòng Xây dựng", due_at=at(8), filed_by=FiledBy.ONLINE)
        assert intake.take_in(tx, late, origin(5), NOW) is Change.OLDER
        found = dossiers.find(tx, CODE)
        assert found is not None
        assert (found.status, found.unit, found.due_at, found.channel) == (Status.RESULT_READY, "Phòng Đầu tư", None, 2)
        assert dossiers.owner(tx, found.id) == Owner("CÔNG TY VÍ DỤ", "1200 000 000", "0912 345 678")


def test_everything_that_a_source_may_say_is_kept(database: Database) -> None:
    record = replace(
        PERSONAL,
        submitted_at=at(-1),
        refused_at=at(4),
        apologised_at=at(5),
        fee_due=150_000,
        return_way=ReturnWay.POST,
        unit="Phòng Đầu tư",
        supplements=(Supplement(at(1), "bản vẽ", at(8), at(3), at(9), at(11)),),
    )
    with database.transaction() as tx:
        intake.take_in(tx, record, origin(6), NOW)
        found = dossiers.find(tx, CODE)
        assert found is not None
        assert (found.submitted_at, found.refused_at, found.apologised_at) == (at(-1), at(4), at(5))
        assert (found.fee_due, found.return_way, found.unit, found.owner_kind) == (150_000, 1, "Phòng Đầu tư", 2)
        assert found.has_secret
        assert dossier_supplements.of(tx, found.id) == list(record.supplements)


@pytest.mark.parametrize(
    ("phone", "same"),
    [
        ("0912345678", True),
        ("+84 912 345 678", True),
        ("84912345678", True),
        ("0084912345678", True),
        ("0912345679", False),
        ("12345678", False),
        ("", False),
    ],
)
def test_the_owners_phone_is_known_however_it_is_written(database: Database, phone: str, same: bool) -> None:
    with database.transaction() as tx:
        intake.take_in(tx, PERSONAL, origin(1), NOW)
        found = dossiers.find(tx, CODE)
        assert found is not None
        assert dossiers.has_phone(tx, found.id, phone) is same
        assert dossiers.has_identity(tx, found.id, "1200000000")
        assert not dossiers.has_identity(tx, found.id, "1200000001")
        assert dossiers.has_secret(tx, found.id, " 4179 ")
        assert not dossiers.has_secret(tx, found.id, "4178")
        assert not dossiers.has_secret(tx, 999, "4179")


def test_of_a_dossier_without_secret_phone_or_number_none_is_right(database: Database) -> None:
    with database.transaction() as tx:
        intake.take_in(tx, RECORD, origin(1), NOW)
        found = dossiers.find(tx, CODE)
        assert found is not None
        assert not dossiers.has_secret(tx, found.id, "")
        assert not dossiers.has_phone(tx, found.id, "")
        assert not dossiers.has_identity(tx, found.id, "")


def test_both_codes_lead_to_one_dossier(database: Database) -> None:
    both = replace(RECORD, other_code=OTHER)
    with database.transaction() as tx:
        intake.take_in(tx, both, origin(1), NOW)
        assert intake.take_in(tx, replace(RECORD, code=OTHER, status=Status.RETURNED), origin(2), NOW) is Change.CHANGED
        found = dossiers.find(tx, OTHER)
        assert found is not None
        assert found == dossiers.find(tx, CODE)
        assert (found.code, found.status, dossiers.count(tx)) == (CODE, Status.RETURNED, 1)
        assert dossiers.codes(tx, found.id) == [CODE, OTHER]


def test_two_dossiers_that_turn_out_to_be_one_are_joined(database: Database) -> None:
    with database.transaction() as tx:
        deliver(
            tx,
            Delivery(RECORD, 1),
            Delivery(replace(PERSONAL, code=OTHER, secret=None, status=Status.NEED_PAYMENT), 2),
            Delivery(replace(RECORD, other_code=OTHER, status=Status.RETURNED, returned_at=at(3)), 4),
        )
        found = dossiers.find(tx, OTHER)
        assert found is not None
        assert found == dossiers.find(tx, CODE)
        assert dossiers.count(tx) == 1
        assert dossiers.owner(tx, found.id).name == "CÔNG TY VÍ DỤ"
        statuses = [status for status, _, _ in dossier_history.history(tx, found.id)]
        assert statuses == [Status.PROCESSING, Status.NEED_PAYMENT, Status.RETURNED]


def test_one_batch_may_tell_of_a_dossier_twice_and_under_both_codes(database: Database) -> None:
    records = [
        RECORD,
        replace(RECORD, code=OTHER, other_code=CODE, status=Status.NEED_PAYMENT),
        replace(RECORD, code=OTHER, status=Status.RETURNED, returned_at=at(1)),
        replace(RECORD, code=CODE[:-1] + "2"),
    ]
    with database.transaction() as tx:
        taken = intake.take_in_batch(tx, records, origin(2), NOW)
        assert Counter(one.change for one in taken) == {Change.NEW: 2, Change.CHANGED: 2}
        found = dossiers.find(tx, CODE)
        assert found is not None
        assert found.status is Status.RETURNED


def test_a_step_that_comes_before_its_dossier_waits_for_it(database: Database) -> None:
    steps = [
        Step(CODE, at(1), Status.RECEIVED, "Tiếp nhận hồ sơ"),
        Step(CODE, at(2), Status.PROCESSING, "Thẩm định hồ sơ", "Phòng Đầu tư", at(9)),
        Step(CODE, at(3), None, "Trình ký"),
    ]
    with database.transaction() as tx:
        assert intake.take_in_steps(tx, steps, "test", NOW) == []
        assert dossiers.find(tx, CODE) is None
        taken = intake.take_in_batch(tx, [replace(RECORD, status=Status.RECEIVED)], origin(1.5), NOW)
        found = dossiers.find(tx, CODE)
        assert found is not None
        assert found.status is Status.PROCESSING, "the newest step is newer than the record"
        assert dossier_steps.of(tx, found.id) == steps
        assert announced(taken) == [Status.RECEIVED, Status.PROCESSING]
        assert taken[0].change is Change.NEW
        assert [one for each in intake.take_in_steps(tx, steps, "test", NOW) for one in each.announced] == []
        assert dossier_steps.of(tx, found.id) == steps


@pytest.mark.parametrize(
    ("known", "pushed", "stands"),
    [
        # Plainly of an earlier time: final, finished, or handed over meanwhile.
        (replace(RECORD, status=Status.RETURNED), RECORD, Status.RETURNED),
        (replace(RECORD, status=Status.WITHDRAWN), RECORD, Status.WITHDRAWN),
        (replace(RECORD, status=Status.RESULT_READY, finished_at=at(5)), RECORD, Status.RESULT_READY),
        (
            replace(RECORD, status=Status.RETURNED, finished_at=at(5), returned_at=at(6)),
            replace(RECORD, status=Status.RESULT_READY, finished_at=at(5)),
            Status.RETURNED,
        ),
        # Perhaps new: papers may be asked for at any time, and 9 without its date means little.
        (RECORD, replace(RECORD, status=Status.NEED_SUPPLEMENT), Status.NEED_SUPPLEMENT),
        (replace(RECORD, status=Status.NEED_SUPPLEMENT), RECORD, Status.PROCESSING),
        (replace(RECORD, status=Status.RESULT_READY), RECORD, Status.PROCESSING),
        (replace(RECORD, status=Status.STOPPED), RECORD, Status.PROCESSING),
        (
            replace(RECORD, status=Status.RESULT_READY, finished_at=at(5)),
            replace(RECORD, status=Status.RETURNED),
            Status.RETURNED,
        ),
    ],
)
def test_a_push_that_was_overtaken_on_the_way_does_no_harm(
    database: Database, known: DossierRecord, pushed: DossierRecord, stands: Status
) -> None:
    with database.transaction() as tx:
        intake.take_in_batch(tx, [known], origin(7, undated=True), NOW)
        intake.take_in_batch(tx, [pushed], origin(8, undated=True), NOW)
        found = dossiers.find(tx, CODE)
        assert found is not None
        assert found.status is stands


def test_a_new_step_follows_a_push_that_arrived_later_and_a_replay_of_it_does_not(database: Database) -> None:
    received = replace(RECORD, status=Status.RECEIVED)
    asked = Step(CODE, at(3), Status.NEED_SUPPLEMENT, "Yêu cầu bổ sung")

    def status(tx: Connection) -> Status:
        found = dossiers.find(tx, CODE)
        assert found is not None
        return found.status

    with database.transaction() as tx:
        intake.take_in_batch(tx, [received], origin(20, undated=True), NOW)
        taken = intake.take_in_steps(tx, [Step(CODE, at(0), Status.RECEIVED), asked], "test", NOW)
        assert (announced(taken), status(tx)) == ([Status.NEED_SUPPLEMENT], Status.NEED_SUPPLEMENT)
        intake.take_in_batch(tx, [received], origin(21.5, undated=True), NOW)
        assert status(tx) is Status.NEED_SUPPLEMENT, "it was received before papers were asked for"
        intake.take_in_batch(tx, [RECORD], origin(22, undated=True), NOW)
        assert status(tx) is Status.PROCESSING, "a push may be new"
        assert announced(intake.take_in_steps(tx, [asked], "test", NOW)) == []
        assert status(tx) is Status.PROCESSING, "the step is not"
        intake.take_in_steps(tx, [Step(CODE, at(-1), Status.SUBMITTED)], "test", NOW)
        assert status(tx) is Status.PROCESSING, "an earlier step follows nothing"
        found = dossiers.find(tx, CODE)
        assert found is not None
        statuses = [(one, since) for one, since, _ in dossier_history.history(tx, found.id)]
    assert [one for one, _ in statuses] == [
        Status.SUBMITTED,
        Status.RECEIVED,
        Status.NEED_SUPPLEMENT,
        Status.PROCESSING,
    ]
    assert statuses[2][1] == at(3)


def test_one_record_that_cannot_be_kept_spoils_no_other(database: Database) -> None:
    records = [replace(RECORD, code=f"{CODE[:-2]}{number:02d}") for number in range(50)]
    records[30] = replace(records[30], fee_due=10**30)  # no column of either engine holds it
    with database.transaction() as tx:
        taken = intake.take_in_batch(tx, records, origin(1), NOW)
        assert Counter(one.change for one in taken) == {Change.NEW: 49, Change.REFUSED: 1}
        assert taken[30].change is Change.REFUSED
        assert dossiers.find(tx, records[30].code) is None
        assert dossiers.count(tx) == 49


def test_a_due_date_that_moves_is_told(database: Database) -> None:
    with database.transaction() as tx:
        taken = deliver(
            tx,
            Delivery(replace(RECORD, due_at=at(9)), 1),
            Delivery(replace(RECORD, due_at=at(9)), 2),
            Delivery(replace(RECORD, due_at=at(12)), 3),
            Delivery(replace(RECORD, due_at=at(8)), 2.5),
        )
        assert [one.due for one in taken] == [None, None, (at(9), at(12)), None]


def test_a_repeat_adds_no_row(database: Database) -> None:
    with database.transaction() as tx:
        deliver(tx, *(Delivery(RECORD, day) for day in range(1, 9)))
        assert len(tx.execute(select(history_table)).all()) == 1
        found = dossiers.find(tx, CODE)
        assert found is not None
        assert found.as_of == at(8)


def test_a_preview_says_what_taking_in_would_do_and_does_nothing(database: Database) -> None:
    there = [replace(RECORD, code=f"{CODE[:-1]}{number}") for number in range(4)]
    asked = [
        there[0],
        replace(there[1], status=Status.RETURNED),
        replace(there[2], filed_by=FiledBy.POST),
        replace(RECORD, code=OTHER, other_code=there[3].code, due_at=at(9)),
        replace(RECORD, code=CODE[:-1] + "9"),
    ]
    with database.transaction() as tx:
        intake.take_in_batch(tx, there, origin(5), NOW)
        seen = preview(tx, asked, origin(6))
        assert seen == Preview(new=1, changed=3, same=1, older=0, without_channel=4)
        assert preview(tx, asked, origin(4)) == Preview(new=1, older=4, without_channel=4)
        assert dossiers.count(tx) == len(there)
        done = Counter(one.change for one in intake.take_in_batch(tx, asked, origin(6), NOW))
        assert done == {Change.NEW: seen.new, Change.CHANGED: seen.changed, Change.SAME: seen.same}
