"""The tables of announcements: what is announced, what is asked before a dialogue conference."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import BigInteger, Boolean, ForeignKey, String, Table, Text

from storage.columns import SUBJECT, Erasure, Moment, Sealed, personal, plain
from storage.schema.base import AGE, ROW_ID, metadata

QUESTIONS_KEPT = timedelta(days=365)  # our choice: a conference is answered within the year

broadcast = Table(
    "broadcast",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("official_id", ROW_ID, ForeignKey("official.id", ondelete="CASCADE"), nullable=False),
    plain("text", Text, nullable=False),
    plain("audience", String(40), nullable=False),
    plain("asks", Boolean, nullable=False),
    plain("state", String(10), nullable=False),
    plain("send_at", Moment()),
    plain("reached", BigInteger, nullable=False),
    plain("created_at", Moment(), nullable=False),
)
"""An announcement: `draft`, `sending` from `send_at` on, `sent` or `stopped`.

`audience`: `all` or a channel; `asks`: questions are collected below it; `reached`: the account up to which it is told.
"""

dialogue_question = Table(
    "dialogue_question",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("broadcast_id", ROW_ID, ForeignKey("broadcast.id", ondelete="CASCADE"), nullable=False, index=True),
    plain("account_id", ROW_ID, ForeignKey("account.id", ondelete="SET NULL")),
    personal("text", Sealed("dialogue_question.text"), erasure=Erasure.EMPTY, kept=QUESTIONS_KEPT),
    plain("asked_at", Moment(), nullable=False),
    info={SUBJECT: "account_id", AGE: "asked_at"},
)
"""A question that somebody asked before a dialogue conference."""
