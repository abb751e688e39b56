"""Vietnamese as people type it: one spelling for each word, marks dropped, raw Telex and VNI read.

Everything here works on plain text, is deterministic and never raises on any string. A *syllable* (tiếng) is the
unit: Vietnamese writes a space between syllables, not between words.
"""

import re
import tomllib
import unicodedata
from functools import lru_cache
from importlib import resources
from typing import Final, Literal

Language = Literal["vi", "en"]

_TONES: Final = {"\u0301": "s", "\u0300": "f", "\u0309": "r", "\u0303": "x", "\u0323": "j"}
_TONE_MARKS: Final = {key: mark for mark, key in _TONES.items()}
_VNI_TONES: Final = {"1": "s", "2": "f", "3": "r", "4": "x", "5": "j", "0": "z"}
_VOWELS: Final = frozenset("aăâeêioôơuưy")
_SHAPED: Final = frozenset("ăâêôơư")

_LISTS: Final = tomllib.loads(
    (resources.files("knowledge") / "data" / "vocabulary" / "language.toml").read_text(encoding="utf-8")
)
# A syllable is one of the initial consonants and one of the rhymes (vần).
_RHYMES: Final = frozenset(_LISTS["rhymes"].split())
_ENGLISH: Final = frozenset(_LISTS["english"].split())
_EITHER: Final = frozenset(_LISTS["either"].split())
_ONSETS: Final = ("ngh", "ng", "nh", "gh", "gi", "kh", "ph", "th", "tr", "ch", "qu", *"bcdđghklmnprstvx", "")
_STOPPED: Final = ("c", "ch", "p", "t")

# Words are folded again and again, texts are not.
_REMEMBERED_LENGTH: Final = 24
# A running bot sees ever new misspellings: more than this would only fill its memory.
_REMEMBERED: Final = 4096
_WORD: Final = re.compile(r"(?<![^\W_])[^\W\d_](?:[./&][^\W\d_])+(?![^\W_])|[^\W_]+")

_ENGLISH_ENDING: Final = re.compile(r"(?:tion|tions|ing|ment|ments|ness|able|ity|ies|ous|ive|ed|ers|ly|ght|ck|sh)$")


def nfc(text: str) -> str:
    """Return the text in Unicode normal form C, the only form that is stored or compared."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Return the text in lower case without any mark: ``Đăng ký`` becomes ``dang ky``."""
    if text.isascii():
        return text.lower()
    return _fold_word(text) if len(text) <= _REMEMBERED_LENGTH else _strip(text)


