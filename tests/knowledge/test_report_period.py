"""Periods: dates as people write them, presets that neither overlap nor leave days out, and what does not fit."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from knowledge.errors import Wrong
from knowledge.report_period import Misfit, Period, containing, free, misfit, named, presets

HERE = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.mark.parametrize(
    ("name", "preset", "first", "last"),
    [
        ("2020-Q1", "nd09", date(2019, 12, 15), date(2020, 3, 14)),
        ("2020-Q2", "nd09", date(2020, 3, 15), date(2020, 6, 14)),
        ("2020-Q3", "nd09", date(2020, 6, 15), date(2020, 9, 14)),
        ("2020-q4", "nd09", date(2020, 9, 15), date(2020, 12, 14)),
        ("2020-H1", "nd09", date(2019, 12, 15), date(2020, 6, 14)),
        ("2020", "nd09", date(2019, 12, 15), date(2020, 12, 14)),
        ("2020-Q3", "board28", date(2020, 5, 28), date(2020, 8, 27)),
        ("2020-Q4", "board28", date(2020, 8, 28), date(2020, 11, 27)),
        ("2020-Q1", "calendar", date(2020, 1, 1), date(2020, 3, 31)),
        ("2020-H2", "calendar", date(2020, 7, 1), date(2020, 12, 31)),
    ],
)
def test_a_name_gives_the_dates_of_its_preset(name: str, preset: str, first: date, last: date) -> None:
    period = named(name, preset, HERE)
    assert (period.first, period.last, period.name) == (first, last, name.upper())


@pytest.mark.parametrize("preset", presets())
def test_the_quarters_of_a_preset_follow_each_other_without_overlap_or_gap(preset: str) -> None:
    quarters = [named(f"{year}-Q{number}", preset, HERE) for year in range(2018, 2027) for number in (1, 2, 3, 4)]
    for before, after in pairwise(quarters):
        assert after.first - before.last == timedelta(days=1)
        assert misfit(after, before) is None
        assert after.before().same(before)
    for quarter in quarters[1:-1]:
        assert containing(quarter.first, preset, HERE).same(quarter)
        assert containing(quarter.last, preset, HERE).same(quarter)


@pytest.mark.parametrize("name", ["", "2020-Q5", "2020-Q0", "Q3-2020", "20-Q3", "2020-H3", "0000-Q1", "2020-Q3x"])
def test_what_is_no_period_is_refused(name: str) -> None:
    with pytest.raises(Wrong, match="2020-Q3"):
        named(name, "nd09", HERE)


def test_both_dates_are_inclusive_in_local_time() -> None:
    period = free(date(2020, 5, 28), date(2020, 8, 28), HERE)
    assert period.start == datetime(2020, 5, 28, tzinfo=HERE)
    assert period.end == datetime(2020, 8, 29, tzinfo=HERE)
    assert free(date(2020, 5, 28), date(2020, 5, 28), HERE).end - period.start == timedelta(days=1)


def test_dates_the_wrong_way_round_or_years_apart_are_refused() -> None:
    with pytest.raises(Wrong, match="before it begins"):
        free(date(2020, 8, 28), date(2020, 5, 28), HERE)
    with pytest.raises(Wrong, match="two years"):
        free(date(2010, 5, 28), date(2020, 8, 28), HERE)


def test_a_shared_day_and_a_day_left_out_are_told_from_a_fit() -> None:
    board = free(date(2020, 5, 28), date(2020, 8, 28), HERE)

    def following(first: date) -> Misfit | None:
        return misfit(Period(first, date(2020, 11, 28), HERE), board)

    assert following(date(2020, 8, 29)) is None
    assert following(date(2020, 8, 28)) == Misfit(True, date(2020, 8, 28), date(2020, 8, 28))
    assert following(date(2020, 9, 1)) == Misfit(False, date(2020, 8, 29), date(2020, 8, 31))


def test_the_period_before_and_the_year_before_are_of_the_same_length() -> None:
    board = free(date(2020, 5, 28), date(2020, 8, 28), HERE)
    assert board.before().same(Period(date(2020, 2, 28), date(2020, 5, 27), HERE))
    assert board.a_year_before().same(Period(date(2019, 5, 28), date(2019, 8, 28), HERE))
    leap = free(date(2020, 2, 29), date(2020, 5, 28), HERE)
    assert leap.a_year_before().first == date(2019, 2, 28)
