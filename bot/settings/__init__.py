"""The settings: every section is one frozen model below, read from `config.toml` and the environment.

A new section is one more model, a line in `Settings`, and its lines in `config.example.toml`; a test fails without
them. The `description` of a field completes the sentence "it must be ...", which is what the operator reads about a
wrong value. A `SecretStr` can also be given as `<key>_file`; it and a field with `repr=False` are never shown.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date, time
from pathlib import Path
from typing import Annotated, Literal, TypeVar, overload
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    SecretStr,
    model_validator,
)

from bot.settings import profile
from bot.settings.delivery import Delivery
from bot.settings.email import Email
from bot.settings.feedback import FeedbackSettings
from bot.settings.intake import Intake
from bot.settings.lookup import Lookup
from bot.settings.privacy import Privacy
from bot.settings.sources import Layer, Section, from_environment, from_file, resolve
from bot.settings.values import (
    bot_token,
    closed_day,
    day,
    hours_in_order,
    items,
    one_line,
    optional_day,
    read_span,
    seconds,
    secret_token,
    web_root,
    zone,
)
from bot.settings.zalo import ZaloBot, ZaloOa
from knowledge.receipt_spelling import agency_key
from knowledge.report_period import presets

CONFIG = Path("config.toml")
_LINK = r"^((https?://)?[^\s/:]+\.[^\s/:]+(:[0-9]+)?(/\S*)?)?$"  # a web address as people write it, or nothing

Text = Annotated[str, AfterValidator(one_line)]
Span = Annotated[tuple[time, time], PlainValidator(read_span)]
Zone = Annotated[ZoneInfo, PlainValidator(zone)]


def _known_profile(name: str) -> str:
    if name and name not in profile.names():
        raise ValueError("no such profile is shipped")
    return name


def _agency_code(code: str) -> str:
    if code and agency_key(code) is None:
        raise ValueError("not an agency's code")
    return code


def _database_url(url: str) -> str:
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite":
        file = rest.partition("?")[0]
        if file.startswith("/") and file not in ("/", "/:memory:"):
            return url
    elif scheme in ("postgresql", "postgres") and urlsplit(url).port != 0:  # a port that is no number raises
        return url
    raise ValueError("not such an address")


def _file(path: Path) -> Path:
    if path == Path():
        raise ValueError("no file is named")
    return path.expanduser()


class Agency(Section):
    """Who the bot speaks for. What is empty is not known and never said; nothing here is guessed."""

    profile: Annotated[str, AfterValidator(_known_profile)] = Field(
        default="", description=f"empty or the name of a shipped profile: {', '.join(profile.names())}"
    )
    name: Text = Field(
        min_length=1, description="the full Vietnamese name of the agency (or choose a shipped agency.profile)"
    )
    name_en: Text = Field(default="", description="the English name, or empty")
    parent: Text = Field(default="", description="the body above the agency (cơ quan chủ quản), or empty")
    short_name: Text = Field(default="", description="the name used inside sentences, or empty")
    symbol: Text = Field(
        default="", pattern=r"^\S*$", description="what follows the number of a report, such as BC-BQL, or empty"
    )
    province_code: Text = Field(
        default="", pattern=r"^([A-Z][0-9]{2})?$", description="a capital letter and two digits such as H58, or empty"
    )
    agency_code: Annotated[Text, AfterValidator(_agency_code)] = Field(
        default="", description="the agency's own part of a receipt code, such as 000.00.15.H58 or H58.15, or empty"
    )
    address: Text = Field(default="", description="the postal address in one line, or empty")
    phone: Text = Field(default="", description="the telephone number as people should read it, in quotes, or empty")
    email: Text = Field(default="", pattern=r"^(\S+@\S+\.\S+)?$", description="an e-mail address, or empty")
    hours: Text = Field(default="", description="the opening hours in words; empty: those of calendar.hours")
    portal_url: Text = Field(
        default="",
        pattern=_LINK,
        description="the web address of the one-stop portal, or empty",
    )
    dossier_url: Text = Field(
        default="",
        pattern=r"^(https?://\S*\{code\}\S*)?$",
        description="the web address of one dossier at the portal, with {code} for its code, or empty",
    )
    payment_url: Text = Field(default="", pattern=_LINK, description="the web address where fees are paid, or empty")
    telegram_url: Text = Field(
        default="", pattern=r"^(https://t\.me/\w+)?$", description="the bot on Telegram, https://t.me/NAME, or empty"
    )
    zalo_url: Text = Field(
        default="", pattern=r"^(https://zalo\.me/\S+)?$", description="the bot on Zalo, https://zalo.me/NAME, or empty"
    )
    counter: Text = Field(default="", description="where dossiers are handed in, in one line, or empty")
    timezone: Zone = Field(
        default=ZoneInfo("Asia/Ho_Chi_Minh"), description="the name of a time zone, such as Asia/Ho_Chi_Minh"
    )

    @model_validator(mode="after")
    def _of_one_province(self) -> Agency:
        key = agency_key(self.agency_code) if self.agency_code else None
        if key is not None and self.province_code not in ("", key[0]):
            raise ValueError("agency_code is of another province than province_code: every code would be another's")
        return self


class Database(Section):
    """Where everything is kept. `url` may hold a password and is therefore never shown."""

    url: Annotated[str, AfterValidator(_database_url)] = Field(
        default="sqlite:///var/motcua.db", repr=False, description="sqlite:///FILE or postgresql://USER@HOST/NAME"
    )
    key_file: Annotated[Path, AfterValidator(_file)] = Field(
        default=Path("var/key"), description="the path of the file with the encryption key (made at first start)"
    )
    old_key_files: Annotated[tuple[Annotated[Path, AfterValidator(_file)], ...], BeforeValidator(items)] = Field(
        default=(), description="a list of paths of older key files, which are still read"
    )


class Calendar(Section):
    """When the office works: spans of a working day in order, and the agency's own exceptions."""

    hours: Annotated[tuple[Span, ...], BeforeValidator(items), AfterValidator(hours_in_order)] = Field(
        default=((time(7), time(11, 30)), (time(13, 30), time(17))),
        description='a list of spans "HH:MM-HH:MM" that do not overlap',
    )
    closed: Annotated[tuple[Annotated[tuple[date, str], PlainValidator(closed_day)], ...], BeforeValidator(items)] = (
        Field(default=(), description='a list of days off, "YYYY-MM-DD" or "YYYY-MM-DD why"')
    )
    open: Annotated[tuple[Annotated[date, PlainValidator(day)], ...], BeforeValidator(items)] = Field(
        default=(), description='a list of days worked although they are days off, "YYYY-MM-DD"'
    )

    @model_validator(mode="after")
    def _not_both(self) -> Calendar:
        both = {closed for closed, _ in self.closed} & set(self.open)
        if both:
            raise ValueError(f"{min(both)} is both closed and open")
        return self


