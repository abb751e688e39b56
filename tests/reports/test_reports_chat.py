"""Reports in chat: leaders ask by buttons, nobody else learns that one can, and the draft comes before it is due."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

import bot.work.reports
from bot.channels.base import Outgoing
from handlers.reports import chat as reports
from handlers.reports.chat import draft_day
from handlers.reports.content import gather
from handlers.reports.record import record, written
from knowledge.calendar import Calendar
from storage import files, issued_reports
from storage.issued_reports import NewReport
from storage.officials.register import Role
from tests.officials.board import Board, Person, board
from tests.reports.dossiers import HERE, QUARTER, at, put
from tests.reports.test_documents import DOSSIERS

UNKNOWN = "/khongcolenhnay"


def kept(person: Person) -> dict[str, bytes]:
    """Load the files of the last message that had any."""
    message = next(one for one in reversed(person.heard) if one.reply.files)
    with person.app.database.snapshot() as tx:
        found = {named.name: files.load(tx, named.hash) for named in message.reply.files}
    return {name: file.content for name, file in found.items() if file is not None}


@pytest.fixture
def blank_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write empty documents: they take seconds, and are tested elsewhere."""
    monkeypatch.setattr(bot.work.reports, "write", lambda _report, kinds: dict.fromkeys(kinds, b"empty"))


def fill(office: Board) -> None:
    with office.app.database.transaction() as tx:
        put(tx, DOSSIERS)


async def test_a_leader_gets_figures_chart_and_files_of_the_period_that_was_pressed(
    engine_url: str, tmp_path: Path
) -> None:
    async with board(engine_url, tmp_path / "office") as office:
        fill(office)
        office.clock.now = datetime(2020, 9, 20, 2, tzinfo=UTC)
        chief = office.person("chief")
        await chief.becomes(Role.LEADER)
        assert "kỳ nào" in await chief.says("/baocao")
        labels = [row[0].label for row in chief.heard[-1].reply.buttons]
        assert labels[:2] == ["2020-Q4: 15/09/20–14/12/20", "2020-Q3: 15/06/20–14/09/20"]
        told = await chief.presses(labels[1])
        assert "đang lập báo cáo từ 15/06/2020 đến 14/09/2020" in told
        assert "Nhận giải quyết: 4 (kỳ trước 0, trực tuyến 4, trực tiếp và bưu chính 0)" in told
        assert "Phản ánh, kiến nghị nhận được: 0" in told
        assert "Bản dự thảo" in told
        assert "Mức độ hài lòng chưa có dữ liệu" in told
        sent = kept(chief)
        assert list(sent) == [f"bao-cao-2020-Q3.{kind}" for kind in ("png", "docx", "xlsx", "html")]
        assert sent["bao-cao-2020-Q3.png"].startswith(b"\x89PNG")
        assert sent["bao-cao-2020-Q3.docx"].startswith(b"PK")
        assert "từ 28/05/2020 đến 28/08/2020" in await chief.says("/baocao 28/5/2020 28/8/2020")
        assert "kỳ nào" in await chief.says("/baocao hôm qua")
        assert "kỳ nào" in await chief.says("/baocao 31/2/2020 28/8/2020")


@pytest.mark.usefixtures("blank_documents")
async def test_an_issued_report_is_sent_as_it_was_issued_with_a_chart_of_its_kept_figures(
    engine_url: str, tmp_path: Path
) -> None:
    async with board(engine_url, tmp_path / "office") as office:
        fill(office)
        chief = office.person("chief")
        await chief.becomes(Role.LEADER)
        await chief.says("/baocao 2020-Q3")
        draft = kept(chief)
        with office.app.database.snapshot() as tx:
            figures = written(record(gather(tx, QUARTER, Calendar(((time(7), time(17)),))), trace=True))
        documents = {"docx": b"the signed one", "xlsx": b"x", "html": b"h", "json": b"{}"}
        with office.app.database.transaction() as tx:
            issued_reports.issue(tx, NewReport(QUARTER, 2020, "281", figures, frozenset(), documents), at(9, 14))
            put(tx, [DOSSIERS[0]._replace(code="H58.15-200701-0099")])  # heard of after the report was issued
        office.clock.moves(days=400)
        told = await chief.says("/baocao 2020-Q3")
        assert "số 281/BC-BQL" in told
        assert "Nhận giải quyết: 4 " in told
        sent = kept(chief)
        assert list(sent) == [f"bao-cao-2020-Q3.{kind}" for kind in ("png", "docx", "xlsx", "html")]
        assert sent["bao-cao-2020-Q3.docx"] == b"the signed one"
        assert sent["bao-cao-2020-Q3.png"] == draft["bao-cao-2020-Q3.png"]


