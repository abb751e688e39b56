"""What nobody honest sends: wrong secrets, wrong types, endless bodies, replays. Nothing breaks, nothing is kept."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.intake import contract
from bot.intake.receiving import BODY_BYTES, SESSION_HOURS, WRONG
from handlers.intake.words import RowFault
from knowledge.dossier import DossierRecord, Step
from knowledge.status import Status
from storage.database import Connection, Database
from storage.schema import event
from tests.intake.desk import NAME, PASSWORD, SECRET, Desk, desk, sample
from tests.intake.test_samples import CODE, HERE, NEWER

ROUTES = ("/api/dossiers", "/api/progress")
GOOD: dict[str, Any] = sample("dvcqg_03_DongBoHoSoMC_v2024")["request"]["body"][0]


@pytest.fixture
async def there(database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk(database, tmp_path) as open_desk:
        yield open_desk


async def events(desk: Desk) -> int:
    def count(tx: Connection) -> int:
        return int(tx.execute(select(func.count()).select_from(event)).scalar_one())

    return await desk.app.store.read(count)


def elsewhere(number: int) -> dict[str, str]:
    """Come from an address of one's own: wrong secrets of one address are slowed down."""
    return {"X-Forwarded-For": f"203.0.113.{number}"}


async def test_a_wrong_secret_is_denied_and_nothing_is_kept(there: Desk) -> None:
    for number, secret in enumerate(("", "wrong", SECRET + "x", SECRET[:-1], SECRET.upper(), "ă" * 20)):
        for route in ROUTES:
            headers = {"Authorization": f"Bearer {secret}".encode().decode("latin-1"), **elsewhere(number)}
            status, answer = await there.posts(route, [GOOD], secret=None, headers=headers)
            assert (status, answer["error_code"]) == (401, "-1"), secret
    assert await events(there) == 0


async def test_without_secret_and_session_nothing_is_taken(there: Desk) -> None:
    bodies = ([GOOD], {"data": [GOOD]}, {"session": "", "data": [GOOD]}, {"session": 1}, b"", b"x")
    for number, body in enumerate(bodies):
        for route in ROUTES:
            status, _ = await there.posts(route, body, secret=None, headers=elsewhere(number))
            assert status == 401, body
    assert await events(there) == 0


async def test_only_the_right_name_and_password_open_a_session_and_it_ends(there: Desk) -> None:
    for name, password in ((NAME, "x"), ("x", PASSWORD), ("", ""), (NAME, "")):
        assert await there.logs_in(name, password) == ""
    session = await there.logs_in()
    until, _, signature = session.partition(".")
    forged = [f"{int(until) + 1}.{signature}", f"{until}.{'0' * len(signature)}", f"-{session}", f"²{session}", "."]
    for wrong in forged:
        status, _ = await there.posts("/api/dossiers", {"session": wrong, "data": [GOOD]}, secret=None)
        assert status == 401, wrong
    assert (await there.posts("/api/dossiers", {"session": session, "data": []}, secret=None))[0] == 200
    there.clock.now += timedelta(hours=SESSION_HOURS, seconds=1)
    assert (await there.posts("/api/dossiers", {"session": session, "data": []}, secret=None))[0] == 401


async def test_where_nothing_is_set_everything_is_denied(database: Database, tmp_path: Path) -> None:
    off = {"MOTCUA_INTAKE__SECRET": "", "MOTCUA_INTAKE__USERNAME": "", "MOTCUA_INTAKE__PASSWORD": ""}
    async with desk(database, tmp_path, **off) as there:
        assert await there.logs_in("", "") == ""
        for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": ""}):
            assert (await there.posts("/api/dossiers", [GOOD], secret=None, headers=headers))[0] == 401
        body = {"session": "1900000000.x", "data": [GOOD]}
        assert (await there.posts("/api/dossiers", body, secret=None))[0] == 401


