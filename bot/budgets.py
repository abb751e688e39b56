"""What each channel may send, as the settings say, and what a message takes of that."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo

from bot.channels.base import Channel, Parting
from bot.settings.delivery import Delivery
from handlers.messages import Reply
from storage.delivery.budgets import Budget, Calls

MINUTE = 60.0
SHORT = 1500  # characters of a row's body; a text of these leaves by one call everywhere, unless files go with it
WITHOUT_FILES = '"files": []'


def budgets_of(given: Delivery, zone: tzinfo) -> dict[str, Budget]:
    """Give the budgets of the channels that have limits; a day's number counts by the days of this zone."""
    return {
        "telegram": Budget(
            per_second=given.telegram_per_second,
            chat_seconds=_apart(given.telegram_chat_per_second),
            group_seconds=MINUTE * _apart(given.telegram_group_per_minute),
        ),
        "zalo_oa": Budget(per_second=given.zalo_oa_per_minute / MINUTE, per_day=given.zalo_oa_per_day, zone=zone),
        "zalo_bot": Budget(per_second=given.zalo_bot_per_minute / MINUTE, per_day=given.zalo_bot_per_day, zone=zone),
    }


def _apart(rate: float) -> float:
    return 1 / rate if rate else 0.0


def calls_of(channels: Mapping[str, Channel]) -> Calls:
    """Give what counts the calls that a message needs on these channels."""

    def calls(channel: str, body: str) -> int:
        parting = channels.get(channel)
        if (len(body) < SHORT and WITHOUT_FILES in body) or not isinstance(parting, Parting):
            return 1
        return parting.calls(Reply.from_json(body))

    return calls
