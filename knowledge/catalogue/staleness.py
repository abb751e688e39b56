"""Fields whose sources nobody has looked at for a long time: they may have become wrong unnoticed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from knowledge.catalogue.model import Edition, Procedure


@dataclass(frozen=True, slots=True)
class Stale:
    """A procedure and its fields that were last checked before a day; `since` is the oldest of their dates."""

    procedure: Procedure
    fields: tuple[str, ...]
    since: date


def stale(edition: Edition, today: date, months: int) -> Iterator[Stale]:
    """The entries with sourced fields that were not checked for so many months, the longest unchecked first."""
    limit = months_before(today, months)
    found: list[Stale] = []
    for procedure in edition.procedures:
        dates = {n: e.checked_on for n, e in procedure.evidence.items() if e.checked_on and e.checked_on < limit}
        if dates:
            found.append(Stale(procedure, tuple(sorted(dates)), min(dates.values())))
    yield from sorted(found, key=lambda one: (one.since, one.procedure.id))


def months_before(day: date, months: int) -> date:
    """The same day so many months before; the 1st of the next month where that month has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    try:
        return date(year, month + 1, day.day)
    except ValueError:
        year, month = divmod(year * 12 + month + 1, 12)
        return date(year, month + 1, 1)
