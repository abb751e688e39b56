"""The agency's own facts: where it is, when it is open, whom to ask. What the settings lack is called unverified."""

from __future__ import annotations

from datetime import time, timedelta

from markupsafe import Markup

from handlers.messages import Turn
from handlers.talk import Talk, lines
from knowledge.calendar import Break, Calendar

HOLIDAYS_SHOWN = 5  # more than the holidays of half a year
SOON_DAYS = 7  # who asks for the hours plans to come within days


def contact(talk: Talk) -> Markup:
    """Say in a few words whom to ask, with the phone number if it is known."""
    agency, say = talk.agency, talk.say
    people = say("contact.people", agency=talk.agency_short())
    return say("contact.people_phone", people=people, phone=agency.phone) if agency.phone else people


def whom_to_ask(talk: Talk) -> Markup:
    """Say in full whom to ask: people, place, phone and hours; what is not known is said to be unverified."""
    agency, say = talk.agency, talk.say
    return lines(
        [
            say("contact.who", agency=talk.agency_name()),
            say("contact.counter", counter=agency.counter) if agency.counter else "",
            say("board.phone", phone=agency.phone) if agency.phone else say("board.phone_unknown"),
            _hours(talk),
        ]
    )


def facts(talk: Talk) -> Turn:
    """Tell everything that is known of the agency, and what is not."""
    agency, say = talk.agency, talk.say
    text = lines(
        [
            say("board.heading", agency=talk.agency_name()),
            say("board.address", address=agency.address) if agency.address else say("board.address_unknown"),
            say("board.phone", phone=agency.phone) if agency.phone else say("board.phone_unknown"),
            say("board.email", email=agency.email) if agency.email else "",
            say("board.counter", counter=agency.counter) if agency.counter else "",
            say("board.portal", portal=agency.portal_url) if agency.portal_url else "",
            _hours(talk),
        ]
    )
    return talk.answer(text, [[talk.button("menu", "menu")]], misses=0)


def hours(talk: Talk) -> Turn:
    """Tell the hours, the lunch break, and whether the office is open now."""
    today = talk.now.date()
    holiday = talk.agency.calendar.holiday(today)
    coming = talk.agency.calendar.coming(today + timedelta(days=1), 1)
    soon = [one for one in coming if (one.first - today).days <= SOON_DAYS]
    is_open = talk.agency.calendar.is_open(talk.now.replace(tzinfo=None))
    text = lines(
        [
            _hours(talk),
            talk.say("board.holiday_today", name=holiday) if holiday else "",
            talk.say("board.open_now" if is_open else "board.closed_now"),
            *(talk.say("board.holiday_soon", days=_days(one), name=", ".join(one.names)) for one in soon),
        ]
    )
    return talk.answer(text, [[talk.button("board", "board"), talk.button("menu", "menu")]], misses=0)


def holidays(talk: Talk) -> Turn:
    """List the next public holidays."""
    coming = talk.agency.calendar.coming(talk.now.date(), HOLIDAYS_SHOWN)
    listed = [talk.say("board.holiday", days=_days(one), name=", ".join(one.names)) for one in coming]
    text = lines([talk.say("board.holidays"), *listed, talk.say("board.holidays_note")])
    return talk.answer(text, [[talk.button("board", "board"), talk.button("menu", "menu")]], misses=0)


def people(talk: Talk) -> Turn:
    """Lead to the people."""
    return talk.answer(
        whom_to_ask(talk),
        [[talk.button("board", "board"), talk.button("menu", "menu")]],
        misses=0,
    )


def _hours(talk: Talk) -> Markup:
    calendar = talk.agency.calendar
    if talk.agency.hours:  # in the agency's own words; the calendar's lunch break is not confirmed by them
        return talk.say("board.hours", hours=talk.agency.hours)
    lunch = break_of(calendar) or talk.say.plain("board.no_lunch")
    return talk.say("board.hours_unknown", hours=spans(calendar), lunch=lunch)


def spans(calendar: Calendar) -> str:
    """Write the spans of a working day: 07:00–11:30, 13:30–17:00."""
    return ", ".join(f"{_hour(start)}–{_hour(end)}" for start, end in calendar.hours)


def break_of(calendar: Calendar) -> str:
    """Write the lunch break, the gap between the first two spans; "" without one."""
    if len(calendar.hours) < 2:
        return ""
    return f"{_hour(calendar.hours[0][1])}–{_hour(calendar.hours[1][0])}"


def _hour(at: time) -> str:
    return at.strftime("%H:%M")


def _days(free: Break) -> str:
    return "–".join(dict.fromkeys(day.strftime("%d/%m/%Y") for day in (free.first, free.last)))
