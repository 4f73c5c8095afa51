"""Makes the tapes: an Asterisk with a plain configuration that knows nothing of us, phones, one story each.

    python -m tests.tapes.record                  # all of them
    python -m tests.tapes.record blonde_refer     # one

Records what AMI's socket says with every event switched on. Needs an Asterisk 22
(``hotline asterisk status``), loopback, and the ports BASE..BASE+399. The numbering plan
and the stories are in README.md beside it.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from config.render.base_conf_files import MODULES
from hotline.lab.media import RtpPorts
from hotline.lab.phones import Call, Manner, Rack, answering, refusing, ringing_out
from hotline.programs.asterisk_found import Asterisk, find

HERE = Path(__file__).parent
TRUNK, DESKS = "127.0.0.2", "127.0.0.10"
PHONES = ("101", "102", "103", "104", "105")
CITIZEN = "13800138000"
MORE = ("app_directed_pickup", "app_confbridge", "res_parking", "app_originate", "func_hangupcause")

EXTENSIONS = """
[phones]
exten => _10X,1,Dial(PJSIP/${EXTEN},8,tTkK)

[internal]
include => parkedcalls
exten => _10X,1,Dial(PJSIP/${EXTEN},8,tTkK)
exten => 200,1,Dial(PJSIP/101&PJSIP/102&PJSIP/103,8,tT)
exten => _310X,1,Dial(Local/${EXTEN:1}@phones/n,8,tT)
exten => _410X,1,Dial(Local/${EXTEN:1}@phones,8,tT)
exten => 300,1,Queue(direct,tT)
exten => 301,1,Queue(through,tT)
exten => 302,1,Queue(melting,tT)
exten => 303,1,Queue(all,tT)
exten => _59X.,1,Pickup(${EXTEN:2}@internal)
exten => 600,1,ConfBridge(600)
exten => 700,1,Park()
exten => 800,1,Answer()
exten => 800,n,Echo()
exten => _0X.,1,Dial(PJSIP/${EXTEN:1}@trunk,8,tT)

