"""Receipt codes: what holds for any code, any careless writing and any text."""

from __future__ import annotations

import string
from datetime import date

from hypothesis import example, given, settings
from hypothesis import strategies as st

from knowledge.receipt_code import Problem, read, read_or_format
from knowledge.receipt_grammar import NEARLY_PROVINCE, NOT_AN_OFFICE
from tests.knowledge.receipt_code_cases import READ_ON
from tests.knowledge.test_receipt_code import codes, only

many = settings(max_examples=300, deadline=None)

digits = st.text("0123456789", min_size=1, max_size=3)
days = st.dates(date(2000, 1, 1), READ_ON).map(lambda day: f"{day:%y%m%d}")
sequences = st.text("0123456789", min_size=3, max_size=6)
CERTAIN_LETTERS = "".join(sorted(set(string.ascii_uppercase) - set("OIL")))


def provinces(letters: str) -> st.SearchStrategy[str]:
    return st.builds(lambda letter, number: f"{letter}{number:02}", st.sampled_from(letters), st.integers(0, 99))


def agencies(letters: str) -> st.SearchStrategy[list[str]]:
    old = st.tuples(st.integers(0, 999), st.integers(0, 99), st.integers(0, 99), provinces(letters))
    new = st.tuples(provinces(letters), st.lists(digits, max_size=4))
    return old.map(lambda a: [f"{a[0]:03}", f"{a[1]:02}", f"{a[2]:02}", a[3]]) | new.map(lambda a: [a[0], *a[1]])


offices = st.text(string.ascii_uppercase, min_size=2, max_size=16).filter(
    lambda word: word not in NOT_AN_OFFICE and not NEARLY_PROVINCE.fullmatch(word)
)


def parts(letters: str) -> st.SearchStrategy[tuple[list[str], str, str]]:
    """The agency's groups, the day and the number; an agency of one long word is a legacy one."""
    return st.tuples(agencies(letters) | offices.map(lambda office: [office]), days, sequences)


def plain(agency: list[str], day: str, sequence: str) -> str:
    legacy = len(agency) == 1 and not agency[0][1:].isdigit()
    return f"{agency[0]}.{day}.{sequence}" if legacy else f"{'.'.join(agency)}-{day}-{sequence}"


@many
@given(parts(string.ascii_uppercase))
def test_every_valid_code_reads_back_to_itself(code: tuple[list[str], str, str]) -> None:
    text = plain(*code)
    assert codes(text) == [text]


@st.composite
def noisy(draw: st.DrawFn, agency: list[str], day: str, sequence: str) -> str:
    """One code as a careless person may write it; every group keeps one digit typed as such."""
    legacy = len(agency) == 1 and not agency[0][1:].isdigit()
    dots = [".", ",", "_", "·", "．", "•"] if legacy else [".", ",", "_", "·", "．", " . ", ". ", " ", "\u00a0"]
    dashes = dots if legacy else ["-", "–", "—", "−", "\u2011", " - ", "－", " – ", "-\n", " ", "."]

    # "A02.00.02.O02" would be read as well in the old order, with the province O02: that is no noise but doubt.
    widths = [len(group) for group in agency]

    def careless(group: str) -> str:
        kept = 0 if widths == [3, 2, 2, 3] and len(group) == 3 else draw(st.integers(0, len(group) - 1))
        look_alikes = {"0": "0Oo", "1": "1IilL"}
        written = (c if at == kept else draw(st.sampled_from(look_alikes.get(c, c))) for at, c in enumerate(group))
        return "".join(written)

    def named(group: str) -> str:
        return group if legacy else group[0] + careless(group[1:])

    written = draw(st.sampled_from(dots)).join(careless(g) if g.isdigit() else named(g) for g in agency)
    first, second = draw(st.sampled_from(dashes)), draw(st.sampled_from(dashes))
    if len(sequence) != 4 and first != " ":
        second = first
    written += first + careless(day) + second + careless(sequence)
    if draw(st.booleans()):
        written = written.lower()
    if draw(st.booleans()):
        written = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in written)
    at = draw(st.integers(1, len(written) - 1))
    return written[:at] + draw(st.sampled_from(["", "\u200b", "\u200d", "\ufeff"])) + written[at:]


