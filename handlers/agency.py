"""The agency for which the bot speaks: its own facts, as the settings give them. What is empty is not known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from knowledge.calendar import Calendar


@dataclass(frozen=True, slots=True)
class LookUps:
    """How look-ups are guarded (`guard.py`) and dossiers followed (`follows.py`).

    Misses and steps from a code to its neighbour are counted an hour; half of the misses slow an asker down.
    """

    person_misses: int = 10
    network_misses: int = 30
    overall_misses: int = 300
    steps: int = 12
    pause_seconds: float = 2.0
    follow_days: int = 90
    remind_days: int = 3

    @property
    def follow_lasts(self) -> timedelta:
        """How long a follow that shows what is personal lasts until it is renewed."""
        return timedelta(days=self.follow_days)


@dataclass(frozen=True, slots=True)
class FeedbackRules:
    """How feedback is handled: the promise and how often its sender hears afterwards, in days (Thông tư 02/2017).

    `per_day`: how many one account may hand in; `complaints_to`, `denunciations_to`: the addresses to which complaints
    and denunciations are led, "" where the agency has confirmed none.
    """

    days: int = 20
    news_days: int = 7
    remind_days: int = 3
    per_day: int = 5
    complaints_to: str = ""
    denunciations_to: str = ""


@dataclass(frozen=True, slots=True)
class Agency:
    """Who runs the bot. `hours` are the agency's confirmed hours as it words them, "" while unconfirmed.

    `dossier_url`: the portal's address of one dossier, with {code} for its code; `payment_url`: the official place to
    pay fees; `telegram_url` and `zalo_url`: where else the bot is spoken to;
    `phone_notices`: whether notices can go to a telephone number (`phone_notices.py`);
    `vouching`: the channels whose platform says for certain that a shared number is the sender's own, as Telegram does
    (Bot API, Contact.user_id).
    """

    name: str
    name_en: str
    calendar: Calendar
    timezone: str
    short_name: str = ""
    parent: str = ""
    province_code: str = ""
    agency_code: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    hours: str = ""
    counter: str = ""
    portal_url: str = ""
    dossier_url: str = ""
    payment_url: str = ""
    telegram_url: str = ""
    zalo_url: str = ""
    look_ups: LookUps = LookUps()
    phone_notices: bool = False
    vouching: frozenset[str] = frozenset({"telegram"})
    feedback: FeedbackRules = FeedbackRules()

    def link_to(self, code: str) -> str:
        """Give the portal's address of a dossier, else that of the portal; "" where neither is known."""
        return self.dossier_url.replace("{code}", quote(code, safe="")) if self.dossier_url else self.portal_url

    def called(self, language: str) -> str:
        """Name the agency in a language."""
        return self.name_en if language == "en" and self.name_en else self.name
