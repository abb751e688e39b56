"""One dossier in the periodic report: whether it counts as of a period's end, how it came in and how it stands.

Rules: form II.06a/VPCP/KSTT (Thông tư 01/2020/TT-VPCP) as a province's published one-stop system counts it; comparison
is by date, never by hour. What that system takes from the *current* status is taken here from the status that held at
the cut-off (the end of the period's last day), so that a past period gives the same figures again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from knowledge.report_period import Period

NOT_COUNTED = frozenset({1, 3})  # new, not accepted
WAITING = frozenset({5, 6, 8})  # for papers, for payment, stopped: pending in time whatever the due date
WITHDRAWN = 7
CONCLUDED = frozenset({WITHDRAWN, 9, 10})
ONLINE = 2  # KenhThucHien; 1 at the counter, 3 by public post
AT_COUNTER_OR_BY_POST = frozenset({1, 3, None})


class Cell(StrEnum):
    """What a dossier counts as, by the machine names of form II.06a."""

    ONLINE = "tn_truc_tuyen"
    DIRECT = "tn_truc_tiep_bcci"
    CARRIED_OVER = "tn_ky_truoc"
    EARLY = "da_truoc_han"
    ON_TIME = "da_dung_han"
    LATE = "da_qua_han"
    PENDING_IN_TIME = "dang_trong_han"
    PENDING_LATE = "dang_qua_han"


RECEIVED = (Cell.ONLINE, Cell.DIRECT, Cell.CARRIED_OVER)
RESOLVED = (Cell.EARLY, Cell.ON_TIME, Cell.LATE)
PENDING = (Cell.PENDING_IN_TIME, Cell.PENDING_LATE)


class Held(NamedTuple):
    """A status and since when it holds."""

    status: int
    since: datetime


class Filed(NamedTuple):  # and not a dataclass: a report makes a hundred thousand of each of these two
    """A dossier as last heard of. Times are aware; `history` is in the order of `timeline.Telling.order`."""

    code: str
    status: int
    received_at: datetime
    due_at: datetime | None = None
    finished_at: datetime | None = None
    channel: int | None = None
    field_title: str | None = None
    procedure_code: str | None = None
    procedure_title: str | None = None
    return_way: int | None = None
    illustrative: bool = False
    history: tuple[Held, ...] = ()
    apologised_at: datetime | None = None


class Judged(NamedTuple):
    """A dossier that counts: how it came in and how it stands. None where no rule fits, which breaks an identity."""

    code: str
    field_title: str | None
    procedure: tuple[str | None, str | None]
    channel: int | None
    received: Cell | None
    result: Cell | None
    received_on: date
    due_on: date | None
    resolved_on: date | None
    return_way: int | None
    illustrative: bool
    apologised: bool


def judge(one: Filed, period: Period) -> Judged | None:
    """Judge a dossier as of the period's end; None for one that does not count in this period."""
    if one.received_at >= period.end:
        return None
    status, resolved_at = _as_of(one, period)
    if status in NOT_COUNTED:
        return None
    carried = one.received_at < period.start
    if carried and resolved_at is not None and resolved_at < period.start:
        return None
    due_on = None if one.due_at is None else period.day_of(one.due_at)
    resolved_on = None if resolved_at is None else period.day_of(resolved_at)
    return Judged(
        one.code,
        one.field_title,
        (one.procedure_code, one.procedure_title),
        one.channel,
        Cell.CARRIED_OVER if carried else _way_in(one.channel),
        _pending(status, due_on, period) if resolved_on is None else _resolved(status, due_on, resolved_on, period),
        period.day_of(one.received_at),
        due_on,
        resolved_on,
        one.return_way,
        one.illustrative,
        one.apologised_at is not None and one.apologised_at < period.end,
    )


def _as_of(one: Filed, period: Period) -> tuple[int, datetime | None]:
    """Tell the status at the cut-off and when handling had ended, None if it had not.

    Where the first known status is later than the cut-off, the recorded dates decide whether handling had ended, and
    that status tells only whether the dossier counts and whether it waits. An end without a recorded date is the
    beginning of the last unbroken run of 7, 9 and 10: 10 after 9 is the handing over, not another end.
    """
    history = _drawn_back(one.history)
    by_then = [held for held in history if held.since < period.end]
    ended_at = one.finished_at
    if not by_then:
        status = history[0].status if history else one.status
    else:
        status = by_then[-1].status
        if status not in CONCLUDED:
            ended_at = None
        elif ended_at is None:
            ended_at = _run_began(by_then)
    return status, ended_at if ended_at is not None and ended_at < period.end else None


def _drawn_back(history: Sequence[Held]) -> Sequence[Held]:
    """Let no status begin after one that followed it, as `timeline.stretches` does (this is its form for many)."""
    if len(history) < 2 or all(one.since <= other.since for one, other in pairwise(history)):
        return history
    drawn = list(history)
    for place in range(len(drawn) - 2, -1, -1):
        if drawn[place].since > drawn[place + 1].since:
            drawn[place] = Held(drawn[place].status, drawn[place + 1].since)
    return drawn


def _run_began(by_then: Sequence[Held]) -> datetime:
    began = by_then[-1].since
    for held in reversed(by_then):
        if held.status not in CONCLUDED:
            break
        began = held.since
    return began


def _way_in(channel: int | None) -> Cell | None:
    if channel == ONLINE:
        return Cell.ONLINE
    return Cell.DIRECT if channel in AT_COUNTER_OR_BY_POST else None


def _resolved(status: int, due_on: date | None, resolved_on: date, period: Period) -> Cell | None:
    if resolved_on < period.first:  # received in the period and ended before it: the dates contradict each other
        return None
    if status == WITHDRAWN or due_on is None or resolved_on == due_on:
        return Cell.ON_TIME
    return Cell.EARLY if resolved_on < due_on else Cell.LATE


def _pending(status: int, due_on: date | None, period: Period) -> Cell:
    in_time = status in WAITING or due_on is None or due_on >= period.last
    return Cell.PENDING_IN_TIME if in_time else Cell.PENDING_LATE
