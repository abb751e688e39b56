"""Seeded noise: what a clean Vietnamese question looks like when it is typed badly.

Every generator is a pure function ``(text, rng) -> str``: the text is Vietnamese in NFC, written with its
marks; the result is NFC too; the same text and the same state of ``rng`` give the same result. A generator
returns the text unchanged when it offers no place for its error (no hỏi or ngã, no open i or y, one word).
Use `noisy` to draw reproducibly, and leave out results equal to the text when measuring.

Sources of the error types, named by their short form in the docstrings below:

- Damerau 1964: F. J. Damerau, "A technique for computer detection and correction of spelling errors",
  CACM 7(3): a wrong, missing or extra letter, or one transposition.
- Phan 2000: Phan Huy Khánh, "Good Spelling of Vietnamese Texts", ACL 2000 (P00-1076): wrong tones and
  misspelling as the commonest mistakes.
- Do 2021: D.-T. Do and others, "VSEC: Transformer-based Model for Vietnamese Spelling Correction": parts
  mistyped from misspelled errors; mentions two mistakes standing near each other as the hard case.
- Ngo: Ngô Trung Hiếu and others, "A Combination of BERT and Transformer for Vietnamese Spelling
  Correction": typing, local pronunciation and the language of social networks among the causes.
- An Giang 2004: Huỳnh Ngọc Nguyên Hồng and Nguyễn Thị Tuyết Nhung, a study of spelling at a secondary school
  (Nguyễn Khuyến) in the Mekong delta: chapters on initials, finals, hỏi/ngã.
- VNU 2010: Information Technology Institute, VNU Hanoi, with VieGrid: 67,000 texts; x/s is the commonest.
- SpellCor: "SpellCor-Data-Generator" (LHP-CoTAI group): raw Telex, raw VNI, lost marks, lost letters and
  d/gi and s/x among its classes.
- ViLexNorm 2024: Nguyễn Thanh Nhi and others, arXiv:2401.16403, and Trần Thị Mai Đào on teen language: short
  and phonetic spellings of social media.

How often each error is made in one question is our choice, not a figure from these studies.
"""

import random
import re
import unicodedata
from collections.abc import Callable
from functools import partial

from tests.golden.letters import parts, plain, toneless, typed

Noise = Callable[[str, random.Random], str]

_WORD = re.compile(r"[^\W\d_]+")
_HOOK, _TILDE = "\u0309", "\u0303"
_VOWELS = frozenset("aeiouy")
_HABIT = 0.7  # share of the places where a habitual error is made
_KEYS = (
    "q=wa w=qes e=wrd r=etf t=ryg y=tuh u=yij i=uok o=ipl p=ol a=qsz s=adwx d=sfec f=dgrv g=fhtb h=gjyn j=hkum "
    "k=jli l=kop z=axs x=zcd c=xvf v=cbg b=vnh n=bmj m=nk"
)
_NEIGHBOURS = dict(pair.split("=") for pair in _KEYS.split())
_FINALS = {"ng": "n", "n": "ng", "c": "t", "t": "c"}
_FINAL_VOWELS = ("a", "ă", "â", "ư", "ươ", "uô", "iê", "yê")  # where the southern finals sound alike
_OPEN_I = re.compile(r"^(?:[hklmst]|qu)[iy]$")
_TEEN_PHRASES = {"như thế nào": "ntn", "thế nào": "tnao", "công ty": "cty", "bao nhiêu": "bnhiu"}
_TEEN = (
    "không=ko,k,hok,hông được=dc,đc gì=j,gi vậy=z,v,zậy muốn=mún,mun biết=bít,bik rồi=r,rùi làm=lm người=ng "
    "nhiều=nhìu với=vs,zới giờ=h nước=nc em=e anh=a chị=c sao=s trước=trc cũng=cug thì=thỳ phải=fải tôi=t "
    "những=nhữg nào=nao mình=mik,mìk luôn=lun bạn=b"
)
_TEEN_WORDS = {word: forms.split(",") for word, forms in (pair.split("=") for pair in _TEEN.split())}
_TEEN_LETTERS = (("ph", "f"), ("qu", "w"), ("gi", "j"), ("kh", "k"), ("c", "k"))


def _cased(like: str, word: str) -> str:
    """Give ``word`` the capital of ``like``'s first letter."""
    return word[:1].upper() + word[1:] if like[:1].isupper() else word


def _habit(text: str, rng: random.Random, change: Callable[[str], str | None]) -> str:
    """Apply ``change`` (None: no place) at most places, and at one at least."""
    places = [(m.start(), m.end(), new) for m in _WORD.finditer(text) if (new := change(m.group())) is not None]
    if not places:
        return text
    chosen = [place for place in places if rng.random() < _HABIT] or [rng.choice(places)]
    for start, end, new in reversed(chosen):
        text = text[:start] + new + text[end:]
    return unicodedata.normalize("NFC", text)


