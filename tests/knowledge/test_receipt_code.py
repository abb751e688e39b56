"""Receipt codes: every one is found, however written, and none is guessed."""

from __future__ import annotations

import time
from datetime import date, timedelta

import pytest

from knowledge.receipt_code import Problem, Reading, ReceiptCode, agency_key, read, read_or_format
from tests.knowledge.receipt_code_cases import CASES, READ_ON


def codes(text: str, **ours: str) -> list[str | None]:
    """The codes read in a text, None for an attempt."""
    return [r.code.text if r.code else None for r in read(text, today=READ_ON, **ours)]


def only(text: str, **ours: str) -> Reading:
    (reading,) = read(text, today=READ_ON, **ours)
    return reading


@pytest.mark.parametrize(("written", "code", "problem", "why"), CASES)
def test_a_code_as_met_in_practice_is_read(written: str, code: str | None, problem: str | None, why: str) -> None:
    (reading,) = read_or_format(written, today=READ_ON)
    assert (reading.code and reading.code.text, reading.problem) == (code, problem)


def test_a_part_of_a_code_is_not_taken_for_a_procedure() -> None:
    assert codes("A00 . 0 . 0 . 0.030328.022") == ["A00.0.0.0-030328-022"]


def test_a_code_is_taken_apart() -> None:
    assert only("000.00.15.H58-200617-0001").code == ReceiptCode(
        "000.00.15.H58-200617-0001", "national", "000.00.15.H58", "H58", date(2020, 6, 17), "0001"
    )
    assert only("h58.15-241105-54321").code == ReceiptCode(
        "H58.15-241105-54321", "national", "H58.15", "H58", date(2024, 11, 5), "54321"
    )
    assert only("CNTBD-181121-00336").code == ReceiptCode(
        "CNTBD.181121.00336", "legacy", "CNTBD", None, date(2018, 11, 21), "00336"
    )


@pytest.mark.parametrize(
    "written",
    [
        "kiem tra ho so ooo.00.15.h58-2oo617-0001 giup em",
        "Anh/chị xem giúp hồ sơ 000.00.15.H58-200617-0001.",
        "(000.00.15.H58-200617-0001)",
        "mã hồ sơ là “000.00.15.H58-200617-0001”, nộp đã lâu",
        "000,00,15,H58-200617-0001",
        "000_00_15_H58_200617_0001",
        "000·00·15·H58-200617-0001",
        "000.00.15.H58—200617—0001",
        "000.00.15.H58−200617−0001",
        "000.00.15.H58\u2011200617\u20110001",
        "000.00.15.H58\u00a0-\u00a0200617\u00a0-\u00a00001",
        "０００．００．１５．Ｈ５８－２００６１７－０００１",
        "000.00.15.H58\u200b-2006\u206017-00\ufeff01",
        "000.00.15.H58-200617-\n0001",
        "000.00.15.h58-2006l7-000I",
        "ho so ooo oo 15 h58 2oo617 ooo1 sao roi",
        "000.00.15.H58-200617-0001 đã 12 ngày",
        "000.00.15.H58-200617-0001, điện thoại 0912345678",
        "000.00.15.H58-200617-0001,0912345678",
        "1. 000.00.15.H58-200617-0001",
        "- 000.00.15.H58-200617-0001",
        "HS-000.00.15.H58-200617-0001",
        "https://x.vn/tra-cuu?ma=000.00.15.H58-200617-0001&kenh=1",
        "000.00.15.H58-200617-0001 - SecretKey = 4179",
    ],
)
def test_the_way_of_writing_is_forgiven(written: str) -> None:
    assert codes(written) == ["000.00.15.H58-200617-0001"]


