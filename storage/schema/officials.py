"""The tables of officials: who they are to the bot, the invites that link their chats, what was announced to them."""

from __future__ import annotations

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from storage.columns import SUBJECT, Erasure, Moment, Sealed, personal, plain
from storage.schema.base import HASH, ROW_ID, metadata

official = Table(
    "official",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("role", String(20), nullable=False),
    personal("name", Sealed("official.name"), erasure=Erasure.EMPTY),
    plain("account_id", ROW_ID, ForeignKey("account.id", ondelete="SET NULL"), unique=True),
    plain("created_at", Moment(), nullable=False),
    plain("linked_at", Moment()),
    plain("revoked_at", Moment()),
    info={SUBJECT: "account_id"},
)
"""An official, and the chat that is linked to them; a row without an account has no rights, whatever its role."""

invite = Table(
    "invite",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("official_id", ROW_ID, ForeignKey("official.id", ondelete="CASCADE"), nullable=False),
    plain("code_hash", HASH, nullable=False, unique=True),
    plain("expires_at", Moment(), nullable=False),
    plain("used_at", Moment()),
)
"""A one-time code that links a chat to an official. The code itself stands nowhere."""

silence = Table(
    "silence",
    metadata,
    plain("source", String(80), primary_key=True),
    plain("since", Moment(), nullable=False),
    plain("announced_at", Moment(), nullable=False),
)
"""The last silence of a source of dossiers that officials were told of: since when nothing came."""

roster_turn = Table(
    "roster_turn",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("since", Date(), nullable=False),
    plain("position", Integer, nullable=False),
    plain("official_id", ROW_ID, ForeignKey("official.id", ondelete="CASCADE"), nullable=False),
)
"""A place in the rotation that holds from a Monday on, until another one begins."""

roster_change = Table(
    "roster_change",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("kind", String(10), nullable=False),
    plain("official_id", ROW_ID, ForeignKey("official.id", ondelete="CASCADE"), nullable=False),
    plain("first_day", Date(), nullable=False),
    plain("last_day", Date(), nullable=False),
    plain("made_at", Moment(), nullable=False),
)
"""Days on which an official is `away`, or on duty `instead` of whose turn it is, as after a swap."""

official_scope = Table(
    "official_scope",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("official_id", ROW_ID, ForeignKey("official.id", ondelete="CASCADE"), nullable=False, index=True),
    plain("kind", String(10), nullable=False),
    plain("value", Text, nullable=False),
)
"""A `field` or a `procedure` that an official handles."""

notice_rule = Table(
    "notice_rule",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("record", Text, nullable=False),
)
"""A rule of who hears of what (`knowledge/duties.py`), as JSON; in the order of the ids."""

duty_wish = Table(
    "duty_wish",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("official_id", ROW_ID, ForeignKey("official.id", ondelete="CASCADE"), nullable=False, index=True),
    plain("news", String(20), nullable=False),
    plain("how", String(60), nullable=False),
)
"""How an official wants to hear a kind of news; under `digest_times` when their digests come."""

duty_notice = Table(
    "duty_notice",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("news", String(20), nullable=False),
    plain("subject", String(80), nullable=False),
    plain("mark", String(80), nullable=False),
    plain("official_id", ROW_ID, ForeignKey("official.id", ondelete="CASCADE"), nullable=False),
    plain("dossier_id", ROW_ID, ForeignKey("dossier.id", ondelete="CASCADE"), index=True),
    plain("reason", String(40), nullable=False),
    plain("created_at", Moment(), nullable=False, index=True),
    plain("digest_at", Moment()),
    plain("told_at", Moment()),
    UniqueConstraint("news", "subject", "mark", "official_id"),
    Index(
        "ix_duty_notice_waiting",
        "digest_at",
        sqlite_where=text("told_at IS NULL"),
        postgresql_where=text("told_at IS NULL"),
    ),
)
"""What an official was told, once: the uniqueness is what keeps it from being told twice.

`mark` tells one occurrence of the same news from the next (a due date, a day); `reason`: the rule's target that led
here; with a `digest_at` it waits until then.
"""

claim = Table(
    "claim",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("dossier_id", ROW_ID, ForeignKey("dossier.id", ondelete="CASCADE"), nullable=False, unique=True),
    plain("official_id", ROW_ID, ForeignKey("official.id", ondelete="CASCADE"), nullable=False, index=True),
    plain("claimed_at", Moment(), nullable=False),
    plain("done_at", Moment()),
)
"""Who took a dossier; the uniqueness lets exactly one of two win."""
