"""OPS 2: what was taken once and hardly meant. Each is refused by field and cure, or warned of, in the language of the settings; no word of a library's own."""

from __future__ import annotations

import inspect
import re
import socket
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from config import language
from config.file_places import Places
from config.files import TOML_WORDS
from config.read import SettingsError, read, remarks
from hotline import cli
from hotline.verbs import check, line_settings_check, queue_check, seat_settings_check
from hotline.verbs.check_result import Finding, State

SHIPPED = (Path(__file__).resolve().parents[2] / "hotline.toml").read_text("utf-8")
LATIN = re.compile(r"[A-Za-z]{2,}(?: [A-Za-z]{2,}){2,}")
"""Three words of a sentence."""

Change = Callable[[str], str]


def instead(old: str, new: str) -> Change:
    def change(text: str) -> str:
        changed, count = re.subn(old, lambda _found: new, text, count=1, flags=re.MULTILINE)
        assert count, old
        return changed

    return change


REFUSED: dict[str, tuple[Change, tuple[str, ...]]] = {
    "ami_host of another machine": (instead(r"^\[asterisk\]$", '[asterisk]\nami_host = "10.1.2.3"'), ("asterisk.ami_host", "external")),
    "a day that there is not": (instead(r"^holidays = \[\]", "holidays = [2026-02-30]"), ("holidays = [2026-02-30]", "没有这个日期")),
    "a day off and worked": (
        lambda text: instead(r"^workdays = \[\]", "workdays = [2026-10-08]")(instead(r"^holidays = \[\]", "holidays = [2026-10-08]")(text)),
        ("calendar.holidays", "workdays"),
    ),
    "a port as a text": (instead(r"^sip = 5060", 'sip = "17060"'), ("ports.sip", "整数", "17060")),
    "yes as a text": (instead(r"^enabled = true", 'enabled = "yes"'), ("recording.enabled", "true 或 false")),
    "half a call": (instead(r"^capacity = \d+", "capacity = 60.5"), ("capacity", "整数", "60.5")),
    "a seat that is the hot line": (instead(r'^id = "8001"', 'id = "12319"'), ("seat.12319", "号码")),
    "everything may be dialled": (instead(r"^outbound = .*$", 'outbound = [".*"]'), ("limits.outbound.1", "^")),
    "a wrong url with its password": (instead(r'^url = "sqlite"(?=.*ledger\.db)', 'url = "postgresql://u:secret@h/db"'), ("ledger.url", "***")),
    "a name of no letter": (instead(r'^name = "普通话.*$', 'name = ""'), ("queue", "不能为空")),
}  # fmt: skip


def changed(tmp_path: Path, change: Change) -> Path:
    file = tmp_path / "odd.toml"
    file.write_text(change(SHIPPED), "utf-8")
    return file


@pytest.mark.parametrize("name", list(REFUSED))
def test_it_is_refused_once_and_by_name(tmp_path: Path, name: str) -> None:
    change, words = REFUSED[name]
    with pytest.raises(SettingsError) as told:
        read(changed(tmp_path, change))
    said = str(told.value)
    assert [word for word in words if word not in said] == []
    assert "secret" not in said
    assert len(told.value.problems) == 1, "what follows from it is not said beside it"
    assert not LATIN.search(re.sub(r"'[^']*'|\^\S+", "", said.partition("：")[2]))


@pytest.mark.parametrize(
    ("name", "encoding", "told"),
    [("bom", "utf-8-sig", 0), ("utf16", "utf-16", 1), ("gbk", "gb18030", 1)],
)
def test_however_it_was_saved_it_is_read(tmp_path: Path, name: str, encoding: str, told: int) -> None:
    file = tmp_path / f"{name}.toml"
    file.write_bytes(SHIPPED.encode(encoding))
    assert read(file).centre.timezone == "Asia/Shanghai"
    assert len(remarks(file)) == told


