"""The agency for which the bot speaks: its own facts, as the settings give them. What is empty is not known."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.calendar import Calendar


@dataclass(frozen=True, slots=True)
class Agency:
    """Who runs the bot. `hours` are the agency's confirmed hours as it words them, "" while unconfirmed."""

    name: str
    name_en: str
    calendar: Calendar
    timezone: str
    short_name: str = ""
    province_code: str = ""
    agency_code: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    hours: str = ""
    counter: str = ""
    portal_url: str = ""

    def called(self, language: str) -> str:
        """Name the agency in a language."""
        return self.name_en if language == "en" and self.name_en else self.name
