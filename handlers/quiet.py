"""Quiet hours: notices that come at night wait for the morning. Replies are not held: whoever writes is awake."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from handlers.messages import Happening, Notice
from handlers.notices import Rule, Rules
from storage.database import Connection


@dataclass(frozen=True, slots=True)
class Quiet:
    """A span of each day, by the local clock, in which nobody is to be disturbed; it may go over midnight."""

    start: time
    end: time
    zone: ZoneInfo

    def until(self, now: datetime) -> datetime | None:
        """Give the end of the quiet span that `now` lies in; None when it lies in none."""
        local = now.astimezone(self.zone)
        at = local.time()
        over_midnight = self.start >= self.end
        is_quiet = at >= self.start or at < self.end if over_midnight else self.start <= at < self.end
        if not is_quiet:
            return None
        day = local.date() + timedelta(days=int(over_midnight and at >= self.start))
        return datetime.combine(day, self.end, self.zone)


def keep(rules: Rules, quiet: Quiet | None) -> Rules:
    """Give the same rules, with what they tell in a quiet span kept until its end.

    A notice that is `urgent`, or that names its own `not_before`, goes as its rule says.
    """
    if quiet is None:
        return rules
    return {name: partial(_kept, rule, quiet) for name, rule in rules.items()}


def _kept(rule: Rule, quiet: Quiet, tx: Connection, happening: Happening, now: datetime) -> Iterator[Notice]:
    until = quiet.until(now)
    for notice in rule(tx, happening, now):
        own = notice.urgent or notice.not_before is not None
        yield notice if own else replace(notice, not_before=until)