@pytest.mark.parametrize(
    "written",
    [
        "000.00.15.H58-200617",
        "000 00 15 H58 200617",
        "000.00.15.H58-200617-00",
        "000.00.15.H58-200617-0001234",
        "000.00.15.H58-20061-0001",
        "000.00.15.H58-2006177-0001",
        "00.00.15.H58-200617-0001",
        "0000.00.15.H58-200617-0001",
        "00.15.H58-200617-0001",
        "00 15 H58 200617 0001",
        "1.000.00.15.H58-200617-0001",
        "000.00.15-200617-0001",
        "000.00.15.H5B-200617-0001",
        "000.00.15.HS8-200617-0001",
        "000.00.15.Н58-200617-0001",  # the Cyrillic letter
        "000.00.15.058-200617-0001",
        "H5B.15-241105-0001",
        "H588.15-241105-0001",
        "H5B-241105-0001",
        "000.00.15.H58200617-0001",
        "000.00.15.H58/200617/0001",
        "000.00.15.H58-200617-0001-0002",
        "000.00.15.H58-200617-0001.5",
        "000.00.15.H58-200617-0001²",
        "000.00.15.H58-200617-000 1",
        "000.00.15.H58-200617-0001nhé",
        "H58.15-241105 loi",
        "000.00.15.H58-200617, 2000 đồng",
        "000.00.15.H58-200617. 1500",
        "000.00.15.H58-200617 100 trang",
        "H58.15-241105",
        "000.00.15.H58-200617-secretKey=4179",
        "A12.00.15.H58-200617-0001",
        "O12.00.15.O58-200617-0001",
        "A02.00.02.O02-030828-0022",
        "H58.A0O-241105-0001",
        "H58.4BO-241105-0001",
        "H58.H56-241105-0001",
    ],
)
def test_an_attempt_that_does_not_parse_is_a_matter_of_format(written: str) -> None:
    reading = only(f"ho so {written} cua em")
    assert (reading.code, reading.problem) == (None, Problem.FORMAT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "thủ tục cấp giấy phép xây dựng",
        "281/BC-BQL",
        "Quyết định 20/2020/QĐ-TTg, Nghị định 35/2022/NĐ-CP",
        "QD-200617-001",
        "gọi 0273.3871.234 hoặc 0912-345-678, +84 912 345 678, (028) 3829 1234",
        "SDT.091234.5678",
        "MST 1200123456-001, CCCD 082123456789",
        "ngày 17/06/2020, 17-06-2020, 17.06.2020, 2020-06-17 08:30:00, 200617",
        "ngay 200617 0001",
        "mã 1.002696.000.00.00.H58",
        "1.002696.000.00.00.H58 mất 15 ngày, phí 150000 đồng",
        "1.002696 và 2.001234",
        "1.500.000 đồng, 150,000,000 VND, 1,500,000-2,000,000",
        "đơn vị 000.00.15.H58 có 200617 hồ sơ à? không, 0.15",
        "căn A12 150000 2000",
        "lô B12-13, lô A12-B13, xe 63C-123.45",
        "H58 lo 241105 0001",
        "IMG_200617_0001.jpg",
        "https://x.vn/chi-tiet-200617-0001.html",
        "thu.200617.0001@x.vn",
        "192.168.1.1",
    ],
)
def test_other_numbers_are_not_taken_for_codes(text: str) -> None:
    assert read(text, today=READ_ON) == []


def test_what_is_meant_as_a_code_always_gets_an_answer() -> None:
    for text in ("", "   ", "281/BC-BQL", "0912345678", "H58 lo 241105 0001"):
        assert read_or_format(text, today=READ_ON) == [Reading(None, Problem.FORMAT, 0, len(text))]


@pytest.mark.parametrize(
    ("written", "code", "problem"),
    [
        ("CNTBD 181121 00336", "CNTBD.181121.00336", None),
        ("Mã hồ sơ: CNTBD – 181121 – 00336.", "CNTBD.181121.00336", None),
        ("CNTBD-181321-00336", "CNTBD.181321.00336", Problem.DATE),
        ("CNTBD 181121 00336-secretKey=4179", "CNTBD.181121.00336", None),
        ("H58 15 201332 0001", "H58.15-201332-0001", Problem.DATE),
    ],
)
def test_alone_a_code_may_be_written_as_it_would_not_be_read_among_words(
    written: str, code: str, problem: Problem | None
) -> None:
    assert read(f"x {written} y", today=READ_ON) == []
    (reading,) = read_or_format(written, today=READ_ON)
    assert reading.code is not None
    assert (reading.code.text, reading.problem) == (code, problem)


def test_the_problems_are_checked_in_their_order() -> None:
    ours = {"province_code": "H58"}
    assert only("000.00.15.H56-991332-0001", **ours).problem is Problem.DATE
    assert only("000.00.15.H56-991231-0001", **ours).problem is Problem.FUTURE
    assert only("000.00.15.H56-200617-0001", **ours).problem is Problem.OTHER_AGENCY
    assert only("000.00.15.H58-200617-0001", **ours).problem is None
    assert only("CNTBD.251332.00336", **ours).problem is Problem.DATE
    assert only("CNTBD.251231.00336", **ours).problem is Problem.FUTURE


