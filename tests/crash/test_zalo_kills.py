"""A kill while Zalo's token is renewed, or a contact noted: the next process goes on, or says what a person must do."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from bot.standins.zalo_oa import ZaloOaServer
from storage.database import Database
from storage.schema import account, zalo_contact
from tests.channels.zalo_desk import served

NOTED = ("zalo_contact", "zalo_pause", "zalo_phone", "zalo_receipt")
ZALO_POINTS = tuple(f"{name}.{when}" for name in ("zalo_token", *NOTED) for when in ("written", "committed"))
# A token is written three times: the settings' is kept, the right to renew is taken, the new pair is kept.
CLAIMING, KEEPING = 2, 3
KILLS = [
    *((point, nth) for point in ZALO_POINTS[:2] for nth in (CLAIMING, KEEPING)),
    *((point, 1) for point in ZALO_POINTS[2:]),
]


@pytest.mark.parametrize(("point", "nth"), KILLS)
async def test_a_kill_loses_no_token_that_could_be_kept(
    database: Database, engine_url: str, point: str, nth: int
) -> None:
    server = ZaloOaServer(lambda: datetime.now(UTC))
    async with served(server) as root:
        command = (sys.executable, "-W", "error", "-m", "tests.crash.zalo_worker", engine_url, root, point, str(nth))
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        said = (await process.communicate())[0].decode()
    assert process.returncode == 0
    if (point, nth) == ("zalo_token.written", KEEPING):
        assert "motcua zalo authorize" in said, "Zalo gave the pair once, and it died with the process"
    else:
        assert said in server.account.access
        assert server.account.renewals == 1
    with database.transaction() as tx:
        assert tx.execute(select(func.count()).select_from(zalo_contact)).scalar_one() == 1
        assert [row.paused_until is not None for row in tx.execute(select(account.c.paused_until))] == [True]