[trunk]
exten => 5551,1,Dial(PJSIP/101,8,tTkK)
exten => 5552,1,Goto(internal,200,1)
exten => 5553,1,Goto(internal,300,1)
exten => 5554,1,Goto(internal,301,1)
exten => 5555,1,Goto(internal,302,1)
exten => 5556,1,Goto(internal,303,1)
"""
QUEUES = """
[direct]
strategy=linear
timeout=2
retry=1
member => PJSIP/101
member => PJSIP/102
[all]
strategy=ringall
timeout=6
member => PJSIP/101
member => PJSIP/102
[through]
strategy=ringall
timeout=6
member => Local/103@phones/n,0,Three,PJSIP/103
[melting]
strategy=ringall
timeout=6
member => Local/103@phones,0,Three,PJSIP/103
"""
FEATURES = """
[general]
transferdigittimeout=2
featuredigittimeout=1500
atxfernoanswertimeout=8
atxferdropcall=no
atxferloopdelay=1
atxfercallbackretries=2
pickupexten=*8
[featuremap]
blindxfer=##
atxfer=*2
"""
PARKING = """
[default]
parkext=709
parkpos=701-703
context=parkedcalls
parkingtime=20
"""
SOUNDS = (
    "pbx-transfer", "pbx-invalid", "pbx-parkingfailed", "beep", "beeperr", "privacy-incorrect",
    "conf-onlyperson", "conf-hasjoin", "conf-hasleft", "conf-placeintoconf", "digits/1", "digits/7", "digits/0",
)  # fmt: skip
"""Without them a feature code is given up before its digits are heard."""


def pjsip(base: int) -> str:
    common = "disallow=all\nallow=alaw\ndirect_media=no\nrtp_symmetric=yes\n"
    parts = [
        "[global]\ntype=global\nendpoint_identifier_order=ip,username",
        f"[udp]\ntype=transport\nprotocol=udp\nbind=127.0.0.1:{base}",
        f"[trunk]\ntype=aor\ncontact=sip:{TRUNK}:{base + 11}",
        f"[trunk]\ntype=endpoint\naors=trunk\ncontext=trunk\n{common}",
        f"[trunk]\ntype=identify\nendpoint=trunk\nmatch={TRUNK}",
    ]
    for phone in PHONES:
        parts += [
            f"[{phone}]\ntype=aor\ncontact=sip:{phone}@{DESKS}:{base + 10}",
            f"[{phone}]\ntype=endpoint\naors={phone}\ncontext=internal\ncallerid=Phone {phone} <{phone}>\n"
            f"call_group=1\npickup_group=1\ndevice_state_busy_at=2\n{common}",
        ]
    return "\n\n".join(parts) + "\n"


def write(folder: Path, base: int, asterisk: Asterisk) -> Path:
    """The whole configuration; the path of asterisk.conf."""
    etc = folder / "etc"
    for name in ("etc", "data", "run", "log", "spool", "lib"):
        (folder / name).mkdir(parents=True)
    if asterisk.documentation is not None:
        (folder / "data" / "documentation").symlink_to(asterisk.documentation)
    directories = {
        "astetcdir": etc, "astvarlibdir": folder / "lib", "astdbdir": folder / "lib", "astkeydir": folder / "lib",
        "astdatadir": folder / "data", "astagidir": folder / "lib", "astspooldir": folder / "spool",
        "astrundir": folder / "run", "astlogdir": folder / "log",
    }  # fmt: skip
    if asterisk.modules is not None:
        directories["astmoddir"] = asterisk.modules
    sounds = folder / "data/sounds/en"
    (sounds / "digits").mkdir(parents=True)
    for name in SOUNDS:
        (sounds / f"{name}.alaw").write_bytes(b"\xd5" * 800)  # a tenth of a second of silence
    files = {
        "asterisk.conf": "[directories]\n" + "".join(f"{k} => {v}\n" for k, v in directories.items()),
        "modules.conf": "[modules]\nautoload=no\n" + "".join(f"load => {m}.so\n" for m in (*MODULES, *MORE)),
        "manager.conf": f"[general]\nenabled=yes\nbindaddr=127.0.0.1\nport={base + 1}\n"
        "[tape]\nsecret=tape\nread=all\nwrite=all\n",
        "rtp.conf": f"[general]\nrtpstart={base + 100}\nrtpend={base + 199}\n",
        "logger.conf": "[general]\n[logfiles]\nmessages => notice,warning,error\n",
        "pjsip.conf": pjsip(base), "extensions.conf": EXTENSIONS, "queues.conf": QUEUES, "features.conf": FEATURES,
        "res_parking.conf": PARKING, "confbridge.conf": "[general]\n", "cdr.conf": "[general]\nenable=no\n",
        "indications.conf": "[general]\ncountry=us\n[us]\ndescription=US\nringcadence=2000,4000\ndial=350+440\n"
        "busy=480+620/500,0/500\nring=440+480/2000,0/4000\ncongestion=480+620/250,0/250\n",
    }  # fmt: skip
    for name, body in files.items():
        (etc / name).write_text(body, encoding="utf-8")
    return etc / "asterisk.conf"


class Ami:
    """One AMI session; ``bytes`` is everything its socket said."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.bytes = bytearray()
        self._more = asyncio.Condition()
        self._task = asyncio.create_task(self._read())

    @classmethod
    async def login(cls, port: int, *, events: bool) -> Ami:
        ami = cls(*await asyncio.open_connection("127.0.0.1", port))
        await ami.act("Login", Username="tape", Secret="tape", Events="on" if events else "off")
        return ami

    async def _read(self) -> None:
        while piece := await self._reader.read(1 << 16):
            async with self._more:
                self.bytes += piece
                self._more.notify_all()

    async def act(self, action: str, **fields: str) -> None:
        """Send it and wait for its response."""
        before = self.bytes.count(b"Response: ")
        lines = [f"Action: {action}", *(f"{k}: {v}" for k, v in fields.items())]
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        await self._writer.drain()
        await self.until(lambda: self.bytes.count(b"Response: ") > before, action)

    async def until(self, true: Callable[[], bool], what: str, seconds: float = 15.0) -> None:
        """Wait until what the socket said makes it true; ``TimeoutError`` naming it."""
        try:
            async with asyncio.timeout(seconds), self._more:
                await self._more.wait_for(true)
        except TimeoutError:
            raise TimeoutError(f"waited for {what}") from None

    async def close(self) -> None:
        self._writer.close()
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task


