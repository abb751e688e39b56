"""The ten states of a dossier."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.errors import Wrong
from knowledge.status import TERMS, Status, StatusGroup, UnknownStatusError, parse_status, result_is_ready

every = pytest.mark.parametrize("status", Status)


def test_the_numbers_are_the_national_ones() -> None:
    assert {int(s): s.name.lower() for s in Status} == {
        1: "submitted",
        2: "received",
        3: "rejected",
        4: "processing",
        5: "need_supplement",
        6: "need_payment",
        7: "withdrawn",
        8: "stopped",
        9: "result_ready",
        10: "returned",
    }


@every
def test_a_state_is_read_from_its_number_its_digits_and_its_name(status: Status) -> None:
    name = status.term
    spellings: list[int | str] = [
        int(status),
        status,
        str(int(status)),
        f" {int(status):02} ",
        name,
        name.upper(),
        f"  {name}\n",
    ]
    spellings += [unicodedata.normalize("NFD", name), name.replace(" ", "  ")]
    assert {parse_status(spelling) for spelling in spellings} == {status}


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("dang xu ly", Status.PROCESSING),
        ("Da tra ket qua", Status.RETURNED),
        ("DUNG XU LY", Status.STOPPED),
        ("Chờ bổ sung", Status.NEED_SUPPLEMENT),
        ("cho thanh toan", Status.NEED_PAYMENT),
        ("Hồ sơ mới nhận", Status.RECEIVED),
    ],
)
def test_a_name_is_read_without_marks_and_as_other_software_words_it(name: str, status: Status) -> None:
    assert parse_status(name) is status


@pytest.mark.parametrize(
    "value", [0, 11, -1, True, "0", "11", "", "9.0", "1 0", "٩", "²", "đang xử", "Đang xử lý xong"]
)
def test_anything_else_is_refused_with_the_value(value: int | str) -> None:
    with pytest.raises(UnknownStatusError) as refused:
        parse_status(value)
    assert refused.value.value == value
    assert isinstance(refused.value, ValueError)
    assert isinstance(refused.value, Wrong)


@given(st.text() | st.integers())
def test_any_value_is_a_state_or_refused(value: str | int) -> None:
    try:
        status = parse_status(value)
    except UnknownStatusError:
        return
    assert status in Status


def test_names_without_marks_stay_apart() -> None:
    assert len({unicodedata.normalize("NFC", term) for term in TERMS.values()}) == len(Status)
    assert [parse_status(term) for term in TERMS.values()] == list(Status)


def test_the_groups() -> None:
    members = {group: {int(s) for s in Status if s.group is group} for group in StatusGroup}
    assert members == {
        StatusGroup.SUBMITTED: {1},
        StatusGroup.NOT_ACCEPTED: {3},
        StatusGroup.PENDING: {2, 4},
        StatusGroup.WAITING_FOR_BUSINESS: {5, 6},
        StatusGroup.STOPPED: {8},
        StatusGroup.FINISHED: {7, 9, 10},
    }


def test_the_clock_runs_only_while_the_agency_works() -> None:
    assert [int(s) for s in Status if s.clock_is_running] == [2, 4]
    assert [int(s) for s in Status if s.waits_for_business] == [5, 6]


def test_a_dossier_has_ended_when_refused_withdrawn_or_handed_over() -> None:
    assert [int(s) for s in Status if s.is_final] == [3, 7, 10]


@every
def test_a_result_is_ready_only_at_nine_with_the_end_of_processing_known(status: Status) -> None:
    assert not result_is_ready(status, None)
    assert result_is_ready(status, date(2025, 6, 30)) is (status == 9)
