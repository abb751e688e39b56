"""The documents of a report: the decree's layout in the docx, live formulas in the xlsx, no zeros for "unknown"."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, time
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Length, Pt
from openpyxl import load_workbook

from handlers.documents import docx, html, xlsx
from handlers.documents.charts import charts, summary
from handlers.documents.content import Report, Sentence
from handlers.documents.letterhead import Letterhead, Stamp
from handlers.documents.notes import missing
from handlers.documents.wording import level, long, number, period, share, short
from handlers.reports.content import Compared, Findings
from handlers.reports.record import record, written
from knowledge.calendar import Calendar
from knowledge.catalogue import differences, load_edition
from knowledge.report import KEYS, count
from knowledge.report_feedback import count_feedback
from knowledge.report_judging import Filed, Held
from knowledge.report_period import Period
from tests.reports.dossiers import HERE, QUARTER, at

BOARD = Letterhead(
    "Ban Quản lý các khu công nghiệp Tiền Giang",
    "UBND tỉnh Tiền Giang",
    "BC-BQL",
    "Tiền Giang",
    "UBND tỉnh Tiền Giang",
    "Trưởng Ban",
    ("Như trên", "Lãnh đạo Ban"),
    "Quầy 7",
)
CALENDAR = Calendar(((time(7), time(11, 30)), (time(13, 30), time(17))))
EDITION = "tien-giang-2020"


def dossier(code: str, status: int, *, field: str = "Đầu tư", due: int = 20, finished: int | None = None) -> Filed:
    received = at(7, 1)
    end = None if finished is None else at(7, finished)
    history = (Held(2, received), Held(status, end or at(7, 2)))
    return Filed(code, status, received, at(7, due), end, 2, field, "1.000001", "Cấp phép", 1, history=history)


DOSSIERS = [
    dossier("H58.15-200701-0001", 9, finished=10),
    dossier("H58.15-200701-0002", 9, finished=20, field="=1+1"),  # data is never a formula
    dossier("H58.15-200701-0003", 9, finished=25),
    dossier("H58.15-200701-0004", 4, field="Lao động <b>"),
]


def found(*, period: Period = QUARTER, **more: Any) -> Findings:
    """Say what a report has found; two of the four dossiers are late."""
    filed = [] if period.last < QUARTER.first else DOSSIERS
    nothing = Compared(period.before(), None), Compared(period.a_year_before(), None)
    edition = load_edition(EDITION)
    plain = Findings(period, count(filed, period), edition, (), count_feedback([], period), *nothing, None, CALENDAR)
    return replace(plain, **more)


@pytest.fixture(scope="module")
def findings() -> Findings:
    """What a report of a quarter with four dossiers says."""
    return found()


def read(content: bytes) -> DocxDocument:
    return Document(BytesIO(content))


def words_of(document: DocxDocument) -> str:
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def _mm(length: Length | None) -> int:
    assert length is not None
    millimetres: float = length.mm
    return round(millimetres)


def test_the_page_has_the_measures_of_the_decree(findings: Findings) -> None:
    document = read(docx.written(Report(findings, BOARD), []))
    first, *annexes = document.sections
    assert (_mm(first.page_width), _mm(first.page_height)) == (210, 297)
    assert 20 <= _mm(first.top_margin) == _mm(first.bottom_margin) <= 25
    assert 30 <= _mm(first.left_margin) <= 35
    assert 15 <= _mm(first.right_margin) <= 20
    assert first.different_first_page_header_footer
    assert "PAGE" in first.header._element.xml
    assert "PAGE" not in first.first_page_header._element.xml
    assert [one.orientation for one in annexes[:3]] == [WD_ORIENT.LANDSCAPE] * 3
    fonts = document.styles["Normal"].element.rPr.rFonts
    assert {fonts.get(qn(f"w:{name}")) for name in ("ascii", "hAnsi", "eastAsia", "cs")} == {"Times New Roman"}


def test_a_draft_has_neither_number_nor_date_nor_signature_and_says_what_is_missing(findings: Findings) -> None:
    told = words_of(read(docx.written(Report(findings, BOARD), [])))
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in told
    assert "Độc lập - Tự do - Hạnh phúc" in told
    assert "Số:         /BC-BQL" in told
    assert "Tiền Giang, ngày       tháng       năm 2020" in told
    assert "DỰ THẢO" in told
    assert "TRƯỞNG BAN" in told
    assert "GHI CHÚ CHO NGƯỜI SOẠN" in told
    assert "Mức độ hài lòng chưa có dữ liệu" in told


def test_an_issued_report_has_its_number_and_date_and_no_notes(findings: Findings) -> None:
    stamped = Report(findings, BOARD, Stamp("281", date(2020, 9, 4)))
    told = words_of(read(docx.written(stamped, [])))
    assert "Số: 281/BC-BQL" in told
    assert "Tiền Giang, ngày 04 tháng 9 năm 2020" in told
    assert "(Kèm theo Báo cáo số 281/BC-BQL ngày 04 tháng 9 năm 2020" in told
    assert "DỰ THẢO" not in told
    assert "GHI CHÚ" not in told


def test_the_parts_stand_in_the_order_of_the_boards_own_report(findings: Findings) -> None:
    document = read(docx.written(Report(findings, BOARD), []))
    bold = [one.text for one in document.paragraphs if one.runs and one.runs[0].bold and ". " in one.text]
    order = ["mới công bố", "(PAKN)", "cơ chế một cửa", "trực tuyến", "bưu chính", "hài lòng", "quá hạn", "So sánh"]
    order += ["Thời gian giải quyết", "Câu hỏi", "Kiến nghị"]
    places = [next(place for place, part in enumerate(bold) if word in part) for word in order]
    assert places == sorted(places)


def test_zero_feedback_is_said_and_what_is_not_held_is_not_zero(findings: Findings) -> None:
    body = words_of(read(docx.written(Report(findings, BOARD), [])))
    assert "chưa nhận được phản ánh, kiến nghị nào" in body
    uncovered = found(feedback=None)
    told = words_of(read(docx.written(Report(uncovered, BOARD), [])))
    assert "chưa nhận được phản ánh" not in told
    assert "Sổ PAKN không bao trùm" in told
    assert "…" in told, "the form shows no zeros either"
    assert findings.previous.total is None
    assert "chưa có dữ liệu" in body


def test_late_dossiers_are_told_with_a_form_for_their_causes(findings: Findings) -> None:
    told = words_of(read(docx.written(Report(findings, BOARD), [])))
    assert "Có 2 hồ sơ quá hạn (đã giải quyết 1, đang giải quyết 1)" in told
    assert "NGUYÊN NHÂN QUÁ HẠN" in told
    assert "lateness_causes" in {note.key for note in missing(Report(findings, BOARD))}


def test_illustrative_data_is_called_so_on_every_document() -> None:
    made_up = [one._replace(illustrative=True) for one in DOSSIERS]
    report = Report(found(figures=count(made_up, QUARTER)), BOARD)
    assert "DỮ LIỆU MINH HOẠ" in words_of(read(docx.written(report, [])))
    assert "DỮ LIỆU MINH HOẠ" in html.written(report, []).decode()
    assert "DỮ LIỆU MINH HOẠ" in str(list(load_workbook(BytesIO(xlsx.written(report)))["II.06a"].values))


def test_the_xlsx_counts_in_live_formulas_and_takes_no_data_for_one(findings: Findings) -> None:
    book = load_workbook(BytesIO(xlsx.written(Report(findings, BOARD))))
    form = book["II.06a"]
    total = next(row for row in form.iter_rows() if row[1].value == "Tổng cộng")
    assert all(str(cell.value).startswith("=") for cell in total[2:13])
    above = form.cell((total[0].row or 0) - 1, 4)
    assert "COUNTIFS(" in str(above.value)
    listed = book["Danh sách hồ sơ"]
    danger = [cell for row in listed.iter_rows() for cell in row if cell.value == "=1+1"]
    assert [cell.data_type for cell in danger] == ["s"]
    assert listed.max_row == len(DOSSIERS) + 1


def test_the_page_for_the_phone_escapes_what_it_shows_and_loads_nothing(findings: Findings) -> None:
    page = html.written(Report(findings, BOARD), charts(findings)).decode()
    assert "Lao động &lt;b&gt;" in page
    assert "Lao động <b>" not in page
    assert 'name="viewport"' in page
    assert "http" not in page.replace("http-equiv", "")
    assert "data:image/png;base64," in page


def test_the_same_figures_give_the_same_picture_and_none_give_none(findings: Findings) -> None:
    drawn = charts(findings)
    assert [title for title, _ in drawn] == ["Hồ sơ nhận giải quyết theo nguồn", "Kết quả giải quyết theo lĩnh vực"]
    assert charts(findings) == drawn
    empty = found(period=Period(date(2018, 1, 1), date(2018, 3, 31), HERE))
    assert charts(empty) == []
    assert summary(record(empty)) is None
    assert summary(record(findings)) == summary(json.loads(written(record(findings, trace=True))))


def test_another_period_is_compared_in_a_table_and_a_chart_once_its_data_is_held() -> None:
    before = Compared(QUARTER.before(), {**dict.fromkeys(KEYS, 0), "tn_tong": 1234})
    compared = found(previous=before)
    assert len(charts(compared)) == 3
    assert "1.234" in words_of(read(docx.written(Report(compared, BOARD), [])))


def test_the_usual_time_is_counted_in_working_days(findings: Findings) -> None:
    assert findings.usual_days == 17  # from the 2nd of July 2020 to Friday 24th: Saturday 25th is none
    assert number(1234567) == "1.234.567"


def test_words_follow_the_decree_and_the_time() -> None:
    assert long(date(2020, 2, 3)) == "ngày 03 tháng 02 năm 2020"
    assert short(date(2020, 8, 28)) == "28/8/2020"
    assert period(QUARTER) == "quý III năm 2020"
    assert period(Period(date(2020, 5, 28), date(2020, 8, 28), HERE)) == "từ ngày 28/5/2020 đến ngày 28/8/2020"
    assert (level(4, date(2020, 8, 28)), level(4, date(2022, 9, 14))) == ("mức độ 4", "mức toàn trình")
    assert (share(43, 43), share(36, 43), share(999, 1000)) == ("100", "83,7", "99,9")


def test_the_numbers_under_the_headings_are_broken_between_numbers(findings: Findings) -> None:
    table = next(one for one in read(docx.written(Report(findings, BOARD), [])).tables if len(one.columns) == 13)
    told = {cell.text for row in table.rows for cell in row.cells if cell.text.startswith("(")}
    assert {"(3)=\n(4)+(5)\n+(6)", "(11)=\n(12)+(13)", "(13)"} <= told


def test_what_changed_in_the_catalogue_is_told_with_its_titles(findings: Findings) -> None:
    edition = load_edition(EDITION)
    first, second, *others = edition.handled()
    later = replace(
        edition, procedures=(replace(first, result="Văn bản mới"), *others, replace(second, id="ZZ", code=None))
    )
    changed = replace(findings, changes=differences(edition, later))
    behind = record(changed, trace=True)["trace"]["published"]
    assert [len(behind[key]) for key in ("new", "changed", "gone")] == [1, 1, 1]
    told = [one.text for one in Report(changed, BOARD).body if isinstance(one, Sentence)]
    for words, procedure in (("1 thủ tục mới", second), ("1 thủ tục sửa đổi", first), ("1 thủ tục không còn", second)):
        (line,) = [one for one in told if words in one]
        assert procedure.title in line


def test_type_sizes_are_those_of_the_decree(findings: Findings) -> None:
    document = read(docx.written(Report(findings, BOARD), []))
    sizes = {run.font.size for one in document.paragraphs for run in one.runs if one.paragraph_format.first_line_indent}
    assert sizes == {Pt(14)}


def test_a_procedure_whose_publication_is_not_verified_is_not_stated_as_published() -> None:
    article = found(period=Period(date(2020, 5, 28), date(2020, 8, 28), HERE))
    lines = [
        one
        for one in Report(article, BOARD).body
        if isinstance(one, Sentence) and "1709/QĐ-UBND ngày 17/6/2020: " in one.text
    ]
    assert len(lines) == 4
    assert all("chưa kiểm chứng" in one.text and one.aside for one in lines)
