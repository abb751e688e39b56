"""The catalogue's evidence, its records and its rules."""

import json
import unicodedata
from dataclasses import fields, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.catalogue import (
    CatalogueError,
    Channels,
    Duration,
    Evidence,
    Fee,
    LegalBasis,
    Paper,
    Procedure,
    Redirect,
    from_record,
    load_edition,
    national_part,
    parse_edition,
    shipped_editions,
    split_source,
    to_record,
)

CHECKED = date(2026, 11, 1)

COMPLETE = Procedure(
    id="XD99",
    title="Cấp giấy phép",
    field="Xây dựng",
    code="1.002696.000.00.00.H58",
    short_title="Giấy phép",
    title_en="Permit",
    short_title_en="Permit",
    field_en="Construction",
    aliases=("GPXD",),
    audience="Doanh nghiệp",
    papers=(Paper("Đơn", "original", 1, "nếu có", "don.docx", "https://example.org/don"), Paper("Bản vẽ", "copy")),
    sets=2,
    steps=("Nộp", "Nhận"),
    time=Duration(10, "working_days", "rút ngắn", Duration(30, "days")),
    fees=(Fee("amount", 50_000, "giấy phép", "Nghị quyết"), Fee("none"), Fee("unknown", basis="Thông tư")),
    channels=Channels(3, True, False, "example.org", "https://example.org/1", online=True),
    result="Giấy phép",
    conditions=("Có đất",),
    legal_basis=(LegalBasis("50/2014/QH13", date(2014, 6, 18), "https://example.org/luat", "Luật"),),
    competent_body="Ban",
    receiving_body="Trung tâm",
    related=("XD98",),
    published_by=LegalBasis("1709/QĐ-UBND", date(2020, 6, 17)),
    evidence={"title": Evidence(("Cổng <https://example.org>",), date(2026, 6, 1), True, "ngờ")},
)

HEAD = '[edition]\nname = "t"\ntitle = "T"\neffective_from = 2020-01-01\n'
ENTRY = '[[procedure]]\nid = "A1"\ntitle = "Thủ tục"\nfield = "Xây dựng"\n'


def faults_of(text: str) -> set[tuple[str, str]]:
    with pytest.raises(CatalogueError) as caught:
        parse_edition(text)
    return {(fault.entry, fault.field) for fault in caught.value.faults}


@pytest.mark.parametrize("name", shipped_editions())
def test_every_shipped_edition_bears_its_file_s_name(name: str) -> None:
    assert load_edition(name).name == name


def test_an_edition_that_is_not_shipped_is_refused_with_the_names_that_are() -> None:
    with pytest.raises(CatalogueError, match="tien-giang-2020"):
        load_edition("../tien-giang-2020")


# Evidence


def test_a_field_is_verified_only_with_a_source_without_doubt_and_not_illustrative() -> None:
    source = Evidence(("Cổng",), CHECKED)
    assert replace(COMPLETE, evidence={"sets": source}).is_verified("sets")
    for lacking in (Evidence(), replace(source, illustrative=True), replace(source, doubt="tỉnh khác")):
        assert not replace(COMPLETE, evidence={"sets": lacking}).is_verified("sets")
    assert not replace(COMPLETE, sets=None, evidence={"sets": source}).is_verified("sets")


def test_asking_for_a_field_that_does_not_exist_is_an_error() -> None:
    for method in (COMPLETE.has, COMPLETE.evidence_of, COMPLETE.is_verified):
        with pytest.raises(KeyError):
            method("colour")


def test_a_source_is_split_into_name_and_link() -> None:
    assert split_source("Cổng <https://example.org/a>") == ("Cổng", "https://example.org/a")
    assert split_source("Báo, 2018") == ("Báo, 2018", None)


@pytest.mark.parametrize(
    ("code", "part"),
    [("1.002696", "1.002696"), ("2.000063.000.00.00.H58", "2.000063"), ("1.0026961", None), ("abc", None)],
)
def test_the_national_part_of_a_code_is_read(code: str, part: str | None) -> None:
    assert national_part(code) == part


# Records


