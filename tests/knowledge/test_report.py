"""The report's figures: each rule by an example, and all of them against another count, written differently."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.report import KEYS, BrokenIdentity, Difference, check, codes, compared, count, differences, percentile
from knowledge.report_judging import Cell, Filed, Held, judge
from knowledge.report_period import Period

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
QUARTER = Period(date(2020, 6, 15), date(2020, 9, 14), HERE)
CODE = "H58.15-200701-0001"


def at(month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2020, month, day, hour, minute, tzinfo=HERE)


def held(status: int, since: datetime) -> Held:
    return Held(status, since)


def dossier(
    status: int = 4,
    received: datetime | None = None,
    *,
    due: datetime | None = None,
    finished: datetime | None = None,
    channel: int | None = 2,
    history: tuple[Held, ...] | None = None,
) -> Filed:
    received_at = received or at(7, 1)
    held_statuses = (held(status, received_at),) if history is None else history
    return Filed(CODE, status, received_at, due, finished, channel, "Lao động", history=held_statuses)


def cells(one: Filed, period: Period = QUARTER) -> tuple[Cell | None, Cell | None] | None:
    judged = judge(one, period)
    return None if judged is None else (judged.received, judged.result)


@pytest.mark.parametrize("status", [1, 3])
def test_what_is_only_filed_or_was_not_accepted_does_not_count(status: int) -> None:
    assert cells(dossier(status)) is None


@pytest.mark.parametrize(
    ("channel", "cell"), [(2, Cell.ONLINE), (1, Cell.DIRECT), (3, Cell.DIRECT), (None, Cell.DIRECT)]
)
def test_what_was_received_in_the_period_counts_by_its_channel(channel: int | None, cell: Cell) -> None:
    assert cells(dossier(channel=channel)) == (cell, Cell.PENDING_IN_TIME)


def test_both_days_of_the_period_belong_to_it_whatever_the_hour() -> None:
    assert cells(dossier(received=at(6, 14, 23, 59))) == (Cell.CARRIED_OVER, Cell.PENDING_IN_TIME)
    assert cells(dossier(received=at(6, 15, 0))) == (Cell.ONLINE, Cell.PENDING_IN_TIME)
    assert cells(dossier(received=at(9, 14, 23, 59))) == (Cell.ONLINE, Cell.PENDING_IN_TIME)
    assert cells(dossier(received=at(9, 15, 0))) is None


def test_what_ended_before_the_period_no_longer_counts_and_what_did_not_is_carried_over() -> None:
    before = at(6, 1)
    done = (held(2, before), held(9, at(6, 14, 16)))
    assert cells(dossier(9, before, finished=at(6, 14, 16), history=done)) is None
    still = (held(2, before), held(9, at(6, 15, 8)))
    assert cells(dossier(9, before, finished=at(6, 15, 8), history=still)) == (Cell.CARRIED_OVER, Cell.ON_TIME)


@pytest.mark.parametrize(
    ("due", "cell"),
    [
        (at(7, 21, 8), Cell.EARLY),
        (at(7, 20, 8), Cell.ON_TIME),  # the same date, although an hour late
        (at(7, 19, 23), Cell.LATE),
        (None, Cell.ON_TIME),
    ],
)
def test_a_resolved_dossier_is_compared_with_its_due_date_by_date(due: datetime | None, cell: Cell) -> None:
    finished = at(7, 20, 9)
    one = dossier(10, due=due, finished=finished, history=(held(2, at(7, 1)), held(10, at(7, 22))))
    assert cells(one) == (Cell.ONLINE, cell)


def test_a_withdrawn_dossier_counts_as_on_time_even_after_its_due_date() -> None:
    one = dossier(7, due=at(7, 3), history=(held(2, at(7, 1)), held(7, at(7, 20))))
    assert cells(one) == (Cell.ONLINE, Cell.ON_TIME)


@pytest.mark.parametrize(
    ("status", "due", "cell"),
    [
        (4, at(9, 14, 7), Cell.PENDING_IN_TIME),  # due on the last day
        (4, at(9, 13, 17), Cell.PENDING_LATE),
        (2, None, Cell.PENDING_IN_TIME),
        (5, at(7, 3), Cell.PENDING_IN_TIME),
        (6, at(7, 3), Cell.PENDING_IN_TIME),
        (8, at(7, 3), Cell.PENDING_IN_TIME),
    ],
)
def test_a_pending_dossier_is_late_after_its_due_date_unless_it_waits(
    status: int, due: datetime | None, cell: Cell
) -> None:
    assert cells(dossier(status, due=due)) == (Cell.ONLINE, cell)


def test_the_status_at_the_cut_off_counts_and_not_what_came_later() -> None:
    history = (held(4, at(7, 1)), held(10, at(9, 15)))
    assert cells(dossier(10, due=at(8, 1), history=history)) == (Cell.ONLINE, Cell.PENDING_LATE)
    rejected_later = (held(4, at(7, 1)), held(3, at(10, 1)))
    assert cells(dossier(3, history=rejected_later)) == (Cell.ONLINE, Cell.PENDING_IN_TIME)


def test_where_the_first_known_status_is_later_the_dates_decide() -> None:
    later = at(11, 25)
    done = dossier(10, due=at(7, 21), finished=at(7, 20), history=(held(10, later),))
    assert cells(done) == (Cell.ONLINE, Cell.EARLY)
    done_later = dossier(10, due=at(7, 21), finished=at(9, 15), history=(held(10, later),))
    assert cells(done_later) == (Cell.ONLINE, Cell.PENDING_LATE)
    unfinished = dossier(9, due=at(7, 21), history=(held(9, later),))
    assert cells(unfinished) == (Cell.ONLINE, Cell.PENDING_LATE)
    waiting = dossier(5, due=at(7, 21), history=(held(5, later), held(4, later + timedelta(days=1))))
    assert cells(waiting) == (Cell.ONLINE, Cell.PENDING_IN_TIME)
    rejected = dossier(3, history=(held(3, later),))
    assert cells(rejected) is None


def test_without_a_finished_date_the_end_is_when_it_was_concluded_and_handing_over_is_no_second_end() -> None:
    history = (held(4, at(6, 1)), held(9, at(6, 10)), held(10, at(6, 20)))
    assert cells(dossier(10, at(6, 1), history=history)) is None, "it ended before the period"
    reopened = (held(9, at(6, 10)), held(4, at(6, 12)), held(9, at(6, 20)))
    assert cells(dossier(9, at(6, 1), history=reopened)) == (Cell.CARRIED_OVER, Cell.ON_TIME)


def test_a_status_told_before_the_end_was_known_is_drawn_back_to_it() -> None:
    stale = held(4, at(8, 3))  # "in processing" was told on the 3rd of August by a source that lagged
    end = held(10, at(7, 31))  # on the 10th it told that the result had been handed over on the 31st of July
    one = dossier(10, due=at(8, 1), finished=at(7, 31), history=(held(2, at(7, 1)), stale, end))
    assert cells(one) == (Cell.ONLINE, Cell.EARLY)
    reopened = one._replace(history=(held(2, at(7, 1)), end, stale))
    assert cells(reopened) == (Cell.ONLINE, Cell.PENDING_LATE)


def test_dates_that_contradict_each_other_stop_the_report_and_are_named() -> None:
    sound = dossier(4)
    impossible = dossier(10, finished=at(6, 1))._replace(code="H58.15-200701-0666")
    with pytest.raises(BrokenIdentity, match="200701-0666") as stopped:
        count([sound, impossible], QUARTER)
    assert stopped.value.codes == ("H58.15-200701-0666",)
    with pytest.raises(BrokenIdentity, match=CODE):
        count([dossier(channel=9)], QUARTER)


def test_a_total_that_is_not_the_sum_of_its_rows_stops_the_report() -> None:
    figures = count([dossier(4)], QUARTER)
    figures.total.counts["tn_tong"] += 1
    figures.total.counts["tn_truc_tuyen"] += 1
    figures.total.counts["dang_tong"] += 1
    figures.total.counts["dang_trong_han"] += 1
    with pytest.raises(BrokenIdentity, match="over all fields"):
        check(figures)


def test_the_differences_name_every_dossier_that_is_only_on_one_side() -> None:
    assert differences({"a", "b"}, {"b", "c"}) == [Difference("a", True), Difference("c", False)]
    assert differences({"a"}, {"a"}) == []


@pytest.mark.parametrize(
    ("values", "found"), [([], None), ([7], 7), (range(1, 11), 9), (range(1, 12), 10), ([5] * 9 + [90], 5)]
)
def test_the_90th_percentile_is_the_least_value_that_nine_of_ten_do_not_exceed(
    values: list[int], found: int | None
) -> None:
    assert percentile(values, 90) == found


# ------------------------------------------------- against another count

MOMENTS = st.integers(0, 200 * 24).map(lambda hours: datetime(2020, 4, 1, tzinfo=UTC) + timedelta(hours=hours))


@st.composite
def any_dossier(draw: st.DrawFn) -> Filed:
    """A dossier with any history that a source may have told; nothing ends before it was received."""
    received = draw(MOMENTS)
    later = st.integers(0, 60 * 24).map(lambda hours: received + timedelta(hours=hours))
    sinces = draw(st.lists(later, min_size=1, max_size=5, unique=True))
    if draw(st.booleans()):  # else it was told in another order than that in which it happened
        sinces.sort()
    history = tuple(held(draw(st.integers(1, 10)), since) for since in sinces)
    return Filed(
        code=f"H58.15-{received:%y%m%d}-{draw(st.integers(0, 9999)):04}",
        status=history[-1].status,
        received_at=received,
        due_at=draw(st.none() | later),
        finished_at=draw(st.none() | later),
        channel=draw(st.sampled_from([1, 2, 3, None])),
        field_title=draw(st.sampled_from(["Đầu tư", "Lao động", "Xây dựng", None])),
        procedure_code=draw(st.sampled_from(["1.000001", "1.000002", None])),
        history=history,
    )


def by_hand(dossiers: list[Filed], first: date, last: date) -> dict[str, int]:
    """Count as an official would: one figure after the other, each with its own pass over all dossiers."""

    def local(moment: datetime) -> date:
        return (moment.astimezone(UTC) + timedelta(hours=7)).date()

    def began(one: Filed, place: int) -> date:
        return min(local(entry.since) for entry in one.history[place:])

    def known(one: Filed) -> list[tuple[int, date]]:
        told = [(entry.status, began(one, place)) for place, entry in enumerate(one.history)]
        return [entry for entry in told if entry[1] <= last]

    def state(one: Filed) -> int:
        return known(one)[-1][0] if known(one) else one.history[0].status

    def end(one: Filed) -> date | None:
        if not known(one):
            day = one.finished_at and local(one.finished_at)
        elif state(one) not in (7, 9, 10):
            day = None
        elif one.finished_at:
            day = local(one.finished_at)
        else:
            states = "".join("x" if entry in (7, 9, 10) else "-" for entry, _ in known(one))
            day = known(one)[len(states.rstrip("x"))][1]
        return day if day and day <= last else None

    counted = [d for d in dossiers if local(d.received_at) <= last and state(d) not in (1, 3)]
    new = [d for d in counted if local(d.received_at) >= first]
    old = [d for d in counted if local(d.received_at) < first and not ((e := end(d)) and e < first)]
    online = sum(d.channel == 2 for d in new)
    done = [(d, e) for d in new + old if (e := end(d))]
    on_the_day = [d for d, e in done if state(d) == 7 or d.due_at is None or local(d.due_at) == e]
    early = [d for d, e in done if d not in on_the_day and d.due_at and e < local(d.due_at)]
    pending = [d for d in new + old if end(d) is None]
    overdue = [d for d in pending if d.due_at and local(d.due_at) < last and state(d) not in (5, 6, 8)]
    return {
        "tn_tong": len(new) + len(old),
        "tn_truc_tuyen": online,
        "tn_truc_tiep_bcci": len(new) - online,
        "tn_ky_truoc": len(old),
        "da_tong": len(done),
        "da_truoc_han": len(early),
        "da_dung_han": len(on_the_day),
        "da_qua_han": len(done) - len(early) - len(on_the_day),
        "dang_tong": len(pending),
        "dang_trong_han": len(pending) - len(overdue),
        "dang_qua_han": len(overdue),
    }


@given(st.lists(any_dossier(), max_size=25, unique_by=lambda one: (one.code, one.received_at)))
def test_the_figures_equal_those_counted_by_hand(dossiers: list[Filed]) -> None:
    figures = count(dossiers, QUARTER)
    assert figures.total.record() == by_hand(dossiers, QUARTER.first, QUARTER.last)
    assert list(figures.total.record()) == list(KEYS)
    for name, row in figures.by_field.items():
        alone = [one for one in dossiers if one.field_title == name]
        assert row.record() == by_hand(alone, QUARTER.first, QUARTER.last)
    for (name, code, _), row in figures.by_procedure.items():
        alone = [one for one in dossiers if (one.field_title, one.procedure_code) == (name, code)]
        assert row.record() == by_hand(alone, QUARTER.first, QUARTER.last)


@given(st.lists(any_dossier(), max_size=25, unique_by=lambda one: (one.code, one.received_at)))
def test_every_figure_has_as_many_dossiers_behind_it(dossiers: list[Filed]) -> None:
    figures = count(dossiers, QUARTER)
    behind = codes(figures.dossiers)
    assert {key: len(some) for key, some in behind.items()} == figures.total.record()
    assert compared(dossiers, QUARTER) == behind, "a period that is only compared with is counted alike"


def test_what_is_pending_at_the_end_is_carried_over_into_the_period_that_follows() -> None:
    months = [dossier(4, at(month, 3)) for month in (5, 6, 7, 8)]
    done = [
        dossier(9, at(7, 1), finished=at(8, day), history=(held(2, at(7, 1)), held(9, at(8, day))))._replace(
            code=f"d{day}"
        )
        for day in (14, 15)
    ]
    dossiers = [one._replace(code=f"m{number}") for number, one in enumerate(months)] + done
    first = count(dossiers, Period(date(2020, 5, 15), date(2020, 8, 14), HERE))
    second = count(dossiers, Period(date(2020, 8, 15), date(2020, 11, 14), HERE))
    assert first.pending() == second.carried_over() == {"m0", "m1", "m2", "m3", "d15"}
