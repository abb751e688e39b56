"""Files that go with a reply on the page: a link to each, open to the session that was told of it and nobody else."""

from __future__ import annotations

from functools import partial
from urllib.parse import quote

from aiohttp import web

from bot.store import Store
from handlers.messages import Reply
from storage import files, web_rows
from storage.database import Connection
from storage.files import Kept

PATH = "/chat/files/{row:[0-9]{1,18}}/{number:[0-9]{1,2}}"


def href(row_id: int, number: int) -> str:
    """Give the address of the `number`-th file (from 0) of a row."""
    return f"/chat/files/{row_id}/{number}"


async def download(request: web.Request, store: Store, lane: str) -> web.StreamResponse:
    """Give a file of a row of this lane, to be saved and never shown in place; 404 for every other one."""
    row, number = int(request.match_info["row"]), int(request.match_info["number"])
    found = await store.read(partial(_find, lane=lane, row_id=row, number=number))
    if found is None:
        return web.Response(status=404, text="404\n")
    name, kept = found
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    return web.Response(body=kept.content, content_type=kept.media_type, headers=headers)


def _find(tx: Connection, lane: str, row_id: int, number: int) -> tuple[str, Kept] | None:
    body = web_rows.one(tx, lane, row_id)
    named = () if body is None else Reply.from_json(body).files
    if number >= len(named):
        return None
    kept = files.load(tx, named[number].hash)
    return None if kept is None else (named[number].name, kept)
