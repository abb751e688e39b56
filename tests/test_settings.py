"""Settings: where they come from, which source wins, and that every fault is said at once without any secret."""

from __future__ import annotations

import re
from datetime import date, time
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.settings import load, profile
from knowledge.errors import WrongSettings
from tests.settings_files import config, faults

NAME = '[agency]\nname = "Ban A"\n'


@pytest.fixture(autouse=True)
def _in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_without_a_file_the_demo_profile_speaks_and_says_only_what_is_known() -> None:
    agency = load(environment={}).agency
    assert agency.profile == profile.DEMO
    assert (agency.name, agency.province_code) == ("Ban Quản lý các khu công nghiệp Tiền Giang", "H58")
    assert (agency.address, agency.phone, agency.email, agency.agency_code) == ("", "", "", "")


def test_the_demo_profile_publishes_its_own_edition() -> None:
    assert load(environment={}).catalogue.edition == "tien-giang-2020"
    assert load(config(NAME), {}).catalogue.edition == "", "an agency of its own publishes what it decides"


@pytest.mark.parametrize("name", profile.names())
def test_every_shipped_profile_is_without_fault(name: str) -> None:
    loaded = load(config(f'[agency]\nprofile = "{name}"'), {})
    assert loaded.agency.profile == name
    assert loaded.agency.name


def test_with_a_file_no_agency_speaks_under_the_name_of_the_demo() -> None:
    assert "agency.name is missing" in faults('[log]\nlevel = "INFO"')
    agency = load(config(NAME), {}).agency
    assert (agency.name, agency.province_code, agency.profile) == ("Ban A", "", "")


def test_a_file_takes_a_profile_as_its_base_and_overrides_single_keys() -> None:
    agency = load(config('[agency]\nprofile = "tien-giang-2020"\nphone = "0273 000 000"'), {}).agency
    assert (agency.province_code, agency.phone) == ("H58", "0273 000 000")


def test_an_environment_alone_takes_or_changes_the_demo_profile() -> None:
    agency = load(environment={"MOTCUA_AGENCY__PHONE": "0273 000 000"}).agency
    assert (agency.province_code, agency.phone) == ("H58", "0273 000 000")
    assert load(config(NAME), {"MOTCUA_AGENCY__PROFILE": profile.DEMO}).agency.province_code == "H58"


def test_an_unknown_profile_is_said_with_those_that_are_shipped() -> None:
    assert re.search(r'agency.profile: "tien-gang".*tien-giang-2020', faults('[agency]\nprofile = "tien-gang"'))


def test_config_toml_of_the_working_directory_is_read_when_no_other_is_given() -> None:
    Path("config.toml").write_text(NAME, encoding="utf-8")
    assert load(environment={}).agency.name == "Ban A"
    assert load(config('[agency]\nname = "Ban B"'), {}).agency.name == "Ban B"


def test_the_environment_wins_over_the_file() -> None:
    path = config(NAME + '[database]\nurl = "sqlite:///a.db"\nkey_file = "a.key"')
    database = load(path, {"MOTCUA_DATABASE__URL": "postgresql://motcua@db/motcua"}).database
    assert (database.url, database.key_file) == ("postgresql://motcua@db/motcua", Path("a.key"))


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_LOG__LEVEL", "debug")
    assert load().log.level == "DEBUG"


def test_the_database_of_the_url_alone_is_enough() -> None:
    assert load(environment={"MOTCUA_DATABASE__URL": "sqlite:////tmp/x.db"}).database.url == "sqlite:////tmp/x.db"
    assert load(environment={}).database.url == "sqlite:///var/motcua.db"


def test_hours_are_read_and_ordered_and_lists_come_with_commas_in_the_environment() -> None:
    morning, afternoon = (time(7, 30), time(11)), (time(13), time(16, 30))
    written = load(config(NAME + '[calendar]\nhours = ["13:00-16:30", "7:30 – 11:00"]'), {}).calendar.hours
    spoken = load(environment={"MOTCUA_CALENDAR__HOURS": "07:30-11:00, 13:00-16:30"}).calendar.hours
    assert written == spoken == (morning, afternoon)


