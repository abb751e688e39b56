"""`demo`: sample data in a database of its own, which adds up to what the Board published for the quarter."""

from __future__ import annotations

import sqlite3
import stat
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.channels.plain import plain_text
from bot.cli.chat import DEMO_URL
from bot.demo import SAMPLE_CODE
from handlers.texts import words
from knowledge.status import Status
from tests.cli.motcua import Motcua

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
FIRST, LAST = date(2020, 5, 28), date(2020, 8, 28)  # both inclusive, as the article writes them
RESOLVED = (Status.WITHDRAWN, Status.RESULT_READY, Status.RETURNED)
WAITING = (Status.NEED_SUPPLEMENT, Status.NEED_PAYMENT, Status.STOPPED)
ONLINE = 2
MARK = plain_text(words("vi")("lookup.illustrative"))


@dataclass(frozen=True)
class Row:
    status: Status
    channel: int | None
    received: date
    due: date | None
    finished: date | None

    def resolved_by(self, day: date) -> bool:
        return self.status in RESOLVED and self.finished is not None and self.finished <= day


def local_day(stored: str | None) -> date | None:
    return None if stored is None else datetime.fromisoformat(stored + "+00:00").astimezone(HERE).date()


def sample(motcua: Motcua, engine_url: str = DEMO_URL) -> list[Row]:
    """Read the sample data; the demo has a file of its own, whatever engine the office has."""
    with sqlite3.connect(motcua.folder / engine_url.partition(":///")[2]) as connection:
        found = connection.execute(
            "SELECT status, channel, received_at, due_at, finished_at, illustrative FROM dossier"
        )
        rows = found.fetchall()
    connection.close()
    assert all(illustrative for *_, illustrative in rows)
    return [
        Row(Status(status), channel, local_day(received) or date.min, local_day(due), local_day(finished))
        for status, channel, received, due, finished, _ in rows
    ]


def test_the_demo_greets_and_its_data_adds_up_to_the_article(bare: Motcua) -> None:
    elsewhere = {"MOTCUA_DATABASE__URL": DEMO_URL.replace("var/demo", "other")}
    ran = bare("demo", stdin=f"{SAMPLE_CODE}\n", **elsewhere)
    assert ran.code == 0
    greeting, answer = ran.out.split("\n\n")[0], ran.out.split("\n\n", 1)[1]
    assert "trợ lý tự động" in greeting
    assert "minh hoạ" in greeting
    assert SAMPLE_CODE in greeting
    assert SAMPLE_CODE in answer
    assert MARK in answer
    assert "var/demo.db" in ran.err
    assert ran.err.count("\n") == 1
    assert sorted(str(path.relative_to(bare.folder)) for path in bare.folder.rglob("*.db")) == ["var/demo.db"]
    assert stat.S_IMODE((bare.folder / "var" / "key").stat().st_mode) == 0o600

    rows = [row for row in sample(bare) if row.status not in (Status.SUBMITTED, Status.REJECTED)]
    carried = [row for row in rows if row.received < FIRST and not (row.finished and row.finished < FIRST)]
    received = [row for row in rows if FIRST <= row.received <= LAST]
    handled = carried + received
    assert len(handled) == len(rows) == 47
    assert len(carried) == 4
    assert sum(row.channel == ONLINE for row in received) == 36
    assert sum(row.channel != ONLINE for row in received) == 7
    resolved = [row for row in handled if row.resolved_by(LAST)]
    pending = [row for row in handled if not row.resolved_by(LAST)]
    assert len(resolved) == 43
    assert all(row.due is None or (row.finished is not None and row.finished <= row.due) for row in resolved)
    assert all(row.finished is not None and row.finished >= FIRST for row in resolved)
    assert len(pending) == 4
    assert all(row.status in WAITING or row.due is None or row.due >= LAST for row in pending)

    again = bare("demo", stdin="menu\n", **elsewhere)
    assert again.code == 0
    assert len(sample(bare)) == len(rows)
    # What belongs to the demo stays there: the ordinary database knows none of it.
    ordinary = bare("status", SAMPLE_CODE, "--json")
    assert ordinary.records()[0]["found"] is False


def test_the_demo_speaks_for_the_agency_of_its_data_whatever_agency_is_configured(bare: Motcua) -> None:
    bare.write("config.toml", '[agency]\nname = "Ban Quản lý ở tỉnh khác"\nprovince_code = "H61"\n')
    ran = bare("demo", stdin=f"{SAMPLE_CODE}\n")
    assert ran.code == 0
    assert "Tiền Giang" in ran.out
    assert MARK in ran.out
    assert "tỉnh khác" not in ran.out
