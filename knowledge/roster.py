"""The duty roster (lịch trực): whose week it is, and who stands in for whom.

A rotation is a list of officials who take turns week by week. A week in which the office never opens is nobody's turn,
so after Tết the turn passes on as if that week had not been. On a day that is not worked the one on duty is whoever is
on the next day that is: they will read what came meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from knowledge.calendar import Calendar

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Rotation:
    """Who takes turns (by number), one a week, beginning with the week of the Monday `since`."""

    since: date
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Days:
    """Days, both inclusive, on which an official is away, or stands on duty whoever's turn it is."""

    official: int
    first: date
    last: date

    def hold(self, day: date) -> bool:
        """Tell whether a day is one of them."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days of one week, both inclusive, with one official on duty, or with nobody."""

    first: date
    last: date
    official: int | None


@dataclass(frozen=True, slots=True)
class Week:
    """A week of the roster: its Monday, and who is on duty on which of its worked days, in order."""

    monday: date
    days: tuple[tuple[date, int | None], ...]

    @property
    def stretches(self) -> Iterator[Stretch]:
        """Put days that follow each other with the same official on duty together."""
        for who, days in groupby(self.days, key=lambda one: one[1]):
            listed = [day for day, _ in days]
            yield Stretch(listed[0], listed[-1], who)

    @property
    def officials(self) -> tuple[int, ...]:
        """List who is on duty in this week, without the gaps."""
        return tuple(dict.fromkeys(one for _, one in self.days if one is not None))


@dataclass(frozen=True, slots=True)
class Roster:
    """All that is known of the roster.

    `rotations`: by their beginnings; `away`: leave; `instead`: who stands on duty against the rotation, as after a swap
    (the one noted last wins); `standing`: who still is an official.
    """

    rotations: Sequence[Rotation]
    away: Sequence[Days]
    instead: Sequence[Days]
    standing: frozenset[int]

    def on_duty(self, calendar: Calendar, day: date) -> int | None:
        """Tell who is on duty on a day; None without a rotation, and where everybody is away.

        Raises `Wrong` where the office does not open again within a year.
        """
        worked = calendar.opening(datetime.combine(day, time())).date()
        stands_in = (one.official for one in reversed(self.instead) if one.hold(worked))
        return next(
            (one for one in [*stands_in, *self._in_turn(calendar, worked)] if self._is_there(one, worked)), None
        )

    def _in_turn(self, calendar: Calendar, day: date) -> tuple[int, ...]:
        """List the rotation of a day, beginning with the one whose turn it is."""
        begun = [one for one in self.rotations if one.since <= day and one.members]
        if not begun:
            return ()
        rotation = max(begun, key=lambda one: one.since)
        turn = sum(1 for _ in worked_weeks(calendar, rotation.since, monday(day))) % len(rotation.members)
        return rotation.members[turn:] + rotation.members[:turn]

    def _is_there(self, official: int, day: date) -> bool:
        return official in self.standing and not any(one.official == official and one.hold(day) for one in self.away)

    def weeks(self, calendar: Calendar, day: date, most: int) -> Iterator[Week]:
        """List the weeks from that of a day on; a week that is not worked has no days."""
        for number in range(most):
            first = monday(day) + number * WEEK
            yield Week(first, tuple((one, self.on_duty(calendar, one)) for one in _worked(calendar, first)))


def monday(day: date) -> date:
    """Give the first day of a day's week."""
    return day - timedelta(days=day.weekday())


def worked_weeks(calendar: Calendar, since: date, until: date) -> Iterator[date]:
    """List the Mondays from one on, before another, of the weeks in which the office opens."""
    first = since
    while first < until:
        if next(_worked(calendar, first), None) is not None:
            yield first
        first += WEEK


def _worked(calendar: Calendar, first: date) -> Iterator[date]:
    days = (first + timedelta(days=offset) for offset in range(7))
    return (day for day in days if calendar.is_working_day(day))