@pytest.mark.parametrize("role", [None, Role.OFFICIAL])
async def test_whoever_is_no_leader_is_answered_as_to_an_unknown_command(
    engine_url: str, tmp_path: Path, role: Role | None
) -> None:
    async with board(engine_url, tmp_path / "office") as office:
        somebody = office.person("somebody")
        if role is not None:
            await somebody.becomes(role)
        unknown = await somebody.says(UNKNOWN)
        assert await somebody.says("/baocao") == unknown
        assert await somebody.says("/baocao 2020-Q3") == unknown
        assert "báo cáo" not in (await somebody.taps("1:report:2020-Q3")).lower()


async def test_figures_that_do_not_add_up_are_told_and_no_file_is_sent(engine_url: str, tmp_path: Path) -> None:
    async with board(engine_url, tmp_path / "office") as office:
        with office.app.database.transaction() as tx:
            put(tx, [DOSSIERS[0].__class__("H58.15-200701-0009", 9, at(7, 1), None, at(6, 1), 2)])
        chief = office.person("chief")
        await chief.becomes(Role.LEADER)
        for words, language in (("số liệu không khớp", ""), ("do not add up", "/english")):
            if language:
                await chief.says(language)
            told = await chief.says("/baocao 2020-Q3")
            assert words in told
            assert told.rstrip().endswith("H58.15-200701-0009."), "in the reader's language alone"
        assert not any(message.reply.files for message in chief.heard)


@pytest.mark.usefixtures("blank_documents")
async def test_a_leader_who_reads_english_is_told_everything_in_english(engine_url: str, tmp_path: Path) -> None:
    async with board(engine_url, tmp_path / "office") as office:
        fill(office)
        chief = office.person("chief")
        await chief.becomes(Role.LEADER)
        await chief.says("/english")
        assert "Which period?" in await chief.says("/baocao")
        told = await chief.says("/baocao 2020-Q3")
        for words in ("Received: 4", "Resolved: 3", "Feedback received: 0", "A draft", "causes of lateness must be"):
            assert words in told
        assert "tự ghi" not in told


async def come(office: Board, *moment: int) -> None:
    """Let the clock come to a moment of Viet Nam's time and everything happen that belongs to it."""
    office.clock.now = datetime(*moment, tzinfo=HERE).astimezone(UTC)  # type: ignore[arg-type, misc]
    await office.app.schedule.look()
    for _ in range(3):
        await office.app.turns.idle()
        while await office.app.jobs.one():
            await office.app.turns.idle()
    await office.app.delivery.idle()


def of_reports(office: Board) -> list[Outgoing]:
    """What was sent besides the news of single dossiers, which leaders hear of too."""
    return [one for one in office.platform.sent if "Mã hồ sơ" not in one.reply.text]


async def test_the_draft_comes_by_itself_three_working_days_before_it_is_due_and_once(
    engine_url: str, tmp_path: Path
) -> None:
    async with board(engine_url, tmp_path / "office") as office:
        fill(office)
        chief, stranger = office.person("chief"), office.person("stranger")
        await chief.becomes(Role.LEADER)
        await stranger.says("xin chào")
        before = len(of_reports(office))
        # The quarter ended on Monday 14 September 2020; the report is due on Saturday 19th.
        await come(office, 2020, 9, 15, 8)
        assert of_reports(office)[before:] == []
        await come(office, 2020, 9, 16, 8)
        (message,) = of_reports(office)[before:]
        assert message.address == "chief"
        assert "đến hạn nộp ngày 19/09/2020" in message.reply.text
        assert "Còn phải bổ sung" in message.reply.text
        assert len(message.reply.files) == 4
        await come(office, 2020, 9, 17, 8)
        assert len(of_reports(office)) == before + 1


async def test_no_draft_comes_of_a_report_that_was_issued(engine_url: str, tmp_path: Path) -> None:
    async with board(engine_url, tmp_path / "office") as office:
        fill(office)
        chief = office.person("chief")
        await chief.becomes(Role.LEADER)
        new = NewReport(QUARTER, 2020, "281", "{}", frozenset(), {})
        with office.app.database.transaction() as tx:
            issued_reports.issue(tx, new, at(9, 14))
        await come(office, 2020, 9, 16, 8)
        assert of_reports(office) == []


def test_working_days_before_the_due_date_skip_weekends_and_holidays() -> None:
    calendar = Calendar(((time(7), time(17)),))
    assert draft_day(calendar, date(2020, 9, 19)) == date(2020, 9, 16)  # Saturday: 18, 17, 16
    assert draft_day(calendar, date(2020, 9, 4)) == date(2020, 8, 31)  # 2 September is a holiday
    assert reports.AHEAD_WORKING_DAYS == 3