def test_the_complete_example_fills_every_field_but_those_of_a_redirect() -> None:
    defaults = Procedure("", "", "")
    same = {f.name for f in fields(Procedure) if getattr(COMPLETE, f.name) == getattr(defaults, f.name)}
    assert same == {"kind", "redirect"}


def test_records_are_json_and_lose_nothing() -> None:
    redirect = replace(COMPLETE, kind="redirect", redirect=Redirect("Sở", "chưa rõ"))
    for procedure in (*load_edition("tien-giang-2020").procedures, COMPLETE, redirect):
        assert from_record(json.loads(json.dumps(to_record(procedure)))) == procedure


def test_a_record_with_faults_names_them_all() -> None:
    record = to_record(COMPLETE) | {"sets": "2", "colour": "red", "papers": [{"form": "fax"}]}
    with pytest.raises(CatalogueError) as caught:
        from_record(record)
    found = {(fault.entry, fault.field) for fault in caught.value.faults}
    assert found == {("XD99", f) for f in ("sets", "colour", "papers[0].name", "papers[0].form")}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.dates().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([f.name for f in fields(Procedure)]), json_values))
def test_any_json_becomes_a_procedure_or_faults(data: dict[str, object]) -> None:
    record = {"id": "A1", "title": "T", "field": "F"} | data
    try:
        procedure = from_record(record)
    except CatalogueError as error:
        problem = str(error)
        assert problem
    else:
        assert from_record(to_record(procedure)) == procedure


# Faults


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ('colour = "red"', "colour"),
        ("sets = 0", "sets"),
        ('sets = "1"', "sets"),
        ('code = "1.2"', "code"),
        (f'short_title = "{"x" * 61}"', "short_title"),
        ('short_title = " x"', "short_title"),
        ('time = { value = 0, unit = "days" }', "time.value"),
        ('time = { value = -3, unit = "days" }', "time.value"),
        ("time = { value = 3 }", "time.unit"),
        ('time = { value = 3, unit = "weeks" }', "time.unit"),
        ("time = {}", "time"),
        ('time = { note = "x", legal = { value = 0, unit = "days" } }', "time.legal.value"),
        ('fees = [{ kind = "amount", amount = 500 }]', "fees[0].amount"),
        ('fees = [{ kind = "amount", amount = 3_000_500 }]', "fees[0].amount"),
        ('fees = [{ kind = "amount", amount = -1_000 }]', "fees[0].amount"),
        ('fees = [{ kind = "amount" }]', "fees[0].amount"),
        ('fees = [{ kind = "none", amount = 1_000 }]', "fees[0].amount"),
        ('papers = ["A", { name = "B", form = "fax" }]', "papers[1].form"),
        ('papers = [""]', "papers[0].name"),
        ('papers = [{ name = "A", count = 0 }]', "papers[0].count"),
        ('time = { note = "x", legal = { note = "y", legal = { note = "z" } } }', "time.legal.legal"),
        ('related = ["A2"]', "related[0]"),
        ('related = ["A1"]', "related[0]"),
        ('legal_basis = ["9/2020"]', "legal_basis"),
        ('kind = "redirect"', "redirect"),
        ('redirect = { body = "Sở" }', "redirect"),
        ("channels = { online_level = 5 }", "channels.online_level"),
        ("evidence.colour = []", "evidence.colour"),
        ('evidence.title = ["nowhere"]', "evidence.title"),
        ("steps = 5", "steps"),
        ('steps = ["a", ""]', "steps[1]"),
        ('aliases = [""]', "aliases[0]"),
        ('legal_basis = [{ number = "" }]', "legal_basis[0].number"),
        ('published_by = { number = "" }', "published_by.number"),
        ('result = "a\\u0007"', "result"),
    ],
)
def test_a_fault_names_its_entry_and_field(more: str, field: str) -> None:
    assert ("A1", field) in faults_of(HEAD + ENTRY + more)


