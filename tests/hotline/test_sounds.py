"""What Asterisk plays, laid out."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import numpy as np

from config.file_places import Places
from config.read import parse
from hotline.lab.hotline_instance import shipped
from hotline.programs import sounds
from hotline.programs.music import music
from ivr.prompts import SHIPPED
from ivr.sound_file import plain


def wav(rate: int = 8000, channels: int = 1, seconds: float = 0.2) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        frame = channels * b"\1\x10" + channels * b"\xff\xef"  # up and down, alike on every channel
        file.writeframes(frame * int(rate * seconds / 2))
    return out.getvalue()


def test_the_operators_own_outranks_the_shipped(tmp_path: Path) -> None:
    """A replaced prompt is taken, converted to what Asterisk reads; the second time nothing is written."""
    places, stock = Places(tmp_path / "var"), tmp_path / "stock"
    stock.mkdir()
    places.prompts.mkdir(parents=True)
    (stock / "welcome.wav").write_bytes(wav())
    (stock / "busy.wav").write_bytes(wav())
    (places.prompts / "welcome.wav").write_bytes(wav(rate=44100, channels=2, seconds=0.5))
    written = sounds.lay_out(places, stock)
    laid = places.sounds / "hotline"
    with wave.open(str(laid / "welcome.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        assert abs(file.getnframes() / 8000 - 0.5) < 0.05
    assert (laid / "busy.wav").read_bytes() == wav()
    assert written
    assert sounds.lay_out(places, stock) == []


def test_a_sites_own_music_stays(tmp_path: Path) -> None:
    """A file in moh/ is never joined by ours."""
    places = Places(tmp_path)
    own = tmp_path / "asterisk" / "moh" / "own.wav"
    own.parent.mkdir(parents=True)
    own.write_bytes(wav())
    sounds.lay_out(places, tmp_path / "none")
    assert list(own.parent.iterdir()) == [own]


def test_comfort_words_come_before_the_music_and_go_with_the_setting(tmp_path: Path) -> None:
    """Laid out as they are set, the operator's own sound among them; a queue without has no folder's content left."""
    places = Places(tmp_path)
    places.make()
    sounds.lay_out(places)
    table = shipped()
    table["queue"][0]["comfort"] = "nobody"
    sounds.lay_out_comfort(places.asterisk, parse(table))
    folder = places.asterisk / "comfort" / table["queue"][0]["id"]
    assert sorted(file.name for file in folder.iterdir()) == ["1-nobody.wav", "2-hotline.wav"]
    assert (folder / "1-nobody.wav").read_bytes() == (places.sounds / "hotline" / "nobody.wav").read_bytes()
    table["queue"][0]["comfort"] = "busy"
    sounds.lay_out_comfort(places.asterisk, parse(table))
    assert sorted(file.name for file in folder.iterdir()) == ["1-busy.wav", "2-hotline.wav"]
    del table["queue"][0]["comfort"]
    sounds.lay_out_comfort(places.asterisk, parse(table))
    assert list(folder.iterdir()) == []


def test_the_music_is_music() -> None:
    """Half a minute, never silent for long, never clipped, and it repeats without a click."""
    with wave.open(io.BytesIO(music())) as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float)
    assert len(sound) > 30 * 8000
    assert np.abs(sound).max() < 32000
    assert max(abs(sound[0]), abs(sound[-1])) < 200
    halves = np.abs(sound[: len(sound) // 4000 * 4000]).reshape(-1, 4000).max(axis=1)
    assert halves[:-6].min() > 100


def test_an_operators_file_nobody_can_read_does_not_silence_the_line(tmp_path: Path) -> None:
    """The shipped prompt plays instead of a broken one."""
    places = Places(tmp_path)
    places.make()
    (places.prompts / "welcome.wav").write_bytes(b"not a sound")
    sounds.lay_out(places)
    assert (places.sounds / "hotline" / "welcome.wav").read_bytes() == plain(SHIPPED / "welcome.wav")