class TapedAsterisk:
    """The Asterisk, its phones, and the tape that runs."""

    def __init__(self, base: int, actions: Ami, desks: Rack, trunk: Rack) -> None:
        self.base, self.actions, self.desks, self.trunk = base, actions, desks, trunk
        self.tape: Ami

    def will(self, phone: str, manner: Manner) -> None:
        self.desks.take(phone, manner)

    async def citizen(self, number: str) -> Call:
        return await self.trunk.dial(number, caller=CITIZEN, name="王小明")

    async def phone(self, phone: str, number: str) -> Call:
        return await self.desks.dial(number, caller=phone)

    async def said(self, pattern: str, times: int = 1) -> re.Match[bytes]:
        """Wait until the tape holds an event that matches this often; the last match."""
        expression = re.compile(pattern.encode(), re.DOTALL)

        def found() -> list[re.Match[bytes]]:
            return [m for text in bytes(self.tape.bytes).split(b"\r\n\r\n") if (m := expression.search(text))]

        await self.tape.until(lambda: len(found()) >= times, pattern)
        return found()[times - 1]

    async def bridged(self, legs: int) -> None:
        """So many BridgeEnters since the tape began; then a word is said."""
        await self.said("^Event: BridgeEnter", legs)
        await asyncio.sleep(0.3)

    async def ringing(self, phone: str, times: int = 1) -> None:
        await self.said(rf"^Event: DialState.*DestChannel: PJSIP/{phone}-.*DialStatus: RINGING", times)
        await asyncio.sleep(0.2)

    async def channel(self, phone: str) -> str:
        """The last channel of this phone."""
        found = re.findall(
            rb"Event: Newchannel\r\nPrivilege: \S+\r\nChannel: (PJSIP/%s-\S+)" % phone.encode(), bytes(self.tape.bytes)
        )
        return str(found[-1], "ascii")

    def at(self, phone: str) -> Call:
        """The call this phone took last."""
        return self.desks.calls_to(phone)[-1]

    def refer_replacing(self, call: Call, other: Call, to: str) -> None:
        """The phone joins the far ends of two of its calls (REFER with Replaces)."""
        side = other._out or other._in
        first = call._in or call._out
        assert side is not None
        assert first is not None
        dialog = side.dialog
        replaces = quote(f"{dialog.call_id};to-tag={dialog.remote_tag};from-tag={dialog.local_tag}", safe="")
        self.desks.dialler.send_refer(
            first.dialog, f"<sip:{to}@127.0.0.1:{self.base}?Replaces={replaces}>", self.desks.registrar
        )

    async def over(self) -> None:
        """Hang up what is left; wait until every channel has gone."""
        for rack in (self.trunk, self.desks):
            for call in rack.calls:
                call.hang_up()
            await asyncio.sleep(0.3)
        new = re.compile(rb"Event: Newchannel\r\n.*?Uniqueid: (\S+)", re.DOTALL)
        gone = re.compile(rb"Event: Hangup\r\n.*?Uniqueid: (\S+)", re.DOTALL)
        tape = self.tape
        await tape.until(
            lambda: set(new.findall(bytes(tape.bytes))) == set(gone.findall(bytes(tape.bytes))), "all hung up", 25.0
        )
        await asyncio.sleep(0.3)


STORIES: dict[str, Callable[[TapedAsterisk], Awaitable[None]]] = {}


def story(tell: Callable[[TapedAsterisk], Awaitable[None]]) -> Callable[[TapedAsterisk], Awaitable[None]]:
    STORIES[tell.__name__] = tell
    return tell


