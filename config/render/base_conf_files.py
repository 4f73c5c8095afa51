"""asterisk.conf, modules.conf, logger.conf and the small files some module asks for."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ..file_places import Places
from ..settings import Settings
from . import comfort_words, pjsip, text
from .leg_sound import RENEW

MODULES = (
    # sorcery and timing first: others look for them while they load
    "res_sorcery_config", "res_sorcery_memory", "res_sorcery_astdb", "res_timing_timerfd",
    # SIP
    "res_pjproject", "res_pjsip", "res_pjsip_session", "res_pjsip_sdp_rtp", "res_rtp_asterisk", "res_srtp",
    "res_pjsip_endpoint_identifier_ip", "res_pjsip_endpoint_identifier_user", "res_pjsip_authenticator_digest",
    "res_pjsip_registrar", "res_pjsip_caller_id", "res_pjsip_header_funcs",
    "res_pjsip_dtmf_info", "res_pjsip_nat", "res_pjsip_acl", "res_pjsip_refer", "res_pjsip_rfc3326",
    "res_pjsip_transport_websocket", "res_http_websocket", "res_pjsip_pubsub", "res_crypto",
    "res_pjsip_outbound_authenticator_digest", "res_security_log", "res_pjsip_logger", "chan_pjsip",
    # sound
    "codec_alaw", "codec_ulaw", "codec_a_mu", "codec_resample", "format_pcm", "format_sln", "format_wav", "res_musiconhold",
    # bridges
    "bridge_simple", "bridge_native_rtp", "bridge_softmix", "bridge_holding", "bridge_builtin_features",
    "bridge_builtin_interval_features", "chan_bridge_media",
    # dialplan
    "pbx_config", "app_dial", "app_exec", "app_queue", "app_playback", "app_mixmonitor", "app_stack", "app_userevent",
    "app_celgenuserevent", "app_playtones", "app_waitforsilence", "app_waitforcond", "app_originate", "app_channelredirect", "app_softhangup", "app_chanspy", "app_echo", "app_read", "app_senddtmf", "res_speech", "res_agi", "func_callerid", "func_channel", "func_cut", "func_groupcount",
    "func_logic", "func_periodic_hook", "func_export", "func_uri", "func_strings", "func_timeout", "func_global", "func_devstate", "func_dialplan", "func_cdr", "func_db", "func_lock", "func_sha1",
    # records and management
    "res_cdrel_custom", "cel_custom", "res_manager_devicestate",
)  # fmt: skip
"""All that is loaded: what is not needed cannot be attacked. No ARI, no realtime, no CURL, no SHELL, no ODBC."""


def run_folder(places: Places) -> Path:
    """Where asterisk.ctl lives. A socket's path may have 107 bytes; under a long VAR it is in /tmp."""
    usual = places.asterisk / "run"
    if len(str(usual)) <= 90:
        return usual
    return Path("/tmp") / f"hotline-{hashlib.sha256(str(places.var).encode()).hexdigest()[:16]}"  # noqa: S108


def asterisk(settings: Settings, places: Places, modules: Path | None) -> str:
    var = places.asterisk
    folders: dict[str, object] = {
        "astcachedir": var / "cache",
        "astetcdir": places.asterisk_etc,
        "astvarlibdir": var / "lib",
        "astdbdir": var / "lib",
        "astkeydir": var / "lib",
        "astdatadir": var,
        "astagidir": var / "agi-bin",
        "astspooldir": places.spool.parent,
        "astrundir": run_folder(places),
        "astlogdir": places.asterisk_log,
        "astsbindir": var / "sbin",
    }
    if modules is not None:
        folders["astmoddir"] = modules
    return text.file(text.section("directories", folders), options(settings))


def options(settings: Settings) -> str:
    """What external mode asks the site to put into its own asterisk.conf."""
    return text.section(
        "options",
        {
            "systemname": settings.centre.node,
            "live_dangerously": False,
            "disable_remote_console_shell": True,
            "hideconnect": True,
            "nocolor": True,
            "verbose": 0,
            "documentation_language": "en_US",
        },
    )


def site(settings: Settings) -> str:
    """asterisk.conf in external mode: a site keeps its own folders."""
    return text.file(options(settings))


def readme(settings: Settings) -> str:
    """What a site does with the rendered files."""
    ports = settings.ports
    return README.format(
        ami=ports.ami, agi=ports.agi, http=ports.http, sip=ports.sip, node=settings.centre.node, rtp=ports.rtp_first
    )


