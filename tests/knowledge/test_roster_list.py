"""A roster written as a list: what it changes, and the lines that do not count."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge.calendar import Calendar
from knowledge.roster import Days, Roster, Rotation
from knowledge.roster_list import Changed, Line, changed, read
from tests.stories.office import HOURS

CALENDAR = Calendar(HOURS)
AN, BINH = 2, 3
NAMES = {AN: "Nguyễn Văn An", BINH: "Trần Thị Bình", 4: "Lê An", 5: "Lê An"}
ROSTER = Roster(
    [Rotation(date(2026, 11, 2), (AN, BINH))],
    [Days(BINH, date(2026, 12, 16), date(2026, 12, 17))],
    [],
    frozenset(NAMES),
)
TODAY = date(2026, 11, 30)


def test_a_list_changes_only_the_days_on_which_somebody_else_is_on_duty() -> None:
    texts = [
        (2, ("2026-11-30", "2026-12-04", "2", "Nguyễn Văn An")),  # as it is
        (3, ("07/12/2026", "09/12/2026", "", "nguyen van  an")),
        (4, ("10/12/2026", "13/12/2026", "3", "")),  # as it is
        (5, ("2026-11-02", "2026-11-06", "2", "")),  # over
        (6, ("2026-12-28", "2026-12-30", "", "")),  # nobody
    ]
    good, bad = read(texts, NAMES, ROSTER, TODAY)
    assert bad == []
    assert [one.number for one in good] == [2, 3, 4]
    assert changed(good, ROSTER, CALENDAR) == [Changed(Days(AN, date(2026, 12, 7), date(2026, 12, 9)), BINH)]


def test_what_a_list_changes_goes_by_weeks_and_leaves_out_what_is_not_worked() -> None:
    good, _ = read([(2, ("2026-12-07", "2026-12-20", "4", ""))], NAMES, ROSTER, TODAY)
    assert [(one.days.first.day, one.days.last.day, one.before) for one in changed(good, ROSTER, CALENDAR)] == [
        (7, 11, BINH),
        (14, 18, AN),
    ]


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        (("32/12/2026", "2026-12-04", "2", ""), "date"),
        (("2026-12-04", "ngày mai", "2", ""), "date"),
        (("2026-12-04", "2026-12-02", "2", ""), "days"),
        (("2026-12-04", "2027-12-02", "2", ""), "days"),
        (("2026-12-01", "2026-12-02", "9", ""), "official"),
        (("2026-12-01", "2026-12-02", "", "Lê An"), "official"),  # two are called so
        (("2026-12-01", "2026-12-02", "2", "Trần Thị Bình"), "mismatch"),
        (("2026-12-17", "2026-12-18", "3", ""), "away"),
    ],
)
def test_a_line_that_may_be_misread_does_not_count_and_says_why(texts: tuple[str, ...], why: str) -> None:
    good, bad = read([(7, texts)], NAMES, ROSTER, TODAY)
    assert good == []
    assert [(one.number, one.why) for one in bad] == [(7, why)]


def test_of_two_lines_for_the_same_day_the_first_counts() -> None:
    texts = [(2, ("2026-12-07", "2026-12-09", "2", "")), (3, ("2026-12-09", "2026-12-10", "3", ""))]
    good, bad = read(texts, NAMES, ROSTER, TODAY)
    assert good == [Line(2, Days(AN, date(2026, 12, 7), date(2026, 12, 9)))]
    assert [(one.number, one.why) for one in bad] == [(3, "overlap")]
