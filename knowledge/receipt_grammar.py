"""The patterns of receipt codes over the alphabet of `receipt_fold`; what they mean is said in `receipt_spelling`.

Every repetition has a bound and every group ends where a separator begins, so a search costs a constant for
each place of the text, whatever the text.
"""

from __future__ import annotations

import re

from knowledge.receipt_fold import OTHER_SIGN

Match = re.Match[str]

LOOK_BACK = 40
"""Characters before a code in which its neighbour is sought: one group and its separator."""

_D = "[0-9OIL]"
_X = "[0-9A-Z]"
_START = "(?<![0-9A-Zw])"
_END = "(?![0-9A-Zw])"
_BLANKS = "[ ]{1,8}"  # wider gaps are columns of a table
_TIGHT = r"[.\-]{1,2}"
_SIGN = r"[ \n]{0,8}[.\-]{1,2}[ \n]{0,8}"  # a code may be broken over two lines, but only at a separator
_GAP = rf"(?:{_SIGN}|{_BLANKS})"
# Around the day a dot or comma with a blank behind it alone is the punctuation of a sentence, not a separator.
_DASH = rf"(?:[ \n]{{0,8}}-{{1,2}}[ \n]{{0,8}}|{_TIGHT}|{_BLANKS}[.][ ]{{0,8}}|{_BLANKS})"
_SIGN_OR_SLASH = r"[ \n]{0,8}[.\-/]{1,2}[ \n]{0,8}"

# A letter and two digits, at least one of them typed as a digit. Where the letter could itself be a mistyped
# digit (O, I, L) both digits must be typed as such.
_PROVINCE = "(?:[A-HJKMNP-Z](?:[0-9][0-9OIL]|[0-9OIL][0-9])|[OIL][0-9]{2})"

# Groups of the agency part. With spaces around, "lo", "oi" or "cho" are words, so letters count there only
# beside a digit or as a row of O; between tight separators any letters do.
_V = rf"(?:(?=[OIL]{{0,2}}[0-9]){_D}{{3}}|OOO|{_X}{{3}}(?={_TIGHT}{_X}))"
_ZY = rf"(?:{_GAP}(?:(?=[OIL]?[0-9]){_D}{{2}}|OO)|{_TIGHT}{_X}{{2}}(?={_TIGHT}{_X}))"
_LEVEL = (
    rf"(?:{_TIGHT}(?!{_PROVINCE}(?!{_X})){_X}{{1,3}}(?=[.\-])"
    rf"|{_GAP}(?=[OIL]{{0,2}}[0-9]){_D}{{1,3}}{_END})"
)
_LONG = rf"{_V}{_ZY}{{2}}{_GAP}{_PROVINCE}"
_SHORT = rf"{_PROVINCE}{_LEVEL}{{1,4}}"
_AGENCY = rf"(?P<agency>(?P<long>{_LONG})|(?P<short>{_SHORT})|(?P<bare>{_PROVINCE})){_END}"

# No Vietnamese word of four letters or more is made of O, I and L alone; "loi" and "oi" are words.
_SEQUENCE = rf"(?:(?=[OIL]{{0,5}}[0-9]){_D}{{3,6}}|[OIL]{{4,6}})"
_LEGACY_SIGN = r"(?:[.\-]|[ ]{1,8}[.][ ]{0,8})"

_NATIONAL = rf"(?P<national>{_AGENCY}{_DASH}(?P<date>{_D}{{6}}){_DASH}(?P<seq>{_SEQUENCE}){_END})"


def _legacy(sign: str) -> str:
    day = rf"(?P<office_date>(?=[OIL]{{0,5}}[0-9]){_D}{{6}})"
    return rf"(?P<legacy>(?P<office>[A-Z][0-9A-Z]{{1,15}}){sign}{day}{sign}(?P<office_seq>{_SEQUENCE}){_END})"


AGENCY = re.compile(_AGENCY + "-")
"""An agency part and the dash that ends it."""

CODE = re.compile(rf"{_START}(?:{_NATIONAL}|{_legacy(_LEGACY_SIGN)})")
"""A code in running text."""

WHOLE = re.compile(rf"(?:[^:]*:)?[ \n]*(?:{_NATIONAL}|{_legacy(_DASH)})[ \n.#]*(?:-?[ ]?SECRETKEY#*)?")
"""A text that is one code and at most a label in front; the groups of `CODE`."""

WORTH_READING = re.compile(rf"{_D}{{5}}")
"""Any code and any attempt has at least five digits in a row."""