@story
async def plain(h: TapedAsterisk) -> None:
    """101 calls 102, who answers; 101 hangs up."""
    h.will("102", answering())
    call = await h.phone("101", "102")
    await h.bridged(2)
    call.hang_up()


@story
async def no_answer(h: TapedAsterisk) -> None:
    """The citizen calls 5551; 101 rings its eight seconds out."""
    h.will("101", ringing_out)
    await h.citizen("5551")
    await h.said("^Event: Hangup\r\n", 2)


@story
async def busy(h: TapedAsterisk) -> None:
    """The citizen calls 5551; 101 refuses."""
    h.will("101", refusing(486))
    await h.citizen("5551")
    await h.said("^Event: Hangup\r\n", 2)


@story
async def given_up(h: TapedAsterisk) -> None:
    """The citizen hangs up while 101 rings."""
    h.will("101", ringing_out)
    call = await h.citizen("5551")
    await h.ringing("101")
    call.hang_up()


@story
async def to_the_world(h: TapedAsterisk) -> None:
    """101 calls the world through the trunk; the world hangs up."""
    h.trunk.take("", answering(0.3, 0.6))
    await h.phone("101", "013900139000")
    await h.said("^Event: Hangup", 2)


@story
async def local_n(h: TapedAsterisk) -> None:
    """101 reaches 102 through Local/102@phones/n, which stays."""
    h.will("102", answering())
    call = await h.phone("101", "3102")
    await h.bridged(4)
    call.hang_up()


@story
async def local_melts(h: TapedAsterisk) -> None:
    """101 reaches 102 through Local/102@phones, which is optimised away."""
    h.will("102", answering())
    call = await h.phone("101", "4102")
    await h.said("^Event: LocalOptimizationEnd")
    await asyncio.sleep(0.4)
    call.hang_up()


@story
async def blind_refer(h: TapedAsterisk) -> None:
    """101 took the citizen and sends them on to 102 with its transfer key (REFER)."""
    h.will("101", answering())
    h.will("102", answering())
    await h.citizen("5551")
    await h.bridged(2)
    h.at("101").refer("102")
    await h.bridged(4)


@story
async def blind_feature(h: TapedAsterisk) -> None:
    """101 took the citizen and sends them on to 102 with ##."""
    h.will("101", answering())
    h.will("102", answering())
    await h.citizen("5551")
    await h.bridged(2)
    await h.at("101").press("##102")
    await h.bridged(4)


@story
async def blind_ami(h: TapedAsterisk) -> None:
    """101 took the citizen; AMI BlindTransfer sends them on to 102."""
    h.will("101", answering())
    h.will("102", answering())
    await h.citizen("5551")
    await h.bridged(2)
    await h.actions.act("BlindTransfer", Channel=await h.channel("101"), Exten="102", Context="internal")
    await h.bridged(4)


@story
async def blind_by_caller(h: TapedAsterisk) -> None:
    """102 called 101 and sends it on to 103 (REFER of the calling side)."""
    h.will("101", answering())
    h.will("103", answering())
    call = await h.phone("102", "101")
    await h.bridged(2)
    call.refer("103")
    await h.bridged(4)


@story
async def attended_refer(h: TapedAsterisk) -> None:
    """101 took the citizen, calls 102 on a second line, and joins them (REFER with Replaces)."""
    h.will("101", answering())
    h.will("102", answering())
    await h.citizen("5551")
    await h.bridged(2)
    first = h.at("101")
    first.hold()
    await h.said("^Event: Hold")
    second = await h.phone("101", "102")
    await h.bridged(4)
    h.refer_replacing(first, second, "102")
    await h.said("^Event: AttendedTransfer")
    await asyncio.sleep(0.6)


@story
async def attended_feature(h: TapedAsterisk) -> None:
    """101 took the citizen, asks 102 with *2, and hangs up to join them."""
    h.will("101", answering())
    h.will("102", answering())
    await h.citizen("5551")
    await h.bridged(2)
    await h.at("101").press("*2102")
    await h.said("^Event: BridgeEnter.*Channel: PJSIP/102-")
    await asyncio.sleep(0.5)
    h.at("101").hang_up()
    await h.said("^Event: AttendedTransfer")
    await asyncio.sleep(0.6)


