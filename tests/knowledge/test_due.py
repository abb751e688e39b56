"""When a dossier is due: the printed examples, the rules one by one, and what always holds."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.calendar import AMOUNT_MOST, Calendar, StepKind, Unit
from knowledge.errors import Wrong

CALENDAR = Calendar(((time(7), time(11, 30)), (time(13, 30), time(17))))
DAYS, WORKING_DAYS, HOURS = Unit.DAYS, Unit.WORKING_DAYS, Unit.WORKING_HOURS


def due(received: str, amount: float, unit: Unit, calendar: Calendar = CALENDAR) -> str:
    return calendar.due(datetime.fromisoformat(received), amount, unit).at.isoformat(timespec="minutes")


@pytest.mark.parametrize(
    ("received", "amount", "unit", "at"),
    [
        ("2023-10-27T09:32", 5, WORKING_DAYS, "2023-11-03T09:32"),  # as printed on a receipt
        ("2026-11-23T10:00", 5, WORKING_DAYS, "2026-12-01T10:00"),  # the holiday of 24 November
        ("2026-11-23T10:00", 0, WORKING_DAYS, "2026-11-23T10:00"),
        ("2026-11-20T09:00", 1, WORKING_DAYS, "2026-11-23T09:00"),  # from a Friday
        ("2026-01-09T09:00", 1, WORKING_DAYS, "2026-01-10T09:00"),  # to a swap Saturday
        ("2025-12-31T09:00", 1, WORKING_DAYS, "2026-01-05T09:00"),  # past the day that it was swapped for
        ("2027-02-03T16:30", 3, WORKING_DAYS, "2027-02-15T16:30"),  # over Tết
        # When the clock starts
        ("2026-11-23T17:00", 1, WORKING_DAYS, "2026-11-25T17:00"),  # the closing minute still counts as open
        ("2026-11-23T17:01", 1, WORKING_DAYS, "2026-11-26T07:00"),  # after hours: the next opening is Wednesday's
        ("2026-11-25T11:30", 1, WORKING_DAYS, "2026-11-26T11:30"),
        ("2026-11-25T11:31", 1, WORKING_DAYS, "2026-11-26T13:30"),  # the lunch break
        ("2026-11-25T06:10", 1, WORKING_DAYS, "2026-11-26T07:00"),  # before hours
        ("2026-11-21T10:00", 1, WORKING_DAYS, "2026-11-25T07:00"),  # a Saturday: Monday's opening, then past Tuesday
        ("2026-11-24T10:00", 1, WORKING_DAYS, "2026-11-26T07:00"),  # a holiday
        # Calendar days: only the end moves
        ("2026-11-16T10:00", 7, DAYS, "2026-11-23T10:00"),
        ("2026-11-16T10:00", 5, DAYS, "2026-11-23T10:00"),  # a Saturday
        ("2026-11-17T10:00", 7, DAYS, "2026-11-25T10:00"),  # the holiday
        ("2026-11-21T10:00", 2, DAYS, "2026-11-25T07:00"),  # received on a Saturday: from Monday on
        ("2026-01-05T10:00", 5, DAYS, "2026-01-10T10:00"),  # a swap Saturday is no day off
        # Working hours
        ("2026-11-25T10:30", 1, HOURS, "2026-11-25T11:30"),
        ("2026-11-25T10:30", 2, HOURS, "2026-11-25T14:30"),
        ("2026-11-25T16:00", 2, HOURS, "2026-11-26T08:00"),
        ("2026-11-23T16:00", 1.5, HOURS, "2026-11-25T07:30"),
        ("2026-11-25T12:00", 0, HOURS, "2026-11-25T13:30"),
        ("2026-11-25T07:00", 8, HOURS, "2026-11-25T17:00"),  # eight hours are a day
        ("2026-11-25T09:00", 16, HOURS, "2026-11-27T09:00"),
    ],
)
def test_a_dossier_is_due_by_the_rules(received: str, amount: float, unit: Unit, at: str) -> None:
    assert due(received, amount, unit) == at


def test_an_office_without_a_lunch_break_and_one_whose_spans_touch_count_alike() -> None:
    whole = Calendar(((time(7), time(17)),))
    touching = Calendar(((time(7), time(11, 30)), (time(11, 30), time(17))))
    for hours in (0.5, 4.5, 5, 10, 25):
        assert due("2026-11-25T07:00", hours, HOURS, whole) == due("2026-11-25T07:00", hours, HOURS, touching)


def test_the_steps_tell_how_it_came_about() -> None:
    told = CALENDAR.due(datetime(2026, 11, 21, 10), 2, WORKING_DAYS)
    assert [(step.kind, step.at.day, step.count, step.name) for step in told.steps] == [
        (StepKind.RECEIVED, 21, 0, ""),
        (StepKind.OPENED, 23, 0, ""),
        (StepKind.SKIPPED, 24, 0, "Ngày Văn hóa Việt Nam"),
        (StepKind.COUNTED, 25, 1, ""),
        (StepKind.COUNTED, 26, 2, ""),
    ]
    moved = CALENDAR.due(datetime(2026, 11, 16, 10), 5, DAYS).steps
    assert [step.kind for step in moved] == ["received", "counted", "skipped", "skipped", "moved"]
    assert moved[2].name == "cuối tuần"


@pytest.mark.parametrize(
    ("amount", "unit"),
    [
        (-1, DAYS),
        (0.5, WORKING_DAYS),
        (1.5, DAYS),
        (float("nan"), HOURS),
        (float("inf"), HOURS),
        *((AMOUNT_MOST[unit] + 1, unit) for unit in Unit),
    ],
)
def test_an_amount_that_no_procedure_has_is_wrong(amount: float, unit: Unit) -> None:
    with pytest.raises(Wrong):
        CALENDAR.due(datetime(2026, 11, 23, 10), amount, unit)


@pytest.mark.parametrize("unit", list(Unit))
def test_an_office_that_never_opens_again_and_the_end_of_time_are_wrong_and_not_an_endless_search(unit: Unit) -> None:
    first = date(2026, 11, 24)
    closed = Calendar(CALENDAR.hours, closed={first + timedelta(days=offset): "x" for offset in range(800)})
    for calendar, received in ((closed, datetime(2026, 11, 23, 16)), (CALENDAR, datetime(9999, 12, 31, 16))):
        with pytest.raises(Wrong):
            calendar.due(received, 9, unit)


moments = st.datetimes(datetime(2019, 1, 1), datetime(2030, 12, 31))
days = st.integers(0, 60)
hours = st.integers(0, 8 * 40 * 60).map(lambda minutes: minutes / 60)
amounts = st.one_of(
    st.tuples(days, st.sampled_from([DAYS, WORKING_DAYS])),
    st.tuples(hours, st.just(HOURS)),
)


@given(moments, amounts)
def test_it_never_ends_outside_working_hours_nor_before_it_began(received: datetime, asked: tuple[float, Unit]) -> None:
    at = CALENDAR.due(received, *asked).at
    assert CALENDAR.is_open(at)
    assert at >= received


@given(moments, moments, amounts)
def test_who_comes_later_is_not_due_earlier(one: datetime, other: datetime, asked: tuple[float, Unit]) -> None:
    first, second = (CALENDAR.due(received, *asked).at for received in sorted((one, other)))
    if asked[1] is DAYS:  # an end that moves keeps its hour: on the same day an earlier receipt may have the later one
        assert first.date() <= second.date()
    else:
        assert first <= second


@given(moments, amounts, st.integers(0, 30))
def test_more_is_not_due_earlier(received: datetime, asked: tuple[float, Unit], more: int) -> None:
    amount, unit = asked
    assert CALENDAR.due(received, amount, unit).at <= CALENDAR.due(received, amount + more, unit).at


@given(moments, days, days)
def test_working_days_add_up(received: datetime, first: int, second: int) -> None:
    after = CALENDAR.due(received, first, WORKING_DAYS).at
    assert CALENDAR.due(after, second, WORKING_DAYS).at == CALENDAR.due(received, first + second, WORKING_DAYS).at


@given(moments, st.integers(0, 500), st.integers(0, 500))
def test_working_hours_add_up(received: datetime, first: int, second: int) -> None:
    received = received.replace(second=0, microsecond=0)
    quarter = [count / 4 for count in (first, second, first + second)]
    after = CALENDAR.due(received, quarter[0], HOURS).at
    assert CALENDAR.due(after, quarter[1], HOURS).at == CALENDAR.due(received, quarter[2], HOURS).at


@given(moments, st.integers(1, 40))
def test_n_working_days_pass_n_days_that_are_worked(received: datetime, amount: int) -> None:
    start, end = CALENDAR.opening(received), CALENDAR.due(received, amount, WORKING_DAYS).at
    passed = (start.date() + timedelta(days=offset) for offset in range(1, (end - start).days + 1))
    assert sum(CALENDAR.is_working_day(day) for day in passed) == amount
    assert end.time() == start.time()
