"""The catalogue at hand: the edition in force and its search index, built anew only when another is published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from knowledge.catalogue import Edition, Procedure, from_record, load_edition, shipped_editions, to_record
from knowledge.search import Entry, Index
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


def entries(procedures: tuple[Procedure, ...]) -> list[Entry]:
    """Say of procedures what the search has to know."""
    return [
        Entry(p.id, p.title, p.field, (*p.aliases, *(name for name in (p.title_en, p.short_title_en) if name)))
        for p in procedures
    ]


def _build(tx: Connection, current: InForce) -> Shelf:
    head, records = catalogue.load(tx, current.id)
    procedures = tuple(from_record(record) for record in records)
    edition = Edition(
        **{name: head[name] for name in _HEAD},
        effective_from=date.fromisoformat(head["effective_from"]),
        effective_to=date.fromisoformat(head["effective_to"]) if head["effective_to"] else None,
        procedures=procedures,
    )
    return Shelf(edition, Index(entries(procedures)))


def save(tx: Connection, edition: Edition, now: datetime) -> None:
    """Keep an edition as a draft."""
    head: dict[str, Any] = {name: getattr(edition, name) for name in _HEAD}
    head["effective_from"] = edition.effective_from.isoformat()
    head["effective_to"] = edition.effective_to.isoformat() if edition.effective_to else None
    catalogue.save_draft(tx, edition.name, head, [(p.id, to_record(p)) for p in edition.procedures], now)


def ship(tx: Connection, published: str, now: datetime) -> None:
    """Load the shipped editions into a database without any, and publish one of them without an end."""
    if not catalogue.is_empty(tx):
        return
    for name in shipped_editions():
        edition = load_edition(name)
        save(tx, edition, now)
        if name == published:
            catalogue.publish(tx, name, edition.effective_from, None)
