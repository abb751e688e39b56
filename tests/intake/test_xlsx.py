"""Workbooks: the same rows as in a csv file, whatever kind their cells are; bombs and formulas are refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from contextlib import closing
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from openpyxl import Workbook

from bot.intake.files import read_file
from bot.intake.table import Layout
from handlers.intake.words import FileFault, RowFault
from knowledge.dossier import DossierRecord
from knowledge.media import UNPACKED_BYTES_MOST
from knowledge.status import Status

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
HEAD = ["MaHoSo", "MaTTHC", "TenTTHC", "NgayTiepNhan", "NgayHenTra", "TrangThaiHoSo", "SoDienThoai"]
CODE = "000.00.15.H58-261102-0001"
RECEIVED = datetime(2026, 11, 2, 8, 15)
ROW = [CODE, "1.009645.000.00.00.H58", "Cấp giấy phép", "20261102081500", "2026-11-20", "4", "0912345678"]


def book(*rows: Sequence[Any], titles: Sequence[str] = HEAD, above: Sequence[Sequence[Any]] = ()) -> bytes:
    """Make a workbook as Excel would."""
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    for row in (*above, titles, *rows):
        sheet.append(list(row))
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def read(content: bytes, **mapping: str) -> list[DossierRecord | RowFault]:
    return list(read_file(content, Layout(HERE, mapping)))


def one(content: bytes, **mapping: str) -> DossierRecord:
    (found,) = read(content, **mapping)
    assert isinstance(found, DossierRecord), found
    return found


@pytest.mark.parametrize(
    "cells",
    [
        ROW,
        [*ROW[:3], RECEIVED, date(2026, 11, 20), 4, 912345678],
        [*ROW[:3], 20261102081500, datetime(2026, 11, 20), 4.0, "0912345678"],
        [f"  {CODE} ", *ROW[1:3], "2026-11-02T08:15:00", "20261120000000", "Đang xử lý", None],
    ],
)
def test_a_row_is_read_whatever_kind_its_cells_are(cells: Sequence[Any]) -> None:
    found = one(book(cells))
    assert (found.code, found.status, found.received_at) == (CODE, Status.PROCESSING, RECEIVED.replace(tzinfo=HERE))
    assert (found.due_at, found.procedure_code) == (datetime(2026, 11, 20, tzinfo=HERE), "1.009645")


def test_a_heading_above_the_titles_and_empty_rows_are_passed_over() -> None:
    content = book([], ROW, [], [None] * 7, above=[["DANH SÁCH HỒ SƠ"], [], ["Từ ngày 1/11"]])
    assert one(content).code == CODE


def test_titles_of_ones_own_are_mapped() -> None:
    titles = ["Số hồ sơ", "Mã TTHC", "Tên thủ tục", "Ngày nhận", "Hẹn trả", "Trạng thái", "Điện thoại"]
    mapping = dict(zip(titles, HEAD, strict=True))
    assert one(book(ROW, titles=[titles[0].upper(), *titles[1:]]), **mapping).phone == "0912345678"


def test_a_formula_is_named_and_its_neighbours_are_read() -> None:
    formula = [CODE[:-1] + "2", *ROW[1:4], "=D2+14", *ROW[5:]]
    found = read(book(formula, ROW))
    assert isinstance(found[0], RowFault)
    assert (found[0].line, found[0].column, found[0].problem) == (2, "NgayHenTra", "formula")
    assert isinstance(found[1], DossierRecord)
    assert found[0].reason("vi") == "là công thức; vui lòng thay bằng giá trị"


def test_a_dossier_that_stands_twice_is_taken_once_or_named() -> None:
    other = [*ROW[:5], "5", ROW[6]]
    found = read(book(ROW, ROW, other))
    assert [type(row) for row in found] == [DossierRecord, RowFault]
    assert isinstance(found[1], RowFault)
    assert (found[1].line, found[1].values) == (4, {"line": 2})


def test_rows_wider_than_the_titles_are_named_only_if_something_stands_there() -> None:
    found = read(book([*ROW, None, " "], [CODE[:-1] + "2", *ROW[1:], "x"]))
    assert isinstance(found[0], DossierRecord)
    assert isinstance(found[1], RowFault)
    assert found[1].problem == "width"


def bomb() -> bytes:
    """A workbook of a few hundred kilobytes that unpacks to more than we take."""
    file = io.BytesIO(book(ROW))
    packed = zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED)
    with packed, packed.open("xl/big.xml", "w", force_zip64=True) as part:
        for _ in range((UNPACKED_BYTES_MOST >> 20) + 1):
            part.write(b" " * (1 << 20))
    return file.getvalue()


def wide() -> bytes:
    """A workbook whose one row has all of the columns that there may be."""
    file = io.BytesIO()
    with closing(xlsxwriter.Workbook(file, {"in_memory": True})) as made:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, ROW)
        sheet.write(1, 16_383, "x")
    return file.getvalue()


def without(part: str) -> bytes:
    """A workbook in which a part is missing."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book(ROW))) as whole, zipfile.ZipFile(file, "w") as left:
        for name in whole.namelist():
            if name != part:
                left.writestr(name, whole.read(name))
    return file.getvalue()


def with_entities() -> bytes:
    """A workbook whose sheet would grow without end."""
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    rows = "<sheetData><row><c><v>&l8;</v></c></row></sheetData>"
    sheet = f'<!DOCTYPE x [<!ENTITY l0 "lol">{lol}]><worksheet>{rows}</worksheet>'
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book(ROW))) as whole, zipfile.ZipFile(file, "w") as left:
        for name in whole.namelist():
            left.writestr(name, sheet if name.endswith("sheet1.xml") else whole.read(name))
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (bomb, "not_xlsx"),
        (lambda: without("xl/workbook.xml"), "not_xlsx"),
        (lambda: without("xl/worksheets/sheet1.xml"), "not_xlsx"),
        (lambda: book(ROW)[:-200], "not_xlsx"),
        (lambda: b"PK\x03\x04" + bytes(500), "not_xlsx"),
        (with_entities, "not_xlsx"),
        (lambda: book(titles=[]), "no_column"),
        (lambda: book(ROW, titles=["a", "b"]), "no_column"),
        (lambda: book(ROW, titles=[*HEAD[:-1], HEAD[0]]), "column_twice"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_words(content: Any, problem: str) -> None:
    with pytest.raises(FileFault) as refused:
        read(content())
    assert refused.value.problem == problem
    assert all(refused.value.reason(language) for language in ("vi", "en"))


def test_a_row_with_all_columns_there_may_be_is_read_no_further_than_we_look() -> None:
    assert one(wide()).code == CODE
