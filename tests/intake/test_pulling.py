"""Systems that are asked: page by page, only what changed, and one that is down is said to be down."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.app import running
from bot.intake.opencps import PAGE, SourceDownError
from bot.schedule import Every
from handlers.intake.pulling import PULL
from knowledge.status import Status
from storage.database import Database
from storage.dossiers import records as dossiers
from storage.dossiers import sources
from storage.dossiers.sources import Source
from storage.events import NewEvent
from tests.intake.desk import Clock, sample, settings_for
from tests.intake.opencps_server import Answers, asked, source, standing_in

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
ROW: dict[str, Any] = sample("opencps_08_dossiers_list")["response"]["data"][0]
START = datetime(2026, 11, 2, 8, tzinfo=HERE)


def row(number: int, changed: datetime, **more: Any) -> dict[str, Any]:
    return {
        **ROW,
        "dossierNo": f"BQLKCN.261102.{number:05d}",
        "receiveDate": f"{START:%d/%m/%Y %H:%M:%S}",
        "dueDate": "",
        "lastActionDate": f"{changed:%d/%m/%Y %H:%M:%S}",
        "createDate": "",
        **more,
    }


def listed(*rows: dict[str, Any]) -> Answers:
    return {"/dossiers": (200, {"total": len(rows), "data": list(rows)})}


def newest_first(number: int) -> list[dict[str, Any]]:
    return [row(one, START + timedelta(hours=number - one)) for one in range(number)]


async def pull(database: Database, folder: Path, clock: Clock, *urls: str) -> list[Source]:
    """Ask these servers once, as the clock would, and tell how the sources stand."""
    given = [{"name": f"motcua {number}", "kind": "opencps", "url": url} for number, url in enumerate(urls)]
    settings = settings_for(database, folder, MOTCUA_INTAKE__SOURCES=json.dumps(given))
    async with running(settings, clock=clock) as app:
        key = f"{clock().isoformat()} {time.monotonic()}"
        await app.turns.take(NewEvent("import", key, PULL, "{}", app.database.vault.digest("moment", PULL)))
        await app.turns.idle()
        while await app.jobs.one():
            await app.turns.idle()
        return await app.store.read(sources.known)


async def test_every_page_is_fetched_and_each_dossier_taken_once(database: Database, tmp_path: Path) -> None:
    clock = Clock()
    with standing_in(listed(*newest_first(2 * PAGE + 7))) as server:
        (found,) = await pull(database, tmp_path, clock, server.url)
    assert len(server.asked) == 3
    assert (found.good_at, found.cursor, found.is_down) == (clock.now, clock.now, False)
    with database.transaction() as tx:
        assert dossiers.count(tx) == 2 * PAGE + 7
        one = dossiers.find(tx, "BQLKCN.261102.00003")
    assert one is not None
    assert (one.status, one.as_of, one.source) == (Status.PROCESSING, clock.now, "motcua 0")


async def test_the_next_time_only_what_changed_is_asked_for(database: Database, tmp_path: Path) -> None:
    clock, rows = Clock(), newest_first(3 * PAGE)
    with standing_in(listed(*rows)) as server:
        await pull(database, tmp_path, clock, server.url)
    clock.now += timedelta(hours=1)
    changed = row(90, clock.now.astimezone(HERE), dossierStatus="done", finishDate="23/11/2026 10:30:00")
    rows = [changed, *(one for one in rows if one["dossierNo"] != changed["dossierNo"])]
    with standing_in(listed(*rows)) as server:
        await pull(database, tmp_path, clock, server.url)
    assert len(server.asked) == 1
    with database.transaction() as tx:
        one = dossiers.find(tx, changed["dossierNo"])
    assert one is not None
    assert (one.status, one.returned_at) == (Status.RETURNED, datetime(2026, 11, 23, 10, 30, tzinfo=HERE))


def test_of_a_server_that_does_not_sort_everything_is_read() -> None:
    rows = [row(1, START), row(2, START + timedelta(days=9)), *(row(number, START) for number in range(3, PAGE + 9))]
    with standing_in(listed(*rows)) as server:
        page = asked(server).changed_since(START + timedelta(days=5))
    assert page.following == PAGE


async def test_a_source_that_is_down_is_said_to_be_down_and_its_data_keep_their_time(
    database: Database, tmp_path: Path
) -> None:
    clock = Clock()
    with standing_in(listed(row(1, START))) as server, standing_in(listed(row(2, START))) as other:
        urls = (server.url, other.url)
        good = await pull(database, tmp_path, clock, *urls)
        assert [one.is_down for one in good] == [False, False]
    with standing_in({"/dossiers": (500, {})}) as broken:
        first, clock.now = clock.now, clock.now + timedelta(hours=1)
        gone, bad = await pull(database, tmp_path, clock, urls[0], broken.url)
        assert gone.error is not None
        assert gone.error.startswith("out of reach")
        assert (bad.error, bad.good_at, bad.failed_at) == ("it answers 500", first, clock.now)
        failed, clock.now = clock.now, clock.now + timedelta(hours=1)
        _, bad = await pull(database, tmp_path, clock, urls[0], broken.url)
        assert (bad.failed_at, bad.tried_at) == (failed, clock.now), "since when it first failed"
    with standing_in(listed(row(2, START))) as other:
        _, back = await pull(database, tmp_path, clock, urls[0], other.url)
    assert (back.is_down, back.error, back.good_at) == (False, None, clock.now)


@pytest.mark.parametrize(
    ("status", "answer", "said"),
    [
        (401, {}, "it answers 401"),
        (302, {}, "it answers 302"),
        (200, b"<html>", "its answer is no JSON"),
        (200, b"[" * 100_000, "its answer is no JSON"),
        (200, {"total": 0}, "its list has no data"),
        (200, [], "its list has no data"),
        (200, b" " * (9 << 20), "its answer is larger than 8 MB"),
    ],
)
def test_what_is_no_data_is_said_to_be_none(status: int, answer: Any, said: str) -> None:
    with standing_in({"/dossiers": (status, answer)}) as server, pytest.raises(SourceDownError, match=said):
        asked(server).changed_since(None)


def test_a_row_that_is_wrong_is_named_and_its_neighbours_are_read() -> None:
    bad = [
        row(1, START, dossierNo="x"),
        row(2, START, receiveDate="32/01/2026 08:00:00"),
        row(3, START, dossierStatus="x"),
    ]
    with standing_in(listed(*bad, row(4, START))) as server:
        page = asked(server).changed_since(None)
    assert [fault.column for fault in page.faults] == ["MaHoSo", "NgayTiepNhan", "TrangThaiHoSo"]
    assert [one.code for one in page.records] == ["BQLKCN.261102.00004"]


def test_a_status_of_ones_own_goes_before_the_usual_one() -> None:
    rows = [row(1, START, dossierSubStatus="processing_6"), row(2, START, dossierSubStatus="other")]
    with standing_in(listed(*rows)) as server:
        page = asked(server, statuses={"processing_6": 6}).changed_since(None)
    assert [one.status for one in page.records] == [Status.NEED_PAYMENT, Status.PROCESSING]


@pytest.mark.parametrize(("now", "planned"), [(14, 0), (15, 15), (29, 15), (59, 45)])
def test_sources_are_asked_every_so_many_minutes(now: int, planned: int) -> None:
    day = datetime(2026, 11, 23, 3, tzinfo=UTC)
    assert Every(PULL, 15).latest(day.replace(minute=now, second=59)) == day.replace(minute=planned)


def test_the_settings_of_a_source_are_checked(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("from a file\n", encoding="utf-8")
    read = source("https://motcua.example.vn/o/rest/v2", password_file=str(tmp_path / "password"))
    assert read.password.get_secret_value() == "from a file"
    assert os.fspath(tmp_path) not in repr(read)
    wrong: list[dict[str, Any]] = [
        {"kind": "igate"},
        {"statuses": {"x": 11}},
        {"password_file": "/none"},
        {"la": 1},
        {"url": "x"},
    ]
    for more in wrong:
        with pytest.raises(ValueError, match=r"\S"):
            source(**{"url": "https://motcua.example.vn", **more})