@story
async def attended_ami(h: TapedAsterisk) -> None:
    """101 took the citizen; AMI Atxfer asks 102, and 101 hangs up to join them."""
    h.will("101", answering())
    h.will("102", answering())
    await h.citizen("5551")
    await h.bridged(2)
    await h.actions.act("Atxfer", Channel=await h.channel("101"), Exten="102", Context="internal")
    await h.said("^Event: BridgeEnter.*Channel: PJSIP/102-")
    await asyncio.sleep(0.5)
    h.at("101").hang_up()
    await h.said("^Event: AttendedTransfer")
    await asyncio.sleep(0.6)


@story
async def attended_back(h: TapedAsterisk) -> None:
    """101 asks 102 with *2; 102 hangs up, and 101 has the citizen again."""
    h.will("101", answering())
    h.will("102", answering(0.3, 0.6))
    await h.citizen("5551")
    await h.bridged(2)
    await h.at("101").press("*2102")
    await h.said("^Event: BridgeEnter.*Channel: PJSIP/101-", 3)
    await asyncio.sleep(0.5)


@story
async def attended_refused(h: TapedAsterisk) -> None:
    """101 asks 102 with *2; 102 refuses, and 101 has the citizen again."""
    h.will("101", answering())
    h.will("102", refusing(486))
    await h.citizen("5551")
    await h.bridged(2)
    await h.at("101").press("*2102")
    await h.said("^Event: BridgeEnter.*Channel: PJSIP/101-", 3)
    await asyncio.sleep(0.5)


@story
async def blonde_refer(h: TapedAsterisk) -> None:
    """101 took the citizen, calls 102 on a second line, and joins them while 102 still rings."""
    h.will("101", answering())
    h.will("102", answering(2.0))
    await h.citizen("5551")
    await h.bridged(2)
    first = h.at("101")
    second = await h.phone("101", "102")
    await h.ringing("102")
    h.refer_replacing(first, second, "102")
    await h.said("^Event: AttendedTransfer")
    await h.said("^Event: Newstate.*Channel: PJSIP/102-.*ChannelStateDesc: Up")
    await asyncio.sleep(0.6)


@story
async def blonde_feature(h: TapedAsterisk) -> None:
    """101 took the citizen, asks 102 with *2 and hangs up while 102 still rings."""
    h.will("101", answering())
    h.will("102", answering(2.0))
    await h.citizen("5551")
    await h.bridged(2)
    await h.at("101").press("*2102")
    await h.ringing("102")
    h.at("101").hang_up()
    await h.said("^Event: Newstate.*Channel: PJSIP/102-.*ChannelStateDesc: Up")
    await asyncio.sleep(0.6)


@story
async def blonde_unanswered(h: TapedAsterisk) -> None:
    """101 asks 102 with *2 and hangs up while 102 rings; 102 refuses, 101 is called back, the citizen gives up."""
    h.will("101", answering())

    async def late_no(call: Call) -> None:
        call.ring()
        await asyncio.sleep(1.5)
        call.refuse(486)

    h.will("102", late_no)
    await h.citizen("5551")
    await h.bridged(2)
    await h.at("101").press("*2102")
    await h.ringing("102")
    h.at("101").hang_up()
    h.will("101", ringing_out)
    await h.ringing("101", 2)


@story
async def pickup_exten(h: TapedAsterisk) -> None:
    """The citizen rings at 101; 103 takes the call with *8."""
    h.will("101", ringing_out)
    await h.citizen("5551")
    await h.ringing("101")
    await h.phone("103", "*8")
    await h.bridged(2)


@story
async def pickup_app(h: TapedAsterisk) -> None:
    """102 rings at 101; 103 takes the call with Pickup(101@internal)."""
    h.will("101", ringing_out)
    await h.phone("102", "101")
    await h.ringing("101")
    await h.phone("103", "59101")
    await h.bridged(2)


