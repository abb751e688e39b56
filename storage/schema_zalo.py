"""The tables of Zalo: the pair of tokens that only one process may renew, and when each person last made contact."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary, String, Table, Text

from storage.columns import Moment, plain
from storage.schema_base import HASH, ROW_ID, metadata

zalo_token = Table(
    "zalo_token",
    metadata,
    plain("app_id", String(40), primary_key=True),
    plain("pair", LargeBinary),
    plain("seed", HASH),
    plain("expires_at", Moment()),
    plain("renew_at", Moment()),
    plain("renewed_at", Moment()),
    plain("fault", Text),
    plain("lease_owner", String(60)),
    plain("lease_until", Moment()),
)
"""The tokens of an application on Zalo, encrypted (about nobody, so no personal column): see `zalo_tokens.py`."""

zalo_contact = Table(
    "zalo_contact",
    metadata,
    plain("account_id", ROW_ID, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    plain("at", Moment(), nullable=False),
)
"""When each person last made contact on Zalo, which decides what may be sent to them; it goes with the account."""
