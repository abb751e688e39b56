"""What a report finds in the database: figures, editions, feedback, other periods, issued reports."""

from __future__ import annotations

from datetime import UTC, date, time

import pytest

from handlers.catalogue import library
from handlers.documents.content import Report, Sentence
from handlers.reports.content import Findings, gather
from handlers.reports.record import record, written
from knowledge.calendar import Calendar
from knowledge.report import Difference
from knowledge.report_judging import Filed, Held
from knowledge.report_period import Misfit, Period
from storage import accounts, audit, feedback, issued_reports, schema
from storage.database import Database
from storage.feedback import Feedback
from storage.issued_reports import NewReport
from storage.people import surveys
from tests.reports.dossiers import HERE, QUARTER, at, put
from tests.reports.test_documents import BOARD

CALENDAR = Calendar(((time(7), time(11, 30)), (time(13, 30), time(17))))
FOLLOWING = Period(date(2020, 9, 15), date(2020, 12, 14), HERE, "2020-Q4")


def dossier(code: str, status: int = 4, *, month: int = 7) -> Filed:
    return Filed(code, status, at(month, 1), history=(Held(status, at(month, 1)),))


def found(database: Database, period: Period = QUARTER, feedback_since: date | None = None) -> Findings:
    with database.snapshot() as tx:
        return gather(tx, period, CALENDAR, feedback_since)


def test_an_empty_database_has_nothing_to_say_and_states_no_zero_that_it_does_not_know(database: Database) -> None:
    nothing = found(database)
    assert nothing.figures.total["tn_tong"] == 0
    assert nothing.edition is None
    assert nothing.previous.total is None
    assert nothing.year_before.total is None
    assert nothing.questions is None
    assert nothing.usual_days is None


def test_a_dossier_without_field_is_counted_under_that_of_its_procedure(database: Database) -> None:
    with database.transaction() as tx:
        library.ship(tx, "tien-giang-2020", at(6, 20))
        known = dossier("a")._replace(procedure_code="1.002696.000.00.00.H58")
        put(tx, [known, dossier("b")._replace(procedure_code="9.999999"), known._replace(code="c", field_title="Khác")])
        edition = library.of_day(tx, QUARTER.last)
    assert edition is not None
    entry = edition.by_code("1.002696")
    assert entry is not None
    figures = found(database).figures
    assert set(figures.by_field) == {entry.field, None, "Khác"}
    assert (entry.field, "1.002696.000.00.00.H58", entry.title) in figures.by_procedure


def test_the_edition_in_force_on_the_last_day_and_what_began_in_the_period_are_told(database: Database) -> None:
    with database.transaction() as tx:
        library.ship(tx, "tien-giang-2020", at(6, 20))
    article = found(database, Period(date(2020, 5, 28), date(2020, 8, 28), HERE))
    assert (article.levels.total(), article.levels[4], article.levels[3]) == (44, 38, 6)
    (begun,) = article.editions
    assert "1709/QĐ-UBND" in begun.decision
    told = record(article, trace=True)
    assert told["published"] == {"editions": 1, "decided": 4, "new": None, "changed": None, "gone": None}
    assert len(set(told["trace"]["published"]["decided"])) == 4
    assert len(set(told["trace"]["procedures"]["total"])) == 44
    assert found(database, FOLLOWING).editions == ()


@pytest.mark.parametrize(
    ("received", "since", "told"),
    [
        ((), None, 0),
        ((), date(2020, 7, 1), None),  # the register began within the period: no zero
        ((), date(2020, 6, 15), 0),
        ((7,), None, 1),
        ((5,), None, 0),  # from the period before
        ((10,), None, 0),
    ],
)
def test_feedback_is_counted_and_zero_is_stated_only_where_the_register_covers_the_period(
    database: Database, received: tuple[int, ...], since: date | None, told: int | None
) -> None:
    with database.transaction() as tx:
        for month in received:
            given = Feedback(f"PAKN-2020{month:02}01-0001", at(month, 1), "received", None, None, None, None)
            feedback.add(tx, None, given)
    counted = record(found(database, feedback_since=since))["feedback"]
    assert counted["received"] == told
    assert (counted["tn_tong"] is None) == (told is None)


def test_questions_without_answer_are_counted_where_the_trail_covers_the_period(database: Database) -> None:
    with database.transaction() as tx:
        audit.add(tx, "answered", at(6, 1))
        for month in (6, 7, 8, 12):
            audit.add(tx, "unknown", at(month, 20))
    told = record(found(database), trace=True)
    assert told["questions_without_answer"] == 3
    assert told["trace"]["questions_without_answer"][0].endswith(", 2020-06-20 09:00:00")
    assert found(database, Period(date(2020, 5, 1), date(2020, 7, 31), HERE)).questions is None


