"""`run`: everything that the settings enable, until it is told to stop."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import logging
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from aiohttp import web

from bot.app import App, agency, real_clock, running
from bot.channels.base import Channel
from bot.channels.email import Email
from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.receiving import Polling, Webhook
from bot.channels.web.channel import WebChat
from bot.channels.zalo.running import Zalo
from bot.cli.common import settings
from bot.intake.receiving import Receiving
from bot.server import Server
from bot.settings import Settings
from handlers.commands import menu
from handlers.texts import DEFAULT, LANGUAGES
from knowledge.errors import DeliveryError, Wrong

log = logging.getLogger(__name__)

Config = Annotated[Path | None, typer.Option("--config", help="The settings; ./config.toml where there is one.")]
Loop = Callable[[], Coroutine[Any, Any, None]]
FREEZE_SECONDS = (0.0, 60.0)  # after the start, and once more when most has been used
M_ARENA_MAX = -8  # its number in glibc's malloc.h


class _Told(Exception):
    """The process was told to stop."""


def run(config: Config = None) -> None:
    """Run what the settings enable: Telegram, Zalo, the web chat, delivery, jobs, schedule.

    SIGTERM and Ctrl-C stop it cleanly: turns and sends under way come to their end.

    Example: motcua run --config config.toml
    """
    _share_one_heap()
    asyncio.run(serve(settings(config)))


def _share_one_heap() -> None:
    """Let our few threads share one heap: of their own they would each keep spare memory (glibc's `M_ARENA_MAX`)."""
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries have none
        if mallopt is not None:
            mallopt(M_ARENA_MAX, 1)


async def serve(given: Settings) -> None:
    """Run until the process is told to stop. Raises `Wrong` for what cannot be started as it is set."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        telegram = None
        if given.telegram.on:
            telegram = Telegram(given.telegram.token.get_secret_value(), given.telegram.base_url)
            stack.push_async_callback(telegram.close)
        chat = WebChat(agency(given), public_url=given.server.public_url)
        zalo = Zalo(given, real_clock)
        stack.push_async_callback(zalo.close)
        channels: list[Channel] = [chat, *([] if telegram is None else [telegram]), *zalo.channels]
        channels += [Email(given.email)] if given.email.on else []
        app = await stack.enter_async_context(running(given, channels))
        routes, loops = chat.routes(app), [app.work]
        routes += Receiving(app, given.intake, given.agency.timezone).routes()
        stack.push_async_callback(zalo.rest)
        zalo_routes, zalo_loops = await zalo.begin(app)
        routes += zalo_routes
        loops += [*zalo_loops, _freeze]
        if telegram is not None:
            more_routes, more_loops = _telegram(given, telegram, app)
            routes += more_routes
            loops += more_loops
        await stack.enter_async_context(_listening(given, routes))
        stack.push_async_callback(chat.close)
        await _until(stop, loops)
        log.info("stopping")


def _telegram(given: Settings, telegram: Telegram, app: App) -> tuple[list[web.RouteDef], list[Loop]]:
    """Give the routes and the loops of Telegram, by the way that the settings choose."""
    if given.telegram.mode == "polling":
        return [], [Polling(telegram, app).run, partial(_announce, telegram)]
    webhook = Webhook(telegram, app, given.telegram.webhook_secret.get_secret_value())
    return webhook.routes(), [webhook.run, partial(_announce, telegram)]


async def _freeze() -> None:
    """Take what stays to the end, such as the index, out of the garbage collector's rounds.

    A whole round over it stops everything for 130 ms, webhooks too. Some of it is loaded only when it is first used.
    """
    for seconds in FREEZE_SECONDS:
        await asyncio.sleep(seconds)
        gc.freeze()


async def _announce(telegram: Telegram) -> None:
    """Show the commands beside the input line. The bot works without, so a failure is only told."""
    menus = {None if language == DEFAULT else language: menu(language) for language in LANGUAGES}
    try:
        await telegram.announce(menus)
    except DeliveryError as error:
        log.warning("Telegram did not take the menu of commands: %s", error)


@asynccontextmanager
async def _listening(given: Settings, routes: Sequence[web.RouteDef]) -> AsyncIterator[None]:
    server = Server(given.server.host, given.server.port, routes)
    try:
        port = await server.start()
    except OSError as error:
        await server.stop()
        address = f"{given.server.host}:{given.server.port}"
        raise Wrong(f"cannot listen on {address} (server.host, server.port): {error.strerror}") from None
    log.info("listening on http://%s:%d", given.server.host, port)
    try:
        yield
    finally:
        await server.stop()


async def _until(stop: asyncio.Event, loops: Sequence[Loop]) -> None:
    """Run the loops until the event is set; one that fails ends all of them."""
    try:
        async with asyncio.TaskGroup() as group:
            for loop in loops:
                group.create_task(loop())
            await stop.wait()
            raise _Told
    except* _Told:
        pass
