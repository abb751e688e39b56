"""`zalo`: the connection to Zalo."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated

import typer

from bot.app import real_clock
from bot.channels.zalo.consent import code_in, consent_url, new_verifier, obtain
from bot.cli.common import opened, settings
from bot.cli.output import tell, write
from knowledge.errors import Wrong
from storage import zalo_tokens

app = typer.Typer(
    help="The connection to Zalo. Example: motcua zalo authorize", no_args_is_help=True, rich_markup_mode=None
)


@app.callback()
def _zalo() -> None:
    """Make the group although it has one command."""


@app.command()
def authorize(
    back: Annotated[
        str, typer.Option("--back", help="Where Zalo leads after the consent; server.public_url by default.")
    ] = "",
) -> None:
    """Let an administrator of the Official Account consent, and keep the first tokens.

    Asks for the address to which Zalo led; needs a terminal.

    Example: motcua zalo authorize
    """
    given = settings()
    if not (given.zalo_oa.app_id and given.zalo_oa.app_secret.get_secret_value()):
        raise Wrong("zalo_oa.app_id and zalo_oa.app_secret are not set: docs/zalo.md tells where they are")
    leads = back or given.server.public_url
    if not leads:
        raise Wrong("server.public_url is not set: Zalo leads back to it after the consent (or give --back)")
    if not sys.stdin.isatty():
        raise typer.BadParameter("the consent is asked for in a terminal")
    verifier = new_verifier()
    tell("Open this address as an administrator of the Official Account, and consent:")
    write(consent_url(given.zalo_oa, leads, verifier))
    code = code_in(typer.prompt("The address to which Zalo led you", err=True), given.zalo_oa.oa_id)
    pair, life = asyncio.run(obtain(given.zalo_oa, code, verifier, real_clock()))
    with opened(given) as database, database.transaction() as tx:
        zalo_tokens.begin(tx, given.zalo_oa.app_id, given.zalo_oa.refresh_token.get_secret_value())
        zalo_tokens.keep(tx, given.zalo_oa.app_id, pair, life)
    write(f"authorised; the token is renewed by itself from {life.renew_at:%Y-%m-%d %H:%M} UTC on")
