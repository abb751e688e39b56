"""What delivery is to reach, in short forms that do not depend on speed; MOTCUA_LONG=1 runs the long ones.

The rates are measured by `python -m bench.delivery` (docs/measurements.md); that no webhook waits behind an import's
batches is in `test_store.py`, that a budget costs no commit in `test_budgets.py`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bench.budget import send_through_telegram
from bench.chaos import Plan, chaos
from storage.database import Database
from storage.schema import metadata as schema
from tests.engines import VAULT, WITHOUT_POSTGRES, fresh_url

LONG = os.environ.get("MOTCUA_LONG") == "1"
NOTICES, CHATS = (2000, 400) if LONG else (60, 30)
SHARE = 0.95  # of the configured 25 a second
CHAOS = (
    Plan(seconds=600)
    if LONG
    else Plan(seconds=4, kill_every=1.3, chats=8, news_every=1, send_seconds=1, lease_seconds=3)
)


async def test_notices_through_a_telegram_that_enforces_its_limits_all_arrive_and_none_is_refused(
    database: Database,
) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    sent = await send_through_telegram(url, VAULT, notices=NOTICES, chats=CHATS, processes=2)
    print(sent)
    assert (sent.arrived, sent.disordered) == (NOTICES, 0)
    assert sent.refused <= 1, "none after the first"
    assert not LONG or sent.per_second >= SHARE * 25


@pytest.mark.skipif(WITHOUT_POSTGRES, reason="several processes share a PostgreSQL")
async def test_chaos_loses_nothing_and_repeats_only_what_was_in_doubt(tmp_path: Path, postgres_server: str) -> None:
    with fresh_url("postgresql", tmp_path, postgres_server) as url:
        opened = Database(url, VAULT)
        with opened.transaction() as tx:
            schema.create_all(tx)
        opened.close()
        found = await chaos(url, CHAOS)
    found.check()
    assert found.kills >= 2
    assert found.faults
