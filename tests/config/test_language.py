"""What a person reads is Chinese first: every message in the tree has its Chinese."""

from __future__ import annotations

import ast
import re
import string
from functools import cache
from pathlib import Path

import pytest

from agents.commands import Why
from agents.presence import WISHES, Presence
from config import language

TREE = Path(__file__).resolve().parents[2]
ROOMS = (
    "config",
    "accounts",
    "cti",
    "ivr",
    "agents",
    "recordings",
    "bridge",
    "ledger",
    "console",
    "casestore",
    "hotline",
)


@cache
def messages() -> dict[str, str]:
    """Each literal given to ``say`` (by whatever name it is imported) → the file it stands in."""
    found: dict[str, str] = {}
    for room in ROOMS:
        for path in sorted((TREE / room).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            names = {
                alias.asname or alias.name
                for node in ast.walk(tree)
                if isinstance(node, ast.ImportFrom) and (node.module or "").endswith("language")
                for alias in node.names
                if alias.name in ("say", "sentence")
            }
            for node in ast.walk(tree):
                if (
                    isinstance(node, ast.Call)
                    and node.args
                    and isinstance(node.func, ast.Name)
                    and node.func.id in names
                ):
                    text = node.args[0]
                    if isinstance(text, ast.Constant) and isinstance(text.value, str):
                        found.setdefault(text.value, str(path.relative_to(TREE)))
    return found


def fields(text: str) -> set[str]:
    return {name for _text, name, _form, _conversion in string.Formatter().parse(text) if name}


def test_every_message_has_its_chinese() -> None:
    """No literal given to say() is without an entry in the Chinese catalogue."""
    known = language.catalogue("zh")
    missing = {text: path for text, path in messages().items() if text not in known}
    assert not missing


def test_translations_name_the_same_values() -> None:
    """A translation fills in exactly the values its message has."""
    used = messages()
    wrong = {m: t for m, t in language.catalogue("zh").items() if m in used and fields(m) != fields(t)}
    assert not wrong


def test_a_sentence_is_said_again_to_whoever_reads_it() -> None:
    """In another task's language, with the sentences in it, also after it was kept as JSON; another text stays as it is."""
    told = language.sentence("cannot {cue} while {presence}", cue=language.sentence("pause"), presence="talking")
    assert told == "cannot pause while talking"
    with language.speaking("zh"):
        assert language.again(told) == "当前为talking，不能示忙"
        assert language.unpacked(language.packed(told), "old") == "当前为talking，不能示忙"
        both = language.listed(["registration", "audio"])
        assert (both, language.again(both)) == ("registration, audio", "话机未注册、网页还不能发声")
    with language.speaking("en"):
        assert language.again(language.say("pause")) == "pause"
        assert language.unpacked(language.packed(told), "old") == told
    assert language.again("as it is") == "as it is"
    assert language.packed("as it is") == ""
    assert [language.unpacked(kept, "old") for kept in ("", "{", "[]", '{"key":"{x}","values":{"y":1}}')] == ["old"] * 4
    assert language.listed([]) == ""


@pytest.mark.parametrize(
    ("accepts", "found"),
    [("en", "en"), ("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("fr, en;q=0.5, zh;q=0.7", "zh"), ("fr", ""), ("", ""), ("en;q=x", ""),
     ("EN-gb", "en"), ("*", "")],
)  # fmt: skip
def test_the_language_a_page_is_read_in(accepts: str, found: str) -> None:
    assert language.preferred(accepts) == found


def test_what_is_spoken_within_ends_there() -> None:
    before = language.spoken()
    with language.speaking("en" if before == "zh" else "zh"):
        assert language.spoken() != before
        with language.speaking("fr"):
            assert language.spoken() == before
    assert language.spoken() == before


LATIN = re.compile(r"[A-Za-z]{2,}(?: [A-Za-z]{2,}){2,}")
"""Three words one after the other: a sentence, not a name or a command."""
PEOPLES = ("agents", "bridge", "console", "hotline/alarms")


def test_what_pages_say_in_chinese_is_chinese() -> None:
    """No sentence of the rooms that pages hear holds an English one."""
    known = language.catalogue("zh")
    told = {text: known[text] for text, path in messages().items() if path.startswith(PEOPLES)}
    wrong = {text: zh for text, zh in told.items() if LATIN.search(re.sub(r"\{[^}]*\}|hotline( [a-z]+)+", "", zh))}
    assert not wrong


def test_every_refusal_has_its_headline() -> None:
    """What Asterisk refuses in its own words is told in ours."""
    known = language.catalogue("zh")
    assert [why for why in Why if f"refused_{why}" not in known] == []
    assert [word for word in (*Presence, *(str(cue) for cue in WISHES)) if str(word) not in known] == []


def test_chinese_unless_english_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """use("en") says the message itself, use("zh") its translation, and an unknown one is said as it is."""
    monkeypatch.setattr(language, "_language", "zh")
    assert language.say("is missing") == "缺少"
    assert language.say("nobody ever wrote this {word}", word="x") == "nobody ever wrote this x"
    language.use("en")
    assert language.say("is missing") == "is missing"
