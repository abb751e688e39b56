"""What the edition of 2020 promises, and what it must not state."""

import time
from collections import Counter
from datetime import date

import pytest

from knowledge.catalogue import EVIDENCE_FIELDS, SHORT_TITLE_MAX, Edition, Paper, Procedure, load_edition

LAST_CHECK = date(2026, 11, 1)
"""Nobody looked at a source of this edition after that day."""

UNVERIFIED = {
    "DT01": "papers sets result",
    "DT02": "papers sets fees result legal_basis",
    **{f"DT{n:02}": "title papers sets time fees result legal_basis" for n in (*range(3, 14), 15, 16, 24)},
    "DT10": "title papers sets fees result legal_basis",
    "DT14": "title sets time fees result legal_basis",
    "DT17": "title legal_basis",
    "DT18": "sets time fees result legal_basis",
    "DT19": "sets time fees result legal_basis",
    "DT20": "papers sets time fees result legal_basis",
    "DT21": "papers sets time fees result legal_basis",
    "DT22": "title sets result legal_basis",
    "LD01": "papers sets fees result legal_basis",
    "LD02": "papers sets fees result legal_basis",
    "LD03": "papers sets fees result legal_basis",
    "LD04": "sets time fees result",
    "LD05": "fees result legal_basis",
    "LD06": "title sets time fees result legal_basis",
    "TM01": "sets fees result legal_basis",
    "TM02": "papers sets time fees result legal_basis",
    "TM03": "papers sets time fees result legal_basis",
    "TM04": "sets fees result legal_basis",
    "TM05": "title papers sets time fees result legal_basis",
    "XD01": "title papers sets fees result",
    "XD02": "title papers sets fees result",
    "XD03": "title papers sets fees result",
    "XD04": "title sets fees result",
    "XD05": "title papers sets time fees result legal_basis",
    "XD06": "title papers sets time fees result legal_basis",
    "M01": "title papers sets time fees result legal_basis channels",
    "M02": "title papers sets time fees result legal_basis channels",
    "M03": "sets result legal_basis channels",
    "M04": "papers legal_basis channels",
    "R01": "title sets fees legal_basis redirect",
    "R02": "sets legal_basis",
    "R03": "title sets redirect",
    "R04": "title sets redirect",
    "R05": "sets redirect",
    "R06": "title sets",
    "R07": "sets",
    "R08": "title sets redirect",
}
"""Fields that the research of 2026 could not confirm, by entry."""

OF_ANOTHER_PROVINCE_OR_LAW = ["DT01", "DT14", "DT15", "DT17", "LD01", "LD02", "LD03", "M03", "TM01", "XD05", "XD06"]
"""Entries whose only source for the time speaks of another province or law, contradicts it, or is not official."""


@pytest.fixture(scope="module")
def edition() -> Edition:
    return load_edition("tien-giang-2020")


def entry_of(edition: Edition, entry_id: str) -> Procedure:
    entry = edition.by_id(entry_id)
    assert entry is not None
    return entry


def test_the_edition_has_44_procedures_and_8_redirects(edition: Edition) -> None:
    assert (len(edition.handled()), len(edition.redirects()), len(edition.procedures)) == (44, 8, 52)
    assert all(p.redirect and not p.papers and not p.fees and not p.time for p in edition.redirects())


def test_38_procedures_are_at_level_4_and_6_at_level_3(edition: Edition) -> None:
    assert Counter(p.channels.online_level for p in edition.handled()) == {4: 38, 3: 6}


def test_only_the_level_with_a_source_of_its_own_is_stated_as_fact(edition: Edition) -> None:
    assert [p.id for p in edition.procedures if p.is_verified("online_level")] == ["M04"]
    others = [p for p in edition.handled() if p.id != "M04"]
    assert all(p.evidence_of("online_level").illustrative and p.evidence_of("online_level").doubt for p in others)


def test_level_3_is_for_procedures_that_take_an_original(edition: Edition) -> None:
    for procedure in edition.handled():
        if procedure.channels.online_level == 3:
            assert any(paper.form == "original" for paper in procedure.papers), procedure.id


def test_four_procedures_are_ascribed_to_decision_1709_without_claiming_it(edition: Edition) -> None:
    ascribed = [p for p in edition.procedures if p.published_by]
    assert [p.id for p in ascribed] == ["M01", "M02", "M03", "M04"]
    for procedure in ascribed:
        assert procedure.published_by is not None
        assert (procedure.published_by.number, procedure.published_by.date) == ("1709/QĐ-UBND", date(2020, 6, 17))
        assert not procedure.is_verified("published_by")
        assert procedure.evidence_of("published_by").doubt


def test_the_entry_left_out_is_absent_and_the_note_says_which_and_why(edition: Edition) -> None:
    assert edition.by_id("DT23") is None
    assert "Cung cấp thông tin về dự án đầu tư" not in {p.title for p in edition.procedures}
    assert "DT23" in edition.note
    assert {"XD03", "DT10"} <= {p.id for p in edition.procedures}


