"""The form engine alone: whatever a person does in a form, it stays in order and can be finished.

The whole router runs: `Person` plays one conversation and checks what holds after every turn, in a transaction that is
undone at its end, or without a database where nothing is said that needs one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, ClassVar, cast

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from markupsafe import Markup

import storage.dossiers.records
import storage.feedback
from bot.channels.plain import plain_text
from handlers import form_words
from handlers.actions import action, parse
from handlers.catalogue.library import Library, Shelf
from handlers.conversation import Conversation
from handlers.feedback import form as feedback
from handlers.form_words import Move
from handlers.forms import PAUSE, REVIEW, Form, Question, choice, one_of
from handlers.messages import Button, Draft, Incoming, Kind, Reply, Session, Turn
from handlers.rooms import Room
from handlers.talk import Talk
from handlers.texts import LANGUAGES, words
from handlers.turn import Situation
from knowledge.catalogue.search_entries import search_entries
from knowledge.search import Index
from storage import accounts
from storage.accounts import Account
from storage.database import Connection, Database
from storage.feedback import Feedback
from tests.stories.chat import COMPLETE, PHONE, edition

MONDAY = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
LONG = "Thủ tục cấp phép xây dựng mất nhiều thời gian, đề nghị rút ngắn."
LABELS = ("Nội dung", "Họ tên", "Địa chỉ", "Điện thoại")

# ---------------------------------------------------------------- what is filled in


def short(talk: Talk, given: str) -> Markup | None:
    return None if 2 <= len(given) <= 60 else talk.say("feedback.line_bad", least=2, most=60)


def digits(talk: Talk, given: str) -> Markup | None:
    return None if PHONE.search(given) else talk.say("feedback.phone_bad")


SURVEY = Form(
    "survey",
    "button.board",
    "start.menu",
    (
        Question("who", "feedback.name", "feedback.name_label", short, names=True),
        Question("wish", "feedback.content", "feedback.content_label", short, optional=True, free=True),
        Question("place", "feedback.address", "feedback.address_label", short),
        Question("phone", "feedback.phone", "feedback.phone_label", digits, optional=True),
    ),
    lambda talk, answers: SENT("survey", talk, answers),
)
"""A form with what feedback lacks: questions that may be skipped, one of them free."""

POLL = Form(
    "poll",
    "button.lookup",
    "start.menu",
    (
        choice("grade", "start.menu", "aspect.result", one_of(good="aspect.online", bad="aspect.counter")),
        choice("why", "start.menu", "aspect.steps", one_of(late="aspect.time", human="button.human"), other=short),
        Question("place", "feedback.address", "feedback.address_label", short),
        choice("month", "start.menu", "aspect.time", one_of(a="web.you", b="web.bot"), optional=True),
    ),
    lambda talk, answers: SENT("poll", talk, answers),
)
"""A form of choices: one that is needed, one that takes another answer, one that may be skipped."""

PLAIN = Form(
    "feedback",
    "feedback.title",
    "feedback.intro",
    tuple(
        Question(one.name, one.asks, one.label, one.check, free=one.free, names=one.names)
        for one in feedback.FORM.questions
        if not one.aside
    ),
    lambda talk, answers: SENT("feedback", talk, answers),
)
"""The four questions that the feedback form asks, without what it proposes from the database."""

FORMS = {"feedback": PLAIN, "survey": SURVEY, "poll": POLL}
GOOD = {
    "content": (LONG, "Xin xem hồ sơ 000.00.15.H10-261102-0001 giúp em?", "quy định về lệ phí là thế nào?"),
    "name": ("Huy", "Dũng", "Công ty TNHH Thử Nghiệm", "Tiệp"),
    "who": ("Huy", "dung", "Công ty TNHH Thử Nghiệm", "Sửa"),
    "wish": ("Xin rút ngắn thời gian", "gia hạn giấy phép xây dựng cần giấy tờ gì?"),
    "address": ("Lô 5, KCN Mỹ Tho", "Đội 2"),
    "place": ("Lô 5, KCN Mỹ Tho", "Đội 2"),
    "phone": ("0912 345 678", "+82 10-1234-5678"),
    "grade": ("nop truc tuyen", "Nộp tại quầy", "nop tai quay."),
    "why": ("Đi lại xa", "thoi han", "gap can bo"),
    "month": ("Anh/chị:", "tro ly:"),
}
CHOICES = ("grade", "why", "month")
SAID = (
    *(answer for answers in GOOD.values() for answer in answers),
    *("A", "x" * 61, "x" * 4001, "không có", "", "😀", "con mèo màu tím bay qua", "12345"),
    *("huỷ", "huy", "thôi", "/huy", "menu", "ok", "dạ", "xin chào", "cảm ơn", "english", "/vi", "/xyz", "địa chỉ"),
    *("gia hạn giấy phép xây dựng", "gia hạn giấy phép xây dựng cần giấy tờ gì", "giấy phép lao động bao lâu"),
    *("000.00.15.H10-261102-0001", "000.00.15.H58-261102-0001", "261102-0007", "tra cứu", "góp ý", "/phananh"),
    *("quay lại", "Câu trước", "back", "bỏ qua", "bo qua", "skip", "giữ nguyên", "keep", "gửi", "gui", "send", "nộp ạ"),
    *("tiếp tục", "continue", "làm lại", "start over", "sửa 1", "sửa 2", "edit 4", "sửa 9", "sửa họ tên", "edit phone"),
    *("1", "2", "3", "7", "99"),
)
TAPPED = (
    *(action("form", form, move) for form in (*FORMS, "other") for move in ("send", "resume", "anew", "grow")),
    *(
        action("form", form.name, move, step)
        for form in FORMS.values()
        for move in ("back", "skip", "keep", "edit")
        for step in (*(question.name for question in form.questions), REVIEW, "nothing")
    ),
    *("1:form", "1:form:survey", "1:form:survey:edit:who:more", "1:cancel", "1:menu", "1:fields", "1:send", "0:menu"),
    *("1:show:XD01", "1:part:XD01:fee", "1:useful:yes:XD01", "1:useful:no:XD01:fee", "1:lang:en", "1:lang:vi"),
    *("1:feedback", "1:survey", "1:poll"),
    *(
        action("form", form, "choose", step, kept)
        for form in ("poll", "survey")
        for step, kept in (("grade", "good"), ("grade", "bad"), ("grade", "late"), ("why", "late"), ("month", "a"))
    ),
    *("1:form:poll:choose:grade", "1:form:poll:other:why", "1:form:poll:other:grade", "1:form:poll:skip:month:a"),
)
SENT: Any = None  # set by the person who plays

# ---------------------------------------------------------------- who fills it in


@cache
def shelf() -> Shelf:
    return Shelf(edition(), Index(search_entries(edition().procedures)))


class Books(Library):
    def shelf(self, _tx: Connection, _today: object) -> Shelf:
        return shelf()


class Person:
    """One conversation with the router; the session goes through JSON between every two turns."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, tx: Connection | None = None) -> None:
        self.has_store, self.tx = tx is not None, cast("Connection", tx)
        self.account_id = 1 if tx is None else accounts.add(tx, channel="test", address="an", lane="lane", now=MONDAY)
        self.now = MONDAY
        self.language = "vi"
        self.session = Session()
        self.sent: list[tuple[str, dict[str, str]]] = []
        self.replies: tuple[Reply, ...] = ()
        self.restart()
        monkeypatch.setattr(f"{__name__}.SENT", self._sent)
        monkeypatch.setattr(storage.feedback, "next_number", lambda _tx, day: f"PAKN-{day:%Y%m%d}-0001")
        monkeypatch.setattr(storage.feedback, "add", lambda _tx, _account, given: self.sent.append(_of(given)))
        monkeypatch.setattr(storage.dossiers.records, "find", lambda _tx, _code: None)

    def _sent(self, form: str, talk: Talk, answers: Mapping[str, str]) -> Turn:
        self.sent.append((form, dict(answers)))
        return talk.answer(talk.say("start.thanks"), done="survey_received")

    def restart(self) -> None:
        self.router = Conversation(COMPLETE, Books(), rooms=[Room("tests", forms=tuple(FORMS.values()))])

    def says(self, text: str) -> Turn:
        return self.does(Incoming(Kind.TEXT, text))

    def taps(self, written: str) -> Turn:
        return self.does(Incoming(Kind.TAP, written))

    def does(self, incoming: Incoming) -> Turn:
        before, sent = self.session, len(self.sent)
        turn = self._decide(incoming)
        assert turn.session is not None
        self.session = Session.from_json(turn.session.to_json())
        assert self.session == turn.session
        self.language = turn.language or self.language
        self.replies = turn.replies
        self._check_words(turn)
        self._check_draft()
        self._check_change(before, turn, len(self.sent) - sent)
        return turn

    def decide(self, incoming: Incoming) -> Turn:
        """Give what would be decided now, and leave no trace of it."""
        if not self.has_store:
            return self._decide(incoming)
        point = self.tx.begin_nested()
        try:
            return self._decide(incoming)
        finally:
            point.rollback()

    def _decide(self, incoming: Incoming) -> Turn:
        return self.router(Situation(self.tx, self._account(), incoming, self.session, False, self.now))

    def _account(self) -> Account:
        return Account(self.account_id, "test", "an", "lane", self.language, None)

    @property
    def draft(self) -> Draft:
        assert self.session.draft is not None
        return self.session.draft

    @property
    def last(self) -> str:
        return "\n".join(plain_text(reply.text) for reply in self.replies)

    def buttons(self) -> list[Button]:
        return [button for reply in self.replies for row in reply.buttons for button in row]

    def labels(self) -> list[str]:
        return [button.label for button in self.buttons()]

    def talk(self) -> Talk:
        return Talk(self.tx, self._account(), "", self.session, self.now, COMPLETE, shelf(), words(self.language))

    def _check_words(self, turn: Turn) -> None:
        """Every turn says something, asks one thing at most, and every button can be carried and told from others."""
        assert turn.replies
        assert all(plain_text(reply.text).strip() for reply in turn.replies)
        draft = self.session.draft
        asked = len(re.findall(r"^[1-4]/4\. ", self.last, re.MULTILINE))
        asked += self.last.count(plain_text(words(self.language)("form.review")))
        asked += sum(button.action.endswith(":resume") for button in self.buttons())
        assert asked == 1 if self.session.is_filling else asked <= 1
        if turn.done == "form_offered":
            assert draft is not None
            assert draft.paused
        for reply in turn.replies:
            labels = [button.label for row in reply.buttons for button in row]
            assert len(set(labels)) == len(labels), labels
            assert all(parse(button.action) for row in reply.buttons for button in row)
        assert sum(bool(reply.buttons) for reply in turn.replies) <= 1, "a typed number means one button"

    def _check_draft(self) -> None:
        """Every answer passes its check; the review has all that is needed; nothing else is asked beside a form."""
        draft = self.session.draft
        if draft is None:
            return
        form = FORMS[draft.form]
        assert form.fits(draft)
        for name, answer in draft.answers.items():
            question = form.question(name)
            assert question is not None
            assert question.check(self.talk(), answer) is None
        if draft.step == REVIEW:
            assert {question.name for question in form.questions if not question.optional} <= draft.answers.keys()
            assert not draft.editing
        if self.session.is_filling:
            assert self.session.step is None
            assert draft.asked_at == self.now

    def _check_change(self, before: Session, turn: Turn, sent: int) -> None:
        """Only the review sends, and once; a draft ends and answers go only where the person said so."""
        if sent:
            assert sent == 1
            assert before.draft is not None
            assert (before.draft.step, before.draft.paused) == (REVIEW, False)
            assert self.sent[-1] == (before.draft.form, dict(before.draft.answers))
            assert self.session.draft is None
        if before.draft is None or sent:
            return
        if self.session.draft is None:
            assert turn.done == "cancelled"
        elif turn.done != "form_begun":
            assert self.draft.form == before.draft.form
            old, new = before.draft.answers, self.draft.answers
            changed = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
            assert changed <= {before.draft.step}, "one turn answers one question"
            lost = old.keys() - new.keys()
            assert lost <= {question.name for question in FORMS[self.draft.form].questions if question.optional}
            if before.draft.editing and self.draft.step != before.draft.step:
                assert self.draft.editing or self.draft.step == REVIEW