async def test_guessing_is_slowed_down_and_whoever_knows_the_secret_is_not(there: Desk) -> None:
    statuses = [(await there.posts("/api/login", {}, secret=None))[0] for _ in range(int(WRONG.burst) + 3)]
    assert statuses.count(401) == WRONG.burst
    assert statuses[-1] == 429
    assert (await there.posts("/api/dossiers", [GOOD]))[0] == 200


@pytest.mark.parametrize("told", [True, False])
async def test_a_body_of_50_mb_is_refused_before_it_is_kept(there: Desk, told: bool) -> None:
    megabyte = b" " * (1 << 20)

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield megabyte

    headers = {"Authorization": f"Bearer {SECRET}", **({"Content-Length": str(50 << 20)} if told else {})}
    try:
        async with there.http.post(f"{there.url}/api/dossiers", data=endless(), headers=headers) as answer:
            assert answer.status == 413
            assert json.loads(await answer.text())["error_code"] == "1"
    except OSError:
        pass  # the server hung up on whoever went on sending
    assert BODY_BYTES < 50 << 20
    assert await events(there) == 0
    assert (await there.posts("/api/dossiers", [GOOD]))[0] == 200


NONE_OF_OURS = (
    b"",
    b"{",
    b"null",
    b"1",
    b'"x"',
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"data": {}}',
    b'{"data": null}',
    b'{"service": "DongBoHoSoMC"}',
    b'{"service": {"a": 1}, "data": "x"}',
    json.dumps([GOOD] * (contract.ITEMS_MOST + 1)).encode(),
)


async def test_a_message_that_is_none_is_answered_and_not_kept(there: Desk) -> None:
    for body in NONE_OF_OURS:
        for route in ROUTES:
            status, answer = await there.posts(route, body)
            assert (status, answer["error_code"], answer["result"]) == (200, "1", []), body[:20]
    assert await events(there) == 0


WRONG_DOSSIERS: list[tuple[dict[str, Any], str]] = [
    ({"MaHoSo": None}, "MaHoSo"),
    ({"MaHoSo": "H58.15-261105"}, "MaHoSo"),
    ({"MaHoSo": ["x"]}, "MaHoSo"),
    ({"MaTTHC": "", "TenTTHC": ""}, "MaTTHC"),
    ({"NgayTiepNhan": ""}, "NgayTiepNhan"),
    ({"NgayTiepNhan": "05/11/2024"}, "NgayTiepNhan"),
    ({"NgayHenTra": "20200101000000"}, "NgayHenTra"),
    ({"TrangThaiHoSo": "0"}, "TrangThaiHoSo"),
    ({"TrangThaiHoSo": {"id": 4}}, "TrangThaiHoSo"),
    ({"KenhThucHien": "9"}, "KenhThucHien"),
    ({"LoaiDoiTuong": "5"}, "LoaiDoiTuong"),
    ({"ChuHoSo": "x" * 2_001}, "ChuHoSo"),
    ({"DanhSachHoSoBoSung": {"a": 1}}, "DanhSachHoSoBoSung"),
    ({"DanhSachHoSoBoSung": ["x"]}, "DanhSachHoSoBoSung"),
    ({"DanhSachHoSoBoSung": [{"NgayBoSung": "x"}]}, "NgayBoSung"),
    ({"DanhSachLePhi": [{"Gia": "nhiều"}]}, "Gia"),
    ({"DanhSachLePhi": [{}] * 201}, "DanhSachLePhi"),
    ({"DinhDanhCHS": "x", "SoGiayToChuHoSo": ""}, "DinhDanhCHS"),
]


