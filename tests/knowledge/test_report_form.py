"""Forms are data: what is shipped holds together, and a new form is a new file."""

from __future__ import annotations

import pytest

from knowledge.report import KEYS
from knowledge.report_form import Form, parse_form, shipped_forms

NEW = """
code = "07a"
label = "Biểu số 07a"
basis = ""
title = "Một biểu mới"
unit = "Số hồ sơ"
subject = "dossiers"
annex = 9
verified = false
identities = ["2=3+4"]
column = [
    { no = 1, key = "linh_vuc", title = ["Lĩnh vực"] },
    { no = 2, key = "tong", title = ["Đã giải quyết", "Tổng"], plus = [3, 4] },
    { no = 3, key = "dung", title = ["Đã giải quyết", "Đúng và trước hạn"], of = ["da_truoc_han", "da_dung_han"] },
    { no = 4, key = "qua", title = ["Đã giải quyết", "Quá hạn"], of = ["da_qua_han"] },
]
"""


def form(code: str) -> Form:
    return next(one for one in shipped_forms() if one.code == code)


def test_the_columns_of_the_verified_form_are_the_figures_of_the_report() -> None:
    official = form("II.06a")
    assert [column.no for column in official.columns] == list(range(1, 14))
    assert tuple(column.key for column in official.columns[2:]) == KEYS
    assert official.verified


def test_a_form_that_was_only_reconstructed_says_so() -> None:
    assert not form("II.05a").verified


def test_a_new_form_is_a_new_file_over_the_same_figures() -> None:
    new = parse_form(NEW)
    filled = new.fill({"da_truoc_han": 3, "da_dung_han": 4, "da_qua_han": 1})
    assert filled == {"tong": 8, "dung": 7, "qua": 1}
    assert new.broken(filled) == []
    assert new.broken({**filled, "tong": 9}) == ["2=3+4"]


def test_a_sum_with_something_unknown_is_unknown_and_breaks_no_identity() -> None:
    new = parse_form(NEW)
    filled = new.fill({"da_qua_han": 1})
    assert filled == {"tong": None, "dung": None, "qua": 1}
    assert new.broken(filled) == []


def test_an_identity_of_the_feedback_form_may_be_a_limit() -> None:
    feedback = form("II.05a")
    zero = feedback.fill({name: 0 for column in feedback.columns for name in column.of})
    assert feedback.broken(zero) == []
    assert feedback.broken({**zero, "cong_khai": 1}) == ["14<=8"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("no = 4", "no = 5", "numbered"),
        ('subject = "dossiers"', 'subject = "nonsense"', "subject"),
        ("plus = [3, 4]", "plus = [3, 2]", "column 2"),
        (', of = ["da_qua_han"]', "", "column 4"),
        ("2=3+4", "2=3+9", "2=3\\+9"),
        ("2=3+4", "two", "two"),
    ],
)
def test_what_is_wrong_with_a_form_is_said(old: str, new: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_form(NEW.replace(old, new))