def missing_marks(text: str, rng: random.Random) -> str:
    """All marks missing, đ as d (SpellCor: missing marks; the usual way of typing on phones)."""
    return plain(text)


def some_marks(text: str, rng: random.Random) -> str:
    """Marks missing on about half of the words (SpellCor: missing marks; half is our choice)."""
    return _habit(text, rng, lambda w: plain(w) if plain(w) != w and rng.random() < _HABIT else None)


def _raw_keys(text: str, rng: random.Random, *, vni: bool) -> str:
    style = rng.choices(("end", "inline", "late"), weights=(70, 20, 10))[0]
    return _WORD.sub(lambda match: typed(match.group(), style, vni=vni), text)


def raw_telex(text: str, rng: random.Random) -> str:
    """Telex keys with the input method off: ``giaays pheps`` (SpellCor: Telex typing error)."""
    return _raw_keys(text, rng, vni=False)


def raw_vni(text: str, rng: random.Random) -> str:
    """VNI keys with the input method off: ``gia6y1 phe1p`` (SpellCor: VNI typing error)."""
    return _raw_keys(text, rng, vni=True)


def _swap_initial(word: str, rule: str, rng: random.Random) -> str | None:
    """Replace the initial by its double under one rule; None when the word offers no place."""
    low = word.lower()
    flat = plain(low)
    new: str | None = None
    if rule == "s/x" and low[0] in "sx":
        new = ("x" if low[0] == "s" else "s") + low[1:]
    elif rule == "tr/ch" and low[:2] in ("tr", "ch"):
        new = ("ch" if low[:2] == "tr" else "tr") + low[2:]
    elif rule == "l/n" and (low[0] == "l" or (low[0] == "n" and low[1:2] not in ("g", "h"))):
        new = ("n" if low[0] == "l" else "l") + low[1:]
    elif rule == "d/gi/r" and low[:1] in ("d", "r"):
        other = rng.choice(("gi", "r") if low[0] == "d" else ("gi", "d"))
        new = (other[:1] if other == "gi" and flat[1:2] == "i" else other) + low[1:]
    elif rule == "d/gi/r" and flat.startswith("gi"):
        new = "d" + (low[2:] if flat[2:3] in _VOWELS and flat[2:3] else low[1:])
    return None if new is None or len(low) < 2 else _cased(word, new)


def initials(text: str, rng: random.Random) -> str:
    """One confusion of initials, made as a habit: s/x, tr/ch, d/gi/r or l/n.

    s/x is the commonest of VNU 2010; the initials have a chapter in An Giang 2004; s/x and d/gi are in SpellCor;
    l/n is the well-known northern one (common observation).
    """
    rules = ["s/x", "tr/ch", "d/gi/r", "l/n"]
    rng.shuffle(rules)
    for rule in rules:
        result = _habit(text, rng, partial(_swap_initial, rule=rule, rng=rng))
        if result != text:
            return result
    return text


def _swap_final(word: str) -> str | None:
    """Replace final c/t or n/ng by its double where the two sound alike in the south."""
    low = toneless(word.lower())
    for final, other in _FINALS.items():
        stem = low.removesuffix(final)
        if stem == low or not stem.endswith(_FINAL_VOWELS):
            continue
        return word[: len(stem)] + other
    return None


def finals(text: str, rng: random.Random) -> str:
    """Finals c/t and n/ng taken for each other (An Giang 2004: finals; Ngo: local pronunciation)."""
    return _habit(text, rng, _swap_final)


def _swap_tone(word: str) -> str | None:
    swapped = unicodedata.normalize("NFD", word).translate({ord(_HOOK): _TILDE, ord(_TILDE): _HOOK})
    new = unicodedata.normalize("NFC", swapped)
    return None if new == word else new


def hoi_nga(text: str, rng: random.Random) -> str:
    """Tones hỏi and ngã taken for each other (Phan 2000: wrong tones; An Giang 2004: hỏi/ngã)."""
    return _habit(text, rng, _swap_tone)


def _swap_i_y(word: str) -> str | None:
    if not _OPEN_I.match(plain(word.lower())):
        return None
    base, shape, tone = parts(word[-1])
    return unicodedata.normalize("NFC", word[:-1] + ("y" if base == "i" else "i") + shape + tone)


def i_y(text: str, rng: random.Random) -> str:
    """i for y and y for i in open syllables: lý/lí, công ty/công ti, quy/qui (common observation)."""
    return _habit(text, rng, _swap_i_y)


