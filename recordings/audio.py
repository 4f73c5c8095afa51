"""The door to ffmpeg, soundfile, numpy and pydub: measuring and encoding sound.

Called in the child process only (everything blocks), by ``worker.py`` and for exports.
Long recordings are streamed in blocks; pydub holds all in memory and is used for short
clips only. Never decides whether a recording is good: it measures.
"""

from __future__ import annotations

import ctypes
import json
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile

from .errors import Hopeless, TryLater

RATE = 8000
CHANNELS = 2
FRAME_BYTES = 2 * CHANNELS
BYTES_PER_SECOND = RATE * FRAME_BYTES
STEP = RATE // 20
"""Samples in one step of the measure: 50 ms."""
HUNG_SECONDS = 60.0
"""Of the encoder, beside the sound's own length."""
STEPS_PER_SECOND = RATE / STEP

_BLOCK = STEP * 1200
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Measure:
    """A recording in steps of 50 ms. Channel 0 is the caller, 1 what the caller heard."""

    seconds: float
    rms: npt.NDArray[np.float32]
    """steps x channels, 0..1 of full scale."""
    peak: npt.NDArray[np.float32]
    """steps x channels, 0..1 of full scale."""

    def loud_seconds(self, channel: int, began: float, ended: float, threshold: float) -> float:
        """Seconds between ``began`` and ``ended`` in which the channel's RMS is above ``threshold``."""
        first, last = max(0, int(began * STEPS_PER_SECOND)), max(0, int(ended * STEPS_PER_SECOND))
        return float(np.count_nonzero(self.rms[first:last, channel] > threshold)) / STEPS_PER_SECOND

    def peaks_json(self) -> bytes:
        """What a waveform display needs: ``{"step_ms", "seconds", "channels": [[0..127, ...], [...]]}``."""
        scaled = np.minimum(np.rint(self.peak * 127), 127).astype(np.int64)
        row = {"step_ms": 50, "seconds": round(self.seconds, 3), "channels": scaled.T.tolist()}
        return json.dumps(row, separators=(",", ":")).encode()


def measure(path: Path) -> Measure:
    """Length and loudness of a raw file (8 kHz s16le stereo) or a WAV of the same sound.

    Raises ``Hopeless`` ('empty', 'unreadable'). An incomplete last frame is left out.
    """
    how: dict[str, Any] = {}
    if path.suffix != ".wav":
        how = {"format": "RAW", "samplerate": RATE, "channels": CHANNELS, "subtype": "PCM_16", "endian": "LITTLE"}
        if path.stat().st_size < FRAME_BYTES:
            raise Hopeless("empty", f"{path.name} holds no sound")
    rms: list[npt.NDArray[np.float32]] = []
    peak: list[npt.NDArray[np.float32]] = []
    frames = 0
    try:
        with soundfile.SoundFile(str(path), **how) as file:
            if (file.samplerate, file.channels) != (RATE, CHANNELS):
                raise Hopeless("unreadable", f"{path.name}: {file.samplerate} Hz, {file.channels} channels")
            for block in file.blocks(blocksize=_BLOCK, dtype="float32", always_2d=True):
                frames += len(block)
                whole = block[: len(block) // STEP * STEP].reshape(-1, STEP, CHANNELS)
                _grid(whole, rms, peak)
                if rest := len(block) % STEP:
                    _grid(block[-rest:].reshape(1, rest, CHANNELS), rms, peak)
    except soundfile.LibsndfileError as fault:
        raise Hopeless("unreadable", f"{path.name}: {fault}") from fault
    if not frames:
        raise Hopeless("empty", f"{path.name} holds no sound")
    return Measure(frames / RATE, np.concatenate(rms), np.concatenate(peak))


def _grid(
    blocks: npt.NDArray[np.float32], rms: list[npt.NDArray[np.float32]], peak: list[npt.NDArray[np.float32]]
) -> None:
    if len(blocks):
        rms.append(np.sqrt(np.mean(np.square(blocks), axis=1, dtype=np.float32)))
        peak.append(np.max(np.abs(blocks), axis=1))


def encode(source: Path, target: Path, form: str, kbps: int, *, seconds: float, times: float = 1.0) -> None:
    """Encode to ``form`` (opus | mp3 | wav), stereo kept; the same input gives the same bytes.

    ``seconds`` (length of the sound) sets the deadline, ``times`` as long where the processor is given to others first. Raises ``TryLater`` ('disk_full',
    'encoder_failed', 'encoder_hung'); ``target`` may then hold a part.
    """
    given = [] if source.suffix == ".wav" else ["-f", "s16le", "-ar", str(RATE), "-ac", str(CHANNELS)]
    codec = {
        # a caller and a seat are two voices, not one scene: voip tuning; level 5 halves the CPU of the default 10
        "opus": ["-c:a", "libopus", "-b:a", f"{kbps}k", "-application", "voip", "-compression_level", "5", "-f", "ogg"],
        "mp3": ["-c:a", "libmp3lame", "-b:a", f"{kbps}k", "-joint_stereo", "0", "-f", "mp3"],
        "wav": ["-c:a", "pcm_s16le", "-f", "wav"],
    }[form]
    _ffmpeg(
        *given, "-i", f"file:{source}", "-map", "0:a:0", "-map_metadata", "-1", *codec,
        "-fflags", "+bitexact", "-flags:a", "+bitexact", "-y", f"file:{target}", seconds=(HUNG_SECONDS + seconds) * times,
    )  # fmt: skip


def decoded_seconds(path: Path) -> float:
    """Decode all of an encoded file and give its length in seconds.

    By another decoder than the encoder's own, and without a process of its own, which would
    cost as much as a minute of sound. Raises ``TryLater`` ('encoder_failed').
    """
    frames = 0
    try:
        with soundfile.SoundFile(str(path)) as file:
            block = np.empty((file.samplerate * 5, file.channels), np.float32)
            while read := len(file.read(out=block)):
                frames += read
            return frames / int(file.samplerate)
    except soundfile.LibsndfileError as fault:
        raise TryLater("encoder_failed", f"{path.name}: {fault}") from fault


def clip(source: Path, target: Path, began: float, ended: float) -> None:
    """Cut seconds ``began``..``ended`` of a short recording into ``target`` (format by its suffix)."""
    from pydub import AudioSegment  # slow to import, and only exports need it

    sound = AudioSegment.from_file(str(source))[int(began * 1000) : int(ended * 1000)]
    sound.export(str(target), format=target.suffix.lstrip("."))


def _ffmpeg(*args: str, seconds: float) -> None:
    command = ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-threads", "1", *args]
    try:
        done = subprocess.run(  # preexec_fn is safe: this process has one thread
            command, capture_output=True, text=True, errors="replace", check=False,
            timeout=seconds, preexec_fn=_die_with_parent, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except FileNotFoundError as fault:
        raise TryLater("no_encoder", "ffmpeg is not installed") from fault
    except subprocess.TimeoutExpired as fault:
        raise TryLater("encoder_hung", f"ffmpeg took more than {seconds:.0f} s") from fault
    if done.returncode:
        message = done.stderr.strip().splitlines()[-1:] or [f"exit status {done.returncode}"]
        reason = "disk_full" if "No space left" in done.stderr else "encoder_failed"
        raise TryLater(reason, message[0])


def _die_with_parent() -> None:
    _libc.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