README = """\
Configuration for an Asterisk 22 (at least 22.10.1) that somebody else runs.

1. Copy the *.conf files into its configuration folder (astetcdir). modules.conf loads only
   what the hotline needs; a site that needs more adds `load =>` lines. manager.conf,
   pjsip.conf and extensions.conf hold secrets: keep them 0600 and owned by Asterisk's user.
2. From asterisk.conf take the [options]; `systemname = {node}` is part of every call's id.
3. Copy data/sounds and data/moh into its astdatadir.
4. It must reach FastAGI at 127.0.0.1:{agi}, and the daemon its AMI at 127.0.0.1:{ami}: both on
   loopback, so the daemon runs on the same machine, or through a tunnel.
5. In hotline.toml set asterisk.mode = "external", log_dir to its astlogdir (the daemon reads
   cel-custom/hotline.csv and queue_log there) and spool_dir to its astspooldir (recordings
   are in monitor/).
6. Open to trunks and seats: SIP {sip}/udp and /tcp, and RTP from {rtp}/udp on. Never AMI, HTTP ({http}) or FastAGI.
7. Restart Asterisk. `hotline check` then says what is still missing.
"""


def modules() -> str:
    loads = [("autoload", "no"), *(("load", f"{name}.so") for name in MODULES)]
    return text.file(text.section("modules", loads))


def logger() -> str:
    """Asterisk's own log; its size is kept by ``hotline/programs/embedded_asterisk.py`` (a flood writes 3 MB a second)."""
    return text.file(
        text.section("general", {"dateformat": "%F %T.%3q", "queue_log": True, "rotatestrategy": "rotate"}),
        text.section("logfiles", {"messages": "notice,warning,error", "security": "security", SIP_LOG: "verbose"}),
    )


SIP_LOG = "sip"
"""The log of what trunks and we said to each other, message by message; read by ``cti/turned_away_logs.py``."""


def sip_log(settings: Settings) -> list[str]:
    """Commands that have the SIP of the trunks, and of nobody else, written: run at Asterisk's start, and when trunks change."""
    hosts = [host for trunk in settings.trunk for host in trunk.hosts]
    return [f"pjsip set logger {'add' if place else 'host'} {host}" for place, host in enumerate(hosts)]


def small_files(settings: Settings) -> dict[str, str]:
    """Files a loaded module warns about when they are missing."""
    china = {"description": "China", "ringcadence": "1000,4000", "dial": "450", "busy": "450/350,0/350",
             "ring": "450/1000,0/4000", "congestion": "450/700,0/700", "callwaiting": "450/400,0/4000",
             "dialrecall": "450", "record": "950/400,0/10000", "info": "450/100,0/100,450/100,0/100,450/100,0/100,450/400,0/400",
             "stutter": "450+425"}  # fmt: skip
    return {
        "indications.conf": text.file(text.section("general", {"country": "cn"}), text.section("cn", china)),
        "musiconhold.conf": comfort_words.render(settings),
        "features.conf": _features(),
        "udptl.conf": text.file(text.section("general", {})),
        "acl.conf": text.file(),
        "ccss.conf": text.file(text.section("general", {})),
        "stasis.conf": text.file(),
        "cli.conf": text.file(text.section("startup_commands", [(command, "yes") for command in sip_log(settings)])),
        "cli_permissions.conf": text.file(text.section("general", {"default_perm": "permit"})),
        "cli_aliases.conf": text.file(text.section("general", {})),
        "pjproject.conf": text.file(
            text.section("startup", {"type": "startup", "log_level": 2}),
            # level 2 is what pjproject thinks of other people's packets, and of its own module order
            text.section(
                "log_mappings",
                {"type": "log_mappings", "asterisk_error": "0,1", "asterisk_notice": "2", "asterisk_debug": "3,4,5"},
            ),
        ),
        "sorcery.conf": text.file(text.section("res_pjsip", pjsip.keys())),
        "extconfig.conf": text.file(text.section("settings", {})),
        "dnsmgr.conf": text.file(text.section("general", {"enable": False})),
        "dsp.conf": text.file(text.section("default", {})),
        "codecs.conf": text.file(),
    }


def _features() -> str:
    """Codes that AMI Atxfer presses for a seat: letters no keypad has. An unknown key here drops the whole file."""
    return text.file(
        text.section(
            "general",
            {
                "transferdigittimeout": 3,
                "featuredigittimeout": 500,
                "atxfernoanswertimeout": 20,
                "atxferdropcall": False,
                "atxferloopdelay": 2,
                "atxfercallbackretries": 1,
                "xfersound": "",
                "xferfailsound": "",
                "transferannouncesound": "",
                "pickupexten": "",
                "atxferabort": "A",
                "atxfercomplete": "B",
                "atxferthreeway": "C",
                "atxferswap": "DD",
            },
        ),
        text.section(
            "featuremap", {"blindxfer": "", "disconnect": "", "automixmon": "", "parkcall": "", "atxfer": "D0"}
        ),
        # on a recorded leg only (DYNAMIC_FEATURES): pressed by AMI after an attended transfer
        text.section("applicationmap", {RENEW: 'D,self,Gosub,"renew,s,1"'}),
    )
