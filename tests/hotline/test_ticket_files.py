"""Files of tickets as the daemon keeps them: sealed on the disk, given back as they were sent, and whole again on another machine."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest

from config.file_places import Places
from config.sections.recording import Recording
from console.ledger_ports import NotKept
from hotline.cli import main
from hotline.consoles.ticket_files import TicketFiles
from ledger import migrate
from recordings.sealed_files import SealedFiles
from recordings.storage import files_of, keys_of

SHIPPED = Path(__file__).resolve().parents[2] / "hotline.toml"
DATA = b"\xff\xd8\xff" + b"a street and whose it is " * 4_000 + b"\xff\xd9"
SHA = hashlib.sha256(DATA).hexdigest()


def kept(places: Places) -> TicketFiles:
    return TicketFiles(SealedFiles(files_of(places), keys_of(Recording(), places)))


def test_a_machine_lost_has_them_again_from_its_backup(tmp_path: Path) -> None:
    """The backup has the sealed file and what opens it, and nowhere a byte that can be read."""
    places, other = Places(tmp_path / "var"), Places(tmp_path / "other")
    places.make()
    migrate.upgrade(f"sqlite+aiosqlite:///{places.ledger}")
    asyncio.run(kept(places).put(SHA, DATA))
    assert asyncio.run(kept(places).get(SHA)) == DATA
    backup = tmp_path / "backup"
    assert main(["backup", str(backup), "--config", str(SHIPPED), "--var", str(places.var)]) == 0
    for folder in (places.var, backup):
        assert not [path for path in folder.rglob("*") if path.is_file() and b"whose it is" in path.read_bytes()]
    assert main(["restore", str(backup), "--config", str(SHIPPED), "--var", str(other.var)]) == 0
    assert asyncio.run(kept(other).get(SHA)) == DATA


async def test_what_is_not_as_it_was_is_not_given_out(tmp_path: Path) -> None:
    places = Places(tmp_path / "var")
    places.make()
    await kept(places).put(SHA, DATA)
    (path,) = [path for path in places.ticket_files.rglob("*") if path.is_file()]
    path.write_bytes(path.read_bytes()[:-1])
    assert await kept(places).get(SHA) is None
    assert await kept(places).get("0" * 64) is None
    keys_of(Recording(), places).shred(f"files/{SHA[:2]}/{SHA}")
    assert await kept(places).get(SHA) is None


async def test_what_cannot_be_kept_is_said(tmp_path: Path) -> None:
    """Keys without their master key: nothing is sealed with one that would be made anew."""
    places = Places(tmp_path / "var")
    places.make()
    await kept(places).put(SHA, DATA)
    (places.secrets / "recording-master").unlink()
    with pytest.raises(NotKept):
        await kept(places).put("1" * 64, DATA + b"2")
