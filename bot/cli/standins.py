"""`standins`: local servers that behave like the platforms."""

from __future__ import annotations

import asyncio
import signal
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from aiohttp import web

from bot.channels.zalo.oa_receiving import PATH
from bot.cli.output import tell, write
from bot.standins.by_hand import ByHand
from bot.standins.telegram import Limits, TelegramServer
from bot.standins.troubles import Troubles
from bot.standins.zalo_bot import ZaloBotServer
from bot.standins.zalo_oa import ZaloOaServer
from knowledge.errors import Wrong

HOST, PORT = "127.0.0.1", 8090
TELEGRAM = "/telegram"  # its methods have the same paths as those of Zalo's Bot Platform
BURST = (5, 5.0)  # one a second to a chat, of which some may come at once: as Telegram does
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="Where the stand-in listens.")]
Root = Annotated[str, typer.Option("--bot", help="The root of the bot, to whose webhook messages are sent.")]


def standins(port: Port = PORT, bot: Root = "http://127.0.0.1:8080") -> None:
    """Run a server that behaves like Zalo's and Telegram's, and say how to let the bot use it; nothing leaves here.

    Example: motcua standins
    """
    asyncio.run(_serve(port, bot.rstrip("/") + PATH))


async def _serve(port: int, webhook: str) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    oa, bot, telegram = ZaloOaServer(_clock), ZaloBotServer(_clock), TelegramServer(limits=Limits(chat=BURST))
    oa.heard = lambda sent: _show(sent.to, sent.message)
    bot.heard = lambda sent: _show(str(sent["chat_id"]), sent)
    telegram.heard = lambda to, text: _show(str(to), {"text": text})
    application = oa.application()
    application.add_routes([*bot.routes(), *telegram.routes(TELEGRAM)])
    application.add_routes([*ByHand(oa, bot, telegram, webhook).routes(), *Troubles(oa, bot, telegram).routes()])
    # A poll that is held open must not hold the stop up.
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, port).start()
        _explain(oa, bot, telegram, f"http://{HOST}:{runner.addresses[0][1]}")
        await stop.wait()
    except OSError as error:
        raise Wrong(f"cannot listen on {HOST}:{port} (--port): {error.strerror}") from None
    finally:
        await runner.cleanup()


def _clock() -> datetime:
    return datetime.now(UTC)


def _show(to: str, message: dict[str, Any]) -> None:
    write(f"{to} <- {message.get('text', '(a file)')}")


def _explain(oa: ZaloOaServer, bot: ZaloBotServer, telegram: TelegramServer, root: str) -> None:
    """Say which settings let the bot use this server, and how to say something."""
    known = oa.account
    settings = {
        "ZALO_OA__APP_ID": known.app_id,
        "ZALO_OA__APP_SECRET": known.app_secret,
        "ZALO_OA__OA_SECRET": known.oa_secret,
        "ZALO_OA__REFRESH_TOKEN": known.refresh,
        "ZALO_OA__OPENAPI_URL": root,
        "ZALO_OA__OAUTH_URL": root,
        "ZALO_OA__BUSINESS_URL": root,
        "ZALO_BOT__TOKEN": bot.token,
        "ZALO_BOT__BASE_URL": root,
        "TELEGRAM__TOKEN": telegram.token,
        "TELEGRAM__BASE_URL": root + TELEGRAM,
    }
    tell("Start the bot in another terminal with a database of its own and these settings:")
    tell('  export MOTCUA_DATABASE__URL="sqlite:///var/standin.db"')
    for key, value in settings.items():
        tell(f'  export MOTCUA_{key}="{value}"')
    tell("Then say something as a person called 1001, on Telegram, to Zalo's Bot Platform or to the Official Account;")
    tell("answers are written here:")
    tell(f"  curl --data 'xin chào' {root}/say/telegram/1001")
    tell(f"  curl --data 'xin chào' {root}/say/bot/1001")
    tell(f"  curl --data 'xin chào' {root}/say/1001")
    tell("They share a telephone number, and a colleague answers them from Zalo's console, by:")
    tell(f"  curl --data 84900000001 {root}/share/1001")
    tell(f"  curl --data 'Tôi là cán bộ trực' {root}/console/1001")
    tell("The next three calls go wrong, the token ends, they were silent for 8 days (docs/zalo.md has all of these):")
    tell(f"  curl -X POST '{root}/fault/oa/status?times=3'")
    tell(f"  curl -X POST {root}/tokens/end")
    tell(f"  curl -X POST {root}/days/1001/8")
