"""`officials`: who they are to the bot; invites that link their chats, and the end of their rights."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime, timedelta
from typing import Annotated

import typer

from bot.app import real_clock
from bot.channels.telegram.channel import Telegram
from bot.cli.common import opened, settings
from bot.cli.output import tell, write
from bot.settings import Settings
from handlers.officials.room import LINK
from knowledge.errors import DeliveryError, Wrong
from knowledge.vietnamese import nfc
from storage import accounts, audit
from storage.officials import departures, scopes
from storage.officials import register as officials
from storage.officials.register import Official, Role

DAYS = 3  # an invite is for now: the operator sends it and the official presses it
DAYS_MOST = 30
ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]{2,}")
NAME_MOST = 100  # characters
ASK_SECONDS = 5.0  # for Telegram to say what the bot is called; the invite is good without

Number = Annotated[int, typer.Argument(min=1, max=2**31, help="The number that the list shows.")]
Fields = Annotated[list[str] | None, typer.Option("--field", help="A field that they handle; may be given again.")]
Procedures = Annotated[
    list[str] | None, typer.Option("--procedure", help="The code of a procedure that they handle; may be given again.")
]

app = typer.Typer(
    help="Officials and their chats. Example: motcua officials list", no_args_is_help=True, rich_markup_mode=None
)


@app.command("invite")
def invite(
    name: Annotated[str, typer.Argument(help="Whom it is for, as the list shall show it; by default the role.")] = "",
    role: Annotated[Role, typer.Option("--role", help="What they may do.")] = Role.OFFICIAL,
    days: Annotated[int, typer.Option("--days", min=1, max=DAYS_MOST, help="How long it can be used.")] = DAYS,
    field: Fields = None,
    procedure: Procedures = None,
) -> None:
    """Make a one-time code that links an official's chat: they type it there, or open the link, and press the button.

    Example: motcua officials invite "Nguyễn Văn An" --role official
    """
    given = settings()
    shown = nfc(name).strip() or role.value
    if len(shown) > NAME_MOST or not shown.isprintable():
        raise typer.BadParameter(f"a name has at most {NAME_MOST} characters and is one line")
    now = real_clock()
    until = now + timedelta(days=days)
    with opened(given) as database, database.transaction() as tx:
        number, code = officials.invite_new(tx, role, shown, now, until)
        scopes.assign(tx, number, _texts(field), _texts(procedure))
        audit.add(tx, "official_invited", now, detail=f"official {number}, {role}, from the command line")
    write(f"{number}  {role}  until {_local(given, until)}")
    write(f"code  {officials.written(code)}   (in a chat with the bot: /moi CODE)")
    known_as = asyncio.run(_bot_name(given)) if given.telegram.on else ""
    if known_as:
        write(f"link  https://t.me/{known_as}?start={LINK}{code}")


async def _bot_name(given: Settings) -> str:
    """Ask Telegram what the bot is called; "" where it does not say."""
    telegram = Telegram(given.telegram.token.get_secret_value(), given.telegram.base_url)
    try:
        async with asyncio.timeout(ASK_SECONDS):
            return (await telegram.introduce()).username
    except (DeliveryError, TimeoutError) as error:
        tell(f"motcua: Telegram does not say what the bot is called, so there is no link ({type(error).__name__})")
        return ""
    finally:
        await telegram.close()


@app.command("list")
def list_officials() -> None:
    """List officials: number, role, name, and how their chat is linked.

    Example: motcua officials list
    """
    given = settings()
    now = real_clock()
    with opened(given) as database, database.transaction() as tx:
        handled = scopes.load(tx)
        for one, channel, invited_until in officials.listed(tx):
            state = _state(given, one, channel, invited_until, now)
            scope = handled.get(one.id, scopes.Scope())
            handles = f"  handles: {', '.join(scope.fields + scope.procedures)}" if one.id in handled else ""
            write(f"{one.id}  {one.role}  {one.name or '(erased)'}  {state}{handles}")


@app.command("assign")
def assign(number: Number, field: Fields = None, procedure: Procedures = None) -> None:
    """Say which fields and procedures an official handles; what was said before is replaced.

    Example: motcua officials assign 3 --field "Xây dựng" --procedure 1.009972
    """
    with opened(settings()) as database, database.transaction() as tx:
        if (found := officials.by_id(tx, number)) is None or found.revoked_at is not None:
            raise Wrong(f"no official {number} who stands")
        told = _texts(field), _texts(procedure)
        scopes.assign(tx, number, *told)
        audit.add(tx, "official_assigned", real_clock(), detail=f"official {number}: {', '.join(told[0] + told[1])}")
    write(f"{number}  handles: {', '.join(told[0] + told[1]) or 'nothing in particular'}")


@app.command("email")
def by_email(number: Number, address: Annotated[str, typer.Argument(help="The mailbox that is theirs alone.")]) -> None:
    """Let an official whom no chat reaches be told by e-mail; an open invite of theirs ends.

    Example: motcua officials email 3 binh@example.vn
    """
    given, now = settings(), real_clock()
    if ADDRESS.fullmatch(address) is None:
        raise typer.BadParameter("a mailbox is written name@domain")
    with opened(given) as database, database.transaction() as tx:
        lane = accounts.lane_of(database.vault, "email", address.casefold())
        who = accounts.ensure(tx, channel="email", address=address, lane=lane, now=now)
        if not officials.link(tx, number, who, now):
            raise Wrong(f"no official {number} without a chat, or the mailbox is another official's")
        audit.add(tx, "official_linked", now, detail=f"official {number}, by e-mail, from the command line")
    write(f"{number}  linked by email" + ("" if given.email.on else "; set [email] to send"))


def _texts(given: list[str] | None) -> list[str]:
    """Read what was given more than once, each value one clean line."""
    told = [" ".join(nfc(one).split()) for one in given or ()]
    if any(not one.isprintable() or not 0 < len(one) <= NAME_MOST for one in told):
        raise typer.BadParameter(f"a field or a code has 1 to {NAME_MOST} characters and is one line")
    return told


def _state(given: Settings, one: Official, channel: str | None, invited_until: datetime | None, now: datetime) -> str:
    if one.revoked_at is not None:
        return f"revoked {_local(given, one.revoked_at)}"
    if one.linked_at is not None:
        linked = f"since {_local(given, one.linked_at)}"
        return f"linked by {channel} {linked}" if channel else f"no chat any more, linked {linked}"
    if invited_until is not None and invited_until > now:
        return f"invited until {_local(given, invited_until)}"
    return "invite expired"


@app.command("revoke")
def revoke(number: Number) -> None:
    """Take an official's rights, and the invite if it is still open, at once.

    Example: motcua officials revoke 3
    """
    now = real_clock()
    with opened(settings()) as database, database.transaction() as tx:
        if not departures.dismiss(tx, number, now):
            raise Wrong(f"no official {number} who could be revoked")
        audit.add(tx, "official_revoked", now, detail=f"official {number}, from the command line")
    write(f"{number}  revoked")


def _local(given: Settings, at: datetime) -> str:
    return f"{at.astimezone(given.agency.timezone):%Y-%m-%d %H:%M}"
