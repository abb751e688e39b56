"""The statuses of a dossier in the order in which they held, however late or often they were told.

A *telling* is a status, since when it holds and the time of which the news spoke. Tellings are ordered by that time; a
*stretch* is a run of them with one status. Each stretch is announced exactly once, by one of its tellings: a repeat
joins its stretch, news that comes late may split one, and then the part that was not announced yet is announced. So
the number of announcements is that of the stretches, whatever the order and repetition of deliveries.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from knowledge.status import Status


@dataclass(frozen=True, slots=True)
class Telling:
    """A status, since when it holds, of what time the news of it spoke, when we learnt it, and whether it announced."""

    status: Status
    since: datetime
    as_of: datetime
    learnt_at: datetime
    announced: bool = False

    @property
    def order(self) -> tuple[datetime, datetime, int]:
        """Where it stands among the tellings of its dossier."""
        return self.as_of, self.since, int(self.status)


@dataclass(frozen=True, slots=True)
class Learnt:
    """What a new telling brings: the tellings to keep, and those of old and new that announce their stretch now."""

    kept: tuple[Telling, ...] = ()
    announcing: tuple[Telling, ...] = ()


def learn(known: Sequence[Telling], told: Telling, *, dated: bool) -> Learnt:
    """Put a telling among the known ones of its dossier.

    One that only repeats the stretch in which it falls brings nothing, unless `dated`: a step that the source itself
    dated is kept, so that a stretch can be split there later. A status that comes back with the date of its first time
    holds since the news of it.
    """
    before = max((one for one in known if one.order <= told.order), key=_order, default=None)
    if before is not None and before.status is told.status and not dated:
        return Learnt()
    if any((one.status, one.since) == (told.status, told.since) for one in known):
        told = replace(told, since=told.as_of)
        if any((one.status, one.since) == (told.status, told.since) for one in known):
            return Learnt()
    return Learnt((told,), _unannounced([*known, told]))


def _unannounced(tellings: Iterable[Telling]) -> tuple[Telling, ...]:
    stretches = (list(run) for _, run in groupby(sorted(tellings, key=_order), key=lambda one: one.status))
    return tuple(run[0] for run in stretches if not any(one.announced for one in run))


def _order(telling: Telling) -> tuple[datetime, datetime, int]:
    return telling.order


def stretches(tellings: Iterable[Telling]) -> list[Telling]:
    """List the stretches in order, each by its first telling.

    A status never begins after one that followed it: where a source told the date of a later one afterwards (finished
    on Monday, told on Friday, "processing" told on Wednesday), the earlier one is drawn back to that date.
    """
    first = [next(run) for _, run in groupby(sorted(tellings, key=_order), key=lambda one: one.status)]
    for number in range(len(first) - 2, -1, -1):
        if first[number].since > first[number + 1].since:
            first[number] = replace(first[number], since=first[number + 1].since)
    return first