@story
async def group(h: TapedAsterisk) -> None:
    """The citizen calls 5552: 101, 102 and 103 ring, 102 answers."""
    h.will("101", ringing_out)
    h.will("102", answering(0.8))
    h.will("103", ringing_out)
    await h.citizen("5552")
    await h.bridged(2)


@story
async def originate_exten(h: TapedAsterisk) -> None:
    """AMI Originate: 101 is rung, answers, and is put through to 102."""
    h.will("101", answering())
    h.will("102", answering())
    await h.actions.act("Originate", Channel="PJSIP/101", Exten="102", Context="internal", Priority="1", Async="true")
    await h.bridged(2)


@story
async def originate_app(h: TapedAsterisk) -> None:
    """AMI Originate: 101 is rung, answers, and hears Echo()."""
    h.will("101", answering())
    await h.actions.act("Originate", Channel="PJSIP/101", Application="Echo", Async="true")
    await h.said("^Event: Newexten.*Application: Echo|^Event: Newstate.*ChannelStateDesc: Up")
    await asyncio.sleep(0.6)


@story
async def originate_local(h: TapedAsterisk) -> None:
    """AMI Originate through Local/101@phones: click to dial as most desktops do it."""
    h.will("101", answering())
    h.will("102", answering())
    await h.actions.act(
        "Originate", Channel="Local/101@phones", Exten="102", Context="internal", Priority="1", Async="true"
    )
    await h.said("^Event: LocalOptimizationEnd|^Event: BridgeEnter", 4)
    await asyncio.sleep(0.8)


@story
async def originate_nobody(h: TapedAsterisk) -> None:
    """AMI Originate: 101 refuses."""
    h.will("101", refusing(486))
    await h.actions.act("Originate", Channel="PJSIP/101", Application="Echo", Async="true")
    await h.said("^Event: OriginateResponse")


@story
async def queue_direct(h: TapedAsterisk) -> None:
    """The citizen waits in a queue; 101 lets it ring, 102 answers and puts on hold."""
    h.will("101", ringing_out)
    h.will("102", answering())
    await h.citizen("5553")
    await h.bridged(2)
    h.at("102").hold()
    await h.said("^Event: Hold")
    await asyncio.sleep(0.3)


@story
async def queue_local_n(h: TapedAsterisk) -> None:
    """The citizen waits in a queue with a member Local/103@phones/n."""
    h.will("103", answering())
    await h.citizen("5554")
    await h.bridged(4)


@story
async def queue_local_melts(h: TapedAsterisk) -> None:
    """The citizen waits in a queue with a member Local/103@phones, which is optimised away."""
    h.will("103", answering())
    await h.citizen("5555")
    await h.said("^Event: LocalOptimizationEnd")
    await asyncio.sleep(0.5)


@story
async def queue_all(h: TapedAsterisk) -> None:
    """The citizen waits in a queue that rings 101 and 102 at once; 102 answers."""
    h.will("101", ringing_out)
    h.will("102", answering(0.8))
    await h.citizen("5556")
    await h.bridged(2)


@story
async def queue_pickup(h: TapedAsterisk) -> None:
    """The queue rings 101; 103 takes the call with *8."""
    h.will("101", ringing_out)
    await h.citizen("5553")
    await h.ringing("101")
    await h.phone("103", "*8")
    await h.bridged(2)


@story
async def queue_given_up(h: TapedAsterisk) -> None:
    """The citizen hangs up while the queue rings 101."""
    h.will("101", ringing_out)
    call = await h.citizen("5553")
    await h.ringing("101")
    call.hang_up()


@story
async def parked(h: TapedAsterisk) -> None:
    """101 took the citizen and sends them to the car park; 103 takes them out of 701."""
    h.will("101", answering())
    await h.citizen("5551")
    await h.bridged(2)
    h.at("101").refer("700")
    await h.said("^Event: ParkedCall\r\n")
    await asyncio.sleep(0.3)
    await h.phone("103", "701")
    await h.said("^Event: BridgeEnter.*BridgeTechnology: simple_bridge", 4)
    await asyncio.sleep(0.4)


