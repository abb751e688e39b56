"""Every kind of message that is on record, with the same fields as the real ones, does what it is there for.

A file in `samples/` without its line below fails, and so does a kind that has no file.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from knowledge.dossier import OwnerKind
from knowledge.status import Status
from storage.database import Connection, Database
from storage.dossiers import history as dossier_history
from storage.dossiers import records as dossiers
from storage.dossiers import steps as dossier_steps
from storage.dossiers import supplements as dossier_supplements
from storage.dossiers.records import Owner
from tests.intake.desk import NAME, PASSWORD, SAMPLES, Desk, desk, sample
from tests.intake.opencps_server import asked, standing_in

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
CODE, NEWER, LEGACY = "000.00.15.H58-260112-0007", "H58.15-260113-0012", "BQLKCN.260114.00021"


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=HERE)  # type: ignore[arg-type,misc]


async def logs_in(desk: Desk, told: dict[str, Any]) -> None:
    body = {**told["request"]["body"], "username": NAME, "password": PASSWORD}
    status, answer = await desk.posts("/api/login", body, secret=None, headers=told["request"]["headers"])
    assert (status, answer["error_code"]) == (200, told["response_ok"]["error_code"])
    assert answer.keys() == told["response_ok"].keys()


async def pushes_as_opencps(desk: Desk, told: dict[str, Any]) -> None:
    body = {**told["request"]["body"], "session": await desk.logs_in()}
    status, answer = await desk.posts("/api/dossiers", body, secret=None)
    assert status == 200
    assert {name: answer[name] for name in ("error_code", "message")} == told["response_ok"]
    assert answer["result"] == [{"MaHoSo": CODE, "error_code": "0", "message": "Thành công"}]
    found = await desk.finds(CODE)
    assert (found.status, found.received_at) == (Status.PROCESSING, at(2026, 1, 12, 8, 15))
    assert (found.due_at, found.finished_at, found.channel) == (at(2026, 2, 2, 17), None, None)
    assert (found.procedure_code, found.field_title) == ("1.009645", "Đầu tư tại Việt Nam")
    assert (found.owner_kind, found.return_way) == (OwnerKind.BUSINESS, 0)
    assert found.unit == "Ban Quản lý các khu công nghiệp Tiền Giang"
    owner = await desk.app.store.read(lambda tx: dossiers.owner(tx, found.id))
    assert owner == Owner("CÔNG TY TNHH THỬ NGHIỆM", None, "0900000009")
    _, again = await desk.posts("/api/dossiers", body, secret=None)
    assert again["error_code"] == told["response_duplicate"]["error_code"]
    assert again["message"] == f"Hồ sơ {CODE} đã tồn tại"


async def pushes_as_of_2024(desk: Desk, told: dict[str, Any]) -> None:
    _, answer = await desk.posts("/api/dossiers", told["request"]["body"])
    assert answer["error_code"] == told["response"]["error_code"]
    found = await desk.finds(NEWER)
    assert (found.channel, found.fee_due, found.submitted_at) == (2, 150_000, at(2026, 1, 13, 9))
    owner = await desk.app.store.read(lambda tx: dossiers.owner(tx, found.id))
    assert owner.identity == "079000000009"
    (asked_for,) = await desk.app.store.read(lambda tx: dossier_supplements.of(tx, found.id))
    assert (asked_for.asked_at, asked_for.what) == (at(2026, 1, 16, 9), "Bổ sung bản vẽ mặt bằng")
    assert (asked_for.old_due_at, asked_for.received_at) == (at(2026, 2, 3, 17), None)


async def pushes_progress(desk: Desk, told: dict[str, Any]) -> None:
    _, answer = await desk.posts("/api/progress", told["request"]["body"])
    assert answer["error_code"] == told["response_ok"]["error_code"]
    await desk.posts("/api/dossiers", sample("dvcqg_03_DongBoHoSoMC_v2024")["request"]["body"])
    found = await desk.finds(NEWER)

    def look(tx: Connection) -> Any:
        return dossier_steps.of(tx, found.id), dossier_history.history(tx, found.id)

    steps, history = await desk.app.store.read(look)
    assert [(step.at, step.step) for step in steps] == [
        (at(2026, 1, 13, 9), "Tiếp nhận hồ sơ"),
        (at(2026, 1, 14, 14), "Thẩm định hồ sơ"),
    ]
    assert steps[1].due_at == at(2026, 1, 28, 17)
    assert [(status, since) for status, since, _ in history] == [
        (Status.RECEIVED, at(2026, 1, 13, 9)),
        (Status.PROCESSING, at(2026, 1, 14, 14)),
    ]


async def asks_for_a_dossier(desk: Desk, told: dict[str, Any]) -> None:
    _, none = await desk.posts("/api/dossiers", told["request"]["body"])
    assert (none["error_code"], none["result"]) == (told["response_none"]["error_code"], [])
    await desk.posts("/api/dossiers", sample("dvcqg_02_DongBoHoSoMC_opencps")["request"]["body"])
    _, found = await desk.posts("/api/dossiers", told["request"]["body"])
    assert found["result"] == told["response_found"]["result"]


async def asks_for_a_procedure(desk: Desk, told: dict[str, Any]) -> None:
    status, answer = await desk.posts("/api/dossiers", told["request_body"])
    assert (status, answer["error_code"], answer["result"]) == (200, "1", [])
    assert "LayThuTuc" in answer["message"]


async def pushes_as_ha_giang(desk: Desk, told: dict[str, Any]) -> None:
    query = told["request"]["url"].partition("?")[2]
    _, answer = await desk.posts(f"/api/dossiers?{query}", told["request"]["body"])
    assert answer["error_code"] == "0"
    assert (await desk.finds(CODE)).status is Status.PROCESSING


async def lists(desk: Desk, told: dict[str, Any]) -> None:
    with standing_in({"/dossiers": (200, told["response"])}) as server:
        page = asked(server).changed_since(None)
    (read,) = page.records
    assert (page.faults, page.following) == ((), None)
    assert (read.code, read.status, read.received_at) == (LEGACY, Status.PROCESSING, at(2026, 1, 14, 9, 30, 57))
    assert (read.due_at, read.submitted_at) == (at(2026, 1, 21, 9, 30), at(2026, 1, 14, 9, 28, 39))
    assert (read.owner_name, read.identity, read.phone) == ("CÔNG TY THỬ NGHIỆM", "1200000009", "0900000009")
    assert (read.secret, read.filed_by, read.return_way, read.owner_kind) == ("5283", 2, 0, OwnerKind.BUSINESS)
    assert read.status_at == at(2026, 1, 14, 9, 32, 37)
    assert [(step.code, step.step, step.at) for step in page.steps] == [(LEGACY, "Duyệt", read.status_at)]
    path, headers = server.asked[0]
    assert path.startswith("/o/rest/v2/dossiers?start=0&end=50")
    assert headers["groupid"] == "55853"
    assert headers["authorization"].startswith("Basic ")


async def shows_with_the_secret(desk: Desk, told: dict[str, Any]) -> None:
    answers = {
        "/dossiers": (200, sample("opencps_08_dossiers_list")["response"]),
        "/dossiers/40001?secretKey=5283": (200, told["response_200"]),
        "/dossiers/40001?secretKey=0000": (203, told["response_203_bad_secret"]),
    }
    with standing_in(answers) as server:
        read = asked(server).lookup(LEGACY, "5283")
        assert asked(server).lookup(LEGACY, "0000") is None
        assert asked(server).lookup("BQLKCN.260114.00022", "5283") is None
    assert read is not None
    assert (read.code, read.status, read.owner_name) == (LEGACY, Status.PROCESSING, "CÔNG TY THỬ NGHIỆM")


async def publishes(desk: Desk, told: dict[str, Any]) -> None:
    with standing_in({"/dossiers": (200, told["response"])}) as server:
        (read,) = asked(server).changed_since(None).records
    assert (read.code, read.received_at, read.due_at) == (CODE, at(2026, 1, 12, 8, 15), at(2026, 2, 2, 17))


RUN: dict[str, Callable[[Desk, dict[str, Any]], Awaitable[None]]] = {
    "dvcqg_01_login": logs_in,
    "dvcqg_02_DongBoHoSoMC_opencps": pushes_as_opencps,
    "dvcqg_03_DongBoHoSoMC_v2024": pushes_as_of_2024,
    "dvcqg_04_CapNhatTienDoHoSoMC": pushes_progress,
    "dvcqg_05_TraCuuHoSo": asks_for_a_dossier,
    "dvcqg_06_LayThuTuc": asks_for_a_procedure,
    "lgsp_07_hagiang_SynsTTHCC": pushes_as_ha_giang,
    "opencps_08_dossiers_list": lists,
    "opencps_09_dossier_detail_secret": shows_with_the_secret,
    "opencps_10_publish_searchDossiers": publishes,
}


def test_every_sample_is_run() -> None:
    assert sorted(path.stem for path in SAMPLES.glob("*.json")) == sorted(RUN)


@pytest.mark.parametrize("name", RUN)
async def test_a_sample_does_what_it_is_there_for(name: str, database: Database, tmp_path: Path) -> None:
    async with desk(database, tmp_path) as open_desk:
        await RUN[name](open_desk, sample(name))
