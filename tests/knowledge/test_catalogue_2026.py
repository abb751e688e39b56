"""The edition dong-thap-2026: what it says of the national records, and the traps that it does not repeat."""

from __future__ import annotations

import pytest

from knowledge.catalogue import Duration, Procedure, load_edition

EDITION = load_edition("dong-thap-2026")
CONSTRUCTION_PERMITS = ("1.013230", "1.013231", "1.013233", "1.013235", "1.013236", "1.013238")


def entry(code: str) -> Procedure:
    found = EDITION.by_code(code)
    assert found is not None
    return found


def test_it_holds_the_38_national_records_the_labour_procedures_and_the_redirects() -> None:
    assert (len(EDITION.handled()), len(EDITION.redirects())) == (45, 7)
    assert all(procedure.id == procedure.code for procedure in EDITION.handled())


def test_every_entry_has_an_english_name_and_a_short_one() -> None:
    for procedure in EDITION.procedures:
        assert procedure.title_en
        assert procedure.short_title
        assert procedure.short_title_en


@pytest.mark.parametrize("code", CONSTRUCTION_PERMITS)
def test_a_fee_that_the_province_decides_is_not_free(code: str) -> None:
    procedure = entry(code)
    assert [fee.kind for fee in procedure.fees] == ["unknown"]
    assert not procedure.is_verified("fees")
    assert "Hội đồng nhân dân" in procedure.fees[0].basis


@pytest.mark.parametrize(
    ("code", "time"),
    [
        ("1.009671", Duration(3, "working_days")),
        ("1.009661", Duration(3, "working_days")),
        ("1.009736", Duration(10, "working_days")),
        ("2.002725", Duration(15, "working_days")),
        ("2.002727", Duration(15, "days")),
        ("1.013236", Duration(20, "days")),
    ],
)
def test_a_time_is_that_of_the_steps_where_the_field_is_broken(code: str, time: Duration) -> None:
    assert entry(code).time == time


@pytest.mark.parametrize("code", ["2.002731", "2.002732"])
def test_a_time_of_one_without_unit_is_said_to_be_unknown(code: str) -> None:
    time = entry(code).time
    assert time is not None
    assert time.value is None
    assert not entry(code).is_verified("time")


@pytest.mark.parametrize("code", ["1.009664", "1.009647", "1.009646", "1.009759", "1.013239", "1.013234", "1.009794"])
def test_a_time_that_differs_by_case_has_no_single_value(code: str) -> None:
    time = entry(code).time
    assert time is not None
    assert (time.value, bool(time.note)) == (None, True)


@pytest.mark.parametrize("code", ["1.014199", "1.014200", "1.014201", "1.014196", "1.014197", "1.014198", "2.001955"])
def test_what_is_known_only_of_another_province_is_not_verified(code: str) -> None:
    procedure = entry(code)
    assert not any(procedure.is_verified(name) for name in procedure.evidence)


def test_buildings_of_lower_grades_are_said_to_belong_elsewhere() -> None:
    for code in CONSTRUCTION_PERMITS:
        assert any("cấp III" in condition for condition in entry(code).conditions)


def test_no_online_level_is_claimed() -> None:
    assert all(procedure.channels.online_level is None for procedure in EDITION.procedures)
