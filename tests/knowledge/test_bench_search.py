"""The search benchmark counts right: hand-made answers, hand-counted figures."""

import math

import pytest

from bench.search_metrics import (
    MEASURES,
    Asked,
    Figure,
    false_answers,
    figure,
    percentile,
    ratio,
    threshold_at_loss,
    wilson,
)
from bench.search_records import Answer, Question, Record
from bench.search_report import BEGIN, END, Cost, Results, markdown, rewritten
from bench.search_sets import embedded, generated, grown, noise_forms, questions, title_questions


def asked(kind: str, ids: str, score: float = 1.0, *, expect: str = "a", source: int = 0, decision: str = "") -> Asked:
    """A question whose right answer is ``a`` (none: out of scope), answered with one-letter ids."""
    return Asked(Question("?", kind, tuple(expect), source), Answer(tuple(ids), score, decision))


CLEAN = [asked("clean", ids, source=n) for n, ids in enumerate(("abc", "bac", "bca", "bcd"))]


def value(measure: str, rows: list[Asked], *kinds: str) -> float:
    found = figure(rows, kinds, MEASURES[measure])
    assert found is not None
    assert found.low <= found.value <= found.high
    return found.value


def test_recall_counts_a_right_id_among_the_first() -> None:
    assert value("recall@1", CLEAN, "clean") == 1 / 4
    assert value("recall@3", CLEAN, "clean") == 3 / 4


def test_any_of_several_right_ids_counts() -> None:
    assert value("recall@1", [asked("clean", "ba", expect="ab")], "clean") == 1


def test_the_reciprocal_rank_of_what_is_not_found_is_nought() -> None:
    assert value("MRR", CLEAN, "clean") == pytest.approx((1 + 1 / 2 + 1 / 3 + 0) / 4)


def test_every_kind_weighs_the_same_however_many_questions_it_has() -> None:
    rows = [*CLEAN, asked("english", "a", source=9)]
    assert value("recall@1", rows, "clean", "english") == pytest.approx((1 / 4 + 1) / 2)


def test_questions_out_of_scope_are_no_part_of_recall() -> None:
    assert value("recall@1", [*CLEAN, asked("clean", "a", expect="")], "clean") == 1 / 4
    assert figure([asked("out", "a", expect="")], ["out"], MEASURES["recall@1"]) is None


def test_wilson_gives_the_interval_of_the_textbook() -> None:
    found = wilson(81, 263)  # Newcombe 1998, table I, method 3
    assert [found.low, found.high] == pytest.approx([0.2553, 0.3662], abs=1e-4)


def test_wilson_of_no_trial_says_nothing() -> None:
    assert wilson(0, 0) == Figure(0.0, 0.0, 1.0)


def test_the_forms_of_one_question_do_not_narrow_the_interval() -> None:
    alone = [asked(kind, "ab"[n % 2], source=n) for n in range(20) for kind in ("clean", "typo")]
    often = [one for one in alone for _ in range(25)]
    narrow, wide = (figure(rows, ("clean", "typo"), MEASURES["recall@1"]) for rows in (often, alone))
    assert narrow == wide


def test_the_threshold_loses_no_more_recall_than_is_allowed() -> None:
    rows = [asked("clean", "a", score=n / 100, source=n) for n in range(1, 101)]
    assert threshold_at_loss(rows, 5) == 0.06
    assert threshold_at_loss(rows, 0.5) == 0.01


def test_wrong_first_answers_cost_nothing_to_lose() -> None:
    rows = [asked("clean", "b", score=0.01), asked("clean", "a", score=0.9)]
    assert threshold_at_loss(rows, 0.5) == 0.9


def test_equal_scores_are_lost_together_or_not_at_all() -> None:
    rows = [asked("clean", "a", score=0.5, source=n) for n in range(100)]
    assert threshold_at_loss(rows, 5) == 0.5


def test_all_may_be_lost() -> None:
    assert threshold_at_loss([asked("clean", "b")], 0.5) == math.inf


def test_false_answers_are_those_that_pass_the_threshold_of_their_own_catalogue() -> None:
    inside = [asked("clean", "a", score=0.5)]
    large = [asked("clean", "a", score=50.0)]
    outside = [asked("out", ids, score=score, expect="") for ids, score in (("b", 0.6), ("b", 0.4), ("", 0.0))]
    assert false_answers([inside + outside, large + outside], 0.5).value == 1 / 6


def test_precision_looks_only_at_direct_answers() -> None:
    rows = [
        asked("clean", "a", decision="answer", source=1),
        asked("clean", "b", decision="answer", source=2),
        asked("clean", "b", decision="choose", source=3),
        asked("out", "b", expect="", decision="answer", source=4),
    ]
    direct = ratio(rows, lambda one: one.answer.decision == "answer", MEASURES["recall@1"])
    assert direct is not None
    assert direct.value == 0.5
    assert ratio(rows, lambda one: one.answer.decision == "unknown", MEASURES["recall@1"]) is None


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([3.0, 1.0, 2.0, 4.0], 0.5) == 2.0
    assert percentile(list(range(1, 101)), 0.99) == 99
    assert percentile([], 0.5) == 0.0


NATIONAL = [
    *(Record(f"1.{n:06}", f"Cấp giấy phép nuôi {beast}", "Thú y") for n, beast in enumerate(("bò", "gà", "vịt"))),
    Record("2.000001", "Cấp giấy phép xây dựng", "Hoạt động xây dựng"),
]


def test_a_larger_catalogue_begins_with_the_smaller_one_and_holds_no_twins_of_ours() -> None:
    ours = [Record("X", "Gia hạn giấy phép xây dựng")]
    small, large = (embedded(ours, NATIONAL, size) for size in (3, 20))
    assert large[:3] == small
    assert len({record.title for record in large}) == 20
    assert not any("xây dựng" in record.title for record in large[1:])


def test_generated_titles_are_new_and_the_same_every_time() -> None:
    made = generated(NATIONAL, 30)
    assert made == generated(NATIONAL, 30)
    assert not {record.title for record in made} & {record.title for record in NATIONAL}


def test_a_question_made_from_a_title_has_that_title_among_its_answers() -> None:
    found = title_questions(grown(NATIONAL, 4), NATIONAL)
    assert {"1.000000", "1.000001", "1.000002", "2.000001"} == {one for q in found for one in q.expect}
    assert all(q.expect for q in found)


def test_noise_changes_the_text_and_nothing_else() -> None:
    forms = list(noise_forms("Xin gia hạn giấy phép xây dựng", ("XD05",), 3))
    assert all(form.text != "Xin gia hạn giấy phép xây dựng" and form.expect == ("XD05",) for form in forms)
    assert len({form.kind for form in forms}) == len(forms)


def test_both_halves_ask_every_kind() -> None:
    kinds = {half: {q.kind for q in questions(half, "2020")} for half in ("tune", "test")}
    assert kinds["tune"] == kinds["test"]


def test_the_page_keeps_what_stands_around_the_tables() -> None:
    figures = {"motcua": {"test|recall@1|all kinds": Figure(0.9, 0.8, 0.95)}}
    facts = {"day": "1 May 2020", "machine": "a machine"}
    facts |= {f"{what} {half}": "1" for what in ("questions", "out of scope") for half in ("test", "tune")}
    results = Results(facts, figures, {"motcua": {"52": Cost(1, 2, 3, 4)}})
    assert Results.read(results.written()) == results
    page = rewritten(f"before\n{BEGIN}\nlast time\n{END}\nafter\n", markdown(results))
    assert page.startswith("before\n")
    assert page.endswith("after\n")
    assert ".900" in page
    assert "last time" not in page
