"""Feedback in the report: what counts in a period and as what, each rule by an example and all by another count."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.report_feedback import KEYS, Heard, count_feedback
from knowledge.report_form import shipped_forms
from knowledge.report_period import Period

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
QUARTER = Period(date(2020, 6, 15), date(2020, 9, 14), HERE)
(FORM,) = (form for form in shipped_forms() if form.subject == "feedback")


def at(month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2020, month, day, hour, minute, tzinfo=HERE)


def heard(received: datetime, closed: datetime | None = None, **more: object) -> Heard:
    return Heard("PAKN-1", "regulation", 2, None, received, closed, None)._replace(**more)  # type: ignore[arg-type]


def cells(one: Heard) -> set[str]:
    return {key for key, numbers in count_feedback([one], QUARTER).total.items() if numbers}


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (heard(at(7, 1)), {"tn_qdhc", "tn_trong_ky", "dang_qdhc"}),
        (heard(at(6, 15, 0)), {"tn_qdhc", "tn_trong_ky", "dang_qdhc"}),
        (heard(at(6, 14, 23, 59)), {"tn_qdhc", "tn_ky_truoc", "dang_qdhc"}),
        (heard(at(9, 14, 23, 59)), {"tn_qdhc", "tn_trong_ky", "dang_qdhc"}),
        (heard(at(9, 15, 0)), set()),
        (heard(at(6, 1), at(6, 14, 23, 59)), set()),
        (heard(at(6, 1), at(6, 15, 0)), {"tn_qdhc", "tn_ky_truoc", "da_qdhc"}),
        (heard(at(7, 1), at(7, 9), kind="conduct"), {"tn_hvhc", "tn_trong_ky", "da_hvhc"}),
        (heard(at(7, 1), kind="both"), {"tn_qdhc", "tn_trong_ky", "dang_qdhc"}),
        (heard(at(7, 1), kind="other"), {"tn_qdhc", "tn_trong_ky", "dang_qdhc"}),
        (heard(at(7, 1), at(7, 9), published_at=at(7, 10)), {"tn_qdhc", "tn_trong_ky", "da_qdhc", "cong_khai"}),
        (heard(at(7, 1), at(7, 9), published_at=at(9, 15, 0)), {"tn_qdhc", "tn_trong_ky", "da_qdhc"}),
        (heard(at(7, 1), None, published_at=at(7, 10)), {"tn_qdhc", "tn_trong_ky", "dang_qdhc"}),
    ],
)
def test_a_feedback_counts_by_its_kind_its_receipt_and_how_it_stands(one: Heard, expected: set[str]) -> None:
    assert cells(one) == expected


@st.composite
def anything(draw: st.DrawFn) -> Heard:
    """A feedback with any dates that can follow each other."""
    received = datetime(2020, 4, 1, tzinfo=HERE) + timedelta(hours=draw(st.integers(0, 200 * 24)))
    later = st.integers(0, 90 * 24).map(lambda hours: received + timedelta(hours=hours))
    kind = draw(st.sampled_from(["regulation", "conduct", "both", "other"]))
    field = draw(st.sampled_from(["Đầu tư", "Lao động", None]))
    number = f"PAKN-{draw(st.integers(0, 10**9))}"
    clause = draw(st.none() | st.integers(1, 8))
    return Heard(number, kind, clause, field, received, draw(st.none() | later), draw(st.none() | later))


@given(st.lists(anything(), max_size=25, unique_by=lambda one: one.number))
def test_the_form_holds_for_any_register_and_its_rows_add_up_to_its_total(register: list[Heard]) -> None:
    figures = count_feedback(register, QUARTER)
    total = FORM.fill({key: len(numbers) for key, numbers in figures.total.items()})
    assert FORM.broken(total) == []
    rows = [{key: len(numbers) for key, numbers in row.items()} for row in figures.by_field.values()]
    assert {key: sum(row[key] for row in rows) for key in KEYS} == {k: len(n) for k, n in figures.total.items()}
    for parted in (figures.by_kind, figures.by_clause):
        assert sum(len(numbers) for numbers in parted.values()) == total["tn_tong"]


@given(st.lists(anything(), max_size=25, unique_by=lambda one: one.number))
def test_what_is_pending_at_the_end_is_carried_over_into_the_period_that_follows(register: list[Heard]) -> None:
    following = Period(date(2020, 9, 15), date(2020, 12, 14), HERE)
    known = [
        one._replace(closed_at=None if one.closed_at is None or one.closed_at >= QUARTER.end else one.closed_at)
        for one in register
    ]
    pending = FORM.fill(count_feedback(known, QUARTER).total)["dang_tong"] or []
    assert sorted(count_feedback(register, following).total["tn_ky_truoc"]) == sorted(pending)