def _of(given: Feedback) -> tuple[str, dict[str, str]]:
    answers = {
        "content": given.content,
        "name": given.sender_name,
        "address": given.sender_address,
        "phone": given.sender_phone,
    }
    return "feedback", {name: answer or "" for name, answer in answers.items()}


def finish(person: Person) -> None:
    """Fill in what is left, as somebody would who reads what is asked, and send it."""
    sent = len(person.sent)
    if person.session.draft is None:
        person.taps("1:survey")
    for _ in range(2 * len(LABELS) + 2):
        draft = person.draft
        if draft.paused:
            person.says("tiếp tục")
        elif draft.step == REVIEW:
            person.says("gửi")
            break
        elif draft.step in draft.answers:
            person.says("giữ nguyên")
        elif draft.step in CHOICES:
            person.says(next(button.label for button in person.buttons() if ":choose:" in button.action))
        else:
            person.says(GOOD[draft.step][0])
    assert len(person.sent) == sent + 1, "a form can always be finished"


class Anybody(RuleBasedStateMachine):
    """Does anything in any order."""

    database: ClassVar[Database]

    def __init__(self) -> None:
        super().__init__()
        self.monkeypatch = pytest.MonkeyPatch()
        self.tx = self.database.engine.connect()
        self.person = Person(self.monkeypatch, self.tx)

    @initialize(form=st.sampled_from(sorted(FORMS)), answered=st.integers(0, 4))
    def has_begun(self, form: str, answered: int) -> None:
        self.person.taps(f"1:{form}")
        for _ in range(answered):
            self.person.says(GOOD[self.person.draft.step][0])

    @rule(form=st.sampled_from(sorted(FORMS)))
    def begins(self, form: str) -> None:
        self.person.taps(f"1:{form}")

    @rule(numbers=st.lists(st.integers(0, 2), min_size=1, max_size=4))
    def answers(self, numbers: list[int]) -> None:
        for number in numbers:
            draft = self.person.session.draft
            if draft is not None and not draft.paused and draft.step != REVIEW:
                self.person.says(GOOD[draft.step][number % len(GOOD[draft.step])])

    @rule(text=st.sampled_from(SAID) | st.text(max_size=12))
    def says(self, text: str) -> None:
        self.person.says(text)

    @rule(written=st.sampled_from(TAPPED))
    def taps_what_is_old(self, written: str) -> None:
        self.person.taps(written)

    @rule(move=st.sampled_from(Move), step=st.none() | st.integers(0, 3))
    def taps_what_this_form_once_had(self, move: Move, step: int | None) -> None:
        draft = self.person.session.draft
        if draft is not None:
            named = draft.step if step is None else FORMS[draft.form].questions[step].name
            self.person.taps(action("form", draft.form, move, *(() if move is Move.SEND else (named,))))

    @rule(number=st.integers(0, 20))
    def taps_what_is_there(self, number: int) -> None:
        """A button on the screen is never out of place, and its number or label typed does the same."""
        buttons = self.person.buttons()
        if not buttons:
            return
        place = number % len(buttons)
        button = buttons[place]
        sent = len(self.person.sent)
        kept = list(self.person.sent)
        by_hand = self.person.decide(Incoming(Kind.TEXT, str(place + 1)))
        by_name = self.person.decide(Incoming(Kind.TEXT, button.label))
        self.person.sent = kept
        turn = self.person.taps(button.action)
        assert turn.done != "stale_button"
        assert by_hand.replies == by_name.replies == turn.replies
        assert len(self.person.sent) <= sent + 1

    @rule(kind=st.sampled_from([Kind.FILE, Kind.OTHER]))
    def sends_something_else(self, kind: Kind) -> None:
        self.person.does(Incoming(kind, "x.pdf"))

    @rule(minutes=st.sampled_from([1, 29, 31, 60 * 24 * 80]))
    def waits(self, minutes: int) -> None:
        self.person.now += timedelta(minutes=minutes)

    @rule(answer=st.sampled_from([answer for name, found in GOOD.items() if name not in CHOICES for answer in found]))
    def comes_back_after_a_pause_and_answers(self, answer: str) -> None:
        is_filling = self.person.session.is_filling
        self.person.now += PAUSE + timedelta(minutes=1)
        self.person.says(answer)
        assert not (is_filling and self.person.session.is_filling), "after a pause one is asked first"

    @rule()
    def restarts(self) -> None:
        self.person.restart()

    def teardown(self) -> None:
        try:
            finish(self.person)
        finally:
            self.tx.close()
            self.monkeypatch.undo()


