"""pjsip.conf and rtp.conf: trunks known by their address, seats by their password, nobody else.

An endpoint's name is the trunk's or seat's id; a desk phone beside a browser's has one of its own. The endpoint ``probe`` is the line
watch (``cti/line_watch.py``): it may dial the line checks and nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..rtp_ports import rtp_count
from ..sections.seats import Device, Seat
from ..sections.telephone import Trunk
from ..settings import Settings
from . import text

CODECS = "!all,alaw,ulaw"
LATER_OFFERS = "local"
"""Of a later offer on a leg that Asterisk began only what we know counts: another is refused with 488 and the
talk goes on. By default it is taken as agreed, fails, and ends both legs with 500 (measured)."""
TRUNK_CODECS = "alaw,ulaw"
"""What a carrier may speak, the better one first."""
STRANGERS, REPLACES = "strangers", "replaces"
"""Endpoints of ``_refused``."""
KEYS = "hotline"
"""Family in Asterisk's database under which res_pjsip finds the keys of browser phones."""
REGISTER_SECONDS = 90
"""How often a browser's phone registers anew."""
SILENT_SECONDS, SILENT_HOLD_SECONDS = 60, 600
"""A seat's leg from which no sound has come for so long is ended: its phone is gone, or asleep."""


def rtp_ports(settings: Settings) -> tuple[int, int]:
    """First and last RTP port."""
    first = settings.ports.rtp_first
    return first, first + rtp_count([line.capacity for line in settings.line], len(settings.seat)) - 1


def render(settings: Settings, secrets: Mapping[str, str]) -> dict[str, str]:
    first, last = rtp_ports(settings)
    sections = [*_base(settings)]
    for trunk in settings.trunk:
        sections += _trunk(settings, trunk)
    for seat in settings.seat:
        for device in seat.devices:
            sections += _seat(settings, seat, device, secrets)
    sections += _probe(settings, secrets["sip-probe"])
    sections += _refused(settings)
    bind = settings.asterisk.bind
    rtp: dict[str, object] = {"rtpstart": first, "rtpend": last, "strictrtp": True, "icesupport": True}
    if not (bind.is_unspecified or bind.is_loopback):  # a browser is not sent to addresses where no sound is
        rtp |= {"ice_deny": "::/0" if bind.version == 6 else "0.0.0.0/0", "ice_permit": f"{bind}/{bind.max_prefixlen}"}  # fmt: skip
    return {"pjsip.conf": text.file(*sections), "rtp.conf": text.file(text.section("general", rtp))}


def _base(settings: Settings) -> list[str]:
    bind = settings.asterisk.bind
    host = f"[{bind}]" if bind.version == 6 else str(bind)
    return [
        text.section(
            "global",
            {
                "type": "global",
                "user_agent": "hotline",
                # what nobody may send (``_refused``), then trunks, then seats, then strangers that dial us
                "endpoint_identifier_order": "header,ip,username,request_uri",
                # 12319;phone-context=+86592 is 12319
                "ignore_uri_user_options": True,
                # a slow logger or a storm of member states must not refuse calls
                "taskprocessor_overload_trigger": "pjsip_only",
                "max_initial_qualify_time": 2,
                "unidentified_request_count": 5,
                "unidentified_request_period": 5,
                "mwi_disable_initial_unsolicited": True,
                "allow_sending_180_after_183": True,
            },
        ),
        text.section("system", {"type": "system"}),
        text.section("udp", {"type": "transport", "protocol": "udp", "bind": f"{host}:{settings.ports.sip}"}),
        # for telephones that would rather; calls to them go by the connection that they have opened
        text.section("tcp", {"type": "transport", "protocol": "tcp", "bind": f"{host}:{settings.ports.sip}"}),
        text.section("ws", {"type": "transport", "protocol": "ws", "bind": host, "websocket_write_timeout": 1000}),
    ]


def _media(settings: Settings) -> dict[str, object]:
    if settings.asterisk.bind.is_unspecified:
        return {}
    return {"media_address": settings.asterisk.bind, "bind_rtp_to_media_address": True}


def _trunk(settings: Settings, trunk: Trunk) -> list[str]:
    endpoint = {
        "type": "endpoint",
        "context": f"trunk-{trunk.id}",
        "disallow": "all",
        # A-law whenever the carrier offers it, whatever it would rather: nothing is transcoded then,
        # and transcoding loses the voice of a later partner (decision 0004)
        "allow": TRUNK_CODECS,
        "codec_prefs_incoming_offer": "prefer: configured, operation: intersect, keep: first, transcode: allow",
        "outgoing_call_offer_pref": LATER_OFFERS,
        # the carrier's RTP/SAVP and AVPF are answered alike; of several audio streams the first
        "media_use_received_transport": True,
        "media_encryption": "sdes",
        "media_encryption_optimistic": True,
        "aors": trunk.id,
        "identify_by": "ip",
        "direct_media": False,
        # keys by telephone-event; as tones in the sound where the carrier offers none
        "dtmf_mode": "auto",
        # whatever the headers say, its channels are born under the trunk's name: the dialplan reads them (``identity``)
        "callerid": f"<{trunk.id}>",
        "trust_id_inbound": False,
        # who answers is not the carrier's business, and each change would be a re-INVITE
        "send_connected_line": False,
        "allow_transfer": False,
        "allow_subscribe": False,
        "rtp_timeout": 300,
        "rtp_timeout_hold": 3600,
        "tone_zone": "cn",
        **_media(settings),
    }
    aor = {
        "type": "aor",
        "contact": f"sip:{_in_uri(trunk.hosts[0])}:{trunk.port}",
        "qualify_frequency": trunk.check_seconds,
        "qualify_timeout": 3.0,
    }
    identify = {"type": "identify", "endpoint": trunk.id, "match": ",".join(trunk.hosts), "srv_lookups": False}
    return [
        text.section(trunk.id, endpoint),
        text.section(trunk.id, aor),
        text.section(f"{trunk.id}-address", identify),
    ]


