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
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from storage.columns import SUBJECT, Erasure, Moment, Sealed, personal, plain

HASH = String(64)
NAME = String(40)
# SQLite numbers its rows by itself only in a column called INTEGER.
ROW_ID = BigInteger().with_variant(Integer(), "sqlite")
UNTIL_DONE = timedelta(0)
SILENT_CONVERSATION = timedelta(days=90)  # our choice: a conversation's state is of no use after a quarter
AGE = "age"  # the key in Table.info of the time column from which `kept` counts
REGISTER = None  # as long as the row: registers fall under the archive law, erasing a person empties them

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

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
    plain("created_at", Moment(), nullable=False),
    UniqueConstraint("channel", "address"),
    info={SUBJECT: "id"},
)
"""A place where somebody can be reached: a private chat, a group, a browser, a terminal."""

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
    Index(
        "ix_outbox_open",
        "account_id",
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

dossier = Table(
    "dossier",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("code", String(60), nullable=False, unique=True),
    plain("procedure_code", String(40)),
    plain("procedure_title", Text),
    plain("field_title", Text),
    plain("channel", Integer),
    plain("received_at", Moment(), nullable=False),
    plain("due_at", Moment()),
    plain("finished_at", Moment()),
    plain("returned_at", Moment()),
    plain("status", Integer, nullable=False),
    plain("as_of", Moment(), nullable=False),
    plain("source", String(80), nullable=False),
    plain("illustrative", Boolean, nullable=False),
)
"""A dossier as last heard of. Names, numbers and phones of its owner are not taken in (see `docs/privacy.md`)."""

dossier_history = Table(
    "dossier_history",
    metadata,
    plain("dossier_id", ROW_ID, ForeignKey("dossier.id", ondelete="CASCADE"), primary_key=True),
    plain("status", Integer, primary_key=True),
    plain("since", Moment(), primary_key=True),
    plain("learnt_at", Moment(), nullable=False),
)
"""Each status of a dossier: since when it holds and when we learnt it. Nothing is overwritten."""

feedback = Table(
    "feedback",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("number", String(20), nullable=False, unique=True),
    plain("account_id", ROW_ID, ForeignKey("account.id", ondelete="SET NULL")),
    plain("received_at", Moment(), nullable=False),
    plain("state", String(10), nullable=False),
    personal("content", Sealed("feedback.content"), erasure=Erasure.EMPTY, kept=REGISTER),
    personal("sender_name", Sealed("feedback.sender_name"), erasure=Erasure.EMPTY, kept=REGISTER),
    personal("sender_address", Sealed("feedback.sender_address"), erasure=Erasure.EMPTY, kept=REGISTER),
    personal("sender_phone", Sealed("feedback.sender_phone"), erasure=Erasure.EMPTY, kept=REGISTER),
    info={SUBJECT: "account_id"},
)
"""Feedback and recommendations (phản ánh, kiến nghị) with their receipt numbers."""

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
    plain("created_at", Moment(), nullable=False),
)
"""An edition of the catalogue: draft or published; `record` holds what is said of it as a whole."""

edition_entry = Table(
    "edition_entry",
    metadata,
    plain("edition_id", ROW_ID, ForeignKey("edition.id", ondelete="CASCADE"), primary_key=True),
    plain("position", Integer, primary_key=True),
    plain("entry_id", String(40), nullable=False),
    plain("record", Text, nullable=False),
    UniqueConstraint("edition_id", "entry_id"),
)
"""One procedure or redirect of an edition, as the catalogue's own record."""
