"""How urgent a dossier is on a day: three working days, one, none before its due date, or over it. Pure.

The stages are those at which an apology has to be prepared: where a dossier will be late, the letter goes out at the
latest one day before the due date (as provinces order it), so officials hear at three and at one working day.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from knowledge.calendar import Calendar
from knowledge.duties import News

LOOK_AHEAD = timedelta(days=21)  # three working days are never longer, the longest Tết between them included


def working_days_between(calendar: Calendar, first: date, last: date) -> int:
    """Count the worked days after the first day up to the last one; negative where the last is before."""
    if last < first:
        return -working_days_between(calendar, last, first)
    days = (first + timedelta(days=offset) for offset in range(1, (last - first).days + 1))
    return sum(1 for day in days if calendar.is_working_day(day))


def stage(calendar: Calendar, due: datetime, now: datetime) -> News | None:
    """Tell what of a dossier that is due then (both local) is to be told today; None on a day that is not worked.

    A due date on a day that is not worked counts as the next worked day. Overdue is told every worked day.
    """
    today = now.date()
    if not calendar.is_working_day(today):
        return None
    last = calendar.opening(datetime.combine(due.date(), time())).date()
    if last < today:
        return News.OVERDUE
    if last - today > LOOK_AHEAD:
        return None
    return {3: News.DUE_3, 1: News.DUE_1, 0: News.DUE_0}.get(working_days_between(calendar, today, last))
