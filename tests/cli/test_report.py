"""`report`: the article's figures, periods that must fit, and reports that are issued for good."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import demo
from tests.cli.motcua import Motcua, Within

ARTICLE = ("--from", "2020-05-28", "--to", "2020-08-28")
HEADS = "MaHoSo,TenTTHC,TenLinhVuc,KenhThucHien,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy,NgayTra,TrangThaiHoSo"


NOT_TRACED = ("period", "differences", "illustrative", "issued", "trace")
SAMPLE = Path(demo.__file__).parent / "dossiers-2020-q3.csv"


@pytest.fixture
def office(motcua: Motcua) -> Motcua:
    """Give an office that took in the sample dossiers."""
    assert motcua("dossiers", "import", str(SAMPLE)).code == 0
    return motcua


def figures(office: Motcua, *words: str) -> dict[str, Any]:
    ran = office("report", *words)
    assert ran.code == 0, ran.err
    (record,) = ran.records()
    return record


def test_the_sample_dossiers_give_the_figures_of_the_article_exactly(office: Motcua) -> None:
    told = figures(office, *ARTICLE)
    assert told["period"] == {"from": "2020-05-28", "to": "2020-08-28"}
    total = told["total"]
    assert (total["tn_tong"], total["tn_ky_truoc"], total["tn_truc_tuyen"], total["tn_truc_tiep_bcci"]) == (
        47,
        4,
        36,
        7,
    )
    assert (total["da_tong"], total["da_truoc_han"] + total["da_dung_han"], total["da_qua_han"]) == (43, 43, 0)
    assert (total["dang_tong"], total["dang_trong_han"], total["dang_qua_han"]) == (4, 4, 0)
    assert told["procedures"] == {"total": 44, "by_level": {"4": 38, "3": 6}}
    assert told["feedback"]["received"] == 0
    assert sum(row["tn_tong"] for row in told["rows"]) == 47
    assert all(list(row) == list(total) for row in told["rows"])


def figures_with_trace(figures: Any, trace: Any, path: str = "") -> Iterator[tuple[str, int | None, Any]]:
    """Give every figure of a report with what stands at the same place of its trace."""
    if isinstance(figures, dict):
        for key, value in figures.items():
            if key not in NOT_TRACED:
                yield from figures_with_trace(value, trace[key], f"{path}/{key}")
    elif isinstance(figures, list):
        for place, (value, behind) in enumerate(zip(figures, trace, strict=True)):
            yield from figures_with_trace(value, behind, f"{path}/{place}")
    elif figures is None or (isinstance(figures, int) and not isinstance(figures, bool)):
        yield path, figures, trace


def test_every_figure_is_traced_to_what_is_behind_it_in_the_json_and_in_words(office: Motcua) -> None:
    told = figures(office, *ARTICLE, "--trace")
    traced = list(figures_with_trace(told, told["trace"]))
    counted = [path for path, figure, behind in traced if figure is not None and len(behind) == figure]
    rest = [(path, figure) for path, figure, _ in traced if path not in counted]
    assert [path for path, figure in rest if figure is not None] == ["/handling_working_days_p90"]
    days = sorted(told["trace"]["handling_working_days_p90"].values())
    assert (len(days), days[38]) == (43, told["handling_working_days_p90"]), "39 of 43 are nine tenths"
    assert len(counted) > 250
    assert "000.00.15.H58-200826-0001" in told["trace"]["total"]["dang_trong_han"]
    assert len(told["trace"]["procedures"]["by_level"]["4"]) == 38
    assert figures(office, *ARTICLE) == {key: value for key, value in told.items() if key != "trace"}
    assert office("report", *ARTICLE, "--trace", "--format", "docx", "--out", "q3").code == 0
    paragraphs = (office.folder / "q3" / "report.trace.txt").read_text("utf-8").rstrip().split("\n\n")[1:]
    heads = [(paragraph.splitlines()[0], paragraph.count("\n")) for paragraph in paragraphs]
    assert len(heads) >= len(traced)
    assert all(head.rsplit(": ", 1)[1] in (str(lines), "11", "chưa có dữ liệu") for head, lines in heads)
    assert ("Kênh tiếp nhận / bưu chính công ích: 2", 2) in heads


def test_a_named_period_goes_by_the_preset_of_the_settings(office: Motcua) -> None:
    assert figures(office, "2020-Q3")["period"] == {"from": "2020-06-15", "to": "2020-09-14"}
    office.settings["MOTCUA_REPORT__PRESET"] = "board28"
    assert figures(office, "2020-Q3")["period"] == {"from": "2020-05-28", "to": "2020-08-27"}
    assert figures(office, "--from", "28/05/2020", "--to", "28/08/2020")["total"]["tn_tong"] == 47


def test_other_dossiers_give_their_own_figures(motcua: Motcua) -> None:
    rows = [
        "H58.15-200620-0001,A,Đất đai,2,20200620080000,20200701080000,20200630170000,20200701090000,10",
        "H58.15-200620-0002,A,Đất đai,1,20200620080000,20200701080000,20200702080000,,9",
        "H58.15-200620-0003,B,Môi trường,,20200620080000,20200701080000,,,4",
        "H58.15-200601-0004,B,Môi trường,3,20200601080000,20200701080000,20200701230000,,9",
        "H58.15-200620-0005,B,Môi trường,2,20200620080000,,,,3",
        "H58.15-200620-0006,B,,2,20200620080000,20200701080000,,,5",
    ]
    motcua.write("other.csv", "\n".join([HEADS, *rows]) + "\n")
    assert motcua("dossiers", "import", "other.csv").code == 0
    told = figures(motcua, "2020-Q3")
    land, environment, unknown = told["rows"]
    assert (land["linh_vuc"], environment["linh_vuc"]) == ("Đất đai", "Môi trường")
    assert (land["tn_tong"], land["da_truoc_han"], land["da_qua_han"]) == (2, 1, 1)
    assert (environment["tn_truc_tiep_bcci"], environment["tn_ky_truoc"]) == (1, 1)
    assert (environment["da_dung_han"], environment["dang_qua_han"]) == (1, 1)
    assert (unknown["tn_truc_tuyen"], unknown["dang_trong_han"]) == (1, 1)
    assert told["total"]["tn_tong"] == 5


def test_an_empty_period_is_a_report_too(motcua: Motcua) -> None:
    told = figures(motcua, "2019-Q1")
    assert told["rows"] == []
    assert set(told["total"].values()) == {0, "Tổng cộng"}
    assert told["procedures"]["total"] is None, "no edition was in force"
    assert told["previous"]["total"] is None, "no zeros for what is not held"


def test_an_issued_report_is_the_same_to_the_byte_whatever_comes_later(office: Motcua) -> None:
    assert office("report", *ARTICLE, "--issue", "--number", "281", "--out", "first").code == 0
    draft = office("report", *ARTICLE, "--again", "--format", "json").out
    changed = "000.00.15.H58-200826-0001,A,Khác,2,20200826071500,20200910071500,20200827071500,,9"
    office.write("later.csv", "\n".join([HEADS, changed]) + "\n")
    assert office("dossiers", "import", "later.csv").code == 0
    assert office("report", *ARTICLE, "--out", "later").code == 0
    for name in ("docx", "xlsx", "json", "html"):
        first, later = (office.folder / folder / f"report.{name}" for folder in ("first", "later"))
        assert first.read_bytes() == later.read_bytes()
    assert office("report", *ARTICLE).out == draft == (office.folder / "first" / "report.json").read_text("utf-8")
    assert office("report", *ARTICLE, "--again").out != draft
    refused = office("report", *ARTICLE, "--issue", "--number", "281")
    assert (refused.code, refused.err.count("\n")) == (1, 1)
    assert "--reason" in refused.err
    corrected = office("report", *ARTICLE, "--issue", "--number", "281", "--reason", "Sửa một hồ sơ")
    assert corrected.code == 0
    assert "version 2" in corrected.err
    assert json.loads(corrected.out)["total"]["da_tong"] == 44


def test_days_that_do_not_fit_the_last_issued_report_must_be_confirmed(office: Motcua) -> None:
    assert office("report", *ARTICLE, "--issue", "--number", "281").code == 0
    fits = office("report", "--from", "2020-08-29", "--to", "2020-11-28")
    assert (fits.code, fits.err) == (0, "")
    for first, named in (("2020-08-28", "28/8/2020 đến 28/8/2020"), ("2020-09-02", "29/8/2020 đến 01/9/2020")):
        days = ("report", "--from", first, "--to", "2020-11-28")
        refused = office(*days)
        assert (refused.code, refused.out) == (2, "")
        assert named in refused.err
        assert office(*days, "--yes").code == 0


def test_what_the_last_report_left_pending_must_be_what_this_one_begins_with(office: Motcua) -> None:
    assert office("report", *ARTICLE, "--issue", "--number", "281").code == 0
    following = ("--from", "2020-08-29", "--to", "2020-11-28")
    assert figures(office, *following)["differences"] == []
    late_news = "000.00.15.H58-200826-0001,A,Việc làm,2,20200826071500,20200910071500,20200827071500,20200827080000,10"
    unknown = "000.00.15.H58-200820-0009,A,Việc làm,2,20200820071500,20200910071500,,,4"
    office.write("later.csv", "\n".join([HEADS, late_news, unknown]) + "\n")
    assert office("dossiers", "import", "later.csv").code == 0
    told = office("report", *following)
    assert told.code == 0
    assert json.loads(told.out)["differences"] == [
        {"code": "000.00.15.H58-200820-0009", "was_pending": False},
        {"code": "000.00.15.H58-200826-0001", "was_pending": True},
    ]
    assert "000.00.15.H58-200820-0009" in told.err
    assert office("report", *following, "--issue", "--number", "300").code == 2
    assert office("report", *following, "--issue", "--number", "300", "--yes").code == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "2020-Q3"),
        (("2020-Q3", "--from", "2020-05-28"), 2, "2020-Q3"),
        (("--from", "2020-05-28"), 2, "--to"),
        (("--from", "28.5.2020", "--to", "2020-08-28"), 2, "--from"),
        (("2020-Q3", "--format", "docx"), 2, "--out"),
        (("2020-Q3", "--format", "pdf", "--out", "x"), 2, "pdf"),
        (("2020-Q3", "--issue"), 2, "--number"),
        (("2020-Q3", "--number", "281"), 2, "--issue"),
        (("2020-Q3", "--issue", "--number", "hai"), 2, "--number"),
        (("2020-Q7",), 1, "2020-Q7"),
        (("--from", "2020-08-28", "--to", "2020-05-28"), 1, "before it begins"),
    ],
)
def test_wrong_usage_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], code: int, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = Within(tmp_path)("report", *words)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err
    assert list(tmp_path.iterdir()) == [], "nothing was opened"


def test_the_command_writes_its_files_and_says_where(motcua: Motcua) -> None:
    assert motcua("dossiers", "import", str(SAMPLE)).code == 0
    ran = motcua("report", *ARTICLE, "--out", "reports")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.splitlines() == [f"reports/report.{name}" for name in ("docx", "xlsx", "json", "html")]
    told = json.loads((motcua.folder / "reports" / "report.json").read_text("utf-8"))
    assert told["total"]["tn_tong"] == 47
