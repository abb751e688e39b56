"""Cutting long texts: where the cuts fall, that nothing is lost, and that every part stands by itself."""

from __future__ import annotations

import html
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from bot.channels.split import LEAST, split, utf16

TAG = re.compile(r"<(/?)([a-z]+)[^<>]*>")


def plain(text: str) -> str:
    return html.unescape(TAG.sub("", text))


def is_balanced(part: str) -> bool:
    still: list[str] = []
    for tag in TAG.finditer(part):
        if not tag[1]:
            still.append(tag[2])
        elif not still or still.pop() != tag[2]:
            return False
    return not still


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
escaped = words.map(lambda text: str(Markup.escape(text)))
TAGS = [("<b>", "</b>"), ("<i>", "</i>"), ('<a href="https://example.vn/a?b=1&amp;c=2">', "</a>")]


def _wrapped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    tagged = st.builds(lambda tag, text: f"{tag[0]}{text}{tag[1]}", st.sampled_from(TAGS), inner)
    return st.lists(st.one_of(inner, tagged), max_size=5).map("".join)


marked = st.recursive(escaped, _wrapped, max_leaves=12)


@given(marked, st.integers(LEAST, 400))
def test_no_part_is_too_long_nothing_is_lost_and_every_tag_is_closed(text: str, limit: int) -> None:
    parts = split(text, limit, length=utf16)
    assert all(utf16(part) <= limit for part in parts)
    assert "".join(map(plain, parts)) == plain(text)
    assert all(is_balanced(part) for part in parts)
    assert parts == [text] or all(parts)


@given(words, st.integers(LEAST, 400))
def test_plain_text_is_cut_without_any_change(text: str, limit: int) -> None:
    parts = split(text, limit, markup=False)
    assert "".join(parts) == text
    assert all(len(part) <= limit for part in parts)


@given(marked, st.integers(LEAST, 200))
def test_no_reference_is_cut(text: str, limit: int) -> None:
    for part in split(text, limit):
        assert "&" not in re.sub(r"&(amp|lt|gt|#34|#39);", "", part)
        assert "<" not in TAG.sub("", part)


def test_a_text_that_fits_is_left_alone() -> None:
    assert split("x" * 4096, 4096, length=utf16) == ["x" * 4096]


@pytest.mark.parametrize("size", [4097, 100_000])
def test_a_long_word_is_cut_and_the_parts_are_nearly_full(size: int) -> None:
    started = time.perf_counter()
    parts = split("x" * size, 4096, length=utf16)
    assert time.perf_counter() - started < 2
    assert "".join(parts) == "x" * size
    assert len(parts) == -(-size // 4096)


def test_the_cut_falls_between_paragraphs_before_lines_and_words() -> None:
    first, second = "một hai ba\nbốn năm " * 3, "sáu bảy " * 4
    assert split(f"{first}\n\n{second}", 90) == [f"{first}\n\n", second]


def test_without_paragraphs_the_cut_falls_between_lines() -> None:
    assert split("a b c d e f g h " * 3 + "\n" + "i j " * 9, 64) == ["a b c d e f g h " * 3 + "\n", "i j " * 9]


def test_without_lines_the_cut_falls_between_words() -> None:
    assert split("giấy " * 20, 64) == ["giấy " * 12, "giấy " * 8]


def test_a_paragraph_that_ends_early_does_not_make_a_tiny_part() -> None:
    parts = split("Chào.\n\n" + "câu văn dài. " * 20, 128)
    assert len(parts[0]) > 100


def test_a_tag_over_the_cut_is_closed_and_opened_again() -> None:
    assert split("<b>" + "đậm " * 20 + "</b>", 64) == ["<b>" + "đậm " * 14 + "</b>", "<b>" + "đậm " * 6 + "</b>"]


def test_pictures_count_twice_and_are_not_cut_in_half() -> None:
    family = "👨‍👩‍👧"
    parts = split(family * 40, 100, length=utf16)
    assert all(utf16(part) <= 100 for part in parts)
    assert all(part.count("👨") == part.count("👧") for part in parts)


def test_letters_keep_their_marks() -> None:
    parts = split("e\u0302\u0301" * 100, 64)
    assert all(part.startswith("e") for part in parts)


def test_a_link_longer_than_a_part_is_left_out_but_not_its_words() -> None:
    assert split(f'<a href="https://example.vn/{"x" * 5000}">đọc thêm</a>', 4096) == ["đọc thêm"]


def test_a_no_break_space_is_no_place_to_cut() -> None:
    assert split("Điều\xa01 " * 20, 64)[0].endswith("Điều\xa01 ")


def test_a_limit_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="room"):
        split("x", LEAST - 1)
