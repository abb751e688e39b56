"""What kind of feedback a text is, measured on texts of which half were not looked at while the words were chosen."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from time import process_time
from typing import TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.feedback_kind import CLAUSES, FeedbackKind, classify
from knowledge.vietnamese import fold

GOLDEN = Path(__file__).parents[1] / "golden"
HALVES = ("tune", "test")
RIGHT_LEAST = 0.85
DENOUNCED_LEAST = 0.95
LEAST_TEXTS = 150
SECONDS_MOST = 1.0  # for 200 texts


class Labelled(TypedDict):
    """One line of a golden file."""

    text: str
    kind: str
    clause: int | None


def labelled(half: str) -> list[Labelled]:
    lines = (GOLDEN / f"feedback_{half}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_the_golden_texts_are_enough_of_every_kind_and_no_half_holds_a_text_of_the_other() -> None:
    texts = [one["text"] for half in HALVES for one in labelled(half)]
    assert len(texts) >= LEAST_TEXTS
    assert len({fold(text) for text in texts}) == len(texts)
    for half in HALVES:
        kinds = Counter(one["kind"] for one in labelled(half))
        assert set(kinds) == {str(kind) for kind in FeedbackKind}
        assert min(kinds.values()) >= 10
        for one in labelled(half):
            has_clause = one["kind"] in {FeedbackKind.REGULATION, FeedbackKind.CONDUCT, FeedbackKind.BOTH}
            assert (one["clause"] in CLAUSES) if has_clause else one["clause"] is None


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("marks", ["as typed", "without marks"])
def test_most_texts_are_classed_rightly_with_and_without_marks(half: str, marks: str) -> None:
    texts = labelled(half)
    told = [classify(one["text"] if marks == "as typed" else fold(one["text"])).kind for one in texts]
    right = sum(kind == one["kind"] for kind, one in zip(told, texts, strict=True))
    assert right >= RIGHT_LEAST * len(texts)


@pytest.mark.parametrize("marks", ["as typed", "without marks"])
def test_hardly_a_denunciation_is_taken_for_something_else(marks: str) -> None:
    texts = [one["text"] for half in HALVES for one in labelled(half) if one["kind"] == FeedbackKind.DENUNCIATION]
    told = [classify(text if marks == "as typed" else fold(text)).kind for text in texts]
    assert sum(kind is FeedbackKind.DENUNCIATION for kind in told) >= DENOUNCED_LEAST * len(texts)


def test_hardly_a_question_about_a_procedure_is_taken_for_a_denunciation() -> None:
    lines = (GOLDEN / "test.jsonl").read_text(encoding="utf-8").splitlines()
    told = [classify(json.loads(line)["q"]).kind for line in lines]
    assert told.count(FeedbackKind.DENUNCIATION) <= 0.03 * len(told)
    assert told.count(FeedbackKind.COMPLAINT) <= 0.01 * len(told)


@pytest.mark.parametrize("half", HALVES)
def test_the_proposed_clause_is_mostly_the_right_one(half: str) -> None:
    told = [(classify(one["text"]), one) for one in labelled(half) if one["clause"] is not None]
    same_kind = [(found.clause, one["clause"]) for found, one in told if found.kind == one["kind"]]
    assert sum(found == clause for found, clause in same_kind) >= RIGHT_LEAST * len(same_kind)


def test_two_hundred_texts_take_less_than_a_second() -> None:
    texts = [one["text"] for half in HALVES for one in labelled(half)] * 2
    classify(texts[0])  # the words are read once
    begun = process_time()
    for text in texts[:200]:
        classify(text)
    assert process_time() - begun < SECONDS_MOST


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Cấp lại giấy phép thành lập văn phòng đại diện bị mất", FeedbackKind.OTHER),
        ("Thủ tục khiếu nại quy định ở nghị định nào?", FeedbackKind.OTHER),
        ("Tôi không tố cáo ai, chỉ góp ý: quy định nộp bản giấy là bất hợp lý.", FeedbackKind.REGULATION),
        ("Quy định phòng cháy chữa cháy quá khắt khe với xưởng nhỏ", FeedbackKind.REGULATION),
        ("", FeedbackKind.OTHER),
        ("….,;!", FeedbackKind.OTHER),
    ],
)
def test_what_only_looks_like_another_kind_is_not_taken_for_it(text: str, kind: FeedbackKind) -> None:
    assert classify(text).kind is kind


@given(st.text(max_size=300))
def test_any_text_has_a_kind_and_only_feedback_has_a_clause(text: str) -> None:
    found = classify(text)
    has_clause = found.kind in {FeedbackKind.REGULATION, FeedbackKind.CONDUCT, FeedbackKind.BOTH}
    assert (found.clause in CLAUSES) if has_clause else found.clause is None