def test_a_code_of_today_is_not_of_the_future() -> None:
    assert only(f"H58.15-{READ_ON:%y%m%d}-0001").problem is None
    assert only(f"H58.15-{READ_ON + timedelta(days=1):%y%m%d}-0001").problem is Problem.FUTURE


def test_the_29th_of_february_needs_a_leap_year() -> None:
    assert only("H58.15-240229-0001").problem is None
    impossible = only("H58.15-230229-0001")
    assert impossible.code is not None
    assert (impossible.code.received_on, impossible.problem) == (None, Problem.DATE)


@pytest.mark.parametrize("agency_code", ["000.00.15.H58", "H58.15", "h58.15.00.000"])
@pytest.mark.parametrize(
    ("written", "is_ours"),
    [
        ("000.00.15.H58-200617-0001", True),
        ("H58.15-241105-0001", True),
        ("H58.15.00.000-241105-0001", True),
        ("CNTBD.181121.00336", True),
        ("000.00.14.H58-200617-0001", False),
        ("000.01.15.H58-200617-0001", False),
        ("H58.15.02-241105-0001", False),
        ("H58-241105-0001", False),
        ("H56.15-241105-0001", False),
    ],
)
def test_both_orders_of_one_agency_are_one_agency(agency_code: str, written: str, is_ours: bool) -> None:
    problem = only(written, agency_code=agency_code).problem
    assert problem is (None if is_ours else Problem.OTHER_AGENCY)


def test_an_agency_that_is_not_set_is_not_checked() -> None:
    assert only("000.00.14.H58-200617-0001", province_code="h58", agency_code="").problem is None
    assert only("000.00.14.H56-200617-0001", province_code="", agency_code="").problem is None


def test_the_levels_of_an_agency_are_turned_round() -> None:
    assert agency_key("000.17.22.H56") == agency_key("H56.22.17") == ("H56", "22", "17")
    assert agency_key("H58") == agency_key("000.00.00.H58") == ("H58",)
    assert agency_key("H58.BQL") == ("H58", "BQL")
    assert agency_key("the board") is None


@pytest.mark.parametrize("ours", [{"province_code": "58"}, {"province_code": "H58.15"}, {"agency_code": "BQL"}])
def test_a_setting_that_is_no_agency_is_refused(ours: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="code"):
        read("", today=READ_ON, **ours)


def test_the_secret_of_a_receipt_is_no_part_of_its_reading() -> None:
    text = "000.00.15.H58-200617-0001-secretKey=4179"
    reading = only(text)
    assert "4179" not in repr(reading)
    assert "4179" not in text[reading.start : reading.end]
    assert codes("secretKey=AB.200617.0001") == []


@pytest.mark.parametrize("between", [" ", ", ", "; ", "\n", " và "])
def test_an_unfinished_code_takes_nothing_from_the_code_behind_it(between: str) -> None:
    text = f"000.00.15.H58-200617{between}000.00.15.H58-200617-0002"
    assert codes(text)[-1] == "000.00.15.H58-200617-0002"


def test_every_code_of_a_list_is_found_once_and_in_order() -> None:
    text = (
        "1. 000.00.15.H58-200617-0001\n2. H58.15-241105-54321,CNTBD.181121.00336;\n"
        "3) 000 00 15 h58 200617 0001 và 000.00.15.H58-200617, 000.00.15.H58-200617-0002."
    )
    assert codes(text) == [
        "000.00.15.H58-200617-0001",
        "H58.15-241105-54321",
        "CNTBD.181121.00336",
        None,
        "000.00.15.H58-200617-0002",
    ]


@pytest.mark.parametrize(
    "unit",
    [
        *("0", "H58.", "00.00.00.", "000 00 15 H58 200617 ", "000.00.15.H58-200617-0001.", "H58-200617-"),
        *("A12 150000 2000 ", "AB.181399.0001.", "AB-181399-", "H58        .        ", " ", "-", ":"),
        *("secretKey=", "a\u0301", "\u0301", "0\u200b", "ﷺ", "1.002696.", "x:"),
    ],
)
def test_hostile_text_takes_time_in_proportion_to_its_length(unit: str) -> None:
    text = unit * (100_000 // len(unit.encode()))
    started = time.process_time()
    read_or_format(text, today=READ_ON)
    # About 50 ms on a slow core, more on one that is shared; anything quadratic takes minutes.
    assert time.process_time() - started < 5
