"""`telegram`: where Telegram sends what people write."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import typer

from bot.channels.telegram.api import Api
from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.errors import border
from bot.channels.telegram.reading import UPDATES
from bot.channels.telegram.receiving import PATH
from bot.cli.common import settings
from bot.cli.output import write
from bot.settings import Settings
from knowledge.errors import Wrong

T = TypeVar("T")

app = typer.Typer(
    help="The connection to Telegram. Example: motcua telegram webhook show",
    no_args_is_help=True,
    rich_markup_mode=None,
)
webhook = typer.Typer(
    help="Where Telegram sends messages. Example: motcua telegram webhook set",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(webhook, name="webhook")


@webhook.command("set")
def set_() -> None:
    """Let Telegram send messages to server.public_url, with telegram.webhook_secret.

    Example: motcua telegram webhook set
    """
    given = settings()
    secret = given.telegram.webhook_secret.get_secret_value()
    if not given.server.public_url:
        raise Wrong("server.public_url is not set: Telegram must know where to send")
    if not secret:
        raise Wrong("telegram.webhook_secret is not set: without it anybody could speak as Telegram")
    url = given.server.public_url + PATH
    _ask(given, lambda api: api.call("setWebhook", url=url, secret_token=secret, allowed_updates=UPDATES))
    write(f"Telegram sends to {url}")


@webhook.command()
def show() -> None:
    """Show where Telegram sends messages, how many wait, and its last fault.

    Example: motcua telegram webhook show
    """
    info = _ask(settings(), lambda api: api.call("getWebhookInfo"))
    for line in _lines(info):
        write(line)


@webhook.command()
def delete() -> None:
    """Let Telegram keep messages until the bot polls; what waits is kept.

    Example: motcua telegram webhook delete
    """
    _ask(settings(), lambda api: api.call("deleteWebhook"))
    write("Telegram keeps messages until the bot polls")


def _ask(given: Settings, question: Callable[[Api], Awaitable[T]]) -> T:
    """Ask Telegram one thing. Raises `Wrong` without a token, `DeliveryError` where Telegram does not do it."""
    if not given.telegram.on:
        raise Wrong("telegram.token is not set: docs/telegram.md tells how to get one")

    async def ask() -> T:
        telegram = Telegram(given.telegram.token.get_secret_value(), given.telegram.base_url)
        try:
            with border():
                return await question(telegram.api)
        finally:
            await telegram.close()

    return asyncio.run(ask())


def _lines(info: Mapping[str, Any]) -> list[str]:
    """Word Telegram's WebhookInfo."""
    lines = [f"url: {info.get('url') or 'none: the bot polls'}", f"waiting: {info.get('pending_update_count', 0)}"]
    if info.get("last_error_date"):
        at = datetime.fromtimestamp(info["last_error_date"], UTC)
        lines.append(f"last fault: {at:%Y-%m-%d %H:%M:%S} UTC {info.get('last_error_message', '')}".rstrip())
    return lines