_NOT_A_CODE = re.compile(
    r"(?<![0-9A-Zw.\-])[0-9][.][0-9]{6}[.][0-9]{3}[.][0-9]{2}[.][0-9]{2}[.][A-Z][0-9]{2}" + _END + "|"
    r"(?<=SECRETKEY)[ ]{0,3}[=:][ ]{0,3}[0-9A-Z]{1,64}"
)


def without_other_numbers(text: str) -> str:
    """The text, as long as before, without procedures' codes (``1.002696.000.00.00.H58``) and QR secrets."""
    return _NOT_A_CODE.sub(lambda match: OTHER_SIGN * len(match[0]), text)


GROUP_BEFORE_REVERSED = re.compile(rf"{_TIGHT}(?P<group>[0-9A-Zw]{{1,24}})")
"""For the text before a code, read backwards: matched so, a long row of letters is walked only once."""

GROUP_AFTER = re.compile(rf"{_TIGHT}(?P<group>[0-9A-Z]{{1,24}})")
LOOSE_GROUP_BEFORE = re.compile(rf"{_START}(?=[OIL]{{0,2}}[0-9]){_D}{{2,3}}{_GAP}\Z")
DIGITS_AFTER = re.compile(rf"{_BLANKS}(?=[OIL]{{0,2}}[0-9]){_D}{{1,3}}{_END}")
SPACED = re.compile(rf"{_X}+{_BLANKS}{_X}")
"""Two first groups with nothing but blanks between them."""

GROUP = re.compile(rf"{_X}+")
DIGITS = re.compile(rf"{_D}+")
PROVINCE = re.compile(_PROVINCE)

_NEARLY_PROVINCE = "(?:[A-Z](?:[0-9][0-9A-Z]{0,2}|[0-9A-Z][0-9]|[OIL]{2}))"
NEARLY_PROVINCE = re.compile(_NEARLY_PROVINCE)
"""What a province's group becomes by one slip (``H5B``, ``HS8``, ``H5``, ``H588``); never a legacy agency."""

_LABELS = "HS HSO HOSO MHS MAHS MAHOSO MA SO CODE NO ID TTHC MATTHC MTT THUTUC"
_DOCUMENTS = "QD CV TB BC TTR HD KH NQ ND TT GP GM PL BB HDLD HDKT CT CD GCN GPXD GCNDT"
_NUMBERS = "DT SDT TEL PHONE MOBILE FAX HOTLINE ZALO LH STK TK MST CMND CCCD CMT OTP PIN"
_DATES_AND_SUMS = "NGAY THANG NAM TU DEN GIA TIEN VND USD PHI"
_FILES = "IMG VID DSC PXL MVI SCAN SCREENSHOT PHOTO FILE DOC"
NOT_AN_OFFICE = frozenset(" ".join((_LABELS, _DOCUMENTS, _NUMBERS, _DATES_AND_SUMS, _FILES)).split())
"""Words that are followed by digits in everyday texts and are therefore not read as a legacy code's agency."""

_MIXED = r"[A-Zw](?=[0-9A-Zw]{0,2}[0-9])[0-9A-Zw]{1,3}"
ATTEMPT = re.compile(
    rf"{_START}(?:"
    # the old order with a wrong group, a wrong length or the running number missing
    rf"{_D}{{2,4}}{_SIGN}{_D}{{1,3}}{_SIGN}{_D}{{1,3}}{_SIGN}"
    rf"(?:{_MIXED}(?:{_SIGN_OR_SLASH}{_D}{{5,8}}|{_BLANKS}(?P<day_long>{_D}{{6}}))|[A-Z][0-9A-Z]{{8,18}})"
    # the old order without its province
    rf"|{_D}{{3}}{_TIGHT}{_D}{{2}}{_TIGHT}{_D}{{2}}{_TIGHT}(?:{_D}{{1,3}}{_TIGHT})?{_D}{{6}}"
    # the new order with a wrong group or length, or without a running number
    rf"|{_NEARLY_PROVINCE}(?:(?:{_SIGN}{_D}{{1,4}}){{1,4}}{_SIGN_OR_SLASH}{_D}{{5,7}}|{_SIGN_OR_SLASH}{_D}{{6}})"
    rf"{_SIGN_OR_SLASH}{_D}{{1,9}}"
    rf"|{_PROVINCE}(?:{_SIGN}{_D}{{1,4}}){{1,4}}{_SIGN}(?P<day_short>{_D}{{6}})"
    # blanks for all separators and the running number missing
    rf"|(?:[0-9O]{{1,3}}{_BLANKS}){{2,3}}{_PROVINCE}{_BLANKS}(?P<day_spaced>{_D}{{6}})"
    rf"){_END}(?:{_SIGN_OR_SLASH}{_D}{{1,12}}{_END}){{0,4}}"
)
"""What was surely meant as a code; a `day_...` group must be a possible day for that."""
