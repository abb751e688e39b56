"""What an edition changes, what has grown stale, and whether the golden questions fare worse."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from handlers.catalogue import announcing
from handlers.texts import words
from knowledge.catalogue import Edition, Evidence, differences, load_edition, pairs, stale
from knowledge.catalogue.golden import Grade, Question, golden_questions, trial
from knowledge.catalogue.staleness import months_before
from tests.catalogue.make_broken import SOUND

OLD = load_edition("tien-giang-2020")
NEW = load_edition("dong-thap-2026")
FIRST, SECOND = SOUND.procedures


def having(*procedures: object, since: date = date(2026, 12, 1)) -> Edition:
    return replace(SOUND, procedures=procedures, effective_from=since)  # type: ignore[arg-type]


def test_an_edition_does_not_differ_from_itself() -> None:
    assert not differences(OLD, OLD)


def test_new_changed_and_gone_entries_are_told_apart() -> None:
    found = differences(SOUND, having(replace(FIRST, sets=2), replace(SECOND, id="A3", code="1.000003")))
    assert [p.id for p in found.added] == ["A3"]
    assert [p.id for p in found.removed] == ["A2"]
    assert [(change.new.id, change.fields) for change in found.changed] == [("A1", ("sets",))]


def test_entries_are_the_same_by_id_or_by_national_code_with_or_without_a_tail() -> None:
    renamed = replace(SECOND, id="B2", code="1.000002.000.00.00.H20", related=())
    assert [(a.id, b.id) for a, b in pairs(SOUND, having(FIRST, renamed))] == [("A1", "A1"), ("A2", "B2")]


def test_an_announcement_tells_what_concerns_businesses() -> None:
    new = having(replace(FIRST, sets=2, aliases=()), replace(SECOND, id="A3", code="1.000003"))
    told = announcing.worded(words("vi"), "Ban Thử", new, differences(SOUND, new))
    assert "từ ngày 01/12/2026" in told
    assert "Thủ tục mới (1):\n• Gia hạn giấy phép xây dựng" in told
    assert "Cấp giấy phép xây dựng: giấy tờ" in told
    assert "không còn áp dụng (1)" in told


def test_new_names_and_sources_alone_are_not_announced() -> None:
    changed = replace(FIRST, aliases=("GPXD", "xây xưởng"), evidence={})
    new = having(changed, SECOND)
    assert announcing.worded(words("vi"), "Ban Thử", new, differences(SOUND, new)) == ""


def test_fields_not_looked_at_for_months_are_listed_the_oldest_first() -> None:
    old = replace(
        FIRST, evidence={"time": Evidence(("Cổng",), date(2025, 1, 31)), "fees": Evidence(("x",), date(2026, 1, 1))}
    )
    older = replace(SECOND, evidence={"title": Evidence(("Cổng",), date(2024, 1, 1))})
    found = list(stale(having(old, older), date(2026, 2, 1), 12))
    assert [(one.procedure.id, one.fields) for one in found] == [("A2", ("title",)), ("A1", ("time",))]
    assert list(stale(having(old), date(2026, 1, 31), 12)) == []


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 3, 31), 1, date(2026, 3, 1)),
        (date(2026, 1, 15), 12, date(2025, 1, 15)),
        (date(2028, 2, 29), 12, date(2027, 3, 1)),
    ],
)
def test_months_are_counted_back_on_the_calendar(day: date, months: int, before: date) -> None:
    assert months_before(day, months) == before


def test_the_tuning_half_is_shipped() -> None:
    assert len(golden_questions()) > 500


def test_an_edition_is_not_worse_than_itself_and_both_editions_share_questions() -> None:
    same = trial(OLD, OLD)
    assert same.asked > 400
    assert not same.is_worse
    assert same.lost == ()
    assert trial(OLD, NEW).asked > 100


def test_an_edition_that_lost_its_words_is_worse_and_says_where() -> None:
    spoiled = [
        replace(p, title=f"Việc số {p.id[2:]}", title_en="", short_title_en="", aliases=()) for p in OLD.procedures[:8]
    ]
    found = trial(OLD, replace(OLD, procedures=(*spoiled, *OLD.procedures[8:])))
    assert found.is_worse
    assert found.lost
    assert all(lost.after < lost.before for lost in found.lost)


def test_an_edition_that_only_offers_what_was_answered_is_worse() -> None:
    asked = (Question("GPXD", ("A1",)),)
    twin = replace(SECOND, title="Cấp giấy phép xây dựng có thời hạn", aliases=("GPXD",))
    found = trial(SOUND, having(FIRST, twin), asked)
    assert [(lost.before, lost.after) for lost in found.lost] == [(Grade.RIGHT, Grade.OFFERED)]
    assert found.is_worse


def test_only_what_both_editions_hold_counts() -> None:
    asked = (Question("giấy phép xây dựng", ("A1",)), Question("gia hạn giấy phép xây dựng", ("A2",)))
    assert trial(SOUND, having(FIRST), asked).asked == 1


def test_a_question_out_of_scope_that_is_now_answered_counts_as_wrong() -> None:
    asked = (Question("chợ nổi Cái Bè mở cửa mấy giờ", ()),)
    polluted = replace(FIRST, aliases=("chợ nổi Cái Bè mở cửa mấy giờ",))
    found = trial(SOUND, having(polluted, SECOND), asked)
    assert [(lost.before, lost.after) for lost in found.lost] == [(Grade.RIGHT, Grade.WRONG)]
    assert found.is_worse
