"""The golden questions keep the promises of their README, and the noise is the same on every machine."""

import json
import random
import re
import tomllib
import unicodedata
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.golden.letters import plain
from tests.golden.noise import NOISES, noisy

HERE = Path(__file__).parent
EDITION = HERE.parents[1] / "knowledge" / "data" / "editions" / "tien-giang-2020.toml"
HALVES = ("tune", "test")
IN_SCOPE_KINDS = {"clean", "nomarks", "aspect", "abbrev", "polite", "situation", "english", "teencode"}
CATALOGUES = {"2020", "2026"}
LEAST = {"2020": 8, "2026": 3}  # questions for every procedure of a catalogue, both halves together
ENTRIES = {"2020": 52, "2026": 38}  # 44 procedures with 8 redirects; 38 national records
ID_FORMS = {"2020": re.compile(r"(?:DT|LD|TM|XD|M|R)\d\d"), "2026": re.compile(r"\d\.\d{6}")}
GRAMMAR = {
    *("công ty", "trong khu", "không thuộc", "thuộc diện", "đối với", "trong trường", "trường hợp", "của nhà"),
    *("vào sử", "việt nam"),
}  # pairs of a title that say nothing about what the procedure is
SHORT_NAMES = re.compile(r"\b(?:irc|erc|wp|gplđ|gpxd|vpđd|bcc|gcn\w*|pccc|đtm|c/o)\b")
SENTENCE = "Xin gia hạn giấy phép xây dựng nhà xưởng sửa chữa ở đâu, công ty tôi không rõ"


class Question(TypedDict):
    """One line of a golden file."""

    q: str
    expect: list[str]
    kind: str
    catalogue: str


def _read(half: str) -> list[Question]:
    return [json.loads(line) for line in (HERE / f"{half}.jsonl").read_text(encoding="utf-8").splitlines()]


QUESTIONS: dict[str, list[Question]] = {half: _read(half) for half in HALVES}
ALL = [question for half in HALVES for question in QUESTIONS[half]]
IN_SCOPE = [question for question in ALL if question["expect"]]


def _edition_titles() -> dict[str, str]:
    if not EDITION.exists():
        pytest.skip("the edition of 2020 is not here")
    entries = tomllib.loads(EDITION.read_text(encoding="utf-8"))["procedure"]
    return {entry["id"]: entry["title"] for entry in entries}


def _pairs(text: str) -> set[str]:
    words = re.findall(r"\w+", text.lower())
    return {f"{first} {second}" for first, second in pairwise(words)}


def _bare(text: str) -> str:
    return "".join(re.findall(r"[a-z0-9]+", plain(text.lower()))) or text


def test_every_line_has_the_four_fields_in_their_form() -> None:
    for question in ALL:
        assert set(question) == {"q", "expect", "kind", "catalogue"}, question
        assert question["q"] == unicodedata.normalize("NFC", question["q"]).strip() != "", question
        assert question["catalogue"] in CATALOGUES, question
        assert question["kind"] in (IN_SCOPE_KINDS if question["expect"] else {"out"}), question
        assert len(set(question["expect"])) == len(question["expect"]), question


@pytest.mark.parametrize("catalogue", sorted(CATALOGUES))
def test_ids_have_the_form_of_their_catalogue(catalogue: str) -> None:
    ids = {i for question in IN_SCOPE if question["catalogue"] == catalogue for i in question["expect"]}
    assert len(ids) == ENTRIES[catalogue]
    assert [i for i in ids if not ID_FORMS[catalogue].fullmatch(i)] == []


def test_ids_of_2020_are_those_of_the_edition() -> None:
    asked = {i for question in IN_SCOPE if question["catalogue"] == "2020" for i in question["expect"]}
    assert asked == set(_edition_titles())


@pytest.mark.parametrize("catalogue", sorted(CATALOGUES))
def test_every_procedure_is_asked_often_enough_and_in_both_halves(catalogue: str) -> None:
    counts = {
        half: Counter(question["expect"][0] for question in QUESTIONS[half] if question["expect"]) for half in HALVES
    }
    for entry in {question["expect"][0] for question in IN_SCOPE if question["catalogue"] == catalogue}:
        assert sum(counts[half][entry] for half in HALVES) >= LEAST[catalogue], entry
        assert min(counts[half][entry] for half in HALVES) >= LEAST[catalogue] // 2, entry


