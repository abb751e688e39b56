"""What a short message is about when it is not about a procedure."""

from __future__ import annotations

import json
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.wishes import FIRST as FIRST
from knowledge.matters import Matter, meant

GOLDEN = Path(__file__).parents[1] / "golden" / "tune.jsonl"

WHOLLY = {
    Matter.greeting: [
        "chào",
        "Em chào chị ạ",
        "a lô",
        "hello",
        "ad ơi",
        "chào anh, cho em hỏi chút",
        "CHÀO BUỔI SÁNG!",
    ],
    Matter.thanks: ["cảm ơn nhiều nha", "cam on em", "thanks a lot", "ok em", "được rồi cảm ơn ạ", "hiểu rồi"],
    Matter.bye: ["tạm biệt", "bye bye", "goodbye"],
    Matter.who: ["bạn là ai", "ai vậy", "bot à", "who are you?"],
    Matter.menu: ["menu", "dạ", "vâng ạ", "cho em hỏi", "quay lại", "back"],
    Matter.help: ["giúp", "trợ giúp", "hướng dẫn sử dụng", "help"],
    Matter.cancel: ["huỷ", "hủy", "huy", "thôi", "dừng lại", "cancel", "thôi không làm nữa"],
    Matter.human: ["gặp cán bộ", "cho em gặp cán bộ với", "tư vấn viên", "liên hệ ai"],
    Matter.mine: ["hồ sơ của tôi", "ho so cua toi", "My dossiers"],
    Matter.lookup: ["tra cứu", "kiểm tra hồ sơ", "look up"],
    Matter.feedback: ["góp ý", "phản ánh kiến nghị", "pakn"],
    Matter.fields: ["các thủ tục", "thủ tục", "em hỏi thủ tục với ạ", "procedures"],
    Matter.address: ["địa chỉ", "dia chi", "cho em xin địa chỉ", "ban ở đâu"],
    Matter.hours: ["giờ làm việc", "gio lam viec"],
    Matter.phone: ["số điện thoại", "sđt", "hotline", "cho em xin số điện thoại với ạ"],
    Matter.holidays: ["lịch nghỉ", "nghỉ lễ"],
    Matter.vietnamese: ["tiếng việt", "Vietnamese"],
    Matter.english: ["English", "tiếng anh"],
}

INSIDE = [
    ("hello, who are you", Matter.who),
    ("bạn có phải AI không vậy", Matter.who),
    ("hồ sơ em nộp hôm bữa sao chưa thấy gì hết trơn", Matter.lookup),
    ("anh kiểm tra tình trạng hồ sơ giùm công ty em nghen", Matter.lookup),
    ("where is my dossier now", Matter.lookup),
    ("tôi muốn phản ánh chuyện cấp phép lâu", Matter.feedback),
    ("tôi có khiếu nại về cán bộ", Matter.human),
    ("địa chỉ của ban ở đâu vậy", Matter.address),
    ("thứ bảy có làm việc không", Matter.hours),
    ("trưa nay mấy giờ nghỉ trưa", Matter.hours),
    ("cho xin sđt phòng đầu tư", Matter.phone),
    ("năm nay nghỉ tết khi nào", Matter.holidays),
    ("can we talk in english please", Matter.english),
]

NOTHING = [
    "",
    "   ",
    "?!",
    "😀",
    "giấy phép xây dựng",
    "lệ phí bao nhiêu",
    "ở đâu",
    "bao lâu",
    "đổi trụ sở công ty cần giấy tờ gì",
    "kiểm tra công tác nghiệm thu",
    "000.00.15.H58-261102-0001",
    "giờ " * 50 + "giờ làm việc",
]


@pytest.mark.parametrize(("text", "matter"), [(text, matter) for matter, texts in WHOLLY.items() for text in texts])
def test_a_phrase_fills_the_message_save_for_politeness(text: str, matter: Matter) -> None:
    said = meant(text)
    assert said is not None
    assert (said.matter, said.wholly) == (matter, True)


def test_every_matter_is_in_the_table() -> None:
    assert set(WHOLLY) == set(Matter)


@pytest.mark.parametrize(("text", "matter"), INSIDE)
def test_some_phrases_are_found_inside_a_longer_message(text: str, matter: Matter) -> None:
    said = meant(text)
    assert said is not None
    assert (said.matter, said.wholly) == (matter, False)


@pytest.mark.parametrize("text", NOTHING)
def test_everything_else_is_left_to_the_search(text: str) -> None:
    assert meant(text) is None


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("huỷ", True),
        ("hủy", True),
        ("Hủy giúp em", True),
        ("huy", False),
        ("Huy", False),
        ("dừng", True),
        ("Dũng", False),
        ("dung", False),
        ("thôi", True),
        ("Thới", False),
        ("cancel", True),
        ("menu", True),
        ("Chi", False),
        ("Châu", False),
    ],
)
def test_a_phrase_without_its_marks_may_be_a_name(text: str, exact: bool) -> None:
    said = meant(text)
    assert said is not None
    assert said.wholly
    assert said.exact is exact


def test_no_question_about_a_procedure_is_taken_for_something_else() -> None:
    taken = []
    for line in GOLDEN.read_text(encoding="utf-8").splitlines():
        asked = json.loads(line)
        said = meant(asked["q"])
        if asked["kind"] != "out" and said is not None and (said.wholly or said.matter in FIRST):
            taken.append((asked["q"], said.matter))
    assert taken == []


@given(st.text(max_size=200))
def test_no_text_makes_it_fail(text: str) -> None:
    assert meant(text) == meant(text)


@pytest.mark.parametrize("text", ["a" * 100_000, "chào " * 20_000, "́" * 100_000, "\u202e" * 100_000])
def test_a_hundred_kilobytes_take_no_time(text: str) -> None:
    meant(text)
    started = perf_counter()
    assert meant(text) is None
    assert perf_counter() - started < 0.1
