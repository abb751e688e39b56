"""Every table, and for every column what it holds about a person (see `columns.py`).

Times are UTC. A *lane* is the keyed hash of a conversation, dossier, job or moment: what happens in one lane is
handled in order.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from storage.columns import PERSON, SUBJECT, UNTIL, Erasure, Moment, Sealed, personal, plain
from storage.schema.base import AGE as AGE
from storage.schema.base import HASH as HASH
from storage.schema.base import NAME as NAME
from storage.schema.base import REGISTER as REGISTER
from storage.schema.base import ROW_ID as ROW_ID
from storage.schema.base import UNTIL_DONE as UNTIL_DONE
from storage.schema.base import metadata as metadata
from storage.schema.broadcasts import broadcast as broadcast
from storage.schema.broadcasts import dialogue_question as dialogue_question
from storage.schema.catalogue import announcement as announcement
from storage.schema.catalogue import checklist as checklist
from storage.schema.catalogue import edition as edition
from storage.schema.catalogue import edition_entry as edition_entry
from storage.schema.catalogue import unanswered as unanswered
from storage.schema.dossiers import dossier as dossier
from storage.schema.dossiers import dossier_alias as dossier_alias
from storage.schema.dossiers import dossier_history as dossier_history
from storage.schema.dossiers import dossier_progress as dossier_progress
from storage.schema.dossiers import dossier_supplement as dossier_supplement
from storage.schema.dossiers import source as source
from storage.schema.feedback import consent as consent
from storage.schema.feedback import contact as contact
from storage.schema.feedback import feedback as feedback
from storage.schema.feedback import feedback_file as feedback_file
from storage.schema.feedback import feedback_step as feedback_step
from storage.schema.feedback import privacy_request as privacy_request
from storage.schema.feedback import survey as survey
from storage.schema.follows import follow as follow
from storage.schema.follows import look_up_pace as look_up_pace
from storage.schema.handovers import handover as handover
from storage.schema.handovers import handover_line as handover_line
from storage.schema.officials import claim as claim
from storage.schema.officials import duty_notice as duty_notice
from storage.schema.officials import duty_wish as duty_wish
from storage.schema.officials import invite as invite
from storage.schema.officials import notice_rule as notice_rule
from storage.schema.officials import official as official
from storage.schema.officials import official_scope as official_scope
from storage.schema.officials import roster_change as roster_change
from storage.schema.officials import roster_turn as roster_turn
from storage.schema.officials import silence as silence
from storage.schema.people import account_link as account_link
from storage.schema.people import person as person
from storage.schema.zalo import notice_phone as notice_phone
from storage.schema.zalo import zalo_contact as zalo_contact
from storage.schema.zalo import zalo_token as zalo_token

SILENT_CONVERSATION = timedelta(days=90)  # our choice: a conversation's state is of no use after a quarter

account = Table(
    "account",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("channel", NAME, nullable=False),
    personal(
        "address",
        String(200),
        erasure=Erasure.ROW,
        why_plain="a message can only be sent to the real chat id",
        nullable=False,
    ),
    plain("lane", HASH, nullable=False, unique=True),
    plain("language", String(8)),
    plain("gone_at", Moment()),
    plain("paused_until", Moment()),
    plain("person_id", ROW_ID, index=True),
    plain("preferred", Boolean),
    plain("created_at", Moment(), nullable=False),
    plain("notices_from", Double),
    plain("replies_from", Double),
    UniqueConstraint("channel", "address"),
    info={SUBJECT: "id", PERSON: "person_id"},
)
"""A place where somebody can be reached: a private chat, a group, a browser, a terminal.

