"""Any input of any length is answered, and what lies beyond a question's beginning and end costs nothing."""

import random
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.catalogue import load_edition
from knowledge.search import Decision, Entry, Index
from knowledge.search.focus import SHORT_ENOUGH, clauses, pieces, shares
from knowledge.search.reading import HEAD, TAIL, cut

INDEX = Index([Entry(p.id, p.title, p.field, p.aliases) for p in load_edition("tien-giang-2020").procedures])
IDS = {p.id for p in load_edition("tien-giang-2020").procedures}

LETTERS = "".join(random.Random(1).choices(string.ascii_lowercase, k=100_000))
WORDS = [
    "giấy",
    "phép",
    "gpxd",
    "giaays",
    "pheps",
    "xa6y",
    "renew",
    "the",
    "permit",
    "tt",
    "hs",
    "đ",
    "1",
    ",",
    ".",
    "?",
]


def long_of(piece: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(lambda one, times: one * times, piece, st.integers(1, 3_000))


@pytest.mark.parametrize(
    "text",
    [
        *(LETTERS, " ".join(LETTERS), " ".join(LETTERS[i : i + 119] for i in range(0, 99_000, 119))),
        *(
            "\u0301" * 100_000,
            "7" * 100_000,
            "\x00" * 1_000,
            "\ud800 giấy phép",
            "," * 100_000,
            "gpxd hs tt ct " * 7_000,
        ),
    ],
)
def test_a_hundred_kilobytes_cost_no_more_than_their_beginning_and_end(text: str) -> None:
    assert len(cut(text)) <= HEAD + TAIL + 1
    assert INDEX.search(text).hits == INDEX.search(cut(text)).hits


@settings(deadline=None, max_examples=60)
@given(
    st.one_of(
        long_of(st.text(min_size=1, max_size=20)),
        long_of(st.text(st.characters(categories=["Mn", "Mc", "Me"]), min_size=1, max_size=9)),
        long_of(st.text("0123456789", min_size=1, max_size=9)),
        st.lists(st.sampled_from(WORDS), max_size=400).map(" ".join),
        st.lists(st.sampled_from(WORDS), max_size=200).map("".join),
    )
)
def test_no_text_fails_and_only_entries_of_the_catalogue_are_found(text: str) -> None:
    found = INDEX.search(text, 5)
    assert {hit.id for hit in found.hits} <= IDS
    assert all(0.0 <= hit.score <= 1.0 for hit in found.hits)
    assert found.hits or found.decision is Decision.unknown


@given(st.lists(st.integers(0, 90), max_size=40), st.integers(1, 80), st.randoms(use_true_random=False))
def test_no_more_words_are_kept_than_allowed_and_short_questions_are_kept_whole(
    sizes: list[int], most: int, rng: random.Random
) -> None:
    ranges = pieces(sizes)
    kept = shares(ranges, lambda _begin, _end: rng.random() * 3, most)
    assert len(kept) == sum(sizes)
    if len(kept) <= SHORT_ENOUGH:
        assert kept == [1.0] * len(kept)
    else:
        assert sum(share > 0 for share in kept) == min(most, len(kept))


def test_a_text_is_cut_at_its_punctuation_but_not_inside_of_a_word() -> None:
    assert clauses("Dạ em chào ạ, xin C/O form D? Phí 1.000.000 đồng.") == [
        *("Dạ em chào ạ", " xin C/O form D", " Phí 1.000.000 đồng"),
    ]