def test_days_are_read_as_dates_or_texts_and_may_have_a_name() -> None:
    path = config(NAME + '[calendar]\nclosed = [2026-12-31, "2026-12-30 Kiểm kê"]\nopen = ["2026-05-02", 2026-05-09]')
    calendar = load(path, {}).calendar
    assert [day for day, _ in calendar.closed] == [date(2026, 12, 31), date(2026, 12, 30)]
    assert all(name for _, name in calendar.closed), "a day off without a name would count as none"
    assert dict(calendar.closed)[date(2026, 12, 30)] == "Kiểm kê"
    assert calendar.open == (date(2026, 5, 2), date(2026, 5, 9))


def test_vietnamese_text_becomes_nfc_and_a_byte_order_mark_does_no_harm() -> None:
    decomposed = "Ban Qua\u0309n ly\u0301"
    path = config(f'[agency]\nname = "  {decomposed} "', encoding="utf-8-sig")
    assert load(path, {}).agency.name == "Ban Qu\u1ea3n l\u00fd"


def test_settings_cannot_be_changed() -> None:
    settings = load(environment={})
    with pytest.raises(ValidationError):
        settings.log.level = "DEBUG"
    with pytest.raises(ValidationError):
        settings.log = settings.log


BAD = [
    ('[agency]\nname = ""', "agency.name", '""'),
    ('[agency]\nname = "a\\nb"', "agency.name", "line break"),
    (NAME + 'province_code = "h58"', "agency.province_code", "H58"),
    (NAME + 'agency_code = "quận 1"', "agency.agency_code", "H58.15"),
    (NAME + "phone = 273", "agency.phone", "273"),
    (NAME + 'email = "bql"', "agency.email", '"bql"'),
    (NAME + 'portal_url = "javascript:alert(1)"', "agency.portal_url", "javascript"),
    (NAME + 'timezone = "Asia/Saigon2"', "agency.timezone", "Asia/Ho_Chi_Minh"),
    (NAME + 'timezone = "Asia"', "agency.timezone", "Asia/Ho_Chi_Minh"),
    (NAME + '[database]\nurl = "mysql://a"', "database.url", "sqlite:///FILE or postgresql://"),
    (NAME + '[database]\nurl = "sqlite:///:memory:"', "database.url", "sqlite:///FILE"),
    (NAME + '[database]\nurl = "sqlite://x.db"', "database.url", "sqlite:///FILE"),
    (NAME + '[database]\nurl = "postgresql://u@h:port/x"', "database.url", "postgresql://"),
    (NAME + '[database]\nkey_file = ""', "database.key_file", '""'),
    (NAME + '[calendar]\nhours = ["07:00-11:30", "11:00-17:00"]', "calendar.hours", "overlap at 11:00"),
    (NAME + '[calendar]\nhours = ["17:00-07:00"]', "calendar.hours", "ends before it begins"),
    (NAME + '[calendar]\nhours = ["7h-11h"]', "calendar.hours", '"7h-11h"'),
    (NAME + '[calendar]\nhours = ["07:00-24:00"]', "calendar.hours", "hour must be in"),
    (NAME + "[calendar]\nhours = []", "calendar.hours", "HH:MM-HH:MM"),
    (NAME + '[calendar]\nclosed = ["30/4"]', "calendar.closed", '"30/4"'),
    (NAME + '[calendar]\nclosed = ["2026-02-29"]', "calendar.closed", "2026-02-29"),
    (NAME + "[calendar]\nopen = [20260502]", "calendar.open", "20260502"),
    (NAME + '[calendar]\nopen = ["2026-05-02 vì sao"]', "calendar.open", "vì sao"),
    (NAME + "[calendar]\nopen = [2026-05-02]\nclosed = [2026-05-02]", "calendar", "both closed and open"),
    (NAME + "[delivery]\nlease_seconds = 0", "delivery.lease_seconds", "above 0"),
    (NAME + "[delivery]\nlease_seconds = true", "delivery.lease_seconds", "true"),
    (NAME + "[delivery]\nsend_seconds = nan", "delivery.send_seconds", "NaN"),
    (NAME + "[delivery]\nlease_seconds = 20", "delivery", "less than lease_seconds"),
    (NAME + '[log]\nlevel = "LOUD"', "log.level", "DEBUG, INFO, WARNING, ERROR"),
    (NAME + 'province_code = "H58"\nagency_code = "000.00.15.H20"', "agency", "another province"),
]


