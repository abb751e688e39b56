"""`catalogue`: from a file to what is in force, and back."""

from __future__ import annotations

import tomllib
from pathlib import Path

import openpyxl
import pytest

from knowledge.catalogue import golden
from tests.catalogue.make_broken import FOLDER, SOUND, TOML
from tests.cli.motcua import Motcua


@pytest.fixture
def few_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask a tenth of the golden questions: all of them are asked in `tests/catalogue/test_differences.py`."""
    some = golden.golden_questions()[::10]
    monkeypatch.setattr(golden, "golden_questions", lambda: some)


def test_both_shipped_editions_are_there_and_one_is_in_force(motcua: Motcua) -> None:
    assert motcua.fine("catalogue", "editions").lines() == [
        "* tien-giang-2020  published  2020-06-17..  52 entries",
        "  dong-thap-2026  draft  52 entries",
    ]


def test_what_is_exported_is_checked_and_imported_unchanged(motcua: Motcua) -> None:
    for ending in ("xlsx", "toml", "jsonl"):
        motcua.fine("catalogue", "export", f"a.{ending}")
        assert "44 procedures, 8 redirects, no faults" in motcua("catalogue", "check", f"a.{ending}").out
        ran = motcua.fine("catalogue", "import", f"a.{ending}", "--edition", f"b-{ending}")
        assert ran.lines() == [f"draft b-{ending}: 52 entries taken, 0 refused"]
        assert motcua.fine("catalogue", "diff", "tien-giang-2020", f"b-{ending}").lines() == [
            "0 new, 0 gone, 0 changed"
        ]


@pytest.mark.usefixtures("few_questions")
def test_an_edit_is_imported_published_answered_and_rolled_back(motcua: Motcua) -> None:
    motcua.fine("catalogue", "export", "a.xlsx")
    book = openpyxl.load_workbook(motcua.folder / "a.xlsx")
    book["Tên gọi khác"].append(["XD05", "nuôi bò sữa trong khu"])
    book["Thủ tục"]["Z3"].value = "Kết quả mới"
    book.save(motcua.folder / "a.xlsx")
    assert motcua.fine("catalogue", "import", "a.xlsx").lines()[0].startswith("draft tien-giang-2020.2: 52")
    assert "~ XD05" in motcua.fine("catalogue", "diff", "tien-giang-2020", "tien-giang-2020.2").out
    ran = motcua("catalogue", "publish", "tien-giang-2020.2")
    assert (ran.code, "golden questions" in ran.err) == (0, True)
    assert "Thủ tục thay đổi (1)" in ran.out
    assert motcua("ask", "nuôi bò sữa trong khu", "--json").records()[0]["results"][0]["id"] == "XD05"
    assert "tien-giang-2020 is in force" in motcua.fine("catalogue", "rollback").out
    assert motcua("ask", "nuôi bò sữa trong khu", "--json").records()[0]["answered"] is False


@pytest.mark.usefixtures("few_questions")
def test_an_edition_for_a_later_day_waits_for_it(motcua: Motcua) -> None:
    assert motcua("catalogue", "publish", "dong-thap-2026", "--from", "01/07/2099").code == 0
    listed = motcua.fine("catalogue", "editions").lines()
    assert "* tien-giang-2020  published  2020-06-17..  52 entries" in listed
    assert "  dong-thap-2026  published  2099-07-01..  52 entries" in listed


def test_a_file_with_faults_names_each_and_is_never_published(motcua: Motcua) -> None:
    motcua.write("a.jsonl", (FOLDER / "no-field.jsonl").read_bytes())
    checked = motcua("catalogue", "check", "a.jsonl")
    assert (checked.code, checked.out) == (1, "")
    assert "a.jsonl: line 2, entry A2, field: is empty" in checked.err
    ran = motcua("catalogue", "import", "a.jsonl")
    assert (ran.code, ran.lines()) == (0, ["draft a: 1 entries taken, 1 refused"])
    assert "line 2, entry A2" in ran.err
    refused = motcua("catalogue", "publish", "a", "--force")
    assert refused.code == 1
    assert "nothing is published from a file with faults" in refused.err


def test_a_file_of_which_nothing_is_good_is_refused(motcua: Motcua) -> None:
    motcua.write("a.jsonl", "xin chào\n")
    assert motcua("catalogue", "import", "a.jsonl").code == 1


@pytest.mark.usefixtures("few_questions")
def test_an_edition_that_answers_worse_needs_force_and_that_is_recorded(motcua: Motcua) -> None:
    motcua.fine("catalogue", "export", "a.toml")
    text = (motcua.folder / "a.toml").read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if not line.startswith(("aliases", "title_en", "short_title_en"))]
    spoiled = [f'title = "Việc {n}"' if line.startswith("title =") and n > 20 else line for n, line in enumerate(kept)]
    motcua.write("a.toml", "\n".join(spoiled))
    assert motcua("catalogue", "import", "a.toml", "--edition", "worse").code == 0
    ran = motcua("catalogue", "publish", "worse")
    assert ran.code == 1
    assert "worse: right → " in ran.err
    assert "golden questions fare worse" in ran.err
    assert motcua("catalogue", "publish", "worse", "--force").code == 0
    assert "* worse" in motcua.fine("catalogue", "editions").out


MISTAKES = [
    ("publish nothing", "no edition 'nothing'"),
    ("publish tien-giang-2020", "is published already"),
    ("publish dong-thap-2026 --from tomorrow", "not a day"),
    ("rollback", "no edition would be in force"),
    ("export a.txt", "the file must end in one of: xlsx, toml, jsonl"),
    ("check nowhere.xlsx", "No such file"),
    ("import sound.toml --edition tien-giang-2020", "choose another name"),
    ("questions --attach 7 XD01", "no open question 7"),
    ("qr 9.999999", "has no procedure"),
]


def test_a_mistake_is_told_in_one_line(motcua: Motcua) -> None:
    motcua.write("sound.toml", TOML)
    for words, why in MISTAKES:
        ran = motcua("catalogue", *words.split())
        assert (ran.code, ran.out) == (1, ""), words
        assert why in ran.err.splitlines()[-1]


def test_questions_are_listed_attached_and_set_aside(motcua: Motcua) -> None:
    motcua("chat", stdin="nuôi bò sữa ở đâu\nnuoi bo sua o dau\nmở sòng bạc\n")
    listed = motcua.fine("catalogue", "questions").lines()
    assert listed == ["1  2 ×  nuôi bò sữa ở đâu  |  nuoi bo sua o dau", "3  1 ×  mở sòng bạc"]
    assert "draft tien-giang-2020.2" in motcua.fine("catalogue", "questions", "--attach", "1", "XD05").out
    assert "1 questions are out of scope" in motcua.fine("catalogue", "questions", "--out", "3").out
    assert motcua.fine("catalogue", "questions").out == ""


def test_a_procedure_gets_a_code_and_a_poster(motcua: Motcua) -> None:
    motcua.settings["MOTCUA_SERVER__PUBLIC_URL"] = "https://hoi.example.vn"
    ran = motcua.fine("catalogue", "qr", "XD05", "--out", "posters")
    assert ran.out.endswith("https://hoi.example.vn/chat?start=p_XD05\n")
    assert sorted(path.name for path in (motcua.folder / "posters").iterdir()) == ["XD05-web.docx", "XD05-web.png"]
    assert (motcua.folder / "posters" / "XD05-web.png").read_bytes().startswith(b"\x89PNG")


def test_a_catalogue_of_ones_own_is_published_at_the_first_start(motcua: Motcua) -> None:
    motcua.write("own.toml", TOML)
    motcua.settings["MOTCUA_CATALOGUE__FILE"] = "own.toml"
    assert f"* {SOUND.name}  published  2026-01-01..  2 entries" in motcua.fine("catalogue", "editions").lines()


def test_a_catalogue_of_ones_own_with_faults_stops_the_start_and_names_them(motcua: Motcua) -> None:
    motcua.write("own.toml", (FOLDER / "wrong-total.toml").read_bytes())
    motcua.settings["MOTCUA_CATALOGUE__FILE"] = "own.toml"
    ran = motcua("catalogue", "editions")
    assert ran.code == 1
    assert "catalogue.file: totals.procedures: the file announces 3, 2 are there" in ran.err


def test_the_profile_of_dong_thap_publishes_its_edition(motcua: Motcua) -> None:
    motcua.settings["MOTCUA_AGENCY__PROFILE"] = "dong-thap-2026"
    assert "* dong-thap-2026  published  2026-06-01..  52 entries" in motcua.fine("catalogue", "editions").lines()
    profile = Path(__file__).parents[2] / "bot" / "profiles" / "dong-thap-2026.toml"
    assert tomllib.loads(profile.read_text(encoding="utf-8"))["agency"]["phone"] == ""
