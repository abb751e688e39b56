"""The catalogue at hand: the edition in force and its search index, built anew only when another is published."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from knowledge.catalogue import Edition, from_record, load_edition, shipped_editions, to_record
from knowledge.catalogue.search_entries import search_entries
from knowledge.search import Index
from storage import catalogue
from storage.catalogue import InForce
from storage.database import Connection

_HEAD = ("name", "title", "agency_note", "publication_decision", "note")


@dataclass(frozen=True, slots=True)
class Shelf:
    """An edition and its index."""

    edition: Edition
    index: Index


class Library:
    """Keeps the shelf of the edition in force; every turn compares one row to know whether it still is."""

    def __init__(self) -> None:
        self._known: tuple[InForce, Shelf] | None = None

    def shelf(self, tx: Connection, today: date) -> Shelf | None:
        """Give the edition in force today, None when there is none."""
        current = catalogue.in_force(tx, today)
        if current is None:
            return None
        known = self._known
        if known is None or known[0] != current:
            known = (current, _build(tx, current))
            self._known = known
        return known[1]


def _build(tx: Connection, current: InForce) -> Shelf:
    edition = load(tx, current.id)
    return Shelf(edition, Index(search_entries(edition.procedures)))


def load(tx: Connection, edition_id: int) -> Edition:
    """Load an edition; the days for which it was published stand above those that its file gave."""
    head, records = catalogue.load(tx, edition_id)
    since, until = catalogue.span(tx, edition_id)
    return Edition(
        **{name: head[name] for name in _HEAD},
        effective_from=since or date.fromisoformat(head["effective_from"]),
        effective_to=until or (date.fromisoformat(head["effective_to"]) if head["effective_to"] else None),
        procedures=tuple(from_record(record) for record in records),
    )


def of_day(tx: Connection, day: date) -> Edition | None:
    """Load the edition that was in force on a day, as a report of that time needs it; None when none was."""
    found = catalogue.in_force(tx, day)
    return None if found is None else load(tx, found.id)


def save(tx: Connection, edition: Edition, now: datetime, *, refused: int = 0) -> None:
    """Keep an edition as a draft; `refused`: so many entries of its file had faults."""
    head: dict[str, Any] = {name: getattr(edition, name) for name in _HEAD}
    head["effective_from"] = edition.effective_from.isoformat()
    head["effective_to"] = edition.effective_to.isoformat() if edition.effective_to else None
    entries = [(p.id, to_record(p)) for p in edition.procedures]
    catalogue.save_draft(tx, edition.name, head, entries, now, refused=refused)


def ship(tx: Connection, published: str, now: datetime, own: Callable[[], Edition] | None = None) -> None:
    """Load the shipped editions into a database without any, and publish one of them without an end.

    `own` gives an edition of the agency's that is loaded besides and published instead.
    """
    if not catalogue.is_empty(tx):
        return
    found = [load_edition(name) for name in shipped_editions()]
    if own is not None:
        found.append(own())
        published = found[-1].name
    for edition in {edition.name: edition for edition in found}.values():
        save(tx, edition, now)
        if edition.name == published:
            catalogue.publish(tx, edition.name, edition.effective_from, None, now)