@pytest.mark.parametrize(("text", "place", "said"), BAD)
def test_a_bad_value_is_said_with_its_place_and_what_is_allowed(text: str, place: str, said: str) -> None:
    fault = faults(text)
    assert place in fault
    assert said in fault
    assert len(fault.splitlines()) == 1


def test_a_long_value_is_cut() -> None:
    assert len(faults(NAME + f'email = "{"x" * 5000}"')) < 200


def test_every_fault_is_said_at_once() -> None:
    text = '[agency]\nnmae = "Ban"\n[databse]\nurl = 1\n[log]\nlevel = "LOUD"\n[delivery]\nsend_seconds = -1'
    said = faults(text, {"MOTCUA_CALENDAR__HOUR": "x", "MOTCUA_AGENCY__TIMEZONE": "Mars"})
    for part in (
        "my.toml: agency.nmae: unknown key, did you mean name?",
        "my.toml: databse: unknown section, did you mean database?",
        "MOTCUA_CALENDAR__HOUR: unknown setting, did you mean MOTCUA_CALENDAR__HOURS?",
        "agency.name is missing",
        'MOTCUA_AGENCY__TIMEZONE: "Mars" is not allowed',
        'my.toml: log.level: "LOUD" is not allowed',
        "my.toml: delivery.send_seconds: -1 is not allowed",
    ):
        assert part in said
    assert len(said.splitlines()) == 7


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[agency]\nname = Ban", "my.toml: Invalid value (at line 2"),
        ('[agency]\nname = "a"\nname = "b"\n', "line 3"),
        ('name = "Ban"', "my.toml: name: it stands outside a section"),
        ("agency = 3", "my.toml: agency: it must be a section, [agency]"),
        ('[[agency]]\nname = "a"', "agency: it must be a section"),
        ('[agency]\nname = "Ban"\n[agency.name_en]\nx = 1', "agency.name_en"),
    ],
)
def test_a_file_that_is_not_such_a_file_is_said_with_its_place(text: str, said: str) -> None:
    fault = faults(text)
    assert said in fault
    assert len(fault.splitlines()) == (2 if "missing" in fault else 1)


def test_what_an_unreadable_source_would_have_given_is_not_called_missing() -> None:
    assert len(faults("[agency]\nname = Ban", {"MOTCUA_LOG__LEVEL": "LOUD"}).splitlines()) == 2
    assert "missing" not in faults('[agency]\nprofile = "tien-gang"')


def test_a_file_in_another_encoding_is_said_with_its_line() -> None:
    path = Path("old.toml")
    path.write_bytes('[agency]\nname = "Ban Quản lý"'.encode("cp1258", errors="replace") + b"\xff")
    with pytest.raises(WrongSettings, match=r"old\.toml: line 2 is not UTF-8"):
        load(path, {})


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    for path in (Path("none.toml"), tmp_path):
        with pytest.raises(WrongSettings, match=path.name):
            load(path, {})


def test_variables_without_a_section_are_no_settings_but_a_missing_underscore_is_said() -> None:
    harmless = {"MOTCUA_NO_POSTGRES": "1", "MOTCUA_LONG": "1", "PATH": "/bin", "OTHER__KEY": "x"}
    assert load(environment=harmless).agency.name
    assert "did you mean MOTCUA_DATABASE__URL?" in faults(None, {"MOTCUA_DATABASE_URL": "sqlite:///x.db"})
    assert "did you mean MOTCUA_LOG__LEVEL?" in faults(None, {"MOTCUA_LOG__level": "INFO"})
    assert "unknown setting" in faults(None, {"MOTCUA_NO__SUCH": "1"})
