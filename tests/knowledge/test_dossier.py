"""A dossier's record: into an event and back, and since when its status holds."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.dossier import CLEARED, DossierRecord, FiledBy, OwnerKind, ReturnWay, Step, Supplement
from knowledge.status import Status

RECEIVED = datetime(2026, 11, 2, 2, tzinfo=UTC)
FINISHED = RECEIVED + timedelta(days=9)
RETURNED = RECEIVED + timedelta(days=10)
KNOWN = RECEIVED + timedelta(days=20)
CODE = "000.00.15.H58-261102-0001"

texts = st.none() | st.text(st.characters(blacklist_categories=["Cs"]), max_size=30)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(
    lambda at: at.replace(tzinfo=timezone(timedelta(hours=7)))
)
supplements = st.builds(
    Supplement, asked_at=moments, what=texts, ends_at=st.none() | moments, received_at=st.none() | moments
)
steps = st.builds(
    Step,
    code=st.just(CODE),
    at=moments,
    status=st.none() | st.sampled_from(Status),
    step=texts,
    due_at=st.none() | moments,
)
records = st.builds(
    DossierRecord,
    code=st.just(CODE),
    status=st.sampled_from(Status),
    received_at=moments,
    procedure_code=texts,
    procedure_title=texts,
    field_title=texts,
    filed_by=st.none() | st.sampled_from(FiledBy),
    due_at=st.none() | moments,
    finished_at=st.none() | moments,
    returned_at=st.none() | moments,
    other_code=texts,
    submitted_at=st.none() | moments,
    fee_due=st.none() | st.integers(0, 10**9),
    return_way=st.none() | st.sampled_from(ReturnWay),
    owner_kind=st.none() | st.sampled_from(OwnerKind),
    owner_name=texts,
    phone=texts,
    supplements=st.lists(supplements, max_size=2).map(tuple),
    silent=st.frozensets(st.sampled_from(CLEARED)),
)


@given(records)
def test_a_record_comes_back_as_it_was(record: DossierRecord) -> None:
    again = DossierRecord.from_record(json.loads(json.dumps(record.to_record())))
    assert again == record
    for name in ("status", "filed_by", "return_way", "owner_kind"):
        assert type(getattr(again, name)) is type(getattr(record, name))


@given(steps)
def test_a_step_comes_back_as_it_was(step: Step) -> None:
    assert Step.from_record(json.loads(json.dumps(step.to_record()))) == step


@given(records, moments)
def test_no_status_holds_later_than_the_news_of_it(record: DossierRecord, known: datetime) -> None:
    assert record.status_since(known) <= known


@pytest.mark.parametrize(
    ("status", "finished", "returned", "since"),
    [
        (Status.SUBMITTED, None, None, RECEIVED),
        (Status.RECEIVED, FINISHED, None, RECEIVED),
        (Status.PROCESSING, None, None, KNOWN),
        (Status.NEED_SUPPLEMENT, FINISHED, None, KNOWN),
        (Status.RESULT_READY, FINISHED, None, FINISHED),
        (Status.RESULT_READY, None, RETURNED, KNOWN),
        (Status.RETURNED, FINISHED, RETURNED, RETURNED),
        (Status.RETURNED, FINISHED, None, FINISHED),
        (Status.RETURNED, None, None, KNOWN),
        (Status.STOPPED, FINISHED, RETURNED, KNOWN),
    ],
)
def test_a_status_holds_since_the_day_that_the_record_tells_or_since_it_was_known(
    status: Status, finished: datetime | None, returned: datetime | None, since: datetime
) -> None:
    record = DossierRecord(CODE, status, RECEIVED, finished_at=finished, returned_at=returned)
    assert record.status_since(KNOWN) == since


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"code": "x", "status": 11, "received_at": "2026-11-02T00:00:00Z"}'])
def test_what_is_no_record_is_refused(text: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        DossierRecord.from_record(json.loads(text))
