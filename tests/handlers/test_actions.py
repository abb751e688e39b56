"""What a button carries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.actions import action, parse
from handlers.messages import ACTION_BYTES

parts = st.text(st.characters(blacklist_characters=":", blacklist_categories=["Cs"]), max_size=12)


@given(parts, st.lists(parts, max_size=3))
def test_what_is_written_is_read_back(verb: str, arguments: list[str]) -> None:
    try:
        written = action(verb, *arguments)
    except ValueError:
        assert len(":".join(("1", verb, *arguments)).encode()) > ACTION_BYTES
    else:
        assert parse(written) == (verb, tuple(arguments))
        assert len(written.encode()) <= ACTION_BYTES


@given(st.text(max_size=80))
def test_anything_that_a_button_may_send_is_read_or_refused_without_a_fault(text: str) -> None:
    parsed = parse(text)
    assert parsed is None or action(parsed[0], *parsed[1]) == text


@pytest.mark.parametrize("text", ["", "menu", "0:menu", "2:menu", "1", "11:menu", " 1:menu", "1:" + "x" * 63, "\ud800"])
def test_what_is_damaged_or_of_another_version_is_none_of_ours(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize("argument", ["a:b", "Đ" * 32, "x" * 60])
def test_what_no_button_can_carry_is_refused_when_it_is_made(argument: str) -> None:
    with pytest.raises(ValueError, match="no button can carry"):
        action("show", argument)