PREFIXES = ["", "Mã hồ sơ: ", "kiem tra ho so ", "(", "hồ sơ\n", "Em hỏi hs ", "“"]
SUFFIXES = ["", ".", "!", ")", " giup em", "?", "-secretKey=4179", " ạ, 0912345678", "…", " nhé", "\n"]


@many
@given(st.data(), parts(CERTAIN_LETTERS), st.sampled_from(PREFIXES), st.sampled_from(SUFFIXES))
def test_every_valid_code_is_read_through_any_noise(
    data: st.DataObject, code: tuple[list[str], str, str], prefix: str, suffix: str
) -> None:
    written = data.draw(noisy(*code))
    reading = only(prefix + written + suffix)
    assert reading.code is not None
    assert reading.code.text == plain(*code)
    assert (prefix + written + suffix)[reading.start : reading.end].strip("\u200b\u200d\ufeff") == written


@many
@given(st.data(), parts(CERTAIN_LETTERS))
def test_another_digit_never_reads_as_the_same_code(data: st.DataObject, code: tuple[list[str], str, str]) -> None:
    text = plain(*code)
    at = data.draw(st.sampled_from([i for i, c in enumerate(text) if c.isdigit()]))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != text[at]]))
    assert text not in codes(text[:at] + other + text[at + 1 :])
    assert text not in codes(text[:at] + text[at + 1 :])
    assert text not in codes(text[:at] + other + text[at:])


@many
@given(st.data(), provinces("H"), days)
def test_a_letter_that_is_no_look_alike_never_reads_as_a_digit(data: st.DataObject, province: str, day: str) -> None:
    text = f"000.00.15.{province}-{day}-0001"
    at = data.draw(st.sampled_from([i for i, c in enumerate(text) if c.isdigit()]))
    letter = data.draw(st.sampled_from("ABDGQSTZ"))
    assert text not in codes(text[:at] + letter + text[at + 1 :])


likely = st.text("H58.0-OIlT12,– \n:/=AB15_6\u200b\u0301ă", max_size=60)
FRAGMENTS = (
    "000|00|15|H58|H5B|200617|0001|A12|CNTBD|ho|so|1.002696|-secretKey=|ơ|.|-| | - |,|, |\n|/|"
    "000.00.15.H58-200617-0001|H58.15-241105-0001|CNTBD.181121.00336|H58 15 241105 0001|000.00.15.H58-200617"
)
fragments = st.lists(st.sampled_from(FRAGMENTS.split("|")), max_size=25).map("".join)


@settings(max_examples=600, deadline=None)
@given(st.text() | likely | fragments)
@example("000.00.15.H58-200617-0001")
@example("H58.15-241105-0001-H58.15-241105-0002")
def test_any_text_gives_ordered_readings_that_do_not_overlap_and_say_the_same_again(text: str) -> None:
    end = 0
    for reading in read(text, today=READ_ON, province_code="H58"):
        assert end <= reading.start < reading.end <= len(text)
        end = reading.end
        if reading.code is None:
            assert reading.problem is Problem.FORMAT
        else:
            assert only(reading.code.text, province_code="H58").code == reading.code
            again = read_or_format(text[reading.start : reading.end], today=READ_ON, province_code="H58")
            assert [r.code for r in again] == [reading.code]
    assert len(read_or_format(text, today=READ_ON)) >= 1


@many
@given(st.data())
def test_every_code_in_a_text_is_found_with_its_place(data: st.DataObject) -> None:
    written = data.draw(st.lists(parts(CERTAIN_LETTERS).map(lambda p: plain(*p)), min_size=1, max_size=6, unique=True))
    words = st.sampled_from([" và ", "\n", "; ", ", ", " hồ sơ ", " | ", ",", ". Còn ", "\n- "])
    text, places = "", []
    for code in written:
        text += data.draw(words)
        places.append((code, len(text), len(text) + len(code)))
        text += code
    found = [(r.code and r.code.text, r.start, r.end) for r in read(text, today=READ_ON)]
    assert found == places
