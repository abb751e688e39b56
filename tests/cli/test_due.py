"""`due`: from arguments and from lines, in words and as JSON."""

from __future__ import annotations

import pytest

from tests.cli.motcua import Motcua


def test_a_due_date_is_told_with_its_steps(bare: Motcua) -> None:
    told = bare.fine("due", "2023-10-27T09:32", "5", "working_days").lines()
    assert told[0] == "2023-11-03 09:32"
    assert told[2].split() == ["skipped", "2023-10-28", "09:32", "cuối", "tuần"]
    (record,) = bare.fine("due", "2023-10-27T02:32Z", "5", "working_days", "--json").records()
    assert record["due"] == "2023-11-03T09:32:00"
    assert record["steps"][0] == {"step": "received", "at": "2023-10-27T09:32:00"}
    assert record["steps"][1] == {"step": "skipped", "at": "2023-10-28T09:32:00", "count": 0, "name": "cuối tuần"}
    assert record["steps"][-1] == {"step": "counted", "at": "2023-11-03T09:32:00", "count": 5}


def test_lines_are_answered_each_and_a_wrong_one_is_named(bare: Motcua) -> None:
    lines = (
        "2026-11-23T10:00 5 working_days\n\nyesterday 1 days\n2026-11-23 1 days\n2026-11-23T16:30 1.5 working_hours\n"
    )
    ran = bare("due", "--json", stdin=lines)
    assert ran.code == 1
    assert [record["due"] for record in ran.records()] == [
        "2026-12-01T10:00:00",
        "2026-11-25T07:00:00",
        "2026-11-25T08:00:00",
    ]
    assert ran.err == "motcua: line 3: 'yesterday' is no time such as 2023-10-27T09:32\n"


@pytest.mark.parametrize(
    "line",
    [
        "2026-11-23T10:00",
        "2026-11-23T10:00 5",
        "2026-11-23T10:00 five days",
        "2026-11-23T10:00 ٥ days",
        "2026-11-23T10:00 0.5 days",
        "2026-11-23T10:00 1e9 days",
        "2026-11-23T10:00 nan working_hours",
        "2026-11-23T10:00 5 weeks",
        "2026-13-23 5 days",
        "9999-12-31T23:00 5 days",
    ],
)
def test_what_makes_no_sense_is_wrong_usage(bare: Motcua, line: str) -> None:
    ran = bare("due", *line.split())
    assert (ran.code, ran.out) == (2, "")


def test_the_calendar_is_that_of_the_settings(bare: Motcua) -> None:
    bare.write(
        "config.toml", '[agency]\nname = "X"\n[calendar]\nhours = ["08:00-12:00"]\nclosed = ["2026-11-25 Kiểm kê"]\n'
    )
    (record,) = bare.fine("due", "2026-11-23T09:00", "1", "working_days", "--json").records()
    assert record["due"] == "2026-11-26T09:00:00"
    assert "Kiểm kê" in str(record["steps"])