def test_whatever_is_done_in_a_form_it_stays_in_order_and_can_be_finished(database: Database) -> None:
    Anybody.database = database
    run_state_machine_as_test(
        Anybody,
        settings=settings(
            max_examples=100, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


# ---------------------------------------------------------------- one promise each


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> Person:
    return Person(monkeypatch)


def fill(person: Person, form: str, until: str) -> Person:
    """Begin a form and answer until this step is open."""
    person.taps(f"1:{form}")
    while person.draft.step != until:
        person.says(GOOD[person.draft.step][0])
    return person


def test_an_optional_question_is_skipped_by_button_and_by_word_and_a_needed_one_is_not(person: Person) -> None:
    fill(person, "survey", "wish").says("bỏ qua")
    assert person.draft.step == "place"
    person.says("bo qua ạ")
    assert (person.draft.step, "place" in person.draft.answers) == ("place", False)
    assert "bắt buộc" in person.last
    assert "Bỏ qua" not in person.labels()
    person.says("Lô 5")
    person.taps("1:form:survey:skip:phone")
    assert person.draft.step == REVIEW
    assert person.last.count("(bỏ qua)") == 2
    person.says("gửi")
    assert person.sent == [("survey", {"who": "Huy", "place": "Lô 5"})]


def test_a_choice_is_made_by_button_by_label_and_by_number(person: Person) -> None:
    ways = ("1:form:poll:choose:grade:bad", "Nộp tại quầy", "nop tai quay", "NỘP TẠI QUẦY!", "2", "2.")
    for way in ways:
        person.taps("1:poll")
        assert person.labels() == ["Nộp trực tuyến", "Nộp tại quầy", "Huỷ"]
        person.does(Incoming(Kind.TAP if way.startswith("1:") else Kind.TEXT, way))
        assert (person.draft.step, person.draft.answers) == ("why", {"grade": "bad"})
        person.says("/huy")


def test_what_is_none_of_the_options_is_asked_again_and_the_second_time_with_the_people(person: Person) -> None:
    person.taps("1:poll")
    assert person.says("bình thường").done == "form_fault"
    assert "chọn một trong các câu trả lời" in person.last
    assert (person.draft.step, person.draft.answers) == ("grade", {})
    assert person.labels()[:2] == ["Nộp trực tuyến", "Nộp tại quầy"]
    person.says("tạm được")
    assert COMPLETE.phone in person.last


def test_another_answer_is_typed_where_the_choice_takes_one_and_has_its_check(person: Person) -> None:
    fill(person, "poll", "why").says("khác")
    assert ("gõ câu trả lời khác" in person.last, person.draft.step) == (True, "why")
    assert person.says("x" * 61).done == "form_fault"
    person.says("Đi lại xa")
    assert (person.draft.step, person.draft.answers["why"]) == ("place", "Đi lại xa")
    person.says("sửa 1")
    assert person.taps("1:form:poll:other:grade").done == "stale_button", "this one takes no other"


def test_a_choice_is_reviewed_and_corrected_by_its_label_and_sent_as_what_is_kept(person: Person) -> None:
    fill(person, "poll", REVIEW)
    for label in ("Nộp trực tuyến", "Đi lại xa", "Anh/chị:"):
        assert label in person.last
    person.says("sửa 2")
    assert "Đã ghi: Đi lại xa" in person.last
    assert person.labels() == ["Thời hạn", "Gặp cán bộ", "Khác", "Giữ nguyên", "Về phần xem lại", "Huỷ"]
    person.says("gap can bo")
    assert person.draft.step == REVIEW, "an option is chosen even where its words mean something else"
    person.says("edit 4")
    person.says("bỏ qua")
    person.language = "en"
    assert "Talk to an official" in plain_text(person.decide(Incoming(Kind.TEXT, "ok")).replies[-1].text)
    person.says("send")
    assert person.sent == [("poll", {"grade": "good", "why": "human", "place": "Lô 5, KCN Mỹ Tho"})]


def test_two_taps_on_an_option_answer_one_question(person: Person) -> None:
    person.taps("1:poll")
    person.taps("1:form:poll:choose:grade:good")
    assert person.taps("1:form:poll:choose:grade:good").done == "form_answered"
    assert (person.draft.step, person.draft.answers) == ("why", {"grade": "good"})
    assert person.taps("1:form:poll:choose:grade:bad").done == "stale_button"
    assert person.draft.answers == {"grade": "good"}


def test_an_option_typed_after_a_pause_is_offered_and_one_that_is_gone_is_asked_again(person: Person) -> None:
    fill(person, "poll", "why")
    person.now += PAUSE + timedelta(seconds=1)
    assert person.says("thoi han").done == "form_offered"
    person.says("tiếp tục")
    assert (person.draft.step, "Đã ghi: Thời hạn" in person.last) == ("why", True)
    gone = {"grade": "so-so", "why": "late", "place": "Lô 5"}
    person.session = Session(draft=Draft("poll", REVIEW, gone, person.now))
    turn = person.decide(Incoming(Kind.TEXT, "gửi"))
    assert "1/4" in turn.replies[-1].text
    assert person.sent == []


def test_two_taps_on_skip_skip_one_question(person: Person) -> None:
    fill(person, "survey", "wish").taps("1:form:survey:skip:wish")
    turn = person.taps("1:form:survey:skip:wish")
    assert (turn.done, person.draft.step) == ("stale_button", "place")


def test_an_answer_that_was_skipped_from_the_review_is_gone(person: Person) -> None:
    fill(person, "survey", REVIEW).taps("1:form:survey:edit:phone")
    assert "0912 345 678" in person.last
    person.says("bỏ qua")
    assert (person.draft.step, "phone" in person.draft.answers) == (REVIEW, False)


def test_back_shows_the_old_answer_which_is_kept_or_replaced(person: Person) -> None:
    fill(person, "survey", "place").says("câu trước")
    assert GOOD["wish"][0] in person.last
    person.says("giữ nguyên")
    person.says("quay lại")
    person.says("Đổi ý rồi")
    assert (person.draft.step, person.draft.answers["wish"]) == ("place", "Đổi ý rồi")
    person.says("sửa 1")
    assert person.draft.step == "who"
    person.says("quay lại")
    assert (person.draft.step, "câu đầu tiên" in person.last) == ("who", True)


def test_an_edit_asks_that_one_question_and_leads_back_to_the_review(person: Person) -> None:
    for way in ("sửa 3", "sửa địa chỉ", "sua dia chi", "Sửa: Địa chỉ", "edit 3", "chỉnh sửa lại câu số 3 nhé", "3"):
        fill(person, "feedback", REVIEW).says(way)
        assert (person.draft.step, GOOD["address"][0] in person.last) == ("address", True)
        assert person.labels() == ["Giữ nguyên", "Về phần xem lại", "Huỷ"]
        person.says("A")
        assert (person.draft.step, "giúp tôi" in person.last) == ("address", True)
        person.says("Số 9")
        assert (person.draft.step, "Số 9" in person.last) == (REVIEW, True)
        person.says("sửa 1")
        person.says("quay lại")
        assert (person.draft.step, person.draft.answers["content"]) == (REVIEW, LONG)
        person.says("/huy")


def test_a_move_out_of_place_is_explained_and_never_taken_for_an_answer(person: Person) -> None:
    for said, told in (("gửi", "còn câu chưa trả lời"), ("giữ nguyên", "chưa ghi gì"), ("sửa 4", "câu đã trả lời")):
        fill(person, "feedback", "address").says(said)
        assert told in person.last
        assert (person.draft.step, "address" in person.draft.answers) == ("address", False)
        person.says("/huy")


def test_the_second_fault_in_a_row_names_the_people(person: Person) -> None:
    fill(person, "feedback", "phone").says("không có")
    assert COMPLETE.phone not in person.last
    person.says("không có đâu")
    assert COMPLETE.phone in person.last
    person.says("0912345678")
    assert person.session.misses == 0


def test_after_a_pause_a_text_is_kept_in_proposal_and_nothing_is_taken_for_an_answer(person: Person) -> None:
    fill(person, "feedback", "address")
    person.now += PAUSE + timedelta(seconds=1)
    assert person.says("Số 9 đường Thử").done == "form_offered"
    person.says("tiếp tục")
    assert (person.draft.step, "Số 9 đường Thử" in person.last) == ("address", True)
    person.says("giữ nguyên")
    assert (person.draft.step, person.draft.answers["address"]) == ("phone", "Số 9 đường Thử")


def test_a_long_content_written_for_an_hour_is_not_lost(person: Person) -> None:
    for content in (LONG, "Vì sao thủ tục cấp phép xây dựng lâu thế?"):
        person.taps("1:feedback")
        person.now += timedelta(hours=1)
        person.says(content)
        person.says("tiếp tục")
        assert (person.draft.step, content in person.last) == ("content", True)
        person.says("/huy")


def test_a_new_matter_after_a_pause_is_answered_with_one_offer_and_then_left_alone(
    monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    with database.engine.connect() as tx:
        _sets_a_form_aside(Person(monkeypatch, tx))


def _sets_a_form_aside(person: Person) -> None:
    fill(person, "feedback", "name")
    person.now += timedelta(days=1)
    person.says("gia hạn giấy phép xây dựng")
    assert "Gia hạn giấy phép xây dựng" in person.last
    assert "tiếp tục hay làm lại" in person.last
    person.says("cấp lại giấy phép lao động")
    assert "viết dở" not in person.last
    person.says("con mèo màu tím bay qua")
    assert "không đoán" in person.last
    person.says("tiếp tục")
    assert person.draft.step == "name"


def test_an_answer_right_after_the_offer_goes_on_with_the_form(person: Person) -> None:
    fill(person, "feedback", "address").says("góp ý")
    assert person.draft.paused
    person.says("Lô 5, KCN Mỹ Tho")
    assert person.draft.step == "phone"


def test_start_over_forgets_the_answers_and_only_where_it_was_offered(person: Person) -> None:
    fill(person, "feedback", "address").taps("1:form:feedback:anew")
    assert person.draft.answers
    assert person.says("làm lại").done == "form_offered"
    assert person.says("làm lại").done == "form_begun"
    assert (person.draft.step, person.draft.answers) == ("content", {})


def test_another_form_is_begun_only_when_the_first_is_given_up(person: Person) -> None:
    fill(person, "feedback", "address").taps("1:survey")
    assert (person.draft.form, person.draft.paused) == ("feedback", True)
    assert person.labels() == ["Tiếp tục", "Bỏ, sang việc mới", "Huỷ"]
    person.says("2")
    assert (person.draft.form, person.draft.step) == ("survey", "who")


def test_huy_is_cancelling_under_the_offer_although_the_question_is_for_a_name(person: Person) -> None:
    fill(person, "feedback", "name").says("góp ý")
    assert person.says("huy").done == "cancelled"


def test_a_button_of_another_form_or_an_older_review_sends_nothing(person: Person) -> None:
    fill(person, "survey", REVIEW).taps("1:form:feedback:send")
    person.taps("1:form:survey:send:now:x")
    assert (person.sent, person.draft.step) == ([], REVIEW)
    person.says("quay lại")
    assert person.taps("1:form:survey:send").done == "stale_button"
    assert (person.sent, person.draft.step) == ([], "phone"), "the review is no longer open"
    person.says("góp ý")
    person.says("tiếp tục")
    person.says("giữ nguyên")
    person.says("góp ý")
    person.taps("1:form:survey:send")
    assert (person.sent, person.draft.step) == ([], REVIEW), "first the review is shown again"
    person.taps("1:form:survey:send")
    assert len(person.sent) == 1


@pytest.mark.parametrize(
    "draft",
    [
        Draft("gone", "content", {}, MONDAY),
        Draft("feedback", "of_yesterday", {}, MONDAY),
        Draft("feedback", "name", {"of_yesterday": "x"}, MONDAY),
    ],
)
def test_a_draft_that_no_form_knows_any_more_restarts_politely(person: Person, draft: Draft) -> None:
    person.session = Session(draft=draft)
    turn = person.decide(Incoming(Kind.TEXT, "xin chào"))
    assert turn.session is not None
    assert turn.session.draft is None
    assert "bắt đầu lại" in turn.replies[0].text


def test_an_answer_that_no_longer_passes_its_check_is_asked_again_before_the_review(person: Person) -> None:
    answers = {"content": LONG, "name": "Huy", "address": "x" * 201, "phone": "0912345678"}
    person.session = Session(draft=Draft("feedback", "phone", answers, MONDAY))
    turn = person.decide(Incoming(Kind.TEXT, "giữ nguyên"))
    assert turn.session is not None
    assert turn.session.draft is not None
    assert turn.session.draft.step == "address"
    person.session = Session(draft=Draft("feedback", REVIEW, answers, MONDAY))
    assert "3/4" in person.decide(Incoming(Kind.TAP, "1:form:feedback:send")).replies[-1].text
    assert person.sent == []


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Quay lại", (Move.BACK, None)),
        ("dạ bỏ qua nhé", (Move.SKIP, None)),
        ("GỬI ĐI!", (Move.SEND, None)),
        ("lam lai tu dau", (Move.ANEW, None)),
        ("Sửa câu 2", (Move.EDIT, 1)),
        ("sửa tên", (Move.EDIT, 1)),
        ("sửa số điện thoại", (Move.EDIT, 3)),
        ("edit 9", (Move.EDIT, None)),
        ("sửa chữa nhà xưởng", None),
        ("sửa", None),
        ("Huy", None),
        ("Tiệp", None),
        ("Đội 2", None),
        ("gửi giấy tờ qua bưu điện", None),
        ("gửi " * 20, None),
        ("", None),
    ],
)
def test_words_that_stand_for_buttons(text: str, read: tuple[Move, int | None] | None) -> None:
    assert form_words.read(text, LABELS) == read


def test_every_label_of_a_form_is_read_as_its_button_in_both_languages() -> None:
    moves = {"prior": Move.BACK, "skip": Move.SKIP, "keep": Move.KEEP, "send": Move.SEND, "resume": Move.RESUME}
    for language in LANGUAGES:
        say = words(language)
        labels = [say.plain(question.label) for question in feedback.FORM.questions]
        for name, move in {**moves, "anew": Move.ANEW}.items():
            assert form_words.read(say.plain(f"button.{name}"), labels) == (move, None)
        for place, label in enumerate(labels):
            assert form_words.read(say.plain("form.edit", label=label), labels) == (Move.EDIT, place)
