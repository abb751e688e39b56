"""The tables of look-ups and followed dossiers."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, ForeignKey, Table, UniqueConstraint

from storage.columns import SUBJECT, Erasure, Moment, Sealed, personal, plain
from storage.schema.base import HASH, ROW_ID, metadata

follow = Table(
    "follow",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("account_id", ROW_ID, ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    plain("dossier_id", ROW_ID, ForeignKey("dossier.id", ondelete="CASCADE"), nullable=False, index=True),
    personal("nickname", Sealed("follow.nickname"), erasure=Erasure.ROW),
    plain("detailed", Boolean, nullable=False),
    plain("followed_at", Moment(), nullable=False),
    plain("expires_at", Moment(), index=True),
    plain("expiry_told_at", Moment()),
    plain("overdue_told", Moment()),
    plain("end_told", Moment()),
    plain("archived_at", Moment()),
    UniqueConstraint("account_id", "dossier_id"),
    info={SUBJECT: "account_id"},
)
"""Which account is told of which dossier's changes.

`detailed`: its person proved to be the owner, so notices may say what is personal, until `expires_at` (NULL: nothing
personal is said, so it does not expire). What was told by the clock, so that it is told once: that it expires, the due
date that passed, the end of the supplement that comes near. `archived_at`: the dossier has come to its end.
"""

look_up_pace = Table(
    "look_up_pace",
    metadata,
    plain("asker", HASH, primary_key=True),
    plain("missed_until", Moment(), nullable=False),
    plain("counted_until", Moment(), nullable=False),
    plain("free_at", Moment(), nullable=False, index=True),
    plain("series", HASH),
    plain("number", BigInteger),
    plain("told_at", Moment()),
)
"""How fast somebody may look dossiers up, by a keyed hash of a person, a network, or of everybody together.

Misses and steps from a code to its neighbour are kept as times: each pushes its own further on, and what lies behind
now is forgotten. `free_at`: when the next answer may leave. `series` and `number`: the code asked for last, its agency
and day hashed. `told_at`: when administrators heard of it. It is not erased with a person, or erasing oneself would be
a way around it; a day after the last look-up the row is deleted.
"""
