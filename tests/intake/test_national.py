"""The national columns in a csv file: whatever its letters, line ends and separators are, rows are read or named."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.intake.files import read_file
from bot.intake.table import Layout
from handlers.intake.words import RowFault
from knowledge.dossier import DossierRecord, FiledBy
from knowledge.errors import Wrong
from knowledge.status import Status

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
HEAD = "MaHoSo,MaTTHC,TenTTHC,KenhThucHien,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy,NgayTra,TrangThaiHoSo"
GOOD = {
    "MaHoSo": "000.00.15.H58-200617-0001",
    "MaTTHC": "XD01",
    "TenTTHC": "Cấp giấy phép xây dựng",
    "KenhThucHien": "2",
    "NgayTiepNhan": "20200617142000",
    "NgayHenTra": "2020-07-03",
    "NgayKetThucXuLy": "",
    "NgayTra": "",
    "TrangThaiHoSo": "Đang xử lý",
}
RECORD = DossierRecord(
    code="000.00.15.H58-200617-0001",
    status=Status.PROCESSING,
    received_at=datetime(2020, 6, 17, 14, 20, tzinfo=HERE),
    procedure_code="XD01",
    procedure_title="Cấp giấy phép xây dựng",
    filed_by=FiledBy.ONLINE,
    due_at=datetime(2020, 7, 3, tzinfo=HERE),
    silent=frozenset({"refused_at"}),
)


def row(**cells: str) -> str:
    return ",".join({**GOOD, **cells}.values())


def numbered(number: int, **cells: str) -> str:
    return row(MaHoSo=f"000.00.15.H58-200617-{number:04d}", **cells)


def read(content: str | bytes) -> list[DossierRecord | RowFault]:
    return list(read_file(content.encode() if isinstance(content, str) else content, Layout(HERE)))


def as_file(*rows: str) -> str:
    return "\n".join([HEAD, *rows]) + "\n"


@pytest.mark.parametrize(
    "content",
    [
        as_file(row()),
        as_file(row()).rstrip("\n"),
        "\ufeff" + as_file(row()),
        as_file(row()).replace("\n", "\r\n"),
        as_file(row()).replace("\n", "\r"),
        as_file(row()).replace(",", ";"),
        as_file(row()).replace(",", "\t"),
        as_file("", row(), ",,,,,,,,", "   "),
        as_file(row(TenTTHC='"Cấp giấy phép xây dựng"')),
        as_file(row(TenTTHC='"Cấp giấy\nphép  xây dựng"')),
        as_file(row(TenTTHC="Cấp giấy\u0000phép xây\x1bdựng")),
        as_file(row(TenTTHC="Ca\u0302\u0301p gia\u0302\u0301y phe\u0301p xa\u0302y du\u031b\u0323ng")),
        as_file(row(MaHoSo="Mã hồ sơ: ooo.00.15.h58 - 200617 - 0001")),
        as_file(row(TrangThaiHoSo="04")),
        as_file(row(NgayTiepNhan="2020-06-17T14:20:00")),
        as_file(row(NgayTiepNhan="2020-06-17T07:20:00Z")),
        as_file(row(NgayHenTra="20200703")),
        as_file(row()).replace("MaHoSo", " MaHoSo "),
    ],
)
def test_one_row_is_read_however_it_is_written(content: str) -> None:
    assert read(content) == [RECORD]


def test_columns_may_stand_in_any_order_and_unknown_ones_are_passed_over() -> None:
    assert read(
        "TrangThaiHoSo,ChuHoSo,NgayTiepNhan,La,TenTTHC,MaHoSo\n"
        "4,Nguyễn Văn A,20200617142000,,Gì đó,000.00.15.H58-200617-0001\n",
    ) == [
        DossierRecord(
            RECORD.code,
            Status.PROCESSING,
            RECORD.received_at,
            procedure_title="Gì đó",
            owner_name="Nguyễn Văn A",
            silent=frozenset({"due_at", "finished_at", "returned_at", "refused_at"}),
        )
    ]


@pytest.mark.parametrize(
    ("bad", "column", "reason"),
    [
        (row(MaHoSo=""), "MaHoSo", "empty"),
        (row(MaHoSo="000.00.15.H58"), "MaHoSo", "not a receipt code: 000.00.15.H58"),
        (row(MaHoSo="000.00.15.H58-200231-0001"), "MaHoSo", "not a receipt code: 000.00.15.H58-200231-0001"),
        (row(MaHoSo="000.00.15.H58-200617-0001 000.00.15.H58-200617-0002"), "MaHoSo", "not a receipt code: "),
        (row(MaTTHC="", TenTTHC=""), "MaTTHC", "empty, and so is TenTTHC"),
        (row(MaTTHC="x" * 41), "MaTTHC", "longer than 40 characters"),
        (row(TenTTHC="x" * 2001), "TenTTHC", "longer than 2000 characters"),
        (row(KenhThucHien="4"), "KenhThucHien", "not one of 1, 2, 3: 4"),
        (row(KenhThucHien="web"), "KenhThucHien", "not one of 1, 2, 3: web"),
        (row(NgayTiepNhan=""), "NgayTiepNhan", "empty"),
        (row(NgayTiepNhan="17/06/2020"), "NgayTiepNhan", "not a date as yyyyMMddHHmmss or ISO: 17/06/2020"),
        (row(NgayTiepNhan="20200631142000"), "NgayTiepNhan", "not a date as yyyyMMddHHmmss or ISO: 20200631142000"),
        (row(NgayTiepNhan="43999.5"), "NgayTiepNhan", "not a date as yyyyMMddHHmmss or ISO: 43999.5"),
        (row(NgayTiepNhan="00010101000000"), "NgayTiepNhan", "not a date between 1990 and 2100: 00010101000000"),
        (row(NgayHenTra="9999-12-31T23:59:59-11:00"), "NgayHenTra", "not a date between 1990 and 2100: 9999-12-31"),
        (row(NgayHenTra="20200616142000"), "NgayHenTra", "before NgayTiepNhan"),
        (row(NgayKetThucXuLy="20200616142000"), "NgayKetThucXuLy", "before NgayTiepNhan"),
        (row(NgayTra="20200616142000"), "NgayTra", "before NgayTiepNhan"),
        (row(TrangThaiHoSo=""), "TrangThaiHoSo", "not a status of 1 to 10: (empty)"),
        (row(TrangThaiHoSo="0"), "TrangThaiHoSo", "not a status of 1 to 10: 0"),
        (row(TrangThaiHoSo="đang ở đâu"), "TrangThaiHoSo", "not a status of 1 to 10: đang ở đâu"),
        (row() + ",", "(row)", "10 cells, but there are 9 columns"),
        (row().rsplit(",", 1)[0], "(row)", "8 cells, but there are 9 columns"),
        (row(TenTTHC='"a" b'), "(row)", "a quote is not closed, or something stands behind a closed one"),
        (row(TenTTHC='"a'), "(row)", "a quote is not closed, or something stands behind a closed one"),
    ],
)
def test_a_broken_row_is_named_and_its_neighbours_are_read(bad: str, column: str, reason: str) -> None:
    before, fault, after = read(as_file(numbered(7), bad, numbered(8, TenTTHC='"x, y"')))
    assert isinstance(before, DossierRecord)
    assert isinstance(after, DossierRecord)
    assert (before.code[-1], after.code[-1]) == ("7", "8")
    assert isinstance(fault, RowFault)
    assert (fault.line, fault.column or "(row)") == (3, column)
    assert fault.reason("en").startswith(reason)
    assert str(fault) == f"line 3: {column}: {fault.reason('en')}"


def test_the_line_that_is_named_is_the_first_of_its_row() -> None:
    found = read(as_file(numbered(7, TenTTHC='"a\nb\nc"'), numbered(8, TrangThaiHoSo="x")))
    assert isinstance(found[0], DossierRecord)
    assert found[0].procedure_title == "a b c"
    assert isinstance(found[1], RowFault)
    assert found[1].line == 5


def test_an_open_quote_at_the_end_of_the_file_costs_one_row_only() -> None:
    rows = [numbered(number) for number in range(1, 101)]
    rows[49] = numbered(50, TenTTHC='"never closed')
    rows[98] = numbered(99, TenTTHC='"nor this')
    found = read(as_file(*rows))
    assert [str(one)[:8] for one in found if isinstance(one, RowFault)] == ["line 51:", "line 100"]
    assert len(found) == 100


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no column MaHoSo, NgayTiepNhan, TrangThaiHoSo, MaTTHC / TenTTHC"),
        ("a,b,c\n1,2,3\n", "no column MaHoSo, NgayTiepNhan, TrangThaiHoSo, MaTTHC / TenTTHC"),
        (as_file(row()).replace("TrangThaiHoSo", "TrangThai"), "no column TrangThaiHoSo"),
        (as_file(row()).replace("MaTTHC", "x").replace("TenTTHC", "y"), "no column MaTTHC / TenTTHC"),
        (as_file(row()).replace("NgayTra", "NgayHenTra"), "two columns NgayHenTra"),
        ('"MaHoSo,MaTTHC\n', "no column MaHoSo, "),
        (as_file(row()).encode("utf-16"), "not text in UTF-8; save it as “CSV UTF-8”"),
        (as_file(row()).encode("utf-16-le"), "not text in UTF-8; save it as “CSV UTF-8”"),
        (as_file(row()).encode("cp1258", errors="ignore"), "not text in UTF-8; save it as “CSV UTF-8”"),
        (b"PK\x03\x04\x14\x00" + bytes(range(256)), "not a workbook (xlsx) that can be read; save it anew in Excel"),
    ],
    ids=["empty", "foreign", "status", "procedure", "twice", "quote", "utf-16", "utf-16-le", "1258", "xlsx"],
)
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(content: str | bytes, said: str) -> None:
    with pytest.raises(Wrong) as refused:
        read(content)
    assert str(refused.value).startswith(said)
    assert "\n" not in str(refused.value)


def test_a_long_note_is_no_fault() -> None:
    head, long = HEAD + ",GhiChu", "x" * 500_000
    found = read(f"{head}\n{row()},{long}\n")
    assert found == [RECORD]


TEXTS = st.text(max_size=30)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(TEXTS, min_size=1, max_size=12), max_size=6), st.booleans())
def test_whatever_stands_in_a_file_good_rows_around_it_are_read(junk: list[list[str]], quoted: bool) -> None:
    def cell(text: str) -> str:
        text = text.encode(errors="replace").decode()
        return '"' + text.replace('"', '""') + '"' if quoted else text.replace('"', "'")

    middle = "\n".join(",".join(map(cell, cells)) for cells in junk)
    found = read(as_file(numbered(7), middle, numbered(8)))
    codes = [one.code[-4:] for one in found if isinstance(one, DossierRecord)]
    assert (codes[0], codes[-1]) == ("0007", "0008")


def test_times_are_those_of_the_agency_whatever_zone_the_file_writes() -> None:
    # 23:30 of the 16th in London is the 17th in Vietnam: a due date on the 17th is not before it.
    found = read(as_file(row(NgayTiepNhan="2020-06-16T23:30:00+00:00", NgayHenTra="2020-06-17")))
    assert isinstance(found[0], DossierRecord)
    assert found[0].received_at == datetime(2020, 6, 16, 23, 30, tzinfo=UTC)
    assert found[0].received_at.tzinfo is HERE
