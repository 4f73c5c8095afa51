"""Any sound file a person made → the one form Asterisk plays without doubt: 8 kHz, mono, 16 bit, a plain WAV header.

Asterisk's format_wav believes the header's sizes and skips chunks without their padding; a file that it cannot
follow is silence to a caller, and nobody is told. So each sound is written anew, whatever header it had. Called
where sounds are laid out for Asterisk and by ``hotline check``, before an operator's file may outrank a shipped one.
"""

from __future__ import annotations

import io
import struct
import wave
from pathlib import Path

from config.language import say as _

RATE, WIDTH = 8000, 2
"""Hz; bytes a sample."""
LONGEST = 120.0
"""Seconds; a longer prompt is a mistake (a recording of a call, music)."""
SHORTEST = 0.02
LARGEST = 64 << 20
"""Bytes; read into memory as a whole."""
ENDLESS = 0x7FFF0000
"""Bytes; a header that promises so many was written before its writer knew (into a pipe)."""
QUIET = 33
"""Peak of 32768, -60 dB: quieter is no sound that anybody hears on a telephone."""
KINDS = frozenset({".wav", ".mp3", ".flac", ".ogg", ".opus", ".m4a", ".aac", ".wma", ".aif", ".aiff"})
"""Endings of sound files, in small letters."""


class SoundRefused(Exception):
    """This file is no prompt; ``str`` says why, a clause in the reader's language."""


def plain(path: Path) -> bytes:
    """The sound as a plain WAV. Raises SoundRefused when there is none in it that a caller could hear."""
    try:
        if path.stat().st_size > LARGEST:
            raise SoundRefused(_("is larger than {most} MB", most=LARGEST >> 20))
        data = path.read_bytes()
    except OSError as fault:
        raise SoundRefused(_("cannot be read: {fault}", fault=fault.strerror or str(fault))) from None
    samples = _samples(data)
    seconds = len(samples) / WIDTH / RATE
    if seconds < SHORTEST or _peak(samples) < QUIET:
        raise SoundRefused(_("it holds no sound"))
    if seconds > LONGEST:
        raise SoundRefused(_("{seconds} s long, at most {most}", seconds=round(seconds), most=round(LONGEST)))
    return with_header(samples)


def _samples(data: bytes) -> bytes:
    """8 kHz, mono, 16 bit, little endian."""
    try:
        with wave.open(io.BytesIO(data)) as sound:
            if (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (RATE, 1, WIDTH):
                promised = sound.getnframes()
                there = bytes(sound.readframes(min(promised, len(data))))
                there = there[: len(there) // WIDTH * WIDTH]
                if len(there) < promised * WIDTH < ENDLESS:
                    raise SoundRefused(_("it is cut off: the header promises more than the file holds"))
                if there:
                    return there
    except (wave.Error, EOFError, struct.error):
        pass  # no WAV, or none that Python can follow: ffmpeg knows many more
    return _converted(data)


def _converted(data: bytes) -> bytes:
    from pydub import AudioSegment  # only when somebody recorded a prompt in another form
    from pydub.exceptions import PydubException

    try:
        sound = AudioSegment.from_file(io.BytesIO(data))
    except FileNotFoundError:
        raise SoundRefused(_("needs ffmpeg to be converted, which is missing")) from None
    except (PydubException, OSError, ValueError, LookupError, TypeError, EOFError, struct.error) as fault:
        last = (str(fault).strip().splitlines() or [type(fault).__name__])[-1]
        raise SoundRefused(_("is no sound file that can be converted ({fault})", fault=last[:120])) from None
    return bytes(sound.set_frame_rate(RATE).set_channels(1).set_sample_width(WIDTH).raw_data)


def _peak(samples: bytes) -> int:
    values = memoryview(samples).cast("h")
    return (max(values) - min(values)) // 2 if len(values) else 0  # what only stands beside zero is no sound


def with_header(samples: bytes) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(WIDTH)
        file.setframerate(RATE)
        file.writeframes(samples)
    return out.getvalue()
