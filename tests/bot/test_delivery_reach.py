"""What delivery is to reach, in short forms that do not depend on speed; MOTCUA_LONG=1 runs the long ones.

The rates are measured by `python -m bench.delivery` (docs/measurements.md); that no webhook waits behind an import's
batches is in `test_store.py`, that a budget costs no commit in `test_budgets.py`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bench.budget import Order, send_through
from bench.chaos import Plan, chaos
from bot.settings.delivery import Delivery as Settings
from storage.database import Database
from storage.schema import metadata as schema
from tests.engines import VAULT, WITHOUT_POSTGRES, fresh_url

LONG = os.environ.get("MOTCUA_LONG") == "1"
NOTICES, CHATS = (2000, 400) if LONG else (60, 30)
RATE, SHARE = 25.0, 0.95  # a second, as configured; what is to be reached of it
PER_DAY = 1000 if LONG else 30
CHAOS = (
    Plan(seconds=600)
    if LONG
    else Plan(
        seconds=4,
        kill_every=1.3,
        chats=9,
        news_every=1.5,
        send_seconds=1,
        lease_seconds=3,
        token_seconds=2,
        end_every=1.5,
    )
)


@pytest.mark.parametrize("channel", ["telegram", "zalo_oa"])
async def test_notices_through_a_platform_that_enforces_its_limits_all_arrive_and_none_is_refused(
    database: Database, channel: str
) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    given = Settings(zalo_oa_per_minute=RATE * 60)
    sent = await send_through(url, VAULT, Order(channel, NOTICES, CHATS, processes=3, given=given))
    print(channel, sent)
    assert (sent.arrived, sent.disordered) == (NOTICES, 0)
    assert sent.refused <= 1, "none after the first"
    assert not LONG or sent.per_second >= SHARE * RATE


async def test_of_a_day_s_number_nine_tenths_are_for_notices_and_the_rest_leaves_the_next_day(
    database: Database,
) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    given = Settings(zalo_oa_per_minute=3000, zalo_oa_per_day=PER_DAY)
    sent = await send_through(url, VAULT, Order("zalo_oa", PER_DAY + 10, CHATS, processes=3, given=given))
    assert (sent.first_day, sent.arrived, sent.refused) == (PER_DAY * 9 // 10, PER_DAY + 10, 0)


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
    assert found.renewals >= 2
