"""Questions without answer: nothing of a person is kept, and what asks the same is one group."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.questions import KEPT_MOST, group, scrub


@pytest.mark.parametrize(
    ("text", "gone", "kept"),
    [
        ("Tôi tên Nguyễn Văn An, hỏi thẻ ra vào cảng", ("Nguyễn", "An,"), "thẻ ra vào cảng"),
        ("toi ten la nguyen van an, hoi giay phep ban ruou", ("nguyen van an",), "giay phep ban ruou"),
        ("Dạ em là Thảo bên phòng dự án, hỏi mở căn tin", ("Thảo",), "mở căn tin"),
        ("chị Lan ơi giấy phép bán rượu xin ở đâu", ("Lan",), "giấy phép bán rượu"),
        ("số 0909 123 456 hỏi mở căn tin", ("0909", "456"), "mở căn tin"),
        ("+84 909.123.456: mở căn tin", ("909", "456"), "mở căn tin"),
        ("cccd 079123456789 mất rồi làm sao", ("079123456789",), "mất rồi làm sao"),
        ("hồ sơ 000.00.15.H58-200617-0001 thì ai nuôi bò", ("H58", "0001"), "ai nuôi bò"),
        ("gửi vào an.nguyen@cty.vn giúp, hỏi thuê nhà trọ", ("an.nguyen", "cty.vn"), "thuê nhà trọ"),
        ("xem https://cty.vn/x?id=1 rồi chỉ cách thuê nhà", ("cty.vn",), "thuê nhà"),
        ("địa chỉ 12/5 ấp Bắc, thuê nhà trọ ở đâu", ("12/5", "ấp Bắc"), "thuê nhà trọ"),
        ("công ty TNHH Long Giang ABC hỏi nhà ở công nhân", ("Long Giang",), "nhà ở công nhân"),
        ("hộ chiếu B1234567 gia hạn visa", ("1234567",), "gia hạn visa"),
        ("My name is John Smith, I need a liquor licence", ("John", "Smith"), "liquor licence"),
    ],
)
def test_what_is_about_a_person_is_scrubbed_and_the_need_stays(text: str, gone: tuple[str, ...], kept: str) -> None:
    clean = scrub(text)
    assert [part for part in gone if part in clean] == []
    assert kept in clean


@pytest.mark.parametrize("text", ["0909123456", "", "…", "079123456789 0909123456"])
def test_nothing_but_numbers_is_not_kept(text: str) -> None:
    assert scrub(text) == ""


@given(st.text(max_size=600))
def test_any_text_is_scrubbed_and_short(text: str) -> None:
    clean = scrub(text)
    assert len(clean) <= KEPT_MOST
    assert scrub(clean) == clean or len(scrub(clean)) <= len(clean) + 2


def test_questions_alike_are_one_group_and_the_largest_comes_first() -> None:
    asked = [
        (3, "thuê nhà trọ công nhân"),
        (5, "giấy phép bán rượu"),
        (6, "xin giay phep ban ruou o dau"),
        (8, "em muốn hỏi giấy phép bán rượu"),
    ]
    first, second = group(asked)
    assert (first.id, first.ids) == (5, (5, 6, 8))
    assert (second.id, second.wordings) == (3, ("thuê nhà trọ công nhân",))
