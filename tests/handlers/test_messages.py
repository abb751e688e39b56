"""The language between the layers turns into JSON and back without loss."""

from __future__ import annotations

import json
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from handlers.messages import Attachment, Button, Draft, FileRef, Incoming, Kind, Reply, Session

texts = st.text(max_size=60)
whole = st.text(st.characters(blacklist_categories=["Cs"]), max_size=60)
buttons = st.builds(Button, texts, texts)
rows = st.lists(st.lists(buttons, max_size=3).map(tuple), max_size=3).map(tuple)
files = st.lists(st.builds(FileRef, texts, texts), max_size=2).map(tuple)
replies = st.builds(Reply, texts.map(Markup), rows, files)
attachments = st.builds(Attachment, whole, whole, st.none() | st.integers(0), whole)
drafts = st.builds(
    Draft,
    texts,
    texts,
    st.dictionaries(texts, texts, max_size=4),
    st.datetimes(timezones=st.just(UTC)),
    st.booleans(),
    st.booleans(),
)
sessions = st.builds(
    Session,
    topic=st.none() | texts,
    misses=st.integers(0, 9),
    offered=st.lists(st.tuples(texts, texts), max_size=4).map(tuple),
    step=st.none() | texts,
    draft=st.none() | drafts,
)


@given(replies)
def test_a_reply_comes_back_as_it_was(reply: Reply) -> None:
    assert Reply.from_json(reply.to_json()) == reply
    assert isinstance(Reply.from_json(reply.to_json()).text, Markup)


@given(sessions)
def test_a_session_comes_back_as_it_was(session: Session) -> None:
    assert Session.from_json(session.to_json()) == session


@given(st.sampled_from(Kind), whole, st.lists(attachments, max_size=2).map(tuple))
def test_what_came_in_comes_back_as_it_was(kind: Kind, text: str, sent: tuple[Attachment, ...]) -> None:
    assert Incoming.from_json(Incoming(kind, text, files=sent).to_json()) == Incoming(kind, text, files=sent)


def test_what_came_in_before_there_were_attachments_is_read_without_any() -> None:
    body = json.dumps({"kind": "file", "text": "don.pdf", "message": None, "group": False})
    assert Incoming.from_json(body) == Incoming(Kind.FILE, "don.pdf")


def test_a_files_name_can_be_kept_even_with_half_a_character() -> None:
    body = Incoming(Kind.FILE, files=(Attachment("a", "\ud800.pdf"),)).to_json()
    assert Incoming.from_json(body.encode().decode()).files == (Attachment("a", "\ufffd.pdf"),)


@given(st.text(max_size=60))
def test_what_came_in_can_be_kept_even_with_half_characters(text: str) -> None:
    body = Incoming(Kind.TEXT, text).to_json()
    assert Incoming.from_json(body.encode().decode()).text == text.encode("utf-16", "surrogatepass").decode(
        "utf-16", "replace"
    )


@pytest.mark.parametrize("state", ["", "[]", "null", "{}", '{"topic": null}', '{"offered": [], "of_tomorrow": 1}'])
def test_a_damaged_session_is_refused(state: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        Session.from_json(state)


DRAFT = {"form": "f", "step": "s", "answers": {}, "asked_at": "2026-11-23T10:00:00+07:00"}
FAULTS = [{"asked_at": "yesterday"}, {"asked_at": "2026-11-23T10:00:00"}, {"answers": None}, {"of_tomorrow": 1}]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_damaged_draft_is_refused(fault: dict[str, object]) -> None:
    assert Draft.from_record(DRAFT).form == "f"
    with pytest.raises((ValueError, KeyError, TypeError)):
        Draft.from_record({**DRAFT, **fault})


def test_a_session_of_the_time_before_drafts_is_read_with_its_form_and_its_answers() -> None:
    old = {"topic": None, "misses": 1, "offered": [["Huỷ", "1:cancel"]]}
    session = Session.from_json(json.dumps({**old, "form": "feedback", "step": "name", "answers": {"content": "x"}}))
    assert session.draft is not None
    assert (session.draft.form, session.draft.step, session.draft.answers) == ("feedback", "name", {"content": "x"})
    assert session.step is None
    assert Session.from_json(session.to_json()) == session
    outside = Session.from_json(json.dumps({**old, "form": None, "step": "code", "answers": {}}))
    assert (outside.draft, outside.step, outside.misses) == (None, "code", 1)


def test_vietnamese_stays_readable_in_the_rows() -> None:
    assert "giấy phép" in Incoming(Kind.TEXT, "giấy phép").to_json()
    assert json.loads(Reply(Markup("<b>Đạt</b>")).to_json())["text"] == "<b>Đạt</b>"
