"""SIPp as citizens: many calls at once, and what each lived through, as lines for the witness.

The scenario is a template (``scenarios/*.xml``, ``@patience@`` in ms). SIPp sends from a
trunk's address on a port of its own, so that the carrier's phones stay reachable.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

SCENARIOS = Path(__file__).parent / "scenarios"


@dataclass(frozen=True, slots=True)
class Connections:
    """Callers that dial ``number`` at ``rate`` a second and wait ``patience`` seconds for anything to end the call."""

    trunk: str
    host: str
    port: int
    number: str
    callers: tuple[str, ...]
    rate: float = 5.0
    patience: float = 20.0
    media_port: int = 6000


class Sipp:
    """One running SIPp."""

    def __init__(
        self, crowd: Connections, asterisk: tuple[str, int], folder: Path, *, scenario: str = "citizen"
    ) -> None:
        self.crowd, self._folder = crowd, folder
        folder.mkdir(parents=True, exist_ok=True)
        text = (SCENARIOS / f"{scenario}.xml").read_text(encoding="utf-8")
        patience = str(int(crowd.patience * 1000))
        (folder / "scenario.xml").write_text(text.replace("@patience@", patience), encoding="utf-8")
        rows = "".join(f"{caller};{caller}\n" for caller in crowd.callers)
        (folder / "callers.csv").write_text(f"SEQUENTIAL\n{rows}", encoding="utf-8")
        self.process = subprocess.Popen(
            [
                "sipp", f"{asterisk[0]}:{asterisk[1]}", "-i", crowd.host, "-p", str(crowd.port), "-sf", "scenario.xml",
                "-inf", "callers.csv", "-s", crowd.number, "-m", str(len(crowd.callers)), "-r", str(crowd.rate),
                "-nostdin", "-mp", str(crowd.media_port), "-rtp_echo", "-trace_logs", "-log_file", "calls.log",
                "-trace_err", "-error_file", "errors.log",
            ],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def wait(self, seconds: float = 60.0) -> int:
        """Its exit status: 0 when every call went as the scenario says."""
        return self.process.wait(seconds)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def testify(self, log: Path) -> None:
        """Append one line for each call to the phones' log."""
        calls: dict[str, dict[str, object]] = {}
        file = self._folder / "calls.log"
        for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
            call, stamp, what, caller = line.split("|")
            moment = float(stamp.split("\t")[-1])
            row = calls.setdefault(
                call,
                {
                    "rack": self.crowd.trunk, "role": "caller", "caller": caller, "dialled": self.crowd.number,
                    "began": moment, "answered": None, "ended": moment, "by": "silent", "code": 0,
                },
            )  # fmt: skip
            if what == "answered":
                row |= {"answered": moment, "by": "us"}
            elif what in ("far", "us", "refused"):
                row |= {"ended": moment, "by": what}
        with log.open("a", encoding="utf-8") as out:
            out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in calls.values())