class Catalogue(Section):
    """Which edition of the procedures is published at the first start, and when a source counts as stale."""

    edition: Text = Field(
        default="", description="the name of a shipped edition to publish at the first start, or empty"
    )
    file: Text = Field(
        default="", description="a catalogue (.xlsx, .toml, .jsonl) to publish at the first start instead, or empty"
    )
    forms: Text = Field(
        default="", description="the folder with the form files that the catalogue names (form_file), or empty"
    )
    stale_months: int = Field(
        default=12, ge=1, le=120, description="after how many months without a look a field is listed as stale (1–120)"
    )


class Server(Section):
    """Where this process listens, and under which address the world reaches it."""

    host: Annotated[Text, Field(min_length=1, pattern=r"^\S+$")] = Field(
        default="127.0.0.1", description="the address to listen on, such as 127.0.0.1 (behind a proxy) or 0.0.0.0"
    )
    port: Annotated[int, BeforeValidator(seconds), Field(ge=0, le=65535)] = Field(
        default=8080, description="a port number from 1 to 65535, or 0 for any that is free"
    )
    public_url: Annotated[str, AfterValidator(web_root)] = Field(
        default="", description="the address under which the world reaches this server, such as https://bot.example.vn"
    )


class Telegram(Section):
    """The Telegram channel: on when there is a token."""

    token: Annotated[SecretStr, AfterValidator(bot_token)] = Field(
        default=SecretStr(""), description="the token that @BotFather gave: a number, a colon, letters and digits"
    )
    mode: Literal["polling", "webhook"] = Field(default="polling", description="polling or webhook")
    webhook_secret: Annotated[SecretStr, AfterValidator(secret_token)] = Field(
        default=SecretStr(""), description="1 to 256 characters of A-Z, a-z, 0-9, _ and -"
    )
    base_url: Annotated[str, Field(min_length=1), AfterValidator(web_root)] = Field(
        default="https://api.telegram.org", description="the root of the Bot API, such as https://api.telegram.org"
    )

    @property
    def on(self) -> bool:
        """Whether the operator has set the channel up."""
        return bool(self.token.get_secret_value())

    @model_validator(mode="after")
    def _a_webhook_has_a_secret(self) -> Telegram:
        if self.on and self.mode == "webhook" and not self.webhook_secret.get_secret_value():
            raise ValueError("webhook_secret must be set for mode webhook, or anybody could speak as Telegram")
        return self