@story
async def conference(h: TapedAsterisk) -> None:
    """101, 102 and 103 meet in ConfBridge 600; they leave one after the other."""
    calls = [await h.phone(phone, "600") for phone in ("101", "102", "103")]
    await h.said("^Event: ConfbridgeJoin", 3)
    await asyncio.sleep(0.3)
    for gone, call in enumerate(calls, 1):
        call.hang_up()
        await h.said("^Event: Hangup\r\n", gone)


@story
async def redirected(h: TapedAsterisk) -> None:
    """101 took the citizen; AMI Redirect takes the citizen away to 102."""
    h.will("101", answering())
    h.will("102", answering())
    await h.citizen("5551")
    await h.bridged(2)
    await h.actions.act("Redirect", Channel=await h.channel("trunk"), Exten="102", Context="internal", Priority="1")
    await h.bridged(4)


async def record(names: list[str], base: int) -> list[str]:
    """Record these stories; the names of those that failed."""
    found = find()
    if found is None:
        raise SystemExit("no Asterisk 22: hotline asterisk install")
    failed = []
    with tempfile.TemporaryDirectory(prefix="tapes-") as folder:
        conf = write(Path(folder) / "a", base, found[0])
        with open(Path(folder) / "console", "wb") as out:
            process = subprocess.Popen(
                found[0].command("-C", str(conf), "-f"), stdin=subprocess.DEVNULL, stdout=out, stderr=out
            )
        try:
            actions = await _ready(base + 1)
            media = RtpPorts(base + 200, base + 398)
            registrar = ("127.0.0.1", base)
            async with (
                Rack("desks", (DESKS, base + 10), registrar, ports=media) as desks,
                Rack("trunk", (TRUNK, base + 11), registrar, ports=media) as trunk,
            ):
                asterisk = TapedAsterisk(base, actions, desks, trunk)
                for name in names:
                    if not await _one(asterisk, name):
                        failed.append(name)
            await actions.close()
        finally:
            process.terminate()
            process.wait(20)
        if failed:
            print((Path(folder) / "a/log/messages").read_text()[-3000:], file=sys.stderr)
    return failed


async def _ready(port: int) -> Ami:
    until = time.monotonic() + 30
    while True:
        with suppress(OSError, TimeoutError):
            ami = await Ami.login(port, events=False)
            if b"Authentication accepted" in ami.bytes:
                await asyncio.sleep(1.0)
                return ami
        if time.monotonic() > until:
            raise SystemExit("Asterisk does not come up")
        await asyncio.sleep(0.2)


async def _one(asterisk: TapedAsterisk, name: str) -> bool:
    asterisk.tape = await Ami.login(asterisk.base + 1, events=True)
    asterisk.desks.lines.clear()
    asterisk.trunk.lines.clear()
    asterisk.desks.calls.clear()
    asterisk.trunk.calls.clear()
    good = True
    try:
        await STORIES[name](asterisk)
    except Exception as fault:  # the next story has its own
        print(f"{name}: {fault!r}", file=sys.stderr)
        good = False
    try:
        await asterisk.over()
    except TimeoutError as fault:
        print(f"{name}: {fault!r}", file=sys.stderr)
        good = False
    await asterisk.tape.close()
    (HERE / f"{name}.tape.gz").write_bytes(gzip.compress(bytes(asterisk.tape.bytes), 9, mtime=0))
    print(f"{name}: {len(asterisk.tape.bytes)} bytes", file=sys.stderr)
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stories", nargs="*", metavar="STORY", help=", ".join(STORIES))
    parser.add_argument("--base", type=int, default=14000, help="first of 400 ports (14000)")
    args = parser.parse_args()
    unknown = set(args.stories) - set(STORIES)
    if unknown:
        parser.error(f"no such story: {', '.join(sorted(unknown))}")
    failed = asyncio.run(record(args.stories or list(STORIES), args.base))
    if failed:
        print("failed:", *failed, file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