@pytest.mark.parametrize(
    ("evidence", "field"),
    [
        ({"sources": ["Cổng"]}, "evidence.title.checked_on"),
        ({"sources": [""], "checked_on": "2026-11-01"}, "evidence.title.sources"),
        ({"sources": ["Cổng"], "checked_on": "1/11/2026"}, "evidence.title.checked_on"),
    ],
)
def test_evidence_names_its_sources_and_the_day(evidence: dict[str, object], field: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        from_record({"id": "A1", "title": "T", "field": "F", "evidence": {"title": evidence}})
    assert [fault.field for fault in caught.value.faults] == [field]


@pytest.mark.parametrize("entry_id", ["", "A 1", "Đ1", "A" * 33])
def test_an_id_is_short_and_latin(entry_id: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        from_record({"id": entry_id, "title": "T", "field": "F"})
    assert [fault.field for fault in caught.value.faults] == ["id"]


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ("effective_to = 2019-12-31", "edition.effective_to"),
        ('effective_to = "2020"', "edition.effective_to"),
        ("note = 5", "edition.note"),
        ("[totals]\nlevel_5 = 1", "totals.level_5"),
        ("[sources]\na = { checked_on = 2026-11-01 }", "sources.a"),
        ('[sources]\na = { name = "A" }', "sources.a"),
        ('[sources]\na = { name = "A", checked_on = 2026-11-01, url = "x" }', "sources.a.url"),
        ('[documents]\n"1/2020" = "Luật"', "documents.1/2020"),
        ("[colours]", "colours"),
    ],
)
def test_a_fault_of_the_edition_s_own_parts_is_named(part: str, field: str) -> None:
    assert faults_of(f"{HEAD}{part}\n{ENTRY}") == {("", field)}


def test_all_faults_are_told_at_once() -> None:
    text = (
        HEAD.replace("title", "tilte")
        + "[totals]\nprocedures = 9\n"
        + ENTRY
        + "sets = 0\n"
        + ENTRY
        + '[[procedure]]\nfield = "F"\n'
    )
    assert faults_of(text) == {
        ("", "edition.tilte"),
        ("", "edition.title"),
        ("", "totals.procedures"),
        ("A1", "sets"),
        ("A1", "id"),
        ("#3", "id"),
        ("#3", "title"),
    }


@pytest.mark.parametrize("field", ["code", "short_title"])
def test_what_must_be_unique_is_not_used_twice(field: str) -> None:
    same = f'{field} = "1.000001"\n'
    assert faults_of(HEAD + ENTRY + same + ENTRY.replace("A1", "A2") + same) == {("A2", field)}


def test_text_that_is_not_nfc_is_refused_wherever_it_stands() -> None:
    decomposed = unicodedata.normalize("NFD", "Đơn đề nghị")
    text = HEAD + ENTRY + f'papers = ["{decomposed}"]\nresult = "{decomposed}"\n'
    assert faults_of(text) == {("A1", "papers[0].name"), ("A1", "result")}


@pytest.mark.parametrize("text", ["", "= 1", "procedure = [1]", HEAD, HEAD + "[[procedures]]\nid = 1"])
def test_a_text_that_is_no_edition_is_refused_with_faults_not_a_crash(text: str) -> None:
    assert faults_of(text)


def test_short_forms_and_defaults_are_written_out() -> None:
    text = (
        HEAD
        + '[sources]\na = { name = "A", link = "https://a.vn", checked_on = 2026-11-01 }\n'
        + 'b = { name = "B", checked_on = 2026-06-01 }\n'
        + '[documents]\n"1/2020" = { note = "Luật" }\n'
        + '[defaults]\nchannels = { counter = true }\nevidence.channels = ["a"]\n'
        + ENTRY
        + 'papers = ["Đơn"]\nlegal_basis = ["1/2020"]\nchannels.online_level = 4\nevidence.title = ["a", "b"]\n'
        + '[[procedure]]\nid = "R1"\nkind = "redirect"\ntitle = "C/O"\nfield = "F"\nredirect = { body = "Sở" }\n'
    )
    own, redirect = parse_edition(text).procedures
    assert own.papers == (Paper("Đơn"),)
    assert own.legal_basis == (LegalBasis("1/2020", note="Luật"),)
    assert own.channels == Channels(online_level=4, counter=True)
    assert own.evidence == {
        "channels": Evidence(("A <https://a.vn>",), date(2026, 11, 1)),
        "title": Evidence(("A <https://a.vn>", "B"), date(2026, 6, 1)),
    }
    assert redirect.channels == Channels()
    assert not redirect.evidence