class Report(Section):
    """The periodic report: its periods, and what stands on it beside the figures. What is empty is left blank."""

    preset: str = Field(
        default="nd09", pattern=f"^({'|'.join(presets())})$", description=f"one of {', '.join(presets())}"
    )
    recipient: Text = Field(default="", description="to whom the report is addressed, or empty")
    place: Text = Field(default="", description="the place before the date, such as Tiền Giang, or empty")
    signer: Text = Field(default="", description="the office of who signs, such as TRƯỞNG BAN, or empty")
    receivers: Annotated[tuple[Text, ...], BeforeValidator(items)] = Field(
        default=(), description="a list of who gets a copy, the lines under “Nơi nhận”"
    )
    feedback_since: Annotated[date | None, PlainValidator(optional_day)] = Field(
        default=None, description="the day from which all feedback is registered here, YYYY-MM-DD, or empty"
    )
    due_days: Annotated[int, BeforeValidator(seconds), Field(ge=0, le=60)] = Field(
        default=5, description="how many days after its last day a period's report is due, 0 to 60"
    )


class Log(Section):
    """What is written to standard error."""

    level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(lambda v: str(v).upper())] = Field(
        default="INFO", description="one of DEBUG, INFO, WARNING, ERROR"
    )


class Settings(BaseModel):
    """Everything that an operator can set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agency: Agency
    database: Database = Database()
    calendar: Calendar = Calendar()
    lookup: Lookup = Lookup()
    feedback: FeedbackSettings = FeedbackSettings()
    privacy: Privacy = Privacy()
    intake: Intake = Intake()
    catalogue: Catalogue = Catalogue()
    delivery: Delivery = Delivery()
    server: Server = Server()
    telegram: Telegram = Telegram()
    zalo_oa: ZaloOa = ZaloOa()
    zalo_bot: ZaloBot = ZaloBot()
    email: Email = Email()
    report: Report = Report()
    log: Log = Log()


Kind = TypeVar("Kind", bound=BaseModel)


@overload
def load(config: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings: ...


@overload
def load(config: Path | None = None, environment: Mapping[str, str] | None = None, *, kind: type[Kind]) -> Kind: ...


def load(
    config: Path | None = None, environment: Mapping[str, str] | None = None, *, kind: type[BaseModel] = Settings
) -> BaseModel:
    """Read the settings: a shipped profile of the agency, over it the file, over it the environment.

    `config` must exist when it is given; otherwise `./config.toml` is read where there is one. `environment` is
    `os.environ` by default. Without a file the demo profile applies; with one only the profile that it names, so
    that no agency ever speaks under another one's name by an oversight. `kind` is the model to read, for tests.

    Raises `WrongSettings` with every fault, a line each, without the value of anything hidden.
    """
    faults: list[str] = []
    path = config or (CONFIG if CONFIG.exists() else None)
    file = {} if path is None else from_file(path, kind, faults)
    environ = from_environment(os.environ if environment is None else environment, kind, faults)
    base: Layer = {}
    if "agency" in kind.model_fields:
        chosen = environ.get(("agency", "profile")) or (file or {}).get(("agency", "profile"))
        name = chosen.value if chosen else profile.DEMO if path is None else ""
        base = profile.layer(name, kind, faults)
    return resolve(kind, (base, file or {}, environ), faults, complete=file is not None)
