"""What the search has to know of procedures."""

from collections.abc import Iterable

from knowledge.catalogue.model import Procedure
from knowledge.search import Entry


def search_entries(procedures: Iterable[Procedure]) -> list[Entry]:
    """Say of procedures what the search has to know."""
    return [
        Entry(p.id, p.title, p.field, (*p.aliases, *(name for name in (p.title_en, p.short_title_en) if name)))
        for p in procedures
    ]