def test_satisfaction_is_told_from_what_people_answered_and_traced_to_the_answers_not_to_people(
    database: Database,
) -> None:
    assert record(found(database))["satisfaction"] == {}
    with database.transaction() as tx:
        for number, (level, day) in enumerate(((3, 1), (3, 2), (2, 3), (1, 4), (1, 30))):
            account = accounts.add(tx, channel="web", address=f"{number}", lane=f"web:{number}", now=at(6, 1))
            row = surveys.ask(tx, account, "dossier", "H58.15-200701-0001", at(6, 20))
            assert row is not None
            assert surveys.rate(tx, account, row, level, at(9 if day == 30 else 7, day))
    told = record(found(database), trace=True)
    assert told["satisfaction"] == {"dossier": {"high": 2, "middle": 1, "low": 1}}, "the 30th of September is later"
    assert [len(rows) for rows in told["trace"]["satisfaction"]["dossier"].values()] == [2, 1, 1]
    assert "H58.15-200701-0001" not in written(told["trace"])
    text = " ".join(block.text for block in Report(found(database), BOARD).body if isinstance(block, Sentence))
    assert "4 lượt đánh giá: 2 hài lòng, 1 bình thường, 1 không hài lòng" in text


def test_of_the_causes_of_lateness_only_the_apologies_are_held_and_the_rest_is_left_to_the_author(
    database: Database,
) -> None:
    with database.transaction() as tx:
        late = dossier("a")._replace(due_at=at(7, 10))
        put(tx, [late, late._replace(code="b"), late._replace(code="c"), dossier("d")])
        tx.execute(schema.dossier.update().where(schema.dossier.c.code == "a").values(apologised_at=at(9, 1)))
        tx.execute(schema.dossier.update().where(schema.dossier.c.code == "b").values(apologised_at=at(9, 15)))
    told = record(found(database), trace=True)
    assert told["late"] == {"total": 3, "resolved": 0, "pending": 3, "apologised": 1}
    assert told["trace"]["late"]["apologised"] == ["a"], "the other letter came after the cut-off"
    text = " ".join(block.text for block in Report(found(database), BOARD).body if isinstance(block, Sentence))
    assert "Trong số đó, 1 hồ sơ đã có thư xin lỗi." in text
    assert "Nguyên nhân quá hạn chưa có trong hệ thống; cơ quan tự ghi." in text


def issue(database: Database, period: Period, findings: Findings) -> None:
    new = NewReport(period, 2020, "281", written(record(findings, trace=True)), findings.figures.pending(), {})
    with database.transaction() as tx:
        issued_reports.issue(tx, new, at(9, 14).astimezone(UTC))


def test_the_last_issued_report_is_compared_by_its_days_figures_and_pending_dossiers(
    database: Database,
) -> None:
    with database.transaction() as tx:
        put(tx, [dossier("a"), dossier("b")])
    issue(database, QUARTER, found(database))
    with database.transaction() as tx:
        put(tx, [dossier("c")])  # heard of only after the report was issued
    following = found(database, FOLLOWING)
    assert following.misfits == ()
    assert following.differences == (Difference("c", was_pending=False),)
    assert following.previous.issued
    assert following.previous.total is not None
    assert following.previous.total["tn_tong"] == 2, "as issued, not as it would be counted today"
    traced = record(following, trace=True)["trace"]
    assert traced["previous"]["total"]["tn_tong"] == ["a", "b"], "and so is what was behind it"
    assert traced["total"]["tn_ky_truoc"] == ["a", "b", "c"]
    overlapping = found(database, Period(date(2020, 9, 14), date(2020, 12, 14), HERE))
    assert overlapping.misfits == (Misfit(True, date(2020, 9, 14), date(2020, 9, 14)),)
    again = found(database)
    assert (again.misfits, again.differences) == ((), ())


def test_the_json_of_a_report_has_the_documented_shape(database: Database) -> None:
    with database.transaction() as tx:
        put(tx, [dossier("a"), dossier("b", 5)])
    told = record(found(database), trace=True)
    assert told["period"] == {"from": "2020-06-15", "to": "2020-09-14"}
    assert told["rows"][0]["linh_vuc"] == "Chưa rõ lĩnh vực"
    assert told["total"]["dang_trong_han"] == 2
    assert told["trace"]["rows"][0]["tn_truc_tiep_bcci"] == ["a", "b"]
    assert told["procedures"] == {"total": None, "by_level": {}}
    assert told["feedback"]["received"] == 0
    assert "\\u" not in written(told)
