"""The peer: python-telegram-bot alone behind the same aiohttp webhook. It answers each message and keeps nothing.

`python -m bench.ptb_alone PLATFORM_URL TOKEN` listens on a free port and prints it. The pattern is the library's own
example for a webhook on a server of one's own.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import Any

from aiohttp import web
from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

ANSWER = "Giấy phép lao động: nộp tại quầy một cửa, 5 ngày làm việc. " * 6  # about as long as our answers


async def answer(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.effective_message is not None
    await update.effective_message.reply_text(ANSWER, parse_mode="HTML")


async def serve(platform: str, token: str) -> None:
    """Serve until the process is ended."""
    builder: Any = Application.builder().token(token).base_url(f"{platform}/bot").updater(None).concurrent_updates(True)
    application = builder.build()
    application.add_handler(MessageHandler(filters.TEXT, answer))
    await application.initialize()
    await application.start()

    async def called(request: web.Request) -> web.Response:
        await application.update_queue.put(Update.de_json(await request.json(), application.bot))
        return web.Response()

    listening = web.Application()
    listening.router.add_post("/telegram/webhook", called)
    runner = web.AppRunner(listening, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    asyncio.run(serve(*sys.argv[1:3]))
