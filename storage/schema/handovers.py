"""The tables of conversations that are handed over to a person."""

from __future__ import annotations

from sqlalchemy import Boolean, ForeignKey, Table

from storage.columns import SUBJECT, Erasure, Moment, Sealed, personal, plain
from storage.schema.base import HASH, ROW_ID, UNTIL_DONE, metadata

handover = Table(
    "handover",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("account_id", ROW_ID, ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    plain("topic_id", ROW_ID, ForeignKey("account.id", ondelete="SET NULL"), index=True),
    plain("taken_by", ROW_ID, ForeignKey("account.id", ondelete="SET NULL"), index=True),
    plain("console", Boolean, nullable=False),
    plain("opened_at", Moment(), nullable=False),
    plain("said_at", Moment()),
    plain("answered_at", Moment()),
    plain("last_at", Moment(), nullable=False),
    plain("closed_at", Moment()),
    info={SUBJECT: "account_id"},
)
"""A conversation of somebody with the officials on duty.

`topic_id`: the topic of the officials' group in which it is held, else `taken_by`: the official's own chat. `console`:
the platform's own console shows it to the officials, so nothing is relayed. `said_at`, `answered_at`: the first message
of either side; `last_at`: the latest of both.
"""

handover_line = Table(
    "handover_line",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("handover_id", ROW_ID, ForeignKey("handover.id", ondelete="CASCADE"), nullable=False, index=True),
    plain("sender_id", ROW_ID, ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    plain("inward", Boolean, nullable=False),
    plain("ready", Boolean, nullable=False),
    personal("text", Sealed("handover_line.text"), erasure=Erasure.ROW, kept=UNTIL_DONE),
    personal("name", Sealed("handover_line.name"), erasure=Erasure.ROW, kept=UNTIL_DONE),
    plain("file_hash", HASH),
    info={SUBJECT: "handover_id"},
)
"""What waits behind a file that is still being fetched, so that everything arrives in order; deleted when it goes on.

`inward`: to the officials; `ready`: not a file, or one that was fetched; `name`: the file's.
"""
