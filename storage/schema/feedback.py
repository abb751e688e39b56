"""The register of feedback, what was done with each, what people were content with, and consents."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from storage.columns import SUBJECT, Erasure, Moment, Sealed, personal, plain
from storage.schema.base import AGE, HASH, NAME, REGISTER, ROW_ID, metadata

SILENT_CONTACT = timedelta(days=730)  # our choice: who wrote nothing for two years is asked anew

feedback = Table(
    "feedback",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("number", String(20), nullable=False, unique=True),
    plain("account_id", ROW_ID, ForeignKey("account.id", ondelete="SET NULL")),
    plain("received_at", Moment(), nullable=False),
    plain("state", String(20), nullable=False),
    plain("kind", String(12), nullable=False),
    plain("clause", Integer),
    plain("field", String(200)),
    plain("procedure", String(60)),
    plain("language", String(8), nullable=False),
    plain("sender_kind", String(12), nullable=False),
    personal("content", Sealed("feedback.content"), erasure=Erasure.EMPTY, kept=REGISTER),
    personal("proposal", Sealed("feedback.proposal"), erasure=Erasure.EMPTY, kept=REGISTER),
    personal("document", Sealed("feedback.document"), erasure=Erasure.EMPTY, kept=REGISTER),
    personal("sender_name", Sealed("feedback.sender_name"), erasure=Erasure.EMPTY, kept=REGISTER),
    personal("sender_address", Sealed("feedback.sender_address"), erasure=Erasure.EMPTY, kept=REGISTER),
    personal("sender_phone", Sealed("feedback.sender_phone"), erasure=Erasure.EMPTY, kept=REGISTER),
    plain("due_at", Moment(), nullable=False),
    plain("news_at", Moment(), nullable=False),
    plain("reminded_at", Moment()),
    plain("answered_at", Moment()),
    plain("reopened_at", Moment()),
    personal("answer", Sealed("feedback.answer"), erasure=Erasure.EMPTY, kept=REGISTER),
    plain("forwarded_to", String(200)),
    plain("letter", String(60)),
    plain("published_at", Moment()),
    personal(
        "published_question",
        Text,
        erasure=Erasure.EMPTY,
        kept=REGISTER,
        why_plain="published for everybody, in an official's words and without names",
    ),
    personal(
        "published_answer",
        Text,
        erasure=Erasure.EMPTY,
        kept=REGISTER,
        why_plain="published for everybody, in an official's words and without names",
    ),
    Index("ix_feedback_account_id", "account_id"),
    info={SUBJECT: "account_id"},
)
"""Feedback and recommendations (phản ánh, kiến nghị) with their receipt numbers; `sender_kind` anonymous is a tip."""

feedback_step = Table(
    "feedback_step",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("feedback_id", ROW_ID, ForeignKey("feedback.id", ondelete="CASCADE"), nullable=False, index=True),
    plain("at", Moment(), nullable=False),
    plain("state", String(20), nullable=False),
    plain("official_id", ROW_ID, ForeignKey("official.id", ondelete="SET NULL")),
    personal("note", Sealed("feedback_step.note"), erasure=Erasure.EMPTY, kept=REGISTER),
    info={SUBJECT: "feedback_id"},
)
"""What was done with a feedback: the state that it came into, when, by which official, in which words."""

feedback_file = Table(
    "feedback_file",
    metadata,
    plain("feedback_id", ROW_ID, ForeignKey("feedback.id", ondelete="CASCADE"), primary_key=True),
    plain("file_hash", HASH, ForeignKey("file.hash", ondelete="CASCADE"), primary_key=True),
    plain("of_answer", Boolean, nullable=False),
    personal("name", Sealed("feedback_file.name"), erasure=Erasure.ROW, nullable=False),
    info={SUBJECT: "feedback_id"},
)
"""The files that came with a feedback or its answer."""

survey = Table(
    "survey",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("account_id", ROW_ID, ForeignKey("account.id", ondelete="SET NULL")),
    plain("subject", NAME, nullable=False),
    plain("reference", String(40), nullable=False),
    plain("asked_at", Moment(), nullable=False),
    plain("level", Integer),
    plain("answered_at", Moment()),
    personal("reason", Sealed("survey.reason"), erasure=Erasure.EMPTY, kept=timedelta(days=730)),
    UniqueConstraint("account_id", "subject", "reference"),
    info={SUBJECT: "account_id", AGE: "asked_at"},
)
"""How content somebody is, asked once after a dossier's result or a feedback's answer: level 1 (with a reason) to 3."""

contact = Table(
    "contact",
    metadata,
    plain("account_id", ROW_ID, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    personal("name", Sealed("contact.name"), erasure=Erasure.ROW, kept=SILENT_CONTACT),
    personal("address", Sealed("contact.address"), erasure=Erasure.ROW, kept=SILENT_CONTACT),
    personal("phone", Sealed("contact.phone"), erasure=Erasure.ROW, kept=SILENT_CONTACT),
    plain("updated_at", Moment(), nullable=False),
    info={SUBJECT: "account_id", AGE: "updated_at"},
)
"""Name, address and phone that somebody wants to be filled in the next time."""

consent = Table(
    "consent",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("account_id", ROW_ID, ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    plain("purpose", NAME, nullable=False),
    plain("text_version", HASH, nullable=False),
    plain("language", String(8), nullable=False),
    plain("method", NAME, nullable=False),
    plain("event_id", ROW_ID),
    plain("given_at", Moment(), nullable=False),
    plain("withdrawn_at", Moment()),
)
"""Consents: for which purpose, to which text (its hash), in which way, when, until when."""

privacy_request = Table(
    "privacy_request",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("account_id", ROW_ID, ForeignKey("account.id", ondelete="SET NULL")),
    plain("kind", NAME, nullable=False),
    plain("received_at", Moment(), nullable=False),
    plain("acknowledge_by", Moment(), nullable=False),
    plain("due_at", Moment(), nullable=False),
    plain("acknowledged_at", Moment()),
    plain("done_at", Moment()),
    plain("reminded_at", Moment()),
    plain("outcome", Text),
)
"""What people ask about their data, with the law's deadlines (Nghị định 356/2025/NĐ-CP, Điều 5). No content."""
