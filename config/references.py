"""What one entry of ``hotline.toml`` says of another: names that must exist, numbers that may stand once.

Works on the raw file, so that these problems are told together with wrong types and
unknown entries; whatever has the wrong type here is left to the models. Pure, but for
asking whether a named file is there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from . import hours
from .journey import faults
from .language import say as _
from .problems import Problem, likely

PROMPTS = ("busy", "closed", "nobody", "unknown", "sorry", "rejoin")
SURVEY_PROMPTS = ("survey", "survey_solved", "survey_thanks")
VOICEMAIL_PROMPTS = ("voicemail_closed", "voicemail_nobody", "voicemail_thanks")
CALL_BACK_PROMPTS = (
    "callback_offer", "callback_number", "callback_keys", "callback_type", "callback_wrong", "callback_thanks", "callback_stays",
    "callback_seat", "callback_unreached",
)  # fmt: skip
SWITCH_PROMPTS = (
    "switch_pin", "switch_wrong", "switch_rest", "switch_menu", "switch_line", "switch_mode", "switch_closed", "switch_open",
    "switch_clock", "switch_on", "switch_off",
)  # fmt: skip
MODE_PROMPTS = ("switch_mode", "switch_on", "switch_off")
"""Of these, what only a mode needs."""
NUISANCE_PROMPTS = ("nuisance_message", "nuisance_spent", "nuisance_appealed")
OUTBOUND_PROMPT = "outbound"
"""Prompts the telephone needs whatever the lines say."""
RESERVED = {
    "trunk": {"global", "system", "udp", "tcp", "ws", "probe", "strangers", "replaces"},
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
        *_journeys(raw),
        *_modes(raw),
        *_hours(raw),
        *_numbers(raw),
        *_trunks(raw),
        *_partners(raw),
        *_ports(raw),
        *_seats(raw),
        *_outbound(raw),
        *_calendar(raw),
        *_centre(raw),
        *_asterisk(raw),
        *_edge(raw),
        *_casestore(raw),
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
    for kind in ("trunk", "line", "queue", "seat", "agent", "partner", "mode"):
        entries = _items(raw, kind)
        if kind in raw and not entries and kind not in ("agent", "partner", "mode"):
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
        yield from unknown(f"{path}.duty_queue", line.get("duty_queue"))
        for key, name in _table(line, "menu").items():
            yield from unknown(f"{path}.menu.{key}", name)
    for path, agent in _items(raw, "agent"):
        for table in ("skills", "reserve"):
            for name in _table(agent, table):
                yield from unknown(f"{path}.{table}.{name}", name)
        for name in _table(agent, "reserve").keys() & _table(agent, "skills").keys():
            yield Problem(f"{path}.reserve.{name}", _("is a skill of this agent already, in the reserve or not"), name)
    nuisance = _table(raw, "nuisance")
    never = nuisance.get("never_queues")
    exempt = [name for name in never if isinstance(name, str)] if isinstance(never, list) else []
    yield from unknown("nuisance.queue", nuisance.get("queue"))
    for name in exempt:
        yield from unknown("nuisance.never_queues", name)
    if nuisance.get("queue") in exempt:
        yield Problem("nuisance.queue", _("is one of never_queues: nobody may be held back there"), nuisance["queue"])


def _prompts(raw: Raw) -> Iterator[Problem]:
    known = tuple(_table(raw, "prompts"))
    wanted = [("prompts", name) for name in PROMPTS]
    for path, line in _items(raw, "line"):
        notice = line.get("notice", "welcome")
        if isinstance(notice, str):
            wanted.append((f"{path}.notice", notice))
        if _table(line, "menu"):
            wanted.append(("prompts", "menu"))
        if line.get("survey") is True:
            wanted += [("prompts", name) for name in SURVEY_PROMPTS]
        if line.get("voicemail") is True:
            wanted += [("prompts", name) for name in VOICEMAIL_PROMPTS]
    for path, queue in _items(raw, "queue"):
        if isinstance(queue.get("comfort"), str):
            wanted.append((f"{path}.comfort", queue["comfort"]))
            if queue.get("words_seconds") is not None:
                yield Problem(
                    f"{path}.comfort",
                    _("would be heard at the same time as his place: leave comfort or words_seconds out"),
                )
    for path, queue in (*_items(raw, "queue"), *_items(raw, "mode")):
        if queue.get("call_back_seconds") is not None:
            wanted += [("prompts", name) for name in CALL_BACK_PROMPTS]
            if queue.get("words_seconds") is None:
                yield Problem(
                    f"{path}.call_back_seconds", _("is said with the words to those who wait: give words_seconds too")
                )
    if _table(raw, "switches").get("number"):
        wanted += [("prompts", name) for name in SWITCH_PROMPTS]
        if not _items(raw, "mode"):
            wanted = [one for one in wanted if one[1] not in MODE_PROMPTS]
    if "nuisance" in raw:
        wanted += [("prompts", name) for name in NUISANCE_PROMPTS]
    recording = _table(raw, "recording")
    if recording.get("enabled", True) is True and recording.get("outbound_notice") != "off":
        wanted.append(("prompts", OUTBOUND_PROMPT))
    for field, name in dict.fromkeys(wanted):
        if name in known:
            continue
        if field == "prompts":
            yield Problem(f"prompts.{name}", _absent(name), hint=likely(name, known))
        else:
            yield Problem(field, _("there is no such prompt"), name, known, likely(name, known))


def _absent(name: str) -> str:
    """Settings of an older version lack prompts that are new: where a sentence for it stands."""
    said = _("is missing: take the line over from the hotline.toml of this version")
    if name != OUTBOUND_PROMPT:
        return said
    return said + _(', or say recording.outbound_notice = "off" (calls to citizens are then not recorded)')


def _journeys(raw: Raw) -> Iterator[Problem]:
    if _table(raw, "recording").get("enabled", True) is False:
        yield from faults.unrecorded(_items(raw, "line"), _table(raw, "journey"))
    queues = tuple(str(entry["id"]) for _path, entry in _items(raw, "queue") if "id" in entry)
    yield from faults.of_lines(_items(raw, "line"), tuple(_table(raw, "journey")))
    yield from faults.of_journeys(_table(raw, "journey"), tuple(_table(raw, "prompts")), queues)


def _modes(raw: Raw) -> Iterator[Problem]:
    named = {
        kind: tuple(str(entry["id"]) for _path, entry in _items(raw, kind) if "id" in entry)
        for kind in ("queue", "line")
    }
    prompts, journeys = tuple(_table(raw, "prompts")), tuple(_table(raw, "journey"))
    yield from faults.of_modes(_items(raw, "mode"), prompts, journeys, named["queue"], named["line"])


def _hours(raw: Raw) -> Iterator[Problem]:
    own = raw.get("callbacks")
    kept = [("callbacks", own)] if isinstance(own, dict) else []
    written = [(f"{path}.hours", table.get("hours", "always")) for path, table in (*_items(raw, "line"), *kept)]
    written.append(("cases.work_hours", _table(raw, "cases").get("work_hours", "always")))
    for field, text in written:
        if isinstance(text, str):
            try:
                hours.parse(text)
            except ValueError as fault:
                allowed = ("always", "Mon-Fri 08:00-12:00,14:30-17:30; Sat 09:00-12:00")
                yield Problem(field, str(fault), text, allowed)


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
    for path, seat in _items(raw, "seat"):
        if (ident := str(seat.get("id"))) in owners:
            fault = _("is also a number of {owner}: whoever dials it inside would reach the line", owner=owners[ident])
            yield Problem(f"{path}.id", fault, ident)


def _calendar(raw: Raw) -> Iterator[Problem]:
    table = _table(raw, "calendar")
    free, worked = (
        {day for day in (days if isinstance(days, list) else []) if isinstance(day, date)}
        for days in (table.get("holidays"), table.get("workdays"))
    )
    for day in sorted(free & worked):
        yield Problem("calendar.holidays", _("stands among the workdays too: it can be only one of both"), day)


def _trunks(raw: Raw) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for path, trunk in _items(raw, "trunk"):
        for place, host in enumerate(_hosts(trunk)):
            network = _is_network(host)
            if not network and not _is_host(host):
                yield Problem(f"{path}.host", _("is neither an address nor a host name, nor a network"), host)
                continue
            if network and not place:
                yield Problem(f"{path}.host", _("calls out go to the first: it must be one address or name"), host)
            owner = next((whose for other, whose in owners.items() if whose != path and _overlap(host, other)), None)
            if owner is not None:
                fault = _("is the address of {owner} already: calls could not be told apart", owner=owner)
                yield Problem(f"{path}.host", fault, host)
            owners.setdefault(host, path)


def _partners(raw: Raw) -> Iterator[Problem]:
    """Trunks that exist; a number that is nobody else's; a secret where something is signed."""
    trunks = tuple(str(entry["id"]) for _path, entry in _items(raw, "trunk") if "id" in entry)
    seats = {str(entry.get("id")) for _path, entry in _items(raw, "seat")}
    owners: dict[str, str] = {}
    for path, partner in _items(raw, "partner"):
        wanted = partner.get("trunks", [])
        for name in wanted if isinstance(wanted, list) else []:
            if isinstance(name, str) and name not in trunks:
                yield Problem(f"{path}.trunks", _("there is no such trunk"), name, trunks, likely(name, trunks))
        number = str(partner.get("number"))
        if number in seats:
            yield Problem(f"{path}.number", _("is a seat's"), number)
        if number in owners:
            yield Problem(f"{path}.number", _("belongs to {owner} already", owner=owners[number]), number)
        owners.setdefault(number, path)
        if partner.get("url") and not partner.get("secret"):
            yield Problem(f"{path}.secret", _("is needed with url: what is sent there is signed"))


