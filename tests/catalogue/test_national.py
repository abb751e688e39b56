"""Records of the national portal: facts are taken, traps are not."""

from __future__ import annotations

import json
from datetime import date

import pytest

from knowledge.catalogue import Duration, Fee, Procedure
from knowledge.catalogue.lines import read_lines
from knowledge.catalogue.national import read_national

TODAY = date(2026, 11, 23)
HEADING = "Hình thức nộpThời gianPhí, lệ phíMô tả"


def read(ways: str = "", **more: str) -> Procedure:
    record = {"ma_thu_tuc": "1.000001", "ten_thu_tuc": "Cấp giấy phép", "linh_vuc": "Xây dựng"}
    procedure, faults = read_national({**record, "cach_thuc_thuc_hien": HEADING + ways, **more}, "#1", TODAY)
    assert faults == []
    assert procedure is not None
    return procedure


def three(time: str, fee: str) -> str:
    return "".join(f"{way}{time}{fee}" for way in ("Trực tuyến", "Dịch vụ bưu chính", "Trực tiếp"))


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("5 Ngày làm việc", Duration(5, "working_days")),
        ("20 Ngày", Duration(20, "days")),
        ("8 Giờ làm việc", Duration(8, "working_hours")),
    ],
)
def test_a_time_on_which_all_ways_agree_is_taken(time: str, expected: Duration) -> None:
    procedure = read(three(time, "Miễn phí"))
    assert procedure.time == expected
    assert procedure.is_verified("time")


@pytest.mark.parametrize(
    "ways",
    [
        three("1", "Miễn phí"),
        "Trực tuyến1Miễn phíTrực tiếp3 Ngày làm việcMiễn phí",
        three("10 Ngày", "Miễn phí10 ngày làm việc kể từ ngày nhận hồ sơ"),
    ],
)
def test_a_time_without_unit_or_at_odds_with_itself_is_not_verified(ways: str) -> None:
    procedure = read(ways)
    assert not procedure.is_verified("time")
    assert procedure.evidence_of("time").doubt


def test_a_day_that_the_steps_contradict_is_not_verified() -> None:
    one = three("1 Ngày", "Miễn phí")
    assert not read(one, trinh_tu_thuc_hien="Trong thời hạn 03 ngày, cơ quan trả lời.").is_verified("time")
    assert read(one, trinh_tu_thuc_hien="Trong 01 ngày, trả kết quả trong 02 ngày.").is_verified("time")


def test_a_one_without_unit_is_no_day() -> None:
    time = read(three("1", "Miễn phí")).time
    assert time is not None
    assert time.value is None


@pytest.mark.parametrize(
    ("fee", "expected", "sure"),
    [
        ("Miễn phí(Không)", Fee("none"), True),
        ("Miễn phí(Theo quy định của Hội đồng nhân dân cấp tỉnh)", "unknown", False),
        ("Miễn phí(do HĐND tỉnh quy định)", "unknown", False),
        ("Không có thông tin", "unknown", False),
        ("600.000 Việt Nam Đồng", Fee("amount", 600_000), True),
        ("150 VNĐ", "unknown", False),
        ("100.000 VNĐ, cấp lại 50.000 VNĐ", "unknown", False),
    ],
)
def test_a_fee_is_taken_only_when_it_is_sure(fee: str, expected: Fee | str, sure: bool) -> None:
    procedure = read(three("5 Ngày", fee))
    (found,) = procedure.fees
    assert found == expected or found.kind == expected
    assert procedure.is_verified("fees") is sure


def test_papers_steps_laws_and_ways_are_read() -> None:
    procedure = read(
        "Trực tiếp5 NgàyMiễn phí",
        thanh_phan_ho_so="--Tên giấy tờMẫu đơn, tờ khaiSố lượng"
        "- Đơn đề nghị.Mẫu I.1.docx1 bản chínhBản vẽ0 bản chính,2 bản sao",
        trinh_tu_thuc_hien="- Nộp hồ sơ\n- \n+ Nhận kết quả",
        can_cu_phap_ly="Tên văn bản pháp lýMã văn bảnLuật50/2014/QH13sửa đổi14/2026/NĐ-CPThông tư55/2026/TT-BTCLuật",
        detail_url="https://dichvucong.gov.vn/1",
        yeu_cau_dieu_kien="Không có thông tin",
    )
    assert [(p.name, p.form, p.count, p.form_file) for p in procedure.papers] == [
        ("Đơn đề nghị", "original", 1, "Mẫu I.1.docx"),
        ("Bản vẽ", "copy", 2, None),
    ]
    assert procedure.steps == ("Nộp hồ sơ", "Nhận kết quả")
    assert [law.number for law in procedure.legal_basis] == ["50/2014/QH13", "14/2026/NĐ-CP", "55/2026/TT-BTC"]
    assert (procedure.channels.counter, procedure.channels.post, procedure.channels.online) == (True, False, False)
    assert procedure.conditions == ()
    assert procedure.evidence_of("papers").sources == ("Cổng Dịch vụ công quốc gia <https://dichvucong.gov.vn/1>",)


def test_each_refused_record_is_named_with_its_line() -> None:
    good = {"ma_thu_tuc": "1.000001", "ten_thu_tuc": "Cấp", "linh_vuc": "X"}
    lines = [
        good,
        {**good, "ma_thu_tuc": "1.000002", "ten_thu_tuc": 5},
        {**good, "linh_vuc": None, "ma_thu_tuc": "1.000003"},
    ]
    parsed = read_lines(map(json.dumps, [*lines, good]), TODAY)
    assert [p.id for p in parsed.good] == ["1.000001"]
    assert {(fault.entry, fault.line) for fault in parsed.faults} == {
        ("1.000002", 2),
        ("1.000003", 3),
        ("1.000001", None),
    }
