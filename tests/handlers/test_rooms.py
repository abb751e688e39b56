"""A room that is added to the conversation: what of a message reaches it, and what it never sees."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

import pytest
from markupsafe import Markup

import handlers.board
import handlers.handover.relay
import storage.dossiers.records
import storage.officials.register
from handlers.actions import action
from handlers.catalogue.library import Library
from handlers.conversation import Conversation
from handlers.messages import Attachment, Draft, Incoming, Kind, Session, Turn
from handlers.rooms import Outcome, Room
from handlers.talk import Talk
from handlers.turn import Situation
from storage.accounts import Account
from storage.database import Connection
from tests.handlers.test_forms import LONG, SURVEY
from tests.stories.chat import COMPLETE

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
CODE = "000.00.15.H58-261102-0001"
PHOTO = Attachment("photo-1", "cong.jpg")


def says(text: str) -> str:
    return f"the garage: {text}"


def park(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    if arguments == ("moon",):
        return None
    told = says(" ".join(part for part in ("parked", *arguments, talk.text) if part))
    return talk.answer(Markup.escape(told), step="which", done="parked")


def leave(talk: Talk, _arguments: tuple[str, ...]) -> Turn:
    return talk.answer(Markup(says("left")))


def which(talk: Talk) -> Turn | None:
    return None if talk.text == "không biết" else talk.answer(Markup.escape(says(f"spot {talk.text}")), step=None)


def hears(talk: Talk) -> Turn | None:
    return talk.answer(Markup(says("heard"))) if "ô tô" in talk.text else None


def takes_file(talk: Talk) -> Turn | None:
    (file,) = talk.files
    return talk.answer(Markup.escape(says(f"file {file.name} {talk.text}"))) if file.name.endswith(".jpg") else None


def drawn(talk: Talk, outcome: Outcome) -> Turn:
    return talk.answer(Markup.escape(says(f"drew {outcome.result} {outcome.error}")), misses=0)


GARAGE = Room(
    "garage",
    verbs={"park": park, "leave": leave},
    commands={"doxe": "park"},
    private=frozenset({"leave"}),
    forms=(SURVEY,),
    steps={"which": which},
    hears=hears,
    takes_file=takes_file,
    results={"draw": drawn},
)


class NoBooks(Library):
    def shelf(self, _tx: Connection, _today: object) -> None:
        return None


class Visitor:
    """Somebody who talks to a bot that has the garage."""

    def __init__(self) -> None:
        self.router = Conversation(COMPLETE, NoBooks(), rooms=[GARAGE])
        self.session = Session()

    def does(self, incoming: Incoming) -> str:
        return self._hears(self.router(self.situation(incoming)))

    def says(self, text: str, *, group: bool = False) -> str:
        return self.does(Incoming(Kind.TEXT, text, group=group))

    def taps(self, verb: str, *arguments: str, group: bool = False) -> str:
        return self.does(Incoming(Kind.TAP, action(verb, *arguments), group=group))

    def learns(self, result: str | None, error: str | None) -> str:
        body = json.dumps({"result": result, "error": error})
        return self._hears(self.router.results["draw_done"](self.situation(Incoming(Kind.OTHER)), body))

    def situation(self, incoming: Incoming) -> Situation:
        account = Account(1, "test", "an", "lane", "vi", None)
        return Situation(cast("Connection", None), account, incoming, self.session, False, NOW)

    def _hears(self, turn: Turn) -> str:
        assert turn.session is not None
        self.session = turn.session
        return "\n".join(str(reply.text) for reply in turn.replies)


@pytest.fixture
def anna(monkeypatch: pytest.MonkeyPatch) -> Visitor:
    monkeypatch.setattr(storage.dossiers.records, "find", lambda _tx, _code: None)
    monkeypatch.setattr(storage.officials.register, "of_account", lambda _tx, _account: None)
    monkeypatch.setattr(handlers.handover.relay, "people", handlers.board.people)
    return Visitor()


def test_a_button_with_a_verb_of_the_room_is_done_there_with_its_arguments(anna: Visitor) -> None:
    assert "parked front left" in anna.taps("park", "front", "left")
    assert "the garage" not in anna.taps("park", "moon"), "what the room does not know is an old button"
    assert "the garage" not in anna.taps("parking")


def test_a_private_verb_is_led_out_of_a_group_and_the_others_are_not(anna: Visitor) -> None:
    assert anna.taps("leave") == says("left")
    told = anna.taps("leave", group=True)
    assert ("nhắn riêng" in told, "left" in told) == (True, False)
    assert "parked" in anna.taps("park", group=True)
    assert "nhắn riêng" in anna.taps("survey", group=True), "and so is every form of the room"


def test_a_command_is_its_verb_with_the_rest_of_the_line(anna: Visitor) -> None:
    for typed in ("/doxe", "/DoXe", "/đỗxe", "/doxe@motcua_bot"):
        assert "parked" in anna.says(typed)
    for typed in ("/doxe cạnh cổng", "/doxe@motcua_bot  cạnh cổng", "/doxe\ncạnh cổng"):
        assert anna.says(typed) == says("parked cạnh cổng")
    assert "the garage" not in anna.says("/xe")


def test_the_open_question_is_read_by_its_step_before_codes_and_wishes(anna: Visitor) -> None:
    anna.taps("park")
    assert anna.says("menu") == says("spot menu")
    assert anna.session.step is None
    anna.taps("park")
    assert anna.says(f"xem {CODE} giúp em") == says(f"spot xem {CODE} giúp em")
    assert "the garage" not in anna.says("menu"), "the question was answered"


def test_a_step_that_declines_closes_its_question_and_the_text_is_read_as_any_other(anna: Visitor) -> None:
    anna.taps("park")
    assert "the garage" not in anna.says("không biết")
    assert anna.session.step is None
    anna.taps("park")
    assert anna.taps("leave") == says("left"), "a button goes before the open question"
    assert "the garage" not in anna.says("/menu"), "so does a command"
    assert anna.session.step == "which"


def test_a_question_of_a_room_that_is_gone_is_forgotten(anna: Visitor) -> None:
    anna.session = replace(anna.session, step="of_yesterday")
    assert "the garage" not in anna.says("menu")
    assert anna.session.step is None


def test_the_room_hears_a_free_text_before_codes_and_wishes_and_leaves_the_others(anna: Visitor) -> None:
    assert anna.says(f"ô tô {CODE}") == says("heard")
    assert anna.says("cho tôi gặp cán bộ về ô tô") == says("heard")
    assert "the garage" not in anna.says("cho tôi gặp cán bộ")


def test_a_form_of_the_room_is_begun_and_its_open_question_is_not_overheard(anna: Visitor) -> None:
    assert "1/4" in anna.taps("survey")
    assert "2/4" in anna.says("Cửa hàng ô tô An")
    assert anna.session.draft is not None
    assert anna.session.draft.answers == {"who": "Cửa hàng ô tô An"}


def test_a_file_goes_to_the_room_that_takes_it_with_its_words(anna: Visitor) -> None:
    assert anna.does(Incoming(Kind.FILE, files=(PHOTO,))) == says("file cong.jpg ")
    assert anna.does(Incoming(Kind.TEXT, "menu", files=(PHOTO,))) == says("file cong.jpg menu")
    other = (replace(PHOTO, name="a.exe"),)
    declined = anna.does(Incoming(Kind.FILE, files=other))
    assert "the garage" not in declined
    assert declined == anna.does(Incoming(Kind.OTHER)), "what nobody takes is declined as ever"
    assert "the garage" not in anna.does(Incoming(Kind.TEXT, "menu", files=other))


def test_the_result_of_a_job_is_told_by_the_room_that_ordered_it(anna: Visitor) -> None:
    assert "draw_done" in anna.router.results
    assert anna.learns("a chart", None) == says("drew a chart None")
    assert anna.learns(None, "ValueError") == says("drew None ValueError")


def test_the_result_of_a_job_comes_before_the_open_form_and_leaves_its_draft(anna: Visitor) -> None:
    anna.session = Session(draft=Draft("survey", "wish", {"who": "An"}, NOW))
    told = anna.learns("a chart", None)
    assert told.index("drew a chart") < told.index("2/4")
    assert anna.session.draft is not None
    assert "3/4" in anna.says(LONG[:50])
