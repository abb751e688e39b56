"""The tables of the catalogue: editions, what was asked in vain, who ticked what, what is to be announced."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from storage.columns import SUBJECT, Erasure, Moment, Sealed, personal, plain
from storage.schema.base import AGE, ROW_ID, metadata

ENTRY_ID = String(40)
QUESTIONS_KEPT = timedelta(days=365)  # our choice: what was asked in one year is looked at in that year
CHECKLIST_KEPT = timedelta(days=365)  # our choice: papers are gathered over months, not over years

edition = Table(
    "edition",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("name", String(80), nullable=False, unique=True),
    plain("state", String(10), nullable=False),
    plain("record", Text, nullable=False),
    plain("effective_from", Date()),
    plain("effective_to", Date()),
    plain("revision", Integer, nullable=False),
    plain("refused", Integer, nullable=False),
    plain("created_at", Moment(), nullable=False),
    plain("published_at", Moment()),
)
"""An edition of the catalogue: draft, published or withdrawn.

`record` holds what is said of it as a whole; `refused`: so many entries of the file it came from had faults.
"""

edition_entry = Table(
    "edition_entry",
    metadata,
    plain("edition_id", ROW_ID, ForeignKey("edition.id", ondelete="CASCADE"), primary_key=True),
    plain("position", Integer, primary_key=True),
    plain("entry_id", ENTRY_ID, nullable=False),
    plain("record", Text, nullable=False),
    UniqueConstraint("edition_id", "entry_id"),
)
"""One procedure or redirect of an edition, as the catalogue's own record."""

announcement = Table(
    "announcement",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("edition_id", ROW_ID, ForeignKey("edition.id", ondelete="CASCADE"), nullable=False),
    plain("state", String(10), nullable=False),
    plain("text", Text, nullable=False),
    plain("created_at", Moment(), nullable=False),
)
"""What a published edition brought, worded for businesses: a draft until an official sends it."""

unanswered = Table(
    "unanswered",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("account_id", ROW_ID, ForeignKey("account.id", ondelete="SET NULL")),
    personal("text", Sealed("unanswered.text"), erasure=Erasure.EMPTY, kept=QUESTIONS_KEPT),
    plain("state", String(10), nullable=False),
    plain("entry_id", ENTRY_ID),
    plain("asked_at", Moment(), nullable=False),
    Index(
        "ix_unanswered_open",
        "id",
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
    info={SUBJECT: "account_id", AGE: "asked_at"},
)
"""A question that nothing answered, scrubbed of personal data: open, attached to an entry, or out of scope."""

checklist = Table(
    "checklist",
    metadata,
    plain("account_id", ROW_ID, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    plain("entry_id", ENTRY_ID, primary_key=True),
    personal("ticked", Sealed("checklist.ticked"), erasure=Erasure.ROW, kept=CHECKLIST_KEPT, nullable=False),
    plain("updated_at", Moment(), nullable=False),
    info={SUBJECT: "account_id", AGE: "updated_at"},
)
"""The papers of a procedure that a person has ready."""