def test_every_entry_has_its_list_of_unverified_fields(edition: Edition) -> None:
    assert {p.id for p in edition.procedures} == set(UNVERIFIED)


@pytest.mark.parametrize("entry_id", sorted(UNVERIFIED))
def test_what_research_could_not_confirm_is_not_stated_as_fact(edition: Edition, entry_id: str) -> None:
    procedure = entry_of(edition, entry_id)
    assert [name for name in UNVERIFIED[entry_id].split() if procedure.is_verified(name)] == []


def test_every_verified_field_is_recorded_and_has_a_source_and_a_date(edition: Edition) -> None:
    verified = [(p, name) for p in edition.procedures for name in EVIDENCE_FIELDS if p.is_verified(name)]
    assert len(verified) > 100
    for procedure, name in verified:
        evidence = procedure.evidence_of(name)
        assert procedure.has(name)
        assert all(evidence.sources)
        assert evidence.sources
        assert evidence.checked_on is not None
        assert evidence.checked_on <= LAST_CHECK


def test_no_evidence_speaks_of_a_field_that_is_empty(edition: Edition) -> None:
    assert [(p.id, name) for p in edition.procedures for name in p.evidence if not p.has(name)] == []


@pytest.mark.parametrize("entry_id", OF_ANOTHER_PROVINCE_OR_LAW)
def test_a_time_of_another_province_or_law_is_not_ours(edition: Edition, entry_id: str) -> None:
    evidence = entry_of(edition, entry_id).evidence_of("time")
    assert evidence.sources
    assert evidence.doubt
    assert not entry_of(edition, entry_id).is_verified("time")


@pytest.mark.parametrize("entry_id", ["DT04", "DT05", "DT11", "DT16", "DT18", "DT19", "LD01", "M01", "M03", "M04"])
def test_a_time_that_no_single_figure_tells_has_only_a_note(edition: Edition, entry_id: str) -> None:
    duration = entry_of(edition, entry_id).time
    assert duration is not None
    assert duration.value is None
    assert duration.note


def test_nothing_was_made_up_where_there_is_no_source(edition: Edition) -> None:
    assert not any(p.steps or p.audience for p in edition.procedures)
    amounts = {p.id: fee.amount for p in edition.procedures for fee in p.fees if fee.kind == "amount"}
    assert amounts == {"TM01": 3_000_000, "TM02": 1_500_000, "TM03": 1_500_000, "TM04": 1_500_000}
    assert not any(p.code for p in edition.procedures if p.id in ("LD06", "TM05"))


def test_the_construction_permit_lists_its_papers_time_and_exemption(edition: Edition) -> None:
    permit = entry_of(edition, "XD01")
    assert len(permit.papers) == 6
    assert permit.papers[2] == Paper("Bộ bản vẽ thiết kế", count=2)
    assert [bool(paper.when_needed) for paper in permit.papers] == [False, False, False, True, True, False]
    assert permit.sets == 2
    assert permit.time is not None
    assert permit.time.legal is not None
    assert (permit.time.value, permit.time.legal.value, permit.time.legal.unit) == (None, 30, "days")
    assert permit.is_verified("time")
    assert permit.is_verified("conditions")
    assert not permit.is_verified("papers")


def test_titles_and_short_titles_are_unique_in_both_languages_and_fit(edition: Edition) -> None:
    for name in ("title", "short_title", "title_en", "short_title_en"):
        texts = [getattr(p, name) for p in edition.procedures]
        assert all(texts), name
        assert len(set(texts)) == len(texts), name
    assert all(len(p.short_title) <= SHORT_TITLE_MAX for p in edition.procedures)


def test_fields_come_in_order_with_all_procedures_once_and_an_english_name(edition: Edition) -> None:
    listed = edition.fields()
    assert [(name, len(procedures)) for name, procedures in listed] == [
        ("Đầu tư tại Việt Nam", 23),
        ("Hoạt động xây dựng", 9),
        ("Quản lý chất lượng công trình xây dựng", 1),
        ("Việc làm (lao động nước ngoài)", 4),
        ("Lao động, tiền lương", 2),
        ("Thương mại quốc tế (văn phòng đại diện)", 5),
    ]
    assert [p for _, procedures in listed for p in procedures] == list(edition.handled())
    assert all(p.field_en for p in edition.procedures)
    assert edition.of_field("PCCC") == ()


def test_a_procedure_is_found_by_code_whatever_the_province(edition: Edition) -> None:
    for code in ("1.002696", "1.002696.000.00.00.H58", " 1.002696.000.00.00.H20"):
        found = edition.by_code(code)
        assert found is not None
        assert found.id == "M04"
    assert edition.by_code("1.002697") is None
    assert edition.by_code("XD01") is None


def test_the_edition_loads_within_a_tenth_of_a_second() -> None:
    def load() -> float:
        load_edition.cache_clear()
        start = time.perf_counter()
        load_edition("tien-giang-2020")
        return time.perf_counter() - start

    assert min(load() for _ in range(5)) < 0.1