def _strip(text: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", bare).replace("đ", "d")


_fold_word = lru_cache(maxsize=_REMEMBERED)(_strip)


def is_marked(text: str) -> bool:
    """Whether somebody took the trouble to type at least one Vietnamese mark."""
    if text.isascii():
        return False
    return "đ" in text.lower() or any(unicodedata.combining(c) for c in unicodedata.normalize("NFD", text))


@lru_cache(maxsize=_REMEMBERED)
def split_tone(syllable: str) -> tuple[str, str]:
    """Split a lower-case word into its letters without tone and the Telex key of its tone ("" when level).

    ``thuỷ`` and ``thủy`` both give ``("thuy", "r")``; a word with two tones keeps the first.
    """
    if syllable.isascii():
        return syllable, ""
    tone = ""
    kept = []
    for char in unicodedata.normalize("NFD", syllable):
        key = _TONES.get(char)
        if key is None:
            kept.append(char)
        else:
            tone = tone or key
    return unicodedata.normalize("NFC", "".join(kept)), tone


def join_tone(letters: str, tone: str) -> str:
    """Put a tone (a Telex key, "" for level) where the traditional spelling puts it: ``hoa`` + ``f`` is ``hòa``."""
    if not tone or tone == "z":
        return letters
    start = 2 if letters[:2] in ("qu", "gi") and any(c in _VOWELS for c in letters[2:]) else 0
    places = [i for i in range(start, len(letters)) if letters[i] in _VOWELS]
    if not places:
        return letters
    shaped = [i for i in places if letters[i] in _SHAPED]
    if shaped:
        at = shaped[-1]
    elif len(places) == 1:
        at = places[0]
    elif len(places) == 2:
        closed = places[-1] + 1 < len(letters)
        at = places[1] if closed else places[0]
    else:
        at = places[1]
    return nfc(letters[: at + 1] + _TONE_MARKS[tone] + letters[at + 1 :])


@lru_cache(maxsize=_REMEMBERED)
def canonical(word: str) -> str:
    """Return the one spelling of a word: NFC, lower case, tone in its traditional place (``uỷ`` is ``ủy``).

    What is no single syllable (words run together, foreign words) keeps its marks where they are.
    """
    lowered = nfc(word.lower())
    if lowered.isascii():
        return lowered
    placed = join_tone(*split_tone(lowered))
    return placed if fold(placed) == fold(lowered) and is_syllable(placed) else lowered


def syllables(text: str) -> list[str]:
    """Cut a text into canonical syllables and other words, in order; punctuation disappears.

    Single letters joined by a sign stay one word: ``C/O`` is ``c/o`` (which is not the word ``co``), ``M&A`` is
    ``m&a``, ``U.B.N.D`` is ``ubnd``.
    """
    return [canonical(word).replace(".", "") for word in _WORD.findall(nfc(text))]


def is_syllable(word: str) -> bool:
    """Whether a lower-case word could be a Vietnamese syllable as written, marks included.

    The rules: a known initial, a known rhyme, and only the tones sắc or nặng before a final c, ch, p or t.
    """
    letters, tone = split_tone(word)
    if tone and tone not in "sj" and letters.endswith(_STOPPED):
        return False
    return any(letters.startswith(onset) and _rhyme(letters[len(onset) :], onset) for onset in _ONSETS)


def _rhyme(rest: str, onset: str) -> bool:
    return rest in _RHYMES or (onset == "gi" and "i" + rest in _RHYMES)


_FOLDED: Final = frozenset(onset + fold(rhyme) for onset in _ONSETS for rhyme in _RHYMES) | {"gi"}


def is_folded_syllable(word: str) -> bool:
    """Whether an unmarked lower-case word could be a Vietnamese syllable typed without its marks."""
    return word in _FOLDED


@lru_cache(maxsize=_REMEMBERED)
def decode_telex(word: str) -> str | None:
    """Read one word typed in raw Telex (``giaays`` is ``giấy``), tone key anywhere after the vowel.

    Returns None when the word holds no Telex key or does not come out as a Vietnamese syllable.
    """
    if not word.isascii() or not word.isalpha() or len(word) > 12:
        return None
    letters: list[str] = []
    tone, keys = "", 0
    for char in word.lower():
        vowel_at = _last_vowel(letters)
        if char in "sfrxj" and vowel_at >= 0:
            tone, keys = char, keys + 1
        elif char == "d" and letters and letters[0] == "d":
            letters[0], keys = "đ", keys + 1
        elif char == "w":
            letters, keys = _horn(letters), keys + 1
        elif char in "aeo" and char in letters and vowel_at >= 0:
            at = len(letters) - 1 - letters[::-1].index(char)
            letters[at], keys = {"a": "â", "e": "ê", "o": "ô"}[char], keys + 1
        else:
            letters.append(char)
    return _checked("".join(letters), tone) if keys else None


@lru_cache(maxsize=_REMEMBERED)
def decode_vni(word: str) -> str | None:
    """Read one word typed in raw VNI (``giay61`` is ``giấy``, ``d9`` is ``đ``); None when it is none."""
    if not word.isascii() or not word[:1].isalpha() or not any(c.isdigit() for c in word) or len(word) > 12:
        return None
    letters: list[str] = []
    tone = ""
    for char in word.lower():
        if char in _VNI_TONES:
            tone = _VNI_TONES[char]
        elif char == "9" and letters[0] == "d":
            letters[0] = "đ"
        elif char in "678":
            letters = _shape(letters, char)
        elif char.isdigit():
            return None
        else:
            letters.append(char)
    return _checked("".join(letters), tone)


def _last_vowel(letters: list[str]) -> int:
    return next((i for i in range(len(letters) - 1, -1, -1) if letters[i] in _VOWELS), -1)


def _horn(letters: list[str]) -> list[str]:
    text = "".join(letters)
    if text.endswith("ư") or not any(c in _VOWELS for c in letters):
        return [*letters, "ư"]
    return _shape(letters, "7" if any(c in "uo" for c in letters) and "a" not in letters[-2:] else "8")


def _shape(letters: list[str], key: str) -> list[str]:
    text = "".join(letters)
    if key == "7" and "uo" in text:
        return list(text.replace("uo", "ươ"))
    if key == "7" and "ưo" in text:
        return list(text.replace("ưo", "ươ"))
    table = {"6": {"a": "â", "e": "ê", "o": "ô"}, "7": {"o": "ơ", "u": "ư"}, "8": {"a": "ă"}}[key]
    start = 2 if text[:2] == "qu" else 0
    for i in range(len(letters) - 1, start - 1, -1):
        if letters[i] in table:
            return [*letters[:i], table[letters[i]], *letters[i + 1 :]]
    return letters


def _checked(letters: str, tone: str) -> str | None:
    # A hurried typist leaves the horn off one of "ươ"; the rest of the word still says which one is meant.
    for spelling in (letters, letters.replace("uơ", "ươ"), letters.replace("ưo", "ươ")):
        word = join_tone(spelling, tone)
        if is_syllable(word):
            return word
    return None


def decode(word: str) -> str | None:
    """Read one raw word as Telex or VNI, whichever fits; None when neither does."""
    return decode_vni(word) if any(c.isdigit() for c in word) else decode_telex(word)


def guess_language(text: str) -> Language | None:
    """Guess whether a text is Vietnamese (with or without marks, or in raw Telex) or English; None when unsure."""
    vietnamese = english = 0.0
    for word in syllables(text[:2000]):
        if not word.isascii():
            vietnamese += 2.0 if is_syllable(word) else 0.5
        elif word in _ENGLISH or (len(word) > 4 and _ENGLISH_ENDING.search(word)):
            english += 0.4 if word in _EITHER else 1.0
        elif word not in _EITHER and (is_folded_syllable(word) or decode(word) is not None):
            vietnamese += 1.0
    if vietnamese == english:
        return None
    return "vi" if vietnamese > english else "en"
