"""The tables of persons who use several accounts: what joins them, and the codes by which two are joined."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Table

from storage.columns import Moment, plain
from storage.schema.base import HASH, ROW_ID, metadata

person = Table(
    "person",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("joined_at", Moment(), nullable=False),
)
"""A person with several accounts (`account.person_id`); who has one account needs no row."""

account_link = Table(
    "account_link",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("account_id", ROW_ID, ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    plain("second_id", ROW_ID, ForeignKey("account.id", ondelete="CASCADE")),
    plain("code_hash", HASH, nullable=False, unique=True),
    plain("made_at", Moment(), nullable=False),
    plain("expires_at", Moment(), nullable=False),
    plain("closed_at", Moment()),
)
"""A one-time code made on one account and typed on a second one; the code itself stands nowhere.

`second_id`: who used it up, and now waits for the first to confirm; `closed_at`: joined, or refused.
"""