def keys() -> list[tuple[str, object]]:
    """sorcery.conf: where passwords are. A desk phone's stand in the file; a browser's come and go, in Asterisk's database."""
    return [("auth", "config,pjsip.conf,criteria=type=auth"), ("auth", f"astdb,{KEYS}")]


def _seat(settings: Settings, seat: Seat, device: Device, secrets: Mapping[str, str]) -> list[str]:
    """One device of a seat. A browser's offers and a telephone's are not one: each is an endpoint of its own."""
    browser = device is Device.BROWSER
    name = seat.endpoint(device)
    endpoint: dict[str, object] = {
        "type": "endpoint",
        "context": "seats",
        "disallow": "all",
        "allow": "alaw",
        "outgoing_call_offer_pref": LATER_OFFERS,
        "aors": name,
        "auth": name,
        "identify_by": "username",
        "callerid": f'"{seat.id}" <{seat.id}>',
        "direct_media": False,
        "dtmf_mode": "rfc4733",
        "rewrite_contact": True,
        "rtp_symmetric": True,
        "force_rport": True,
        "device_state_busy_at": 1,
        "allow_subscribe": False,
        "allow_transfer": True,
        # where a phone's own REFER and the feature code may send a caller
        "set_var": "__TRANSFER_CONTEXT=transfer-targets",
        "trust_id_outbound": True,
        "send_pai": True,
        "send_connected_line": False,
        "tone_zone": "cn",
        # a laptop that went to sleep, or a telephone without power, sends no BYE
        "rtp_timeout": SILENT_SECONDS,
        "rtp_timeout_hold": SILENT_HOLD_SECONDS,
    }
    if browser:
        endpoint |= {"transport": "ws", "webrtc": True, "dtls_auto_generate_cert": True}
    aor = _registered(contacts=1, qualify=10)
    if browser:  # a page that is gone without a word is soon forgotten
        return [
            text.section(name, endpoint | _media(settings)),
            text.section(name, aor | {"default_expiration": REGISTER_SECONDS, "maximum_expiration": REGISTER_SECONDS}),
        ]
    return [
        text.section(name, endpoint | _media(settings)),
        text.section(name, _auth(name, secrets[f"sip-{name}"])),
        text.section(name, aor),
    ]


def _in_uri(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _refused(settings: Settings) -> list[str]:
    """What is refused before any dialplan, and told in Asterisk's log with its address (``cti/turned_away_logs.py``).

    Both endpoints lead into a context that is not there. ``strangers``: who dials one of our
    numbers from an address that is no trunk's. ``replaces``: an INVITE that would take somebody's place in a
    running call; nothing of ours sends one (phones transfer by REFER), and Asterisk asks nobody whether it may.
    """
    area = settings.centre.area_code
    locals_ = {number.removeprefix(area).removeprefix("0") for line in settings.line for number in line.dialled}
    numbers = f"(00)?(86)?0?({area[1:]})?({'|'.join(sorted(locals_))})"
    endpoint = {"type": "endpoint", "transport": "udp", "disallow": "all", "allow": "alaw"}
    return [
        text.section(STRANGERS, endpoint | {"context": STRANGERS}),
        text.section(
            f"{STRANGERS}-numbers",
            {"type": "identify", "endpoint": STRANGERS, "match_request_uri": f"/^(sips?|tel):[+]?{numbers}([@;].*)?$/"},
        ),
        text.section(REPLACES, endpoint | {"context": REPLACES}),
        text.section(
            f"{REPLACES}-header", {"type": "identify", "endpoint": REPLACES, "match_header": "Replaces: /.*/"}
        ),
    ]


def _probe(settings: Settings, secret: str) -> list[str]:
    endpoint = {
        "type": "endpoint",
        "transport": "udp",
        "context": "probe",
        "disallow": "all",
        "allow": "alaw,ulaw",
        "aors": "probe",
        "auth": "probe",
        "identify_by": "username",
        "direct_media": False,
        "dtmf_mode": "rfc4733",
        "allow_transfer": False,
        "allow_subscribe": False,
        **_media(settings),
    }
    return [
        text.section("probe", endpoint),
        text.section("probe", _auth("probe", secret)),
        text.section("probe", _registered(contacts=2, qualify=0)),
    ]


def _auth(user: str, secret: str) -> dict[str, object]:
    return {"type": "auth", "auth_type": "userpass", "username": user, "password": secret}


def _registered(*, contacts: int, qualify: int) -> dict[str, object]:
    return {
        "type": "aor",
        "max_contacts": contacts,
        "remove_existing": True,
        "remove_unavailable": contacts == 1,
        "qualify_frequency": qualify,
        "minimum_expiration": 30,
        "default_expiration": 120,
        "maximum_expiration": 600,
        "support_path": False,
    }