WARNED: dict[str, tuple[Change, str]] = {
    "an agent without a skill": (instead(r"^skills = \{.*\}", "skills = {}"), "1001"),
    "a queue without agents": (lambda text: text.replace("emergency = 1", "mandarin = 2").replace("emergency = 2", "mandarin = 2").replace(", emergency = 3", "").replace("mandarin = 1, mandarin = 2", "mandarin = 1"), "emergency"),
    "no word for busy": (instead(r"^busy = .*$", 'busy = ""'), "busy"),
    "no reason for a pause": (instead(r"^pause_reasons = .*$", "pause_reasons = []"), "seats.pause_reasons"),
    "a trunk whose name nobody knows": (instead(r'^host = "[^"]*"', 'host = "sip.carrier.invalid"'), "sip.carrier.invalid"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(WARNED))
def test_it_is_warned_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def nobody(*_asked: object) -> None:
        raise OSError("Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    change, word = WARNED[name]
    settings, places = read(changed(tmp_path, change)), Places(tmp_path / "var")
    looks = (queue_check.look, seat_settings_check.look, line_settings_check.look)
    told = [one for look in looks for one in look(settings, places) if one.state is State.WARN]
    assert [word in one.message and bool(one.cure) for one in told] == [True]


def test_the_shipped_settings_are_warned_of_by_none(tmp_path: Path) -> None:
    settings, places = read(changed(tmp_path, str)), Places(tmp_path / "var")
    assert list(seat_settings_check.look(settings, places)) == []


def test_an_address_of_another_machine_is_one_fault(tmp_path: Path) -> None:
    """Named by its field, and not called a port that another program has."""
    settings = read(changed(tmp_path, instead(r'^bind = "127\.0\.0\.1"', 'bind = "192.0.2.77"')))
    (told,) = check._ports(settings, Places(tmp_path / "var"))
    assert told.state is State.FAIL
    assert "asterisk.bind" in told.message
    assert "192.0.2.77" in told.message


def test_strict_makes_a_warning_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warned = Finding("seats", State.WARN, "x", "y")
    monkeypatch.setattr(check, "everything", lambda *_asked: [warned])
    words = ["check", "--config", str(changed(tmp_path, str)), "--var", str(tmp_path / "var")]
    assert (cli.main(words), cli.main([*words, "--strict"])) == (0, 1)


BROKEN = (
    "a = 2026-13-01", "a = 1\n= 2", "a = ", "a = yes", 'a = "x', "a = [1", "a = {b = 1", "a 1", "[a", "[[a", "a = 1 b", "a = 1\na = 2",
    "[a]\n[a]", "a = {b = 1, b = 2}", 'a = "\\q"', 'a = "\\uZZZZ"', 'a = "\\uD800"', "a = '\x01'", "a = {}\n[a.b]", "a = 1\n[a.b]", "a = '''x",
)  # fmt: skip


@pytest.mark.parametrize("text", BROKEN)
def test_what_is_no_toml_is_told_in_chinese(tmp_path: Path, text: str) -> None:
    file = tmp_path / "broken.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(SettingsError) as told:
        read(file)
    assert not LATIN.search(str(told.value).replace(str(tmp_path), ""))


def test_every_reason_of_tomllib_has_our_words() -> None:
    """A newer Python may say more: it would be said in English."""
    source = inspect.getsource(tomllib._parser)  # type: ignore[attr-defined]
    theirs = re.findall(r'suffixed_err\(\s*src, pos, f?("[^\n]*")\s*\)', source)
    assert len(theirs) > 20
    said = [re.sub(r"\{[^}]*\}", "x", str(eval(one)).replace("\\\\", "\\")) for one in theirs]
    assert [one for one in said if not any(re.fullmatch(pattern, one) for pattern, _ours in TOML_WORDS)] == []


@pytest.mark.parametrize(
    "words",
    [[], ["nosuch"], ["report"], ["report", "calls", "--outcome", "x"], ["report", "calls", "--csv", "--json"], ["report", "kpi", "--calls"],
     ["callbacks", "list", "--most", "many"], ["tape", "record"], ["check", "--json=yes"], ["report", "calls", "--c"]],
)  # fmt: skip
def test_usage_is_told_in_the_language_of_the_settings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    """argparse's own words too, whatever the error."""
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert said.startswith("用法：")
    assert "错误" in said
    assert not LATIN.search(re.sub(r"\{.*?\}|'[^']*'|\[.*?\]", "", said.rpartition("错误：")[2]))
    (tmp_path / "en.toml").write_text(SHIPPED.replace('language = "zh"', 'language = "en"'), "utf-8")
    with pytest.raises(SystemExit):
        cli.main([*words, "--config", str(tmp_path / "en.toml")])
    assert capsys.readouterr().err.startswith("usage: ")


def test_every_word_of_argparse_is_in_the_catalogue(capsys: pytest.CaptureFixture[str]) -> None:
    known = language.catalogue("zh")
    assert [word for word in cli.ARGPARSE_WORDS if word not in known] == []
    with pytest.raises(SystemExit):
        cli.main(["report", "--help"])
    said = capsys.readouterr().out
    assert "显示本帮助" in said
    assert "show this" not in said