async def test_a_dossier_that_is_wrong_is_named_and_its_neighbours_are_taken(there: Desk) -> None:
    bad = [{**GOOD, **change} for change, _ in WRONG_DOSSIERS]
    _, answer = await there.posts("/api/dossiers", [*bad, {**GOOD, "MaHoSo": CODE}])
    assert answer["error_code"] == "1"
    *wrong, right = answer["result"]
    assert [(one["error_code"], one["message"].partition(":")[0]) for one in wrong] == [
        ("1", column) for _, column in WRONG_DOSSIERS
    ]
    assert (right["MaHoSo"], right["error_code"]) == (CODE, "0")
    assert (await there.finds(CODE)).status is Status.PROCESSING
    assert await there.count() == 1


async def test_a_dossier_that_is_only_written_otherwise_is_taken(there: Desk) -> None:
    changes: list[dict[str, Any]] = [
        {"TrangThaiHoSo": 4, "KenhThucHien": 2, "LoaiDoiTuong": 2.0, "HinhThuc": False, "SoDienThoai": 900000009},
        {"NgayHenTra": None, "DanhSachHoSoBoSung": None, "DanhSachLePhi": None, "DinhDanhCHS": None},
        {"La": {"a": [1]}, "TaiLieuNop": "x"},
        {"MaHoSo": f"Mã hồ sơ: {NEWER.lower()} "},
        {"ChuHoSo": "half \ud800 a character and \u0000 none", "DonViXuLy": "\udfff"},
    ]
    for change in changes:
        _, answer = await there.posts("/api/dossiers", {"data": [{**GOOD, **change}]})
        assert (answer["error_code"], answer["message"]) == ("0", "Thành công"), change
        assert (await there.finds(NEWER)).status is Status.PROCESSING


async def test_a_step_that_is_wrong_is_named_and_its_neighbours_are_taken(there: Desk) -> None:
    rows = sample("dvcqg_04_CapNhatTienDoHoSoMC")["request"]["body"]["data"]
    bad = [{**rows[0], "ThoiDiemXuLy": ""}, {**rows[0], "TrangThai": "99"}, "x"]
    _, answer = await there.posts("/api/progress", [*bad, *rows])
    assert [one["error_code"] for one in answer["result"]] == ["1", "1", "1", "0", "0"]


async def test_a_replay_changes_nothing_and_a_late_one_takes_nothing_back(there: Desk) -> None:
    first = {"data": [GOOD]}
    ready = {"data": [{**GOOD, "TrangThaiHoSo": "9", "NgayKetThucXuLy": "20260126090000"}], "isUpdating": "True"}
    for body in (first, first, ready, ready, first):
        there.clock.now += timedelta(minutes=1)
        assert (await there.posts("/api/dossiers", body))[1]["error_code"] == "0"
    found = await there.finds(NEWER)
    assert found.status is Status.RESULT_READY
    assert await there.count() == 1


async def test_a_dossier_that_is_created_twice_is_said_to_be_there_and_not_touched(there: Desk) -> None:
    body = {"service": "DongBoHoSoMC", "isUpdating": "False", "data": [GOOD]}
    other = {**GOOD, "MaHoSo": CODE}
    assert (await there.posts("/api/dossiers", body))[1]["error_code"] == "0"
    late = {**body, "data": [{**GOOD, "TrangThaiHoSo": "2"}, other]}
    _, answer = await there.posts("/api/dossiers", late)
    assert [one["error_code"] for one in answer["result"]] == ["3", "0"]
    assert answer["error_code"] == "1"
    assert (await there.finds(NEWER)).status is Status.PROCESSING
    assert (await there.finds(CODE)).status is Status.PROCESSING


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*GOOD, "x"]), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(JSON, st.dictionaries(st.sampled_from(list(GOOD)), JSON, max_size=4))
def test_whatever_an_item_is_it_is_read_or_named(item: object, changes: dict[str, object]) -> None:
    for one in (item, {**GOOD, **changes}):
        assert isinstance(contract.dossier(one, 1, HERE), DossierRecord | RowFault)
        assert isinstance(contract.step(one, 1, HERE), Step | RowFault)
        assert isinstance(contract.code_of(one), str)
