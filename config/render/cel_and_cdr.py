"""What Asterisk writes durably: CEL, the truth of every call. CDR is on for the dialplan's functions and written nowhere:
Master.csv would grow without end, with every number in plain.

Local CSV files, one flushed line per row: a database here would stop SIP when it
stops, and loses rows when it is locked.
"""

from __future__ import annotations

from . import text

CEL_FILE = "hotline.csv"
CEL_COLUMNS = (
    "eventenum", "eventtime", "name", "num", "ani", "rdnis", "dnid", "exten", "context", "channame", "appname",
    "appdata", "amaflags", "accountcode", "uniqueid", "linkedid", "peer", "userfield", "userdeftype", "eventextra",
)  # fmt: skip
"""Asterisk's field names, in the order of the file; read by ``cti/cel_frames.py``."""

CEL_EVENTS = (
    "CHAN_START", "CHAN_END", "ANSWER", "HANGUP", "APP_START", "APP_END", "BRIDGE_ENTER", "BRIDGE_EXIT",
    "BLINDTRANSFER", "ATTENDEDTRANSFER", "PICKUP", "LOCAL_OPTIMIZE_BEGIN", "LOCAL_OPTIMIZE",
    "LINKEDID_END", "USER_DEFINED",
)  # fmt: skip


def render() -> dict[str, str]:
    return {
        "cel.conf": text.file(
            text.section("general", {"enable": True, "apps": "queue", "events": ",".join(CEL_EVENTS)})
        ),
        "cel_custom.conf": text.file(
            text.section(
                CEL_FILE,
                {
                    "format": "dsv",
                    "separator_character": ",",
                    "quote_character": '"',
                    "quote_escape_character": '"',
                    "quoting_method": "all",
                    "fields": ",".join(CEL_COLUMNS),
                },
            )
        ),
        "cdr.conf": text.file(
            text.section("general", {"enable": True, "unanswered": True, "congestion": True, "batch": False}),
        ),
    }