def test_there_are_enough_questions_of_each_sort() -> None:
    kinds = Counter(question["kind"] for question in ALL)
    assert len(IN_SCOPE) >= 640
    assert kinds["out"] >= 170
    assert kinds["situation"] >= 160
    assert set(kinds) == IN_SCOPE_KINDS | {"out"}


def test_no_question_is_asked_twice_even_without_marks_and_spaces() -> None:
    counts = Counter((_bare(question["q"]), question["catalogue"]) for question in ALL)
    assert [text for text, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("kind", sorted(IN_SCOPE_KINDS | {"out"}))
def test_both_halves_have_about_as_many_questions_of_each_kind(kind: str) -> None:
    tune, test = (sum(question["kind"] == kind for question in QUESTIONS[half]) for half in HALVES)
    assert abs(tune - test) <= 0.1 * (tune + test)


def test_kinds_are_written_as_they_are_named() -> None:
    for question in IN_SCOPE:
        has_marks = plain(question["q"]) != question["q"]
        assert has_marks or question["kind"] not in {"clean", "situation", "polite"}, question
        assert not has_marks or question["kind"] not in {"nomarks", "english"}, question
        assert len(question["q"]) >= 200 or question["kind"] != "polite", question


def test_situations_never_use_a_word_of_the_title() -> None:
    titles = _edition_titles()
    for question in IN_SCOPE:
        if question["kind"] != "situation" or question["catalogue"] != "2020":
            continue
        shared = (_pairs(question["q"]) & _pairs(titles[question["expect"][0]])) - GRAMMAR
        assert shared == set(), question
        assert SHORT_NAMES.search(question["q"].lower()) is None, question


@pytest.mark.parametrize("name", sorted(NOISES))
def test_noise_is_the_same_for_the_same_seed_and_varies_with_it(name: str) -> None:
    clean = [question["q"] for question in QUESTIONS["tune"] if question["kind"] == "clean"]
    first = [noisy(text, name, 1) for text in clean]
    assert first == [noisy(text, name, 1) for text in clean]
    assert name == "missing_marks" or first != [noisy(text, name, 2) for text in clean]


@pytest.mark.parametrize("name", sorted(NOISES))
def test_noise_changes_a_question_that_offers_every_error(name: str) -> None:
    assert noisy(SENTENCE, name) != SENTENCE


@pytest.mark.parametrize(
    ("name", "text", "typed"),
    [
        ("missing_marks", "Đăng ký dự án ở đường Ấp Bắc", "Dang ky du an o duong Ap Bac"),
        ("hoi_nga", "sửa", "sữa"),
        ("hoi_nga", "gỗ", "gổ"),
        ("i_y", "quy", "qui"),
        ("i_y", "lý", "lí"),
        ("i_y", "kĩ", "kỹ"),
        ("finals", "dựng", "dựn"),
        ("finals", "nhận", "nhậng"),
        ("finals", "nước", "nướt"),
        ("finals", "xin", "xin"),
        ("initials", "xưởng", "sưởng"),
        ("initials", "Trung", "Chung"),
        ("initials", "giấy", "dấy"),
        ("initials", "lao", "nao"),
        ("initials", "nghiệp", "nghiệp"),
        ("run_together", "gia hạn", "giahạn"),
        ("teencode", "được không", "dc ko"),
    ],
)
def test_an_error_is_made_as_people_make_it(name: str, text: str, typed: str) -> None:
    seen = {NOISES[name](text, random.Random(seed)) for seed in range(40)}
    assert typed in seen
    assert (text in seen) == (typed == text)


@pytest.mark.parametrize(
    ("name", "text", "typed"),
    [
        ("telex", "giấy phép", {"giaays pheps", "giaasy pheps", "giaays phesp", "giaasy phesp", "giayas pheps"}),
        ("telex", "được", {"dduowcj", "dduowjc", "dduocwj"}),
        ("vni", "Đường", {"D9uo7ng2", "D9uo72ng", "D9uong72"}),
    ],
)
def test_raw_keys_follow_the_tables_of_the_input_methods(name: str, text: str, typed: set[str]) -> None:
    seen = {NOISES[name](text, random.Random(seed)) for seed in range(60)}
    assert seen <= typed
    assert len(seen) >= 3


@pytest.mark.parametrize("name", sorted(NOISES))
@given(text=st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyạảấừỗịỹ ,.?0123", max_size=40), seed=st.integers(0, 99))
def test_noise_never_fails_and_stays_composed(name: str, text: str, seed: int) -> None:
    result = noisy(text, name, seed)
    assert unicodedata.is_normalized("NFC", result)
    assert text.strip() == "" or result.strip() != ""