`person_id`: whose it is, where its person joined several; `preferred`: the one of them to which notices go first.
`notices_from`, `replies_from`: when they may go there again, in seconds of the database's clock (`chat_pace.py`).
"""

conversation = Table(
    "conversation",
    metadata,
    plain("account_id", ROW_ID, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    plain("version", Integer, nullable=False),
    personal("state", Sealed("conversation.state"), erasure=Erasure.ROW, kept=SILENT_CONVERSATION),
    plain("updated_at", Moment(), nullable=False),
    info={SUBJECT: "account_id", AGE: "updated_at"},
)
"""Where each conversation stands, as a versioned record."""

event = Table(
    "event",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("channel", NAME, nullable=False),
    plain("key", String(200), nullable=False),
    plain("lane", HASH, nullable=False),
    plain("account_id", ROW_ID, ForeignKey("account.id", ondelete="SET NULL")),
    plain("kind", NAME, nullable=False),
    personal("body", Sealed("event.body"), erasure=Erasure.EMPTY, kept=UNTIL_DONE),
    plain("state", String(10), nullable=False),
    plain("attempts", Integer, nullable=False),
    plain("not_before", Moment()),
    plain("error", Text),
    plain("received_at", Moment(), nullable=False),
    plain("done_at", Moment()),
    UniqueConstraint("channel", "key"),
    Index(
        "ix_event_pending",
        "lane",
        "id",
        sqlite_where=text("state = 'pending'"),
        postgresql_where=text("state = 'pending'"),
    ),
    info={SUBJECT: "account_id"},
)
"""Whatever happened, stored before it is acknowledged; `body` is emptied when the turn is committed."""

outbox = Table(
    "outbox",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("dedup_key", String(200), nullable=False, unique=True),
    plain("event_id", ROW_ID, ForeignKey("event.id")),
    plain("account_id", ROW_ID, ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    plain("channel", NAME, nullable=False),
    plain("kind", String(10), nullable=False),
    personal("body", Sealed("outbox.body"), erasure=Erasure.EMPTY, kept=UNTIL_DONE),
    plain("state", String(10), nullable=False),
    plain("not_before", Moment()),
    plain("attempts", Integer, nullable=False),
    plain("repeats", Integer, nullable=False),
    plain("lease_owner", String(60)),
    plain("lease_until", Moment()),
    plain("error", Text),
    plain("external_id", String(100)),
    plain("created_at", Moment(), nullable=False),
    plain("settled_at", Moment()),
    plain("about", String(80)),
    plain("received_at", Moment()),
    plain("seen_at", Moment()),
    Index(
        "ix_outbox_receipt",
        "external_id",
        sqlite_where=text("channel = 'zalo_oa'"),
        postgresql_where=text("channel = 'zalo_oa'"),
    ),
    Index(
        "ix_outbox_open",
        "account_id",
        "id",
        sqlite_where=text("state IN ('queued', 'sending')"),
        postgresql_where=text("state IN ('queued', 'sending')"),
    ),
    Index(
        "ix_outbox_about",
        "about",
        sqlite_where=text("about IS NOT NULL"),
        postgresql_where=text("about IS NOT NULL"),
    ),
    Index(
        "ix_outbox_line",
        "channel",
        "kind",
        "created_at",
        "id",
        sqlite_where=text("state IN ('queued', 'sending')"),
        postgresql_where=text("state IN ('queued', 'sending')"),
    ),
    Index(
        "ix_outbox_kept",
        "account_id",
        "id",
        sqlite_where=text("state = 'kept'"),
        postgresql_where=text("state = 'kept'"),
    ),
    info={SUBJECT: "account_id"},
)
"""Whatever leaves, a row before it is sent; `body` is emptied once it was."""

budget = Table(
    "budget",
    metadata,
    plain("channel", NAME, primary_key=True),
    plain("free_at", Double, nullable=False),
    plain("notices_from", Double, nullable=False),
    plain("replies_from", Double, nullable=False),
    plain("stopped_by", BigInteger, nullable=False),
    plain("day", Date),
    plain("used", Integer, nullable=False),
)
"""What each channel may still send, shared by all processes (`budgets.py`)."""

audit = Table(
    "audit",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("at", Moment(), nullable=False),
    plain("event_id", ROW_ID),
    plain("lane", HASH),
    plain("action", String(60), nullable=False),
    plain("detail", Text),
    Index("ix_audit_at", "at"),
)
"""What was done, a line a person can read; never content or identity."""

counter = Table(
    "counter",
    metadata,
    plain("name", String(60), primary_key=True),
    plain("value", BigInteger, nullable=False),
)
"""Running numbers that must have no gaps, such as the receipt numbers of a year."""

job = Table(
    "job",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("kind", NAME, nullable=False),
    plain("channel", NAME, nullable=False),
    plain("lane", HASH, nullable=False),
    plain("account_id", ROW_ID, ForeignKey("account.id", ondelete="SET NULL")),
    personal("body", Sealed("job.body"), erasure=Erasure.EMPTY, kept=UNTIL_DONE),
    plain("state", String(10), nullable=False),
    plain("attempts", Integer, nullable=False),
    plain("not_before", Moment()),
    plain("lease_owner", String(60)),
    plain("lease_until", Moment()),
    plain("error", Text),
    plain("created_at", Moment(), nullable=False),
    plain("done_at", Moment()),
    Index(
        "ix_job_open",
        "id",
        sqlite_where=text("state IN ('queued', 'running')"),
        postgresql_where=text("state IN ('queued', 'running')"),
    ),
    info={SUBJECT: "account_id"},
)
"""Long work, a row before it is begun; `body` is emptied when it is done."""

moment = Table(
    "moment",
    metadata,
    plain("name", NAME, primary_key=True),
    plain("planned_at", Moment(), primary_key=True),
    plain("taken_at", Moment(), nullable=False),
)
"""The planned times of the schedules that were taken, each by exactly one process."""

file = Table(
    "file",
    metadata,
    plain("hash", HASH, primary_key=True),
    plain("account_id", ROW_ID, ForeignKey("account.id", ondelete="CASCADE")),
    plain("media_type", String(100), nullable=False),
    plain("size", BigInteger, nullable=False),
    personal("content", Sealed("file.content"), erasure=Erasure.ROW, nullable=False),
    plain("kept_until", Moment(), nullable=False, index=True),
    info={SUBJECT: "account_id", UNTIL: "kept_until"},
)
"""Files on their way in or out, by a keyed hash of owner and content, each kept until its own date."""

report = Table(
    "report",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("first_day", Date(), nullable=False),
    plain("last_day", Date(), nullable=False),
    plain("year", Integer, nullable=False),
    plain("number", String(20), nullable=False),
    plain("version", Integer, nullable=False),
    plain("reason", Text),
    plain("figures", Text, nullable=False),
    plain("pending", Text, nullable=False),
    plain("checksum", HASH, nullable=False),
    plain("issued_at", Moment(), nullable=False),
    UniqueConstraint("year", "number", "version"),
)
"""Reports as issued: figures, the receipt codes left pending, and a checksum. Rows are added and never changed."""

report_file = Table(
    "report_file",
    metadata,
    plain("report_id", ROW_ID, ForeignKey("report.id"), primary_key=True),
    plain("format", String(10), primary_key=True),
    plain("content", LargeBinary, nullable=False),
    plain("checksum", HASH, nullable=False),
)
"""The documents of an issued report, byte by byte as they were issued."""