def _teen_word(word: str, rng: random.Random) -> str:
    if word in _TEEN_WORDS:
        return rng.choice(_TEEN_WORDS[word])
    # Words without a vowel are short forms already; letters change in fewer words than the set forms.
    if not _VOWELS & set(plain(word)[:-1]) or rng.random() > 0.3:
        return word
    for start, short in _TEEN_LETTERS:
        if word.startswith(start) and not word.startswith("ch") and len(word) > len(start):
            return short + word[len(start) :]
    return word[:-2] + "g" if word.endswith("ng") else word


def teencode(text: str, rng: random.Random) -> str:
    """Short and phonetic spellings of chat: ko, dc, j, mún, fải (ViLexNorm 2024; Trần Thị Mai Đào; Ngo)."""
    clean = text.lower()
    for phrase, short in _TEEN_PHRASES.items():
        clean = clean.replace(phrase, short)
    for _ in range(5):  # a short question may need several draws before one of its words changes
        result = _WORD.sub(lambda match: _teen_word(match.group(), rng), clean)
        if result != text.lower():
            return unicodedata.normalize("NFC", result)
    return text


def _letters(text: str, longer_than: int) -> list[int]:
    """Positions of letters in words of more than ``longer_than`` letters."""
    return [i for m in _WORD.finditer(text) if m.end() - m.start() > longer_than for i in range(m.start(), m.end())]


def _slips(text: str) -> int:
    """Number of slips of the finger: one in a short question, two from 40 characters on (our choice)."""
    return 1 if len(text) < 40 else 2


def adjacent_key(text: str, rng: random.Random) -> str:
    """A neighbouring key of QWERTY pressed instead (Damerau 1964: wrong letter; Do 2021: mistyped)."""
    for _ in range(_slips(text)):
        places = [i for i in _letters(text, 1) if plain(text[i].lower()) in _NEIGHBOURS]
        if not places:
            return text
        at = rng.choice(places)
        text = text[:at] + rng.choice(_NEIGHBOURS[plain(text[at].lower())]) + text[at + 1 :]
    return text


def dropped_letter(text: str, rng: random.Random) -> str:
    """A letter left out (Damerau 1964: missing letter; SpellCor: missing letter)."""
    for _ in range(_slips(text)):
        places = _letters(text, 2)
        if not places:
            return text
        at = rng.choice(places)
        text = text[:at] + text[at + 1 :]
    return text


def swapped_letters(text: str, rng: random.Random) -> str:
    """Two neighbouring letters of a word in the wrong order (Damerau 1964: transposition)."""
    for _ in range(_slips(text)):
        inside = set(_letters(text, 1))
        places = [i for i in inside if i + 1 in inside and text[i] != text[i + 1]]
        if not places:
            return text
        at = rng.choice(sorted(places))
        text = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text


def run_together(text: str, rng: random.Random) -> str:
    """Words run together: sometimes all of them, mostly about half of the gaps (common observation)."""
    words = text.split()
    if len(words) < 2:
        return text
    if rng.random() < 0.3:  # share of questions written without any space
        return "".join(words)
    gaps = ["" if rng.random() < 0.5 else " " for _ in words[1:]]
    gaps[rng.randrange(len(gaps))] = ""
    return words[0] + "".join(gap + word for gap, word in zip(gaps, words[1:], strict=True))


_SPELLING: tuple[Noise, ...] = (initials, finals, hoi_nga, i_y, teencode)
_TYPING: tuple[Noise, ...] = (
    *(missing_marks, some_marks, raw_telex, raw_vni),
    *(adjacent_key, dropped_letter, swapped_letters, run_together),
)


def _first_that_bites(text: str, rng: random.Random, kinds: tuple[Noise, ...]) -> str:
    for kind in rng.sample(kinds, len(kinds)):
        if (result := kind(text, rng)) != text:
            return result
    return text


def two_at_once(text: str, rng: random.Random) -> str:
    """A misspelling and then a slip of typing in the same question (Do 2021: mistakes near each other)."""
    return _first_that_bites(_first_that_bites(text, rng, _SPELLING), rng, _TYPING)


NOISES: dict[str, Noise] = {
    "missing_marks": missing_marks,
    "some_marks": some_marks,
    "telex": raw_telex,
    "vni": raw_vni,
    "initials": initials,
    "finals": finals,
    "hoi_nga": hoi_nga,
    "i_y": i_y,
    "teencode": teencode,
    "adjacent_key": adjacent_key,
    "dropped_letter": dropped_letter,
    "swapped_letters": swapped_letters,
    "run_together": run_together,
    "two_at_once": two_at_once,
}
"""Every generator by the name used in reports."""


def noisy(text: str, name: str, seed: int = 0) -> str:
    """Return ``text`` with the noise called ``name``, the same on every machine for the same three arguments.

    Raises KeyError for a name that is not in `NOISES`.
    """
    return NOISES[name](unicodedata.normalize("NFC", text), random.Random(f"{seed}/{name}/{text}"))
