"""The tables of dossiers: what is known of each, how it came to be so, and where that comes from."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from storage.columns import SUBJECT, Erasure, Moment, Sealed, personal, plain
from storage.schema.base import AGE, HASH, NAME, ROW_ID, metadata

CODE = String(60)
OWNER = timedelta(days=730)  # our choice: two years after a source last spoke of the dossier nobody asks for it here
KEYED = "a hash with our key: it is compared and never read back"

dossier = Table(
    "dossier",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("code", CODE, nullable=False, unique=True),
    plain("procedure_code", String(40)),
    plain("procedure_title", Text),
    plain("field_title", Text),
    plain("channel", Integer),
    plain("received_at", Moment(), nullable=False, index=True),
    plain("due_at", Moment()),
    plain("finished_at", Moment()),
    plain("returned_at", Moment()),
    plain("status", Integer, nullable=False),
    plain("as_of", Moment(), nullable=False),
    plain("source", String(80), nullable=False),
    plain("illustrative", Boolean, nullable=False),
    plain("account_id", ROW_ID, ForeignKey("account.id", ondelete="SET NULL")),
    plain("submitted_at", Moment()),
    plain("refused_at", Moment()),
    plain("apologised_at", Moment()),
    plain("fee_due", BigInteger),
    plain("return_way", Integer),
    plain("unit", Text),
    plain("owner_kind", Integer),
    personal("owner_name", Sealed("dossier.owner_name"), erasure=Erasure.EMPTY, kept=OWNER),
    personal("owner_identity", Sealed("dossier.owner_identity"), erasure=Erasure.EMPTY, kept=OWNER),
    personal("owner_identity_hash", HASH, erasure=Erasure.EMPTY, kept=OWNER, why_plain=KEYED),
    personal("owner_phone", Sealed("dossier.owner_phone"), erasure=Erasure.EMPTY, kept=OWNER),
    personal("owner_phone_hash", HASH, erasure=Erasure.EMPTY, kept=OWNER, why_plain=KEYED),
    plain("secret_hash", HASH),
    plain("told_at", Text),
    Index(
        "ix_dossier_running",
        "due_at",
        sqlite_where=text("finished_at IS NULL"),
        postgresql_where=text("finished_at IS NULL"),
    ),
    info={SUBJECT: "account_id", AGE: "as_of"},
)
"""A dossier as last heard of.

`as_of` is the time of which the newest news speaks; `told_at` (JSON: column → time) says so for the columns that the
newest news did not speak of. `account_id` is an account that proved to be its owner's, so that erasing that person
reaches their name here. `channel` NULL: no source told (counted as the counter). `fee_due` in đồng.
"""

dossier_alias = Table(
    "dossier_alias",
    metadata,
    plain("code", CODE, primary_key=True),
    plain("dossier_id", ROW_ID, ForeignKey("dossier.id", ondelete="CASCADE"), nullable=False, index=True),
)
"""Other codes of a dossier, such as the one that a province's system invents for the national portal."""

dossier_history = Table(
    "dossier_history",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("dossier_id", ROW_ID, ForeignKey("dossier.id", ondelete="CASCADE"), nullable=False),
    plain("status", Integer, nullable=False),
    plain("since", Moment(), nullable=False),
    plain("as_of", Moment(), nullable=False),
    plain("learnt_at", Moment(), nullable=False),
    plain("announced", Boolean, nullable=False),
    UniqueConstraint("dossier_id", "status", "since"),
    Index("ix_dossier_history_since", "since", "dossier_id"),
)
"""Each status of a dossier: since when it holds, of what time the news of it spoke, and when we learnt it.

Nothing is overwritten but `announced`, which is set once: a stretch of one status is announced by one of its rows.
"""

dossier_supplement = Table(
    "dossier_supplement",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("dossier_id", ROW_ID, ForeignKey("dossier.id", ondelete="CASCADE"), nullable=False),
    plain("asked_at", Moment(), nullable=False),
    plain("ends_at", Moment()),
    plain("received_at", Moment()),
    plain("old_due_at", Moment()),
    plain("new_due_at", Moment()),
    personal("what", Sealed("dossier_supplement.what"), erasure=Erasure.EMPTY, kept=OWNER),
    plain("as_of", Moment(), nullable=False),
    UniqueConstraint("dossier_id", "asked_at"),
    info={SUBJECT: "dossier_id", AGE: "as_of"},
)
"""Papers asked for later (bổ sung hồ sơ): the clock stands from `asked_at` to `received_at`; `ends_at`: to be in by."""

dossier_progress = Table(
    "dossier_progress",
    metadata,
    plain("id", ROW_ID, primary_key=True),
    plain("code", CODE, nullable=False),
    plain("dossier_id", ROW_ID, ForeignKey("dossier.id", ondelete="CASCADE"), index=True),
    plain("at", Moment(), nullable=False),
    plain("status", Integer),
    personal("step", Sealed("dossier_progress.step"), erasure=Erasure.EMPTY, kept=OWNER),
    plain("unit", Text),
    plain("due_at", Moment()),
    plain("digest", HASH, nullable=False),
    plain("learnt_at", Moment(), nullable=False),
    UniqueConstraint("code", "at", "digest"),
    info={SUBJECT: "dossier_id", AGE: "learnt_at"},
)
"""Steps of handling (CapNhatTienDo); one that came before its dossier waits for it without a `dossier_id`."""

source = Table(
    "source",
    metadata,
    plain("name", String(80), primary_key=True),
    plain("kind", NAME, nullable=False),
    plain("tried_at", Moment(), nullable=False),
    plain("good_at", Moment()),
    plain("cursor", Moment()),
    plain("failed_at", Moment()),
    plain("error", Text),
)
"""Where dossiers come from by themselves: when each last gave good data, and since when and why it does not.

`cursor`: changes up to this time were fetched; `failed_at` and `error` are emptied by good data.
"""
