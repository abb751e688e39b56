"""A file that an official sends: read on trial, taken in by a press, told to the end; nobody else's is."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from bot.intake.table import Layout
from bot.work.attachments import Attachments
from bot.work.dossier_files import FileIntake, Place
from handlers.actions import action
from storage import files
from storage.dossiers import records as dossiers
from storage.officials import register as officials
from storage.officials.register import Role
from storage.schema import audit, dossier, event
from tests.officials.board import Board, Person, board

HEAD = "MaHoSo,MaTTHC,TenTTHC,KenhThucHien,NgayTiepNhan,NgayHenTra,TrangThaiHoSo\n"
TAKE_IN = "Nhập dữ liệu"


@pytest.fixture
async def office(engine_url: str, tmp_path: Path) -> AsyncIterator[Board]:
    async with board(engine_url, tmp_path) as opened:
        yield opened


@pytest.fixture
async def an(office: Board) -> Person:
    """An official."""
    person = office.person("an")
    await person.becomes(Role.OFFICIAL)
    return person


def code(number: int) -> str:
    return f"000.00.15.H58-261102-{number:04d}"


def row(number: int, status: str = "4", received: str = "20261102090000") -> str:
    return f"{code(number)},1.003560,Cấp giấy phép,1,{received},20261130170000,{status}\n"


def table(*rows: str) -> bytes:
    return (HEAD + "".join(rows)).encode()


def as_xlsx(content: bytes) -> bytes:
    book, written = Workbook(), io.BytesIO()
    assert book.active is not None
    for line in content.decode().splitlines():
        book.active.append(line.split(","))
    book.save(written)
    return written.getvalue()


def statuses(office: Board) -> dict[str, int]:
    with office.app.database.transaction() as tx:
        found = tx.execute(select(dossier.c.code, dossier.c.status).order_by(dossier.c.code))
        return {row.code: row.status for row in found}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_a_file_is_read_on_trial_and_taken_in_by_a_press(office: Board, an: Person, kind: str) -> None:
    content = table(row(1), row(2), row(3))
    told = await an.sends(content if kind == "csv" else as_xlsx(content), f"tháng 11.{kind}")
    assert f"Đã nhận tệp tháng 11.{kind}" in told
    assert "3 dòng" in told
    assert "Hồ sơ mới: 3. Có thay đổi: 0. Không đổi: 0." in told
    assert statuses(office) == {}, "nothing is taken in before the press"
    told = await an.presses(TAKE_IN)
    assert "Đang nhập" in told
    assert f"Đã nhập xong tệp tháng 11.{kind}: 3 hồ sơ, trong đó mới 3, có thay đổi 0" in told
    assert statuses(office) == {code(1): 4, code(2): 4, code(3): 4}
    with office.app.database.transaction() as tx:
        found = dossiers.find(tx, code(1))
        assert found is not None
        assert (found.source, found.as_of) == (f"tháng 11.{kind}", office.clock())


async def test_the_trial_reading_tells_new_changed_and_unchanged_apart(office: Board, an: Person) -> None:
    await an.sends(table(row(1), row(2)))
    await an.presses(TAKE_IN)
    office.clock.moves(hours=1)
    told = await an.sends(table(row(1), row(2, "10"), row(3)))
    assert "Hồ sơ mới: 1. Có thay đổi: 1. Không đổi: 1." in told
    assert statuses(office) == {code(1): 4, code(2): 4}
    await an.presses(TAKE_IN)
    assert statuses(office) == {code(1): 4, code(2): 10, code(3): 4}


async def test_bad_rows_are_named_with_line_column_and_reason_in_a_file(office: Board, an: Person) -> None:
    told = await an.sends(table(row(1), row(2, "11"), "nonsense,1.1,x,1,20261102090000,,4\n", row(4, received="soon")))
    assert "Dòng bị từ chối: 3" in told
    told = await an.presses(TAKE_IN)
    assert "1 hồ sơ" in told
    last = an.heard[-1]
    (sent,) = last.files
    assert sent.name == "dong-bi-tu-choi.xlsx"
    sheet = load_workbook(io.BytesIO(sent.content)).active
    assert sheet is not None
    listed = list(sheet.iter_rows(values_only=True))
    assert listed[0] == ("Dòng", "Cột", "Lý do")
    assert [(line, column) for line, column, _ in listed[1:]] == [
        (3, "TrangThaiHoSo"),
        (4, "MaHoSo"),
        (5, "NgayTiepNhan"),
    ]
    assert all("không phải" in str(reason) for _, _, reason in listed[1:])
    assert statuses(office) == {code(1): 4}


async def test_a_second_press_and_the_same_file_again_change_nothing(office: Board, an: Person) -> None:
    await an.sends(table(row(1), row(2)))
    await an.presses(TAKE_IN)
    with office.app.database.transaction() as tx:
        before = tx.execute(select(func.count()).where(audit.c.action == "dossiers_taken_in")).scalar_one()
    await an.presses(TAKE_IN)
    with office.app.database.transaction() as tx:
        after = tx.execute(select(func.count()).where(audit.c.action == "dossiers_taken_in")).scalar_one()
    assert (before, after) == (1, 1)
    office.clock.moves(minutes=5)
    told = await an.sends(table(row(1), row(2)))
    assert "Hồ sơ mới: 0. Có thay đổi: 0. Không đổi: 2." in told


@pytest.mark.parametrize("role", [None, Role.LEADER])
async def test_whoever_may_not_take_in_gets_the_ordinary_answer_to_a_file(office: Board, role: Role | None) -> None:
    stranger = office.person("binh")
    if role is not None:
        await stranger.becomes(role)
    assert "chỉ đọc được chữ" in await stranger.sends(table(row(1)))
    assert "giờ làm việc" in (await stranger.sends(table(row(1)), words="mấy giờ mở cửa")).lower()
    assert statuses(office) == {}


async def test_a_button_works_only_for_the_official_to_whom_the_reading_was_shown(office: Board, an: Person) -> None:
    await an.sends(table(row(1)))
    pressed = next(one.action for row in an.heard[-1].reply.buttons for one in row if one.label == TAKE_IN)
    colleague, stranger = office.person("binh"), office.person("chi")
    await colleague.becomes(Role.OFFICIAL)
    assert "quá hạn" in await colleague.taps(pressed)
    assert await stranger.taps(pressed) == await stranger.taps(action("nonsense"))
    assert statuses(office) == {}
    assert "quá hạn" in await an.taps(action("takein", "0" * 32))


async def test_an_official_revoked_between_the_file_and_the_press_takes_nothing_in(office: Board, an: Person) -> None:
    await an.sends(table(row(1)))
    with office.app.database.transaction() as tx:
        ((one, _, _),) = officials.listed(tx)
        officials.revoke(tx, one.id, office.clock())
    stale = await an.taps(action("nonsense"))
    assert await an.presses(TAKE_IN) == stale
    assert statuses(office) == {}


async def test_a_reading_that_is_too_old_is_said_to_be(office: Board, an: Person) -> None:
    await an.sends(table(row(1)))
    with office.app.database.transaction() as tx:
        for key in tx.exec_driver_sql("SELECT hash FROM file").scalars().all():
            files.forget(tx, key)
    assert "quá hạn" in await an.presses(TAKE_IN)


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (None, "a.csv", "chưa lấy được tệp"),
        (b"%PDF-1.7", "a.csv", "không phải xlsx hoặc csv"),
        (b"PK\x03\x04 broken", "a.xlsx", "không phải xlsx hoặc csv"),
        (b"MaHoSo,TenTTHC\n", "a.csv", "thiếu cột"),
        (HEAD.encode(), "a.csv", "Không có dòng nào nhập được"),
        (table("x,x,x,x,x,x,x\n"), "a.csv", "Dòng bị từ chối: 1"),
    ],
)
async def test_a_file_that_is_none_of_ours_is_told_so(
    office: Board, an: Person, content: bytes | None, name: str, said: str
) -> None:
    assert said in await an.sends(content, name)
    assert all(one.label != TAKE_IN for line in an.heard[-1].reply.buttons for one in line)


async def test_a_big_file_tells_how_far_it_is(office: Board, an: Person) -> None:
    rows = [row(number) for number in range(1, 2101)]
    assert "2100 dòng" in await an.sends(table(*rows))
    await an.presses(TAKE_IN)
    texts = [str(one.reply.text) for one in office.platform.sent]
    progress = [text for text in texts if "trên 2100 dòng" in text]
    assert len(progress) == 3
    assert any("2100 hồ sơ" in text for text in texts)
    assert len(statuses(office)) == 2100


async def test_a_job_that_was_cut_off_and_runs_again_brings_every_row_once(office: Board, an: Person) -> None:
    await an.sends(table(*(row(number) for number in range(1, 2001))))
    pressed = next(one.action for line in an.heard[-1].reply.buttons for one in line if one.label == TAKE_IN)
    body = json.dumps({"manifest": pressed.rsplit(":", 1)[1]})
    calls: list[str] = []

    def cut_off(lane: str) -> None:
        calls.append(lane)
        raise KeyboardInterrupt

    def job(wake: Callable[[str], object]) -> FileIntake:
        fetched = Attachments(office.app.database, {}, asyncio.get_running_loop())
        layout, place = Layout(ZoneInfo("Asia/Ho_Chi_Minh")), Place("import", "dossiers")
        return FileIntake(office.app.database, fetched, layout, place, office.clock, wake)

    with pytest.raises(KeyboardInterrupt):
        job(cut_off).take(body)
    with office.app.database.transaction() as tx:
        assert 0 < tx.execute(select(func.count()).where(event.c.channel == "import")).scalar_one() < 40
    assert json.loads(job(calls.append).take(body)) == {"rows": 2000}
    office.app.turns.wake(calls[-1])
    await office.app.finish("test", "an")
    assert len(statuses(office)) == 2000
    assert sum("2000 hồ sơ" in str(one.reply.text) for one in office.platform.sent) == 1
    assert sum("trên 2000 dòng" in str(one.reply.text) for one in office.platform.sent) == 3
