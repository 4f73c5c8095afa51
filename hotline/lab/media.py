"""The sound path of a phone: aiortp sessions that send A-law frames and remember what came; of a carrier of mu-law translated byte by byte.

One metronome drives all phones of a loop, so that fifty calls cost one timer. Frames are
sent as they were encoded once and kept as they came: nothing is decoded per packet.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from itertools import count

from aiortp import RTPSession
from aiortp.codecs.base import Codec

from .sound import ALAW_TO_MULAW, FRAME, FRAME_SECONDS, MULAW_TO_ALAW, SILENCE, Ear, key_tones

ALAW, MULAW = 8, 0
EVENTS = 101
"""RTP payload types: A-law, mu-law, and telephone events (DTMF)."""
LATE_SECONDS = 0.1
"""A frame that comes later than this is too late: Asterisk's recorder keeps no more than this between its two sides."""
_DIGIT_MS = 120
_DIGIT_GAP_S = 0.08


class _AsItIs(Codec):
    """aiortp decodes every packet; we keep A-law and decode only when somebody asks."""

    name = "PCMA"
    sample_rate = 8000
    samples_per_frame = FRAME

    def encode(self, pcm: bytes) -> bytes:
        return pcm

    def decode(self, payload: bytes) -> bytes:
        return payload


class _Mulaw(_AsItIs):
    name = "PCMU"

    def decode(self, payload: bytes) -> bytes:
        return payload.translate(MULAW_TO_ALAW)


class Metronome:
    """Beats every 20 ms for everybody who listens; stops by itself when nobody does."""

    def __init__(self) -> None:
        self._listeners: set[Callable[[], None]] = set()
        self._task: asyncio.Task[None] | None = None

    def join(self, listener: Callable[[], None]) -> None:
        self._listeners.add(listener)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._beat())

    def leave(self, listener: Callable[[], None]) -> None:
        self._listeners.discard(listener)

    async def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        for beat in count(1):
            if not self._listeners:
                self._task = None
                return
            for listener in tuple(self._listeners):
                listener()
            late = loop.time() - (begun + beat * FRAME_SECONDS)
            if late > 1.0:  # the machine slept or was stopped: do not send a second's frames at once
                begun += late
            await asyncio.sleep(max(0.0, begun + beat * FRAME_SECONDS - loop.time()))


class RtpPorts:
    """Even ports for RTP on one address, in turn; a taken one is skipped by whoever binds."""

    def __init__(self, first: int, last: int) -> None:
        self._first, self._pairs, self._next = first + first % 2, max(1, (last - first) // 2), 0

    def next(self) -> int:
        self._next += 1
        return self._first + 2 * (self._next % self._pairs)


class Media:
    """One call's sound in both directions. ``open`` binds, ``connect`` says where to."""

    def __init__(self, metronome: Metronome, codec: int = ALAW) -> None:
        self.ear = Ear()
        self.codec = codec
        """ALAW or MULAW: what stands in the packets. Ear and sounds are A-law always."""
        self.keys: list[str] = []
        """DTMF received, in order."""
        self._metronome = metronome
        self._session: RTPSession | None = None
        self._sound: tuple[bytes, ...] = ()
        self._first: deque[bytes] = deque()
        """Sent once, before the sound goes on."""
        self._at = 0
        self._timestamp = 0
        self._connected = False
        self._sent_at = 0.0
        self.port = 0
        self.sent = 0
        """Frames of sound that really left, of 20 ms each."""
        self.unsent_seconds = 0.0
        """Time in which none left though one was due: the machine had no time for this phone. Frames that leave in a
        bunch afterwards do not make it good, nobody hears them in their time."""

    async def open(self, host: str, ports: RtpPorts) -> None:
        """Bind an RTP/RTCP pair on ``host``; ``OSError`` when a hundred are taken."""
        for attempt in count(1):
            self.port = ports.next()
            try:
                self._session = await RTPSession.create(
                    (host, self.port), ("127.0.0.1", 9), self.codec, codec=_AsItIs() if self.codec == ALAW else _Mulaw(),
                    dtmf_payload_type=EVENTS, plc=False, skip_audio_gaps=True, jitter_prefetch=0, rtcp_interval=30.0,
                )  # fmt: skip
                break
            except OSError:
                if attempt == 100:
                    raise
        assert self._session is not None
        self._session.on_audio = lambda payload, _timestamp: self.ear.hear(payload, time.time())
        self._session.on_dtmf = lambda digit, _duration: self.keys.append(digit)

    def connect(self, remote: tuple[str, int]) -> None:
        """Send to ``remote`` from now on; port 0 or nothing known: stay silent."""
        if self._session is None or not remote[1]:
            return
        self._session.update_remote(remote)
        if not self._connected:
            self._connected = True
            self._metronome.join(self._send)

    def withhold(self) -> None:
        """Before it connects: nothing is ever sent, as behind a router that lets nothing out."""
        self._connected = True

    def speak(self, sound: tuple[bytes, ...]) -> None:
        """Send these frames over and over; ``()`` sends silence."""
        self._sound, self._at = sound, 0

    async def press(self, digits: str) -> None:
        """Send DTMF (RFC 4733), each digit with its own timestamp: Asterisk drops a repeated one."""
        for digit in digits:
            if self._session is None:
                return
            self._session.send_dtmf(digit, _DIGIT_MS, timestamp=self._timestamp)
            await asyncio.sleep(_DIGIT_MS / 1000 + _DIGIT_GAP_S)

    async def press_as_tones(self, digits: str) -> None:
        """The keys as tones in the sound; back when the last of them has left."""
        self._first.extend(frame for digit in digits for frame in key_tones(digit))
        await asyncio.sleep(len(self._first) * FRAME_SECONDS)

    def fall_silent(self) -> None:
        """The call is over: nothing is sent any more, and what should have been until now counts as unsent."""
        self._note_gap(time.monotonic())
        self._metronome.leave(self._send)

    async def close(self) -> None:
        self._metronome.leave(self._send)
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    def _note_gap(self, now: float) -> None:
        if self._sent_at and now - self._sent_at > LATE_SECONDS:
            self.unsent_seconds += now - self._sent_at - FRAME_SECONDS
        self._sent_at = now

    def _send(self) -> None:
        if self._session is None:
            return
        self._note_gap(time.monotonic())
        self.sent += 1
        if self._first:
            payload = self._first.popleft()
        else:
            payload = self._sound[self._at % len(self._sound)] if self._sound else SILENCE
            self._at += 1
        if self.codec == MULAW:
            payload = payload.translate(ALAW_TO_MULAW)
        self._session.send_audio(payload, self._timestamp)
        self._timestamp = (self._timestamp + FRAME) & 0xFFFFFFFF
