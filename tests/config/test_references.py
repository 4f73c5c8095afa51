"""What may not be said together: it would be taken, and the daemon would look, or write, elsewhere."""

from __future__ import annotations

import pytest

from config.read import SettingsError, parse
from hotline.lab.hotline_instance import shipped


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ami_host", "10.1.2.3"),
        ("ami_host", "::1"),
        ("ami_host", "asterisk.example"),
        ("ami_host", "128.0.0.1"),
        ("log_dir", "/var/log/asterisk"),
        ("spool_dir", "/var/spool/asterisk"),
    ],
)
def test_what_belongs_to_another_asterisk_is_refused_with_our_own(field: str, value: str) -> None:
    """With mode = external all three are right; embedded they are named, with the cure."""
    table = shipped()
    table.setdefault("asterisk", {})[field] = value
    with pytest.raises(SettingsError) as told:
        parse(table)
    assert f"asterisk.{field}" in str(told.value)
    assert "external" in str(told.value)
    table["asterisk"] |= {"mode": "external", "log_dir": "/var/log/asterisk", "spool_dir": "/var/spool/asterisk"}
    assert parse(table)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "127.255.255.254", "localhost"])
def test_our_own_asterisk_may_be_met_at_any_loopback_address(host: str) -> None:
    """All of 127.0.0.0/8 is this machine; something between daemon and Asterisk may listen there."""
    table = shipped()
    table.setdefault("asterisk", {})["ami_host"] = host
    assert parse(table).asterisk.ami_host == host


def test_a_second_device_is_the_other_kind() -> None:
    """Two of one kind would be one endpoint with two names; said at the field, with the cure."""
    table = shipped()
    table["seat"][0] |= {"device": "browser", "second_device": "browser"}
    with pytest.raises(SettingsError, match=r"seat\.8001\.second_device"):
        parse(table)
    table["seat"][0] |= {"second_device": "desk"}
    table["seat"][4] |= {"device": "desk", "second_device": "browser"}
    first, fifth = parse(table).seat[0], parse(table).seat[4]
    assert [str(one) for one in (*first.devices, *fifth.devices)] == ["browser", "desk", "desk", "browser"]
    assert [fifth.endpoint(one) for one in fifth.devices] == ["8005-desk", "8005"]


def test_the_case_store_has_a_database_of_its_own() -> None:
    """A restore empties the ledger's database; both have a table ``cases``."""
    table = shipped()
    table["ledger"]["url"] = table["casestore"]["url"] = "postgresql+psycopg://hotline@db/hotline"
    with pytest.raises(SettingsError, match=r"casestore\.url"):
        parse(table)
    table["casestore"]["url"] = "postgresql+psycopg://hotline@db/cases"
    assert parse(table).casestore.url.endswith("cases")


def test_settings_from_before_the_case_store_was_a_program_are_taken() -> None:
    table = shipped()
    table["casestore"] = {"driver": "embedded"}
    del table["ports"]["casestore"]
    assert parse(table).casestore.url == "sqlite"
    assert parse(table).ports.casestore == shipped()["ports"]["casestore"]
