"""The router: one message of a conversation → the room that answers it.

The order is the whole of it: buttons and numbers, the words of an open form, commands, the answer to the open question,
codes, plain wishes, then the search. What nothing understands ends in an honest "I don't know" with people and hours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from zoneinfo import ZoneInfo

from handlers import board, deep_links, forms, front, offers
from handlers.actions import parse
from handlers.agency import Agency
from handlers.catalogue import checklists, procedures
from handlers.catalogue.library import Library
from handlers.dossiers import asking as dossier_asking
from handlers.dossiers import follows, receipt_photos
from handlers.dossiers import looking_up as dossiers
from handlers.feedback import redirects
from handlers.feedback import room as feedback_room
from handlers.forms import Form
from handlers.handover import relay as handover
from handlers.messages import Incoming, Kind, Reply, Session, Turn
from handlers.rooms import Heard, Outcome, Room
from handlers.standing import traced
from handlers.talk import Talk, clean
from handlers.texts import DEFAULT, LANGUAGES, words
from handlers.turn import Result, Situation
from handlers.wishes import COMMANDS, FIRST, WISHES, breaks_in
from knowledge.aspects import aspect_of
from knowledge.matters import Meant, meant
from knowledge.search import Decision, Found
from knowledge.vietnamese import fold, guess_language
from storage.accounts import Account

TEXT_MOST = 4000  # characters read of one message; a question is never longer
SWITCH_WORDS = 3  # a message must have as many words before its language changes the conversation's

Simple = Callable[[Talk], Turn]
FEEDBACK = feedback_room.ROOM


class Conversation:
    """Answers messages for one agency. With a `sample` code the greeting says that the data is illustrative."""

    def __init__(
        self, agency: Agency, library: Library, sample: str | None = None, rooms: Sequence[Room] = (FEEDBACK,)
    ) -> None:
        self._agency = agency
        self._library = library
        self._sample = sample
        self._added = (*rooms, follows.ROOM, receipt_photos.ROOM, checklists.ROOM, deep_links.ROOM)
        self._forms = {form.name: form for room in self._added for form in room.forms}
        self._zone = ZoneInfo(agency.timezone)

    @property
    def results(self) -> dict[str, Result]:
        """What is said when a job is done that a conversation ordered."""
        return {
            f"{kind}_done": partial(self._tell_result, tell)
            for room in self._added
            for kind, tell in room.results.items()
        }

    def _tell_result(self, tell: Callable[[Talk, Outcome], Turn], situation: Situation, body: str) -> Turn:
        return self._decide(situation, lambda talk: tell(talk, Outcome.from_json(body)))

    def __call__(self, situation: Situation) -> Turn:
        """Decide one turn."""
        return self._decide(situation, lambda talk: self._answer(talk, situation.incoming.kind))

    def _decide(self, situation: Situation, answer: Simple) -> Turn:
        session, lost = self._restored(situation.session, situation.incoming)
        talk = self._talk(situation, session)
        turn = self._behind(talk, answer(talk))
        if talk.language != (situation.account.language or DEFAULT) and turn.language is None:
            turn = replace(turn, language=talk.language)
        if situation.restarted or lost:
            turn = replace(turn, replies=(Reply(talk.say("start.restarted")), *turn.replies))
        return offers.remember(offers.in_place(talk, situation.incoming, turn))

    def apologise(self, account: Account) -> Turn:
        """Say that a message could not be handled; the conversation restarts."""
        return Turn((Reply(words(account.language)("start.sorry")),), done="failed")

    def _restored(self, session: Session, incoming: Incoming) -> tuple[Session, bool]:
        """Drop a draft that no form of today can go on with, and say so; before others there is none."""
        draft = session.draft
        form = None if draft is None else self._forms.get(draft.form)
        if draft is None or (form is not None and form.fits(draft) and not incoming.group):
            return session, False
        return replace(session, draft=None), not incoming.group

    def _talk(self, situation: Situation, session: Session) -> Talk:
        now = situation.now.astimezone(self._zone)
        incoming = situation.incoming
        talk = Talk(
            situation.tx,
            situation.account,
            clean(incoming.text),
            session,
            now,
            self._agency,
            self._library.shelf(situation.tx, now.date()),
            words(situation.account.language),
            incoming.group,
            incoming.files,
            incoming.phone,
            incoming.network,
            incoming.by,
            incoming.message,
            incoming.claimed,
        )
        if incoming.kind is not Kind.TEXT or session.is_filling or offers.chosen(talk) is not None:
            return talk
        guessed = guess_language(talk.text[:TEXT_MOST]) if len(talk.text.split()) >= SWITCH_WORDS else None
        return talk if guessed is None else replace(talk, say=words(guessed))

    def _answer(self, talk: Talk, kind: Kind) -> Turn:
        gated = self._offer(talk, (room.gated(kind) for room in self._added))
        if gated is not None:
            return gated
        if kind is Kind.TAP:
            return self._tap(talk, offers.chosen(talk) or talk.text)
        led_away = redirects.intercept(talk)
        if led_away is not None:
            return led_away
        taken = self._offer(talk, (room.takes_file for room in self._added)) if talk.files else None
        if taken is not None:
            return traced(talk, taken)
        if kind is not Kind.TEXT:
            shared = (room.takes_contact for room in self._added) if kind is Kind.CONTACT else ()
            return self._offer(talk, shared) or front.with_menu(talk, "start.not_text")
        if not talk.text:
            return front.with_menu(talk, "start.empty")
        form = self._filling(talk)
        if len(talk.text) <= TEXT_MOST:
            return self._text(talk, form)
        if form is not None and forms.takes_all(talk, form):
            return forms.take(talk, form)
        return talk.answer(talk.say("start.too_long", most=TEXT_MOST), done="refused")

    def _text(self, talk: Talk, form: Form | None) -> Turn:
        chosen = offers.chosen(talk)
        if chosen is not None:
            return self._tap(talk, chosen)
        move = None if form is None else forms.read_move(talk, form)
        if form is not None and move is not None:
            return forms.spoken(talk, form, *move)
        if offers.NUMBER.fullmatch(talk.text) and talk.session.offered:
            return talk.answer(talk.say("start.number", most=len(talk.session.offered)), done="no_such_number")
        if talk.text.startswith("/"):
            return self._command(talk)
        if form is not None and (talk.session.is_filling or forms.is_offered(talk.session)):
            return self._in_form(talk, form)
        return self._free(talk)

    def _tap(self, talk: Talk, written: str) -> Turn:
        """Do what a button says; one that is old, forged or out of place is an ordinary answer."""
        parsed = parse(written)
        turn = None if parsed is None else self._do(talk, *parsed)
        return front.with_menu(talk, "start.stale", done="stale_button") if turn is None else turn

    def _do(self, talk: Talk, verb: str, arguments: tuple[str, ...]) -> Turn | None:
        simple = self._rooms().get(verb)
        if simple is not None and not arguments:
            return simple(talk)
        match verb, arguments:
            case "lang", (language,) if language in LANGUAGES:
                return front.speak(talk, language)
            case forms.VERB, (name, move, *place) if name in self._forms and len(place) <= 2:
                return forms.act(talk, self._forms[name], move, *place)
        room = next((room for room in self._added if verb in room.verbs), None)
        return procedures.press(talk, verb, arguments) if room is None else room.act(talk, verb, arguments)

    @staticmethod
    def _offer(talk: Talk, readers: Iterable[Heard | None]) -> Turn | None:
        """Let each reader look whether a message is its own."""
        answers = (reader(talk) for reader in readers if reader is not None)
        return next((turn for turn in answers if turn is not None), None)

    def _rooms(self) -> dict[str, Simple]:
        return {
            "menu": front.menu,
            "help": front.help_,
            "thanks": front.thanks,
            "bye": front.bye,
            "who": front.who,
            "fields": procedures.fields,
            "lookup": dossiers.ask_code,
            "board": board.facts,
            "hours": board.hours,
            "holidays": board.holidays,
            "human": _in_private(handover.people),
            "cancel": front.cancel,
            "start": self._greet,
            **{name: _in_private(partial(self._begin, form)) for name, form in self._forms.items()},
        }

    def _command(self, talk: Talk) -> Turn:
        asked = dossier_asking.asked(talk)
        typed, *rest = talk.text[1:].split(maxsplit=1) or [""]
        name = fold(typed.split("@")[0])
        said = replace(talk, text="".join(rest))
        linked = self._offer(said, (room.links for room in self._added if name == "start" and rest))
        verb = COMMANDS.get(name) or next(((r.commands[name], ()) for r in self._added if name in r.commands), None)
        is_ours = verb is not None and any(verb[0] in room.roles for room in self._added)
        if asked and not is_ours:
            return dossiers.answer(talk, asked)
        turn = linked or (None if verb is None else self._do(said, *verb))
        if turn is None and asked:
            return dossiers.answer(talk, asked)
        return front.with_menu(talk, "start.unknown_command", done="unknown_command") if turn is None else turn

    def _filling(self, talk: Talk) -> Form | None:
        return None if talk.session.draft is None else self._forms[talk.session.draft.form]

    def _begin(self, form: Form, talk: Talk) -> Turn:
        return forms.begin(talk, form, self._filling(talk))

    def _behind(self, talk: Talk, turn: Turn) -> Turn:
        """Come back to the open form behind the answer to something else, in the language of that answer."""
        draft = None if turn.session is None else turn.session.draft
        if draft is None or draft.paused or not turn.replies or turn.done.startswith("form_"):
            return turn
        form = self._forms[draft.form]
        return forms.pending(replace(talk, say=words(turn.language or talk.language)), form, turn)

    def _in_form(self, talk: Talk, form: Form) -> Turn:
        """In a form a text is the answer, unless it clearly is something else: a way out, a code, a question.

        After a pause it may well be a new matter: then it is one if anything is known of it, and else kept in proposal.
        """
        question, is_stale = forms.open_question(talk, form), forms.is_stale(talk)
        if forms.names_option(talk, form):
            return forms.offer(forms.propose(talk, form), form) if is_stale else forms.take(talk, form)
        said = meant(talk.text)
        if said is not None and breaks_in(said, talk, question):
            return self._wish(talk, said)
        is_free = question is not None and question.free
        is_back = is_stale or not talk.session.is_filling
        if is_free and not is_back:
            return forms.take(talk, form)
        proposed = forms.propose(talk, form) if is_back else talk
        answered = self._other_matter(proposed if is_free else talk, at_ease=is_back)
        if answered is not None:
            return answered
        return forms.offer(proposed, form) if is_stale else forms.take(talk, form)

    def _other_matter(self, talk: Talk, *, at_ease: bool) -> Turn | None:
        """Answer what is clearly no answer to the open question; `at_ease` a procedure may be named without asking."""
        asked = dossier_asking.asked(talk)
        if any(one.reading.code for one in asked):
            return dossiers.answer(talk, asked)
        return self._free(talk) if self._is_question(talk, at_ease=at_ease) else None

    def _is_question(self, talk: Talk, *, at_ease: bool) -> bool:
        if talk.text.endswith("?"):
            return True
        if talk.shelf is None or (aspect_of(talk.text) is None and not at_ease):
            return False
        return talk.shelf.index.search(talk.text).decision is Decision.answer

    def _free(self, talk: Talk) -> Turn:
        asked = dossier_asking.asked(talk, only_codes=dossier_asking.is_attempt(talk))
        step = talk.session.step
        if step is not None:
            taken = self._offer(talk, (room.steps.get(step) for room in self._added))
            if taken is not None:
                return traced(talk, taken)
            talk = replace(talk, session=replace(talk.session, step=None))
        heard = self._offer(talk, (room.hears for room in self._added))
        if heard is not None:
            return heard
        if asked:
            return dossiers.answer(talk, asked)
        said = meant(talk.text)
        if said is not None and (said.wholly or said.matter in FIRST):
            return self._wish(talk, said)
        if talk.shelf is None:
            return procedures.fields(talk) if said is None else self._wish(talk, said)
        follow_up = procedures.follow_up(talk) if said is None else None
        if follow_up is not None:
            return follow_up
        found = talk.shelf.index.search(talk.text)
        if found.decision is not Decision.answer and said is not None:
            return self._wish(talk, said)
        is_clear = found.decision is Decision.answer or not redirects.is_likely(talk)
        return procedures.ask(talk, found) if is_clear else self._likely_denounced(talk, found)

    @staticmethod
    def _likely_denounced(talk: Talk, found: Found) -> Turn:
        """Answer a text that may be a denunciation without keeping it among the questions, choices or not."""
        if found.decision is Decision.unknown:
            return redirects.ask_first(talk)
        return redirects.hinted(talk, procedures.ask(talk, found))

    def _wish(self, talk: Talk, said: Meant) -> Turn:
        turn = self._do(talk, *WISHES[said.matter])
        assert turn is not None, "every matter has its room"
        return turn

    def _greet(self, talk: Talk) -> Turn:
        text = talk.say("start.hello", agency=talk.agency_name())
        if self._sample is not None:
            text = text + "\n" + talk.say("start.demo", code=self._sample)
        return talk.answer(text, front.rows(talk), misses=0)


def _in_private(simple: Simple) -> Simple:
    return lambda talk: front.in_private(talk) if talk.group else simple(talk)
