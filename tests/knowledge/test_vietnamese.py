import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.vietnamese import (
    canonical,
    decode,
    decode_telex,
    decode_vni,
    fold,
    guess_language,
    is_folded_syllable,
    is_marked,
    is_syllable,
    nfc,
    syllables,
)

TEXT = """
giấy phép xây dựng đăng ký đầu tư người nước ngoài chấm dứt hoạt động điều chỉnh thủ tướng ủy ban nghiệm thu
thuyền khuỷu quyết định giữa gì giếng hòa thủy quý xuất xứ hưởng ươm oách nghiêng yêu kỹ
"""
WORDS = tuple(TEXT.split())

TELEX = {"ă": "aw", "â": "aa", "ê": "ee", "ô": "oo", "ơ": "ow", "ư": "uw", "đ": "dd"}
VNI = {"ă": "a8", "â": "a6", "ê": "e6", "ô": "o6", "ơ": "o7", "ư": "u7", "đ": "d9"}
TONES = {"\u0301": ("s", "1"), "\u0300": ("f", "2"), "\u0309": ("r", "3"), "\u0303": ("x", "4"), "\u0323": ("j", "5")}


def typed(word: str, keys: dict[str, str], column: int, tone_last: bool) -> str:
    """Spell a word in raw Telex or VNI, its tone key after the vowel or at the end."""
    out, tone = "", ""
    for char in unicodedata.normalize("NFC", word):
        marks = [c for c in unicodedata.normalize("NFD", char) if c in TONES]
        bare = "".join(c for c in unicodedata.normalize("NFD", char) if c not in TONES)
        out += keys.get(unicodedata.normalize("NFC", bare), unicodedata.normalize("NFC", bare))
        for mark in marks:
            tone = TONES[mark][column]
            if not tone_last:
                out += tone
    return out + (tone if tone_last else "")


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("tone_last", [True, False])
def test_a_word_typed_raw_is_read_back(word: str, tone_last: bool) -> None:
    for keys, column in ((TELEX, 0), (VNI, 1)):
        raw = typed(word, keys, column, tone_last)
        assert (decode(raw) or raw) == canonical(word)


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        ("duwngj", "dựng"),
        ("dduwowcj", "được"),
        ("dduowcj", "được"),
        ("nguoiwf", "người"),
        ("tw", "tư"),
        ("giaasy", "giấy"),
    ],
)
def test_hurried_telex_is_read(raw: str, word: str) -> None:
    assert decode_telex(raw) == word


@pytest.mark.parametrize(("raw", "word"), [("giay61", "giấy"), ("d9uoc75", "được"), ("nguoi72", "người")])
def test_vni_with_its_digits_at_the_end_is_read(raw: str, word: str) -> None:
    assert decode_vni(raw) == word


@pytest.mark.parametrize("word", ["permit", "giay", "2020", "c/o", "", "s", "xyz", "a" * 50, "ss1"])
def test_what_is_not_raw_typing_is_left_alone(word: str) -> None:
    assert decode_telex(word) is None
    assert decode_vni(word) is None


@pytest.mark.parametrize(
    ("one", "other"), [("uỷ", "ủy"), ("hoà", "hòa"), ("khoẻ", "khỏe"), ("tuý", "túy"), ("ho\u0300a", "HOÀ")]
)
def test_both_tone_placements_are_one_word(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize("word", WORDS)
def test_a_well_spelt_word_is_a_syllable_with_and_without_marks(word: str) -> None:
    assert is_syllable(canonical(word))
    assert is_folded_syllable(fold(word))


@pytest.mark.parametrize("word", ["permit", "giaays", "càc", "zfw", "kng", "đđ", "work"])
def test_what_cannot_be_spoken_is_no_syllable(word: str) -> None:
    assert not is_syllable(word)


def test_marks_are_dropped_and_the_barred_d_with_them() -> None:
    assert fold("Đăng Ký GIẤY PHÉP") == "dang ky giay phep"


def test_a_text_is_cut_into_syllables_without_punctuation() -> None:
    assert syllables("Giấy phép (C/O), M&A; U.B.N.D: 15/2020!") == ["giấy", "phép", "c/o", "m&a", "ubnd", "15", "2020"]


@pytest.mark.parametrize(
    ("text", "marked"), [("đ", True), ("giấy", True), ("giay", False), ("", False), ("“x”", False)]
)
def test_a_typed_mark_is_noticed(text: str, marked: bool) -> None:
    assert is_marked(text) is marked


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("giay phep xay dung", "vi"),
        ("giaays pheps xaay duwngj", "vi"),
        ("xin chào", "vi"),
        ("can giay to gi", "vi"),
        ("the con le phi", "vi"),
        ("how much is it?", "en"),
        ("renewal of a work permit for our Chinese engineer", "en"),
        ("hello", "en"),
        ("ok", None),
        ("", None),
        ("12345", None),
    ],
)
def test_the_language_of_a_text_is_guessed(text: str, language: str | None) -> None:
    assert guess_language(text) == language


@given(st.text())
def test_no_text_makes_it_fail_and_spelling_is_settled_at_once(text: str) -> None:
    assert nfc(nfc(text)) == nfc(text)
    assert fold(fold(text)) == fold(text)
    for word in syllables(text):
        assert canonical(word) == word
    guess_language(text)
    decode(text)
    is_syllable(text.lower())
