"""The kinds of personal data whose time is the agency's choice, and the tables that each stands for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

KINDS: Mapping[str, tuple[str, ...]] = {
    "conversations": ("conversation",),
    "questions": ("unanswered", "dialogue_question"),
    "checklists": ("checklist",),
    "dossiers": ("dossier", "dossier_supplement", "dossier_progress"),
    "surveys": ("survey",),
    "contacts": ("contact",),
}


def by_table(kept: Mapping[str, timedelta]) -> dict[str, timedelta]:
    """Give how long the rows of each table are kept; raises KeyError for a kind that there is not."""
    return {table: span for kind, span in kept.items() for table in KINDS[kind]}