def _hosts(trunk: Raw) -> list[str]:
    host = trunk.get("host")
    return [one for one in (host if isinstance(host, list) else [host]) if isinstance(one, str)]


def _is_network(host: str) -> bool:
    if "/" not in host:
        return False
    try:
        return not ip_network(host).network_address.is_unspecified
    except ValueError:
        return False


def _overlap(one: str, other: str) -> bool:
    """Whether a caller's address could belong to both."""
    if one == other:
        return True
    try:
        a, b = ip_network(one), ip_network(other)
    except ValueError:  # a host name: nobody knows yet
        return False
    return a.version == b.version and (a.subnet_of(b) or b.subnet_of(a))  # type: ignore[arg-type]


def _is_host(host: str) -> bool:
    try:
        return not ip_address(host).is_unspecified
    except ValueError:
        return bool(_HOST.fullmatch(host)) and not re.fullmatch(r"[0-9.]+", host)


def _ports(raw: Raw) -> Iterator[Problem]:
    from .sections.access import Edge, Metrics  # the defaults stand there
    from .sections.telephone import Ports

    table = _table(raw, "ports")
    ports = {f"ports.{name}": table.get(name, field.default) for name, field in Ports.model_fields.items()}
    ports["edge.port"] = _table(raw, "edge").get("port", Edge.model_fields["port"].default)
    if "bind" in (own := _table(raw, "metrics")):
        ports["metrics.port"] = own.get("port", Metrics.model_fields["port"].default)
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


