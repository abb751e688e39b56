"""Two languages: chosen by button, word or command, guessed from what is typed, kept for the next time."""

from __future__ import annotations

from tests.stories.chat import Chat


def test_the_language_is_changed_by_button_word_and_command_and_kept(chat: Chat) -> None:
    for english, vietnamese in (("english", "tiếng việt"), ("tiếng anh", "vietnamese"), ("/en", "/vi")):
        chat.says(english).sees("I will answer in English")
        chat.restarts()
        chat.says("menu").sees("What can I do for you?")
        chat.says(vietnamese).sees("trả lời bằng tiếng Việt")
    chat.says("menu").taps("English").sees("I will answer in English")
    chat.taps("Tiếng Việt").sees("trả lời bằng tiếng Việt").says("menu").sees("cần việc gì")


def test_who_writes_english_is_answered_in_english(chat: Chat) -> None:
    chat.says("how do I extend a construction permit").sees("Steps", "From the catalogue")
    chat.says("menu").sees("What can I do for you?")
    chat.says("gia hạn giấy phép xây dựng cần giấy tờ gì").sees("Giấy tờ cần nộp")


def test_a_short_word_of_another_language_does_not_change_it(chat: Chat) -> None:
    chat.says("ok").sees("anh/chị")
    chat.says("work permit").sees("Anh/chị")


def test_english_says_that_the_catalogue_is_in_vietnamese(chat: Chat) -> None:
    chat.says("/en").presses("1:show:XD01").sees("Details are in Vietnamese")
    chat.says("/vi").presses("1:show:XD01").sees_not("giữ nguyên tiếng Việt")


def test_one_persons_language_is_not_anothers(chat: Chat) -> None:
    chat.says("/en")
    chat.as_person("bình").says("xin chào").sees("trợ lý tự động")
    chat.says("/start").sees("automatic assistant")
