"""The audit log against whoever owns the ledger: what they cut off, empty or rewrite, ``hotline verify`` says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from config.file_places import Places
from config.language import use
from config.read import read
from hotline.books import audit_key_and_heads
from hotline.cli import main
from ledger import tables as t
from ledger.audit_log import GENESIS, AuditLog, link
from ledger.store import Store
from tests import new_ledger

CONFIG = Path(__file__).parents[2] / "hotline.toml"
NOW = datetime(2026, 10, 1, 1, 2, 3, 4, tzinfo=UTC)
SETTINGS = read(CONFIG)


@pytest.fixture
def var(tmp_path: Path) -> Path:
    """A ledger with an old, unkeyed log of three rows, as an older version left it."""
    use("en")
    places = Places(tmp_path)
    places.make()
    new_ledger.make(tmp_path / "ledger.db")
    _do(tmp_path, lambda store: _append(AuditLog(store), 3))
    return tmp_path


def _url(var: Path) -> str:
    return f"sqlite+aiosqlite:///{Places(var).ledger}"


def _do(var: Path, work: Callable[[Store], Awaitable[Any]]) -> Any:
    async def all_of_it() -> Any:
        store = Store(_url(var))
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(all_of_it())


async def _append(log: AuditLog, count: int) -> None:
    for n in range(count):
        await log.append(NOW, "2001", "listened", call="xm1-1.1", detail={"n": str(n)})


def _daemon(var: Path, count: int = 12) -> None:
    """Started, and some acts of persons."""

    async def work(store: Store) -> None:
        log = audit_key_and_heads.log_of(store, SETTINGS, Places(var))
        await log.begin(NOW, "hotline")
        await _append(log, count)
        rows, unbroken = await log.page(100)
        assert unbroken
        assert len(rows) == len({row.seq for row in rows})

    _do(var, work)


def _harm(var: Path, *statements: Any) -> None:
    async def work(store: Store) -> None:
        async with store.writing() as db:
            for statement in statements:
                await db.execute(statement)

    _do(var, work)


def _verify(var: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    capsys.readouterr()
    main(["verify", "--config", str(CONFIG), "--var", str(var), "--json"])
    told = json.loads(capsys.readouterr().out)
    return [one["said"] for one in told["details"] if one["rule"] == "audit_broken"]


def _forged(var: Path, key: bytes = b"") -> None:
    """All of the log written anew by whoever can write the table: each row fits the one before."""

    async def work(store: Store) -> None:
        async with store.writing() as db:
            rows = (await db.execute(sa.select(t.audit).order_by(t.audit.c.seq))).all()
            previous = GENESIS
            for row in rows:
                own = link(previous, row.seq, row.at, "1001", row.action, row.call_id, row.detail, key)
                changed = sa.update(t.audit).where(t.audit.c.seq == row.seq)
                await db.execute(changed.values(actor="1001", previous=previous, hash=own))
                previous = own

    _do(var, work)


def test_an_old_log_goes_on_without_an_alarm(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before the first start under a key, after it, and after the next one."""
    assert _verify(var, capsys) == []
    _daemon(var)
    assert _verify(var, capsys) == []
    _daemon(var)
    assert _verify(var, capsys) == []


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ((sa.delete(t.audit).where(t.audit.c.seq > 6),), "gone"),
        ((sa.delete(t.audit).where(t.audit.c.seq == 16),), "gone"),
        ((sa.delete(t.audit),), "gone"),
        ((sa.delete(t.audit).where(t.audit.c.seq == 5),), "gone"),
        ((sa.update(t.audit).where(t.audit.c.seq == 2).values(actor="1001"),), "does not follow"),
        ((sa.update(t.audit).where(t.audit.c.seq == 9).values(actor="1001"),), "does not follow"),
    ],
    ids=["the newest ten", "the newest one", "all", "one between", "an old one rewritten", "one rewritten"],
)
def test_what_was_harmed_is_said(
    var: Path, harm: tuple[Any, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _daemon(var)
    _harm(var, *harm)
    found = _verify(var, capsys)
    assert len(found) == 1
    assert said in found[0]


@pytest.mark.parametrize("key", [b"", b"a guess"], ids=["as an old one", "under another key"])
def test_a_log_written_anew_is_found(var: Path, key: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    _daemon(var)
    _forged(var, key)
    assert len(_verify(var, capsys)) == 1


def test_cut_and_written_on_is_found(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The newest cut off while the daemon is away; then it goes on and fills their numbers."""
    _daemon(var)
    _harm(var, sa.delete(t.audit).where(t.audit.c.seq > 12))
    _daemon(var, 30)
    assert "another one than was noted" in _verify(var, capsys)[0]


def test_an_emptied_log_is_found_after_the_next_start(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _daemon(var)
    _harm(var, sa.delete(t.audit))
    _daemon(var, 1)
    assert _verify(var, capsys)


def test_the_notes_cannot_be_made_up_nor_taken_away(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A note without the key is none; none at all is a breach."""
    _daemon(var)
    heads = Places(var).audit_heads
    assert heads.stat().st_mode & 0o777 == 0o600
    kept = heads.read_bytes()
    _harm(var, sa.delete(t.audit).where(t.audit.c.seq > 6))
    heads.write_bytes(kept + b'{"seq": 6, "hash": "x", "accepted": "none", "mac": "0"}\nnonsense\n')
    found = _verify(var, capsys)
    assert "2 notes" in found[0]
    assert "gone" in found[1]
    heads.unlink()
    assert "notes of its head are gone" in _verify(var, capsys)[0]


def test_the_key_lies_where_the_settings_say(var: Path, tmp_path: Path) -> None:
    """Outside VAR; a missing one is said with its cure, and none is made there."""
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    audit = SETTINGS.audit.model_copy(update={"key": outside / "key", "heads": outside / "heads"})
    settings = SETTINGS.model_copy(update={"audit": audit})
    with pytest.raises(audit_key_and_heads.KeyMissing, match="cannot be read"):
        audit_key_and_heads.log_of(Store(_url(var)), settings, Places(var))
    (outside / "key").write_text("0123456789abcdef" * 2)
    _do(var, lambda store: _append(audit_key_and_heads.log_of(store, settings, Places(var)), 2))
    assert len((outside / "heads").read_text().splitlines()) == 3
    assert not (Places(var).secrets / "audit-key").exists()
    assert audit_key_and_heads.proof(settings, Places(var)).heads[-1].seq == 6


def test_a_ledger_put_back_is_accepted_by_a_person(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The backup ends earlier than the notes: a breach, until somebody says why; rewritten rows are none the better for it."""
    _daemon(var)
    _harm(var, sa.delete(t.audit).where(t.audit.c.seq > 9))
    assert _verify(var, capsys)
    words = ["audit", "accept", "--config", str(CONFIG), "--var", str(var)]
    assert main([*words, "--reason", "."]) == 2
    assert main([*words, "--reason", "restored from the backup of last night"]) == 0
    assert _verify(var, capsys) == []
    _harm(var, sa.update(t.audit).where(t.audit.c.seq == 7).values(actor="1001"))
    assert _verify(var, capsys)


def test_a_head_that_cannot_be_noted_stops_no_act(var: Path) -> None:
    """The row is written; the daemon's log says that the note was not."""
    Places(var).audit_heads.parent.write_text("a file where the folder should be")
    _daemon(var, 1)
