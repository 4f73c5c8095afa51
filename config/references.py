"""What one entry of ``hotline.toml`` says of another: names that must exist, numbers that may stand once.

Works on the raw file, so that these problems are told together with wrong types and
unknown entries; whatever has the wrong type here is left to the models. Pure, but for
asking whether a named file is there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from . import hours
from .language import say as _
from .problems import Problem, likely

PROMPTS = ("busy", "closed", "nobody", "unknown", "sorry", "rejoin")
"""Prompts the telephone needs whatever the lines say."""
RESERVED = {
    "trunk": {"global", "system", "udp", "ws", "probe"},
    "queue": {"general", "default", "hold", "a", "e", "h", "i", "o", "s", "t"},
    "line": set[str](),
}
"""Names that already mean something in Asterisk's files."""
LAST_PORT = 32767
"""Ephemeral ports begin above; one of them may be taken when Asterisk starts, and then AMI stays dead."""
_RULE = re.compile(r"\^[0-9\[\]?*+(){},|.\-]+\$")
_PLAIN_PATH = re.compile(r"/[^\r\n\x00\"'\\$;{}]*")
_HOST = re.compile(r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*")

Raw = Mapping[str, Any]


def check(raw: Raw) -> list[Problem]:
    return [
        *_ids(raw),
        *_queues(raw),
        *_prompts(raw),
        *_hours(raw),
        *_numbers(raw),
        *_trunks(raw),
        *_ports(raw),
        *_outbound(raw),
        *_centre(raw),
        *_external(raw),
        *_edge(raw),
    ]


def _items(raw: Raw, kind: str) -> list[tuple[str, Raw]]:
    """(path, entry) of each ``[[kind]]``."""
    entries = raw.get(kind)
    if not isinstance(entries, list):
        return []
    named = [(i, entry) for i, entry in enumerate(entries, 1) if isinstance(entry, Mapping)]
    return [(f"{kind}.{entry.get('id', i)}", entry) for i, entry in named]


def _table(raw: Raw, name: str) -> Raw:
    value = raw.get(name)
    return value if isinstance(value, Mapping) else {}


def _ids(raw: Raw) -> Iterator[Problem]:
    for kind in ("trunk", "line", "queue", "seat", "agent"):
        entries = _items(raw, kind)
        if kind in raw and not entries and kind != "agent":
            yield Problem(kind, _("at least one is needed"))
        for ident, times in Counter(str(entry.get("id")) for _path, entry in entries if "id" in entry).items():
            if times > 1:
                yield Problem(f"{kind}.{ident}.id", _("stands {times} times", times=times), ident)
            if ident in RESERVED.get(kind, ()):
                yield Problem(f"{kind}.{ident}.id", _("is a word of Asterisk's own; take another"), ident)


def _queues(raw: Raw) -> Iterator[Problem]:
    known = tuple(str(entry["id"]) for _path, entry in _items(raw, "queue") if "id" in entry)

    def unknown(field: str, name: object) -> Iterator[Problem]:
        if isinstance(name, str) and name not in known:
            yield Problem(field, _("there is no such queue"), name, known, likely(name, known))

    for path, line in _items(raw, "line"):
        yield from unknown(f"{path}.queue", line.get("queue"))
        for key, name in _table(line, "menu").items():
            yield from unknown(f"{path}.menu.{key}", name)
    for path, agent in _items(raw, "agent"):
        for name in _table(agent, "skills"):
            yield from unknown(f"{path}.skills.{name}", name)


def _prompts(raw: Raw) -> Iterator[Problem]:
    known = tuple(_table(raw, "prompts"))
    wanted = [("prompts", name) for name in PROMPTS]
    for path, line in _items(raw, "line"):
        notice = line.get("notice", "welcome")
        if isinstance(notice, str):
            wanted.append((f"{path}.notice", notice))
        if _table(line, "menu"):
            wanted.append(("prompts", "menu"))
    for field, name in dict.fromkeys(wanted):
        if name in known:
            continue
        if field == "prompts":
            yield Problem(f"prompts.{name}", _("is missing"), hint=likely(name, known))
        else:
            yield Problem(field, _("there is no such prompt"), name, known, likely(name, known))


def _hours(raw: Raw) -> Iterator[Problem]:
    for path, line in _items(raw, "line"):
        text = line.get("hours", "always")
        if isinstance(text, str):
            try:
                hours.parse(text)
            except ValueError as fault:
                allowed = ("always", "Mon-Fri 08:00-12:00,14:30-17:30; Sat 09:00-12:00")
                yield Problem(f"{path}.hours", str(fault), text, allowed)


def _numbers(raw: Raw) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for path, line in _items(raw, "line"):
        numbers = line.get("numbers", [])
        dialled = [*(numbers if isinstance(numbers, list) else []), *_table(line, "partners")]
        if not dialled:
            yield Problem(f"{path}.numbers", _("no number reaches this line"))
        for number in map(str, dialled):
            if number in owners:
                yield Problem(f"{path}.numbers", _("belongs to {owner} already", owner=owners[number]), number)
            owners.setdefault(number, path)


def _trunks(raw: Raw) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for path, trunk in _items(raw, "trunk"):
        host = trunk.get("host")
        if not isinstance(host, str):
            continue
        if not _is_host(host):
            yield Problem(f"{path}.host", _("is neither an address nor a host name"), host)
        if host in owners:
            fault = _("is the address of {owner} already: calls could not be told apart", owner=owners[host])
            yield Problem(f"{path}.host", fault, host)
        owners.setdefault(host, path)


def _is_host(host: str) -> bool:
    try:
        return not ip_address(host).is_unspecified
    except ValueError:
        return bool(_HOST.fullmatch(host)) and not re.fullmatch(r"[0-9.]+", host)


def _ports(raw: Raw) -> Iterator[Problem]:
    from .settings import Edge, Ports  # the defaults stand there

    table = _table(raw, "ports")
    ports = {f"ports.{name}": table.get(name, field.default) for name, field in Ports.model_fields.items()}
    ports["edge.port"] = _table(raw, "edge").get("port", Edge.model_fields["port"].default)
    ports = {name: port for name, port in ports.items() if isinstance(port, int)}
    owners: dict[int, str] = {}
    for name, port in ports.items():
        if port in owners:
            yield Problem(name, _("is taken by {owner} already", owner=owners[port]), port)
        owners.setdefault(port, name)
    first = ports.get("ports.rtp_first", 0)
    last = first + _rtp_count(raw) - 1
    if last > LAST_PORT:
        need = _("{count} ports are needed for this many lines and seats, up to {last}; the last may be {most}",
                 count=last - first + 1, last=last, most=LAST_PORT)  # fmt: skip
        yield Problem("ports.rtp_first", need, first)
    for name, port in ports.items():
        if name != "ports.rtp_first" and first < port <= last:
            yield Problem(name, _("lies in the RTP range {first}-{last}", first=first, last=last), port)


def _rtp_count(raw: Raw) -> int:
    from .ports import rtp_count

    capacities = [line.get("capacity", 60) for _path, line in _items(raw, "line")]
    return rtp_count([c for c in capacities if isinstance(c, int)], len(_items(raw, "seat")))


def _outbound(raw: Raw) -> Iterator[Problem]:
    rules = _table(raw, "limits").get("outbound", [])
    for index, rule in enumerate(rules if isinstance(rules, list) else [], 1):
        field = f"limits.outbound.{index}"
        if not isinstance(rule, str):
            continue
        try:
            compiled = re.compile(rule)
        except re.error as fault:
            yield Problem(field, _("is no regular expression: {fault}", fault=fault), rule)
            continue
        if not _RULE.fullmatch(rule):
            yield Problem(field, _("must begin with ^, end with $ and hold digits and []?*+(){},|.- only"), rule)
        for path, seat in _items(raw, "seat"):
            if compiled.search(str(seat.get("id"))):
                yield Problem(f"{path}.id", _("is also a number of the world (limits.outbound {rule})", rule=rule))


def _centre(raw: Raw) -> Iterator[Problem]:
    zone = _table(raw, "centre").get("timezone")
    if isinstance(zone, str):
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            yield Problem("centre.timezone", _("there is no such time zone"), zone, hint="Asia/Shanghai")


def _edge(raw: Raw) -> Iterator[Problem]:
    table = _table(raw, "edge")
    if table.get("names") == []:
        yield Problem("edge.names", _("at least one is needed"))
    files = {name: table.get(name) for name in ("certificate", "key")}
    for (name, file), other in zip(files.items(), ("key", "certificate"), strict=True):
        if file is None and files[other] is not None:
            yield Problem(f"edge.{name}", _("is needed when edge.{other} is given", other=other))
        if isinstance(file, str) and not Path(file).is_file():
            yield Problem(f"edge.{name}", _("there is no such file"), file)
        elif isinstance(file, str) and not _PLAIN_PATH.fullmatch(file):
            yield Problem(
                f"edge.{name}",
                _("must be an absolute path without quotes, dollar signs, semicolons, braces and line ends"),
                file,
            )
    browsers = any(entry.get("device", "desk") == "browser" for _path, entry in _items(raw, "seat"))
    for path, trunk in _items(raw, "trunk"):
        # identified by its address before a name is asked for: a browser's phone would be this trunk
        if browsers and str(trunk.get("host")).lower() in ("127.0.0.1", "localhost", "::1"):
            fault = _("is where the phones of browsers come from (nginx); take another loopback address")
            yield Problem(f"{path}.host", fault, trunk.get("host"))


def _external(raw: Raw) -> Iterator[Problem]:
    table = _table(raw, "asterisk")
    if table.get("mode") == "external":
        for name in ("log_dir", "spool_dir"):
            if not table.get(name):
                yield Problem(f"asterisk.{name}", _("is needed when mode = external"))