def _casestore(raw: Raw) -> Iterator[Problem]:
    """Both have tables of the same names, and a restore empties the ledger's database."""
    url = _table(raw, "casestore").get("url", "sqlite")
    if url != "sqlite" and url == _table(raw, "ledger").get("url"):
        yield Problem("casestore.url", _("is the ledger's database; give the case store one of its own"))
    store = _table(raw, "casestore")
    driver = store.get("driver", "native")
    if driver in ("open311", "sql", "webhook", "old") and not isinstance(store.get(driver), Mapping):
        yield Problem(f"casestore.{driver}", _("is needed with driver = {driver}", driver=f'"{driver}"'))
    theirs = _table(store, "sql").get("url", "")
    if isinstance(theirs, str) and "@" in theirs and ":" in theirs.rpartition("@")[0].partition("://")[2]:
        fault = _("holds a password: it belongs into {file}", file="VAR/secrets/casestore-sql-password")
        yield Problem("casestore.sql.url", fault)
    if theirs and theirs in (_table(raw, "ledger").get("url"), url):
        yield Problem("casestore.sql.url", _("is a database of ours; it must be the city's own"))
    names = [one.get("name") for one in _list(_table(store, "georeport").get("integrator"))]
    for name, times in Counter(map(str, names)).items():
        if times > 1:
            yield Problem("casestore.georeport.integrator", _("{name} stands twice", name=name))
    if names and driver not in ("native", "embedded"):
        yield Problem("casestore.georeport", _("is served by the case store that comes with us alone"))


def _list(value: object) -> list[Raw]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _rtp_count(raw: Raw) -> int:
    from .rtp_ports import rtp_count

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
            continue
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
    browsers = any("browser" in _devices(entry) for _path, entry in _items(raw, "seat"))
    for path, trunk in _items(raw, "trunk"):
        # identified by its address before a name is asked for: a browser's phone would be this trunk
        for host in _hosts(trunk):
            if browsers and (host.lower() == "localhost" or _overlap(host, "127.0.0.1") or _overlap(host, "::1")):
                fault = _("is where the phones of browsers come from (nginx); take another loopback address")
                yield Problem(f"{path}.host", fault, host)


def _devices(seat: Raw) -> tuple[object, object]:
    return seat.get("device", "desk"), seat.get("second_device")


def _seats(raw: Raw) -> Iterator[Problem]:
    for path, seat in _items(raw, "seat"):
        first, second = _devices(seat)
        if second is not None and second == first:
            fault = _("is the seat's device already: a second one is the other kind, or leave the line out")
            yield Problem(f"{path}.second_device", fault, second, hint="desk" if first == "browser" else "browser")


def _is_own_host(host: object) -> bool:
    """Whether it is this machine's own IPv4: any address of 127.0.0.0/8 is, something between us and Asterisk may stand there."""
    try:
        return host == "localhost" or ip_address(str(host)) in ip_network("127.0.0.0/8")
    except ValueError:
        return False


def _asterisk(raw: Raw) -> Iterator[Problem]:
    table = _table(raw, "asterisk")
    if table.get("mode") == "external":
        for name in ("log_dir", "spool_dir"):
            if not table.get(name):
                yield Problem(f"asterisk.{name}", _("is needed when mode = external"))
        return
    host = table.get("ami_host", "127.0.0.1")
    if not _is_own_host(host):
        fault = _(
            "our own Asterisk's AMI is on this machine only (127.0.0.1, or another address of 127.0.0.0/8); another's needs mode = external"
        )
        yield Problem("asterisk.ami_host", fault, host)
    for name in ("log_dir", "spool_dir"):
        if table.get(name):
            fault = _("is for mode = external; our own Asterisk writes below --var")
            yield Problem(f"asterisk.{name}", fault, table[name])
