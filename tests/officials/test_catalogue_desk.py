"""The catalogue in officials' chats: files, publications, questions without answer; strangers learn nothing."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from docx import Document

from handlers.catalogue import library
from knowledge.catalogue import Edition, load_edition
from knowledge.catalogue.toml_text import write_toml
from knowledge.catalogue.xlsx import read_xlsx, write_xlsx
from storage import catalogue, files
from storage.officials.register import Role
from tests.catalogue.make_broken import FOLDER
from tests.officials.board import MONDAY_MORNING, Board, Person, board

OLD = load_edition("tien-giang-2020")
PUBLISH = "Công bố từ hôm nay"


@pytest.fixture
async def office(engine_url: str, tmp_path: Path) -> AsyncIterator[Board]:
    async with board(engine_url, tmp_path) as opened:
        yield opened


@pytest.fixture
async def an(office: Board) -> Person:
    """An administrator."""
    person = office.person("an")
    await person.becomes(Role.ADMINISTRATOR)
    return person


def in_force(office: Board) -> Edition:
    with office.app.database.transaction() as tx:
        found = library.of_day(tx, MONDAY_MORNING.date())
    assert found is not None
    return found


def sent_file(office: Board, person: Person) -> tuple[str, bytes]:
    """Give the last file that a person was sent."""
    (named,) = person.heard[-1].reply.files
    with office.app.database.transaction() as tx:
        kept = files.load(tx, named.hash)
    assert kept is not None
    return named.name, kept.content


async def test_the_workbook_is_fetched_edited_sent_back_and_published(office: Board, an: Person) -> None:
    await an.says("/danhmuc")
    name, content = sent_file(office, an)
    assert name == "danh-muc-tien-giang-2020.xlsx"
    assert read_xlsx(content).edition(OLD.name, MONDAY_MORNING.date()) == OLD
    book, edited = openpyxl.load_workbook(io.BytesIO(content)), io.BytesIO()
    book["Thủ tục"]["Z3"].value = "Văn bản mới"
    book.save(edited)
    told = await an.sends(edited.getvalue(), name)
    assert "Bản nháp tien-giang-2020.2: nhận 52 mục, từ chối 0 mục" in told
    assert "0 mới, 1 thay đổi, 0 bỏ" in told
    told = await an.presses(PUBLISH)
    assert "Đã công bố tien-giang-2020.2, áp dụng từ 23/11/2026" in told
    assert "Thủ tục thay đổi (1)" in told
    assert in_force(office).name == "tien-giang-2020.2"


async def test_a_file_with_faults_is_told_cell_by_cell_and_cannot_be_published(office: Board, an: Person) -> None:
    told = await an.sends((FOLDER / "words-for-a-number.xlsx").read_bytes(), "danh-muc.xlsx")
    assert "trang “Thủ tục”, dòng 3, cột K (Số bộ hồ sơ), mục A1: “ba bộ”: cần một số nguyên" in told
    assert "không công bố được" in told
    told = await an.taps("1:edpub:thu")
    assert "Chưa công bố" in told
    assert in_force(office).name == "tien-giang-2020"


async def test_a_file_that_is_no_workbook_is_told(an: Person) -> None:
    assert "không phải sổ .xlsx" in await an.sends(b"hello", "danh-muc.xlsx")


async def test_an_edition_that_answers_worse_is_not_published(office: Board, an: Person) -> None:
    spoiled = [
        replace(p, title=f"Việc số {p.id[2:]}", title_en="", short_title_en="", aliases=()) for p in OLD.procedures
    ]
    await an.sends(write_xlsx(replace(OLD, procedures=tuple(spoiled))), "danh-muc.xlsx")
    told = await an.presses(PUBLISH)
    assert "Chưa công bố" in told
    assert "câu hỏi mẫu" in told
    assert in_force(office).name == "tien-giang-2020"


@pytest.mark.parametrize("role", [None, Role.LEADER])
async def test_who_keeps_no_catalogue_learns_nothing(office: Board, role: Role | None) -> None:
    binh = office.person("bình")
    if role is not None:
        await binh.becomes(role)
    for told in (await binh.says("/danhmuc"), await binh.says("/cauhoi")):
        assert "không có lệnh này" in told
    for action in ("1:edget", "1:edpub:tien-giang-2020", "1:questions", "1:qgroup:1", "1:qout:1", "1:qattach:1:XD05"):
        assert "không còn dùng được" in await binh.taps(action)
    await binh.sends(write_xlsx(OLD), "danh-muc.xlsx")
    with office.app.database.transaction() as tx:
        assert {kept.name for kept in catalogue.listed(tx)} == {"tien-giang-2020", "dong-thap-2026"}


async def test_an_official_takes_files_in_but_does_not_publish(office: Board) -> None:
    chi = office.person("chi")
    await chi.becomes(Role.OFFICIAL)
    told = await chi.sends(write_xlsx(OLD), "danh-muc.xlsx")
    assert "Bản nháp tien-giang-2020.2" in told
    assert not [b for m in chi.heard for row in m.reply.buttons for b in row if b.label == PUBLISH]
    assert "không còn dùng được" in await chi.taps("1:edpub:tien-giang-2020.2")


async def test_questions_without_answer_are_grouped_and_attached_by_one_tap(office: Board, an: Person) -> None:
    binh = office.person("bình")
    for text in ("nuôi bò sữa ở đâu", "nuoi bo sua o dau"):
        await binh.says(text)
    told = await an.says("/cauhoi")
    assert "2 câu chưa trả lời được, trong 1 nhóm" in told
    (label,) = [b.label for row in an.heard[-1].reply.buttons for b in row if "×" in b.label]
    assert "nuôi bò sữa ở đâu" in await an.presses(label)
    told = await an.taps("1:qattach:1:XD05")
    assert "tien-giang-2020.2" in told
    with office.app.database.transaction() as tx:
        kept = catalogue.find(tx, "tien-giang-2020.2")
        assert kept is not None
        entry = library.load(tx, kept.id).by_id("XD05")
    assert entry is not None
    assert "nuôi bò sữa ở đâu" in entry.aliases
    told = await an.presses(PUBLISH)
    assert "Đã công bố tien-giang-2020.2" in told
    assert "Không có câu hỏi nào" in await an.says("/cauhoi")
    assert "Gia hạn giấy phép xây dựng" in await binh.says("nuôi bò sữa ở đâu")


async def test_a_group_is_set_aside_by_one_tap(office: Board, an: Person) -> None:
    await office.person("bình").says("nuôi bò sữa ở đâu")
    await an.taps("1:qout:1")
    assert "Không có câu hỏi nào" in await an.says("/cauhoi")


async def test_the_list_of_papers_comes_as_a_document(office: Board) -> None:
    binh = office.person("bình")
    await binh.taps("1:papers:XD05")
    await binh.presses("☐ 1")
    await binh.presses("Tải về (.docx)")
    name, content = sent_file(office, binh)
    assert name == "giay-to-XD05.docx"
    document = Document(io.BytesIO(content))
    (table,) = document.tables
    assert [row.cells[1].text for row in table.rows][:3] == ["Đã có", "☑", "☐"]
    wide, narrow = (column.width for column in table.columns)
    assert wide > 5 * narrow, "the paper's name needs the room, the tick does not"
    assert any("Gia hạn giấy phép xây dựng" in paragraph.text for paragraph in document.paragraphs)


async def test_a_form_comes_from_the_agency_s_folder_and_from_nowhere_else(engine_url: str, tmp_path: Path) -> None:
    forms = tmp_path / "forms"
    forms.mkdir()
    (forms / "mau-01.docx").write_bytes(b"PK form")
    (tmp_path / "secret.txt").write_text("secret")
    first, second, *others = OLD.by_id("XD05").papers  # type: ignore[union-attr]
    papers = (replace(first, form_file="mau-01.docx"), replace(second, form_file="../secret.txt"), *others)
    entries = tuple(replace(p, papers=papers) if p.id == "XD05" else p for p in OLD.procedures)
    own = tmp_path / "own.toml"
    own.write_text(write_toml(replace(OLD, procedures=entries)), encoding="utf-8")
    settings = {"MOTCUA_CATALOGUE__FILE": str(own), "MOTCUA_CATALOGUE__FORMS": str(forms)}
    async with board(engine_url, tmp_path / "office", **settings) as office:
        binh = office.person("bình")
        await binh.taps("1:part:XD05:papers")
        assert "mau-01.docx" in await binh.presses("📄 Tải mẫu 1")
        assert sent_file(office, binh) == ("mau-01.docx", b"PK form")
        assert "chưa có tệp mẫu" in await binh.presses("📄 Tải mẫu 2")
        assert "không còn dùng được" in await binh.taps("1:form_file:XD05:9")
