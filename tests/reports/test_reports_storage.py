"""What is read for a report is enough, and what was issued is never changed, on both engines."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from knowledge.errors import Wrong
from knowledge.report import count
from knowledge.report_judging import Filed, Held
from knowledge.report_period import Period
from storage import issued_reports, reports
from storage.database import Database
from storage.issued_reports import NewReport
from tests.reports.dossiers import HERE, QUARTER, put

NOW = datetime(2020, 9, 14, 9, tzinfo=UTC)


def made_up(number: int, chance: random.Random) -> Filed:
    """A dossier with any history, told in any order, around the quarter."""
    received = datetime(2020, 3, 1, tzinfo=UTC) + timedelta(hours=chance.randrange(240 * 24))
    later = [received + timedelta(hours=chance.randrange(90 * 24)) for _ in range(chance.randint(1, 5))]
    if chance.random() < 0.7:
        later.sort()
    history = tuple(Held(chance.choice((2, 4, 4, 5, 7, 9, 9, 10, 10, 3)), since) for since in dict.fromkeys(later))
    finished = received + timedelta(days=chance.randrange(90)) if chance.random() < 0.6 else None
    return Filed(
        f"H58.15-{received:%y%m%d}-{number:04}",
        history[-1].status,
        received,
        received + timedelta(days=20),
        finished,
        chance.choice((1, 2, 3, None)),
        chance.choice(("Đầu tư", "Lao động", None)),
        history=history,
    )


def test_the_figures_of_what_is_read_are_those_of_all_dossiers(database: Database) -> None:
    chance = random.Random(20200914)
    dossiers = [made_up(number, chance) for number in range(500)]
    with database.transaction() as tx:
        put(tx, dossiers)
    with database.snapshot() as tx:
        read = list(reports.filed(tx, QUARTER))
        figures = count(read, QUARTER)
    expected = count(dossiers, QUARTER)
    assert figures.total.record() == expected.total.record()
    assert {one.code for one in figures.dossiers} == {one.code for one in expected.dossiers}
    assert {name: row.record() for name, row in figures.by_field.items()} == {
        name: row.record() for name, row in expected.by_field.items()
    }
    assert len(read) < len(dossiers), "those that ended before the period are not even read"


def test_a_snapshot_does_not_see_what_is_committed_meanwhile(database: Database) -> None:
    one = made_up(1, random.Random(1))
    with database.snapshot() as tx:
        assert reports.holds_since(tx) is None
        with database.transaction() as other:
            put(other, [one])
        assert reports.holds_since(tx) is None


def new(period: Period = QUARTER, number: str = "281", **more: object) -> NewReport:
    given = NewReport(period, 2020, number, '{"total": {}}', frozenset({"a", "b"}), {"json": b"{}", "docx": b"PK"})
    return replace(given, **more)  # type: ignore[arg-type]


FOLLOWING = Period(date(2020, 9, 15), date(2020, 12, 14), HERE)


def test_an_issued_report_is_given_back_byte_by_byte(database: Database) -> None:
    with database.transaction() as tx:
        issued = issued_reports.issue(tx, new(), NOW)
    with database.snapshot() as tx:
        found = issued_reports.find(tx, QUARTER)
        assert found == issued
        assert found is not None
        assert (found.version, found.reason, found.pending) == (1, None, frozenset({"a", "b"}))
        assert issued_reports.files(tx, found.id) == {"docx": b"PK", "json": b"{}"}
        assert issued_reports.find(tx, FOLLOWING) is None


def test_a_correction_is_a_new_version_with_a_reason_and_the_first_one_stays(database: Database) -> None:
    with database.transaction() as tx:
        first = issued_reports.issue(tx, new(), NOW)
        with pytest.raises(Wrong, match="reason"):
            issued_reports.issue(tx, new(figures="{}"), NOW)
        second = issued_reports.issue(tx, new(figures="{}", reason="thiếu một hồ sơ"), NOW)
        assert (second.version, second.reason) == (2, "thiếu một hồ sơ")
        assert issued_reports.versions(tx, QUARTER) == [first, second]
        assert issued_reports.find(tx, QUARTER) == second
        assert [one.first for one in issued_reports.periods(tx, HERE)] == [QUARTER.first]


def test_a_number_belongs_to_one_report_of_its_year(database: Database) -> None:
    with database.transaction() as tx:
        issued_reports.issue(tx, new(), NOW)
        with pytest.raises(Wrong, match="another report"):
            issued_reports.issue(tx, new(FOLLOWING), NOW)
        issued_reports.issue(tx, new(FOLLOWING, year=2021), NOW)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE report SET figures = '{}'",
        "UPDATE report SET pending = '[]'",
        "UPDATE report SET number = '282'",
        "UPDATE report SET reason = 'x'",
        "UPDATE report_file SET checksum = 'x'",
        "DELETE FROM report_file WHERE format = 'docx'",
    ],
)
def test_a_report_that_was_changed_behind_our_back_is_not_given_out(database: Database, tampering: str) -> None:
    with database.transaction() as tx:
        issued_reports.issue(tx, new(), NOW)
    with database.transaction() as tx:
        tx.execute(text(tampering))
    with database.snapshot() as tx, pytest.raises(Wrong, match="not as it was issued"):
        issued_reports.find(tx, QUARTER)


def test_a_document_that_was_changed_behind_our_back_is_not_given_out(database: Database) -> None:
    with database.transaction() as tx:
        issued = issued_reports.issue(tx, new(), NOW)
    with database.transaction() as tx:
        tx.execute(text("UPDATE report_file SET content = :other WHERE format = 'docx'"), {"other": b"PX"})
    with database.snapshot() as tx, pytest.raises(Wrong, match="docx"):
        issued_reports.files(tx, issued.id)
