"""The rendered configuration, as text. What a real Asterisk makes of it: test_dialplan."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import secrets
from config.file_places import Places
from config.read import SettingsError, parse
from config.render import base_conf_files, render, text
from config.render.dialplan_steps import exten
from config.render.pjsip import rtp_ports
from config.settings import Settings
from tests.config.journeys import everything
from tests.config.test_read import SHIPPED


def shipped() -> dict[str, Any]:
    return tomllib.loads(SHIPPED.read_text(encoding="utf-8"))


def rendered(settings: Settings, var: Path = Path("/var/x")) -> dict[str, str]:
    return render(settings, Places(var), dict.fromkeys(secrets.names(settings), "secret"))


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return rendered(parse(shipped()))


def test_management_is_on_loopback_and_asks_little(files: dict[str, str]) -> None:
    """AMI and HTTP bind loopback; no user may run programs, read files or change the configuration."""
    assert "bindaddr = 127.0.0.1" in files["manager.conf"]
    assert "bindaddr = 127.0.0.1" in files["http.conf"]
    assert "webenabled = no" in files["manager.conf"]
    rights = set(re.findall(r"^write = (.*)$", files["manager.conf"], re.MULTILINE))
    assert not {"system", "command", "config", "all"} & set(",".join(rights).split(","))


def test_only_named_modules(files: dict[str, str]) -> None:
    """Nothing loads by itself, and nothing that runs programs, fetches pages or speaks to a database."""
    assert "autoload = no" in files["modules.conf"]
    for name in ("ari", "curl", "shell", "odbc", "pgsql", "realtime", "app_system", "func_env", "anonymous"):
        assert name not in files["modules.conf"]


def test_no_second_record_of_calls_grows_beside_ours(files: dict[str, str]) -> None:
    """OPS 33: Master.csv held every number in plain. What would write CDR anywhere is not loaded."""
    loaded = set(re.findall(r"^load = (\w+)\.so$", files["modules.conf"], re.MULTILINE))
    assert {name for name in loaded if name.startswith("cdr_")} == set()
    assert {"cel_custom", "func_cdr"} <= loaded


def test_nobody_comes_in_without_a_name(files: dict[str, str]) -> None:
    """Every endpoint is a trunk known by its address or a phone with a password; two more lead into contexts that are not there."""
    endpoints = re.findall(r"\[([^\]]+)\]\ntype = endpoint\n((?:.+\n)*)", files["pjsip.conf"])
    refused = {"strangers", "replaces"}
    assert len(endpoints) == 2 + 8 + 1 + len(refused)
    for name, body in endpoints:
        if name in refused:
            assert f"context = {name}\n" in body
            assert f"[{name}]" not in files["extensions.conf"]
        else:
            assert ("identify_by = ip" in body) != ("auth = " in body)


def test_trunks_lead_nowhere_out(files: dict[str, str]) -> None:
    """A trunk's contexts hold our numbers and the refusal of all others; no pattern takes any character; they dial nothing."""
    for body in re.findall(r"\[trunk-[^\]]+\]\n((?:.+\n)*)", files["extensions.conf"]):
        assert body == "include => as-dialled\n"
    for name in ("as-dialled", "identity", "uri", "called"):
        (body,) = re.findall(rf"\[{name}\]\n((?:.+\n)*)", files["extensions.conf"])
        assert "include" not in body
        assert "Dial(" not in body
        assert name == "called" or not re.search(r"^exten => _[^,]*[.!]", body, re.MULTILINE)
    for body in re.findall(r"\[line-[^\]]+\]\n((?:.+\n)*)", files["extensions.conf"]):
        assert "Dial(" not in body


def test_a_carrier_that_answers_no_options_can_be_dialled() -> None:
    """F3: with ``check_seconds = 0`` nobody asks, so nobody finds it away; by default it is asked."""
    table = shipped()
    table["trunk"][0]["check_seconds"] = 0
    sections = rendered(parse(table))["pjsip.conf"].split("\n[")
    asked = [
        one
        for one in sections
        if one.startswith((*(f"{trunk['id']}]" for trunk in table["trunk"]),)) and "type = aor" in one
    ]
    assert [("qualify_frequency = 0\n" in one + "\n") for one in asked] == [True, *[False] * (len(table["trunk"]) - 1)]


def test_rtp_ports_are_enough_and_below_the_ephemeral(files: dict[str, str]) -> None:
    """Four a call and a fifth more."""
    settings = parse(shipped())
    first, last = rtp_ports(settings)
    assert last - first + 1 >= 1.2 * 4 * (60 + 30 + 8)
    assert last < 32768
    assert f"rtpend = {last}" in files["rtp.conf"]


def test_hours_end_before_their_last_minute() -> None:
    """Asterisk's ranges include their end, ours do not."""
    table = shipped()
    table["line"][0]["hours"] = "Mon-Fri 08:00-12:00; Sat 20:00-24:00"
    dialplan = rendered(parse(table))["extensions.conf"]
    assert "GotoIfTime(08:00-11:59,mon&tue&wed&thu&fri,*,*,Asia/Shanghai?open)" in dialplan
    assert "GotoIfTime(20:00-23:59,sat,*,*,Asia/Shanghai?open)" in dialplan


def test_external_leaves_the_sites_folders_alone() -> None:
    """No asterisk.conf with our paths; the README says what the site does."""
    table = shipped()
    table["asterisk"] |= {"mode": "external", "log_dir": "/var/log/asterisk", "spool_dir": "/var/spool/asterisk"}
    settings = parse(table)
    files = rendered(settings)
    assert "asterisk.conf" not in files
    assert not [name for name, body in files.items() if "/var/x" in body]
    assert "directories" not in base_conf_files.site(settings)
    assert "5038" in base_conf_files.readme(settings)


def test_a_long_var_gets_a_short_socket() -> None:
    """A Unix socket's path may have 107 bytes."""
    deep = Places(Path("/" + "deep/" * 40))
    assert len(str(base_conf_files.run_folder(deep) / "asterisk.ctl")) < 107
    assert base_conf_files.run_folder(Places(Path("/x"))) == Path("/x/asterisk/run")


_NAMES = st.text(st.characters(codec="utf-8"), max_size=30)


@given(_NAMES, _NAMES, _NAMES)
def test_no_name_becomes_configuration(centre: str, line: str, partner: str) -> None:
    """Whatever a name holds, it is refused, or every file still says what it would have said without it."""
    table = shipped()
    table["centre"]["name"] = centre
    table["line"][0]["name"] = line
    table["line"][1]["partners"] = {"12319110": partner}
    try:
        settings = parse(table)
    except SettingsError:
        return
    files = rendered(settings)
    usual = rendered(parse(shipped() | {"line": [table["line"][0] | {"name": "x"}, table["line"][1]]}))
    assert {n: b.count("\n") for n, b in files.items()} == {n: b.count("\n") for n, b in usual.items()}
    assert f"HOTLINE_PARTNER={partner})" in files["extensions.conf"]


@pytest.mark.parametrize("bad", ["a\nb", "a\rb", "a\0b"])
def test_line_ends_never_pass(bad: str) -> None:
    """The writers refuse what the settings should have refused."""
    with pytest.raises(ValueError):
        text.value(bad)
    with pytest.raises(ValueError):
        exten("s", f"Set(A={bad})")


def steps(extensions: str, context: str, number: str) -> list[str]:
    """The applications of one extension; the first has the number 1."""
    section = extensions.split(f"\n[{context}]\n")[1].split("\n[")[0]
    found: list[str] = []
    ours = False
    for line in section.splitlines():
        if line.startswith("exten => "):
            ours = line.startswith(f"exten => {number},")
        if ours and (step := re.match(r"(?:exten => [^,]+,1|\s*same => n)(?:\([a-z_]+\))?,(.*)", line)):
            found.append(step[1])
    return found


def caring(**queue: Any) -> dict[str, str]:
    raw = shipped()
    raw["queue"][0].update(queue)
    raw["line"][0].update(dict.fromkeys(("voicemail", "survey"), bool(queue)))
    return rendered(parse(raw))


def test_a_reload_moves_no_step_that_callers_stand_in() -> None:
    """Who stands in Queue(), Dial() or a prompt goes on at the next number, under settings that were switched meanwhile.

    Queue() is step 4 of its extension, the look at CONTINUE step 5: so it is in what ran before the words and the survey.
    """
    on, off = caring(words_seconds=30)["extensions.conf"], caring()["extensions.conf"]
    for queue in parse(shipped()).queue:
        for one in (on, off):
            found = steps(one, "queues", queue.id)
            assert found[3].startswith(f"Queue({queue.id},")
            assert '"CONTINUE"' in found[4]
    standing = re.compile(r"\b(Queue|Dial|Playback|Wait)\(|Gosub\((renew|enter-queue),")
    for context, number in [
        *(("queues", queue.id) for queue in parse(shipped()).queue),
        ("talk-over", "s"), ("left-queue", "s"), ("back", "s"), ("given", "_X."), ("world", "_X."), ("rejoin", "head"),
    ]:  # fmt: skip
        places = [
            [(n, step) for n, step in enumerate(steps(one, context, number), 1) if standing.search(step)]
            for one in (on, off)
        ]
        assert places[0] == places[1], (context, number)
        assert places[0]


def test_the_hook_of_one_who_waits_is_switched_off_on_every_way_out() -> None:
    """When his talk or his wait is over, and before the next wait: under settings without words as well."""
    for one in (caring(words_seconds=30)["extensions.conf"], caring()["extensions.conf"]):
        ways = [steps(one, context, number) for context, number in (("talk-over", "s"), ("left-queue", "s"))]
        ways += [steps(one, "enter-queue", queue.id)[1:] for queue in parse(shipped()).queue]
        assert all("Set(PERIODIC_HOOK(${HOTLINE_OWN_HOOK})=off)" in way[0] for way in ways)


def test_the_hook_of_a_citizen_whom_we_had_called_ends_with_his_talk() -> None:
    """The seat that begins his call is the master channel: the hook itself is told off; what he was told is told of his leg."""
    files = caring(words_seconds=30)
    words = steps(files["extensions.conf"], "wait-words", "place")
    assert "Set(EXPORT(${HOOK_CHANNEL},PERIODIC_HOOK(${HOOK_ID}))=off)" in words
    assert any("?talks)" in step for step in words)
    assert any(step.startswith("CELGenUserEvent(PROMISED,${IMPORT(${HOOK_CHANNEL},UNIQUEID)}|") for step in words)
    assert "func_export" in files["modules.conf"]


def test_a_time_is_told_to_the_nearest_minute_and_none_that_would_be_a_quarter_wrong() -> None:
    """Below 48 s the place alone; from there on never more than a third beside what is expected, most often less than a quarter."""
    words = steps(caring(words_seconds=60)["extensions.conf"], "wait-words", "place")
    at = words.index("Set(EXPECTED=$[${PLACE} * ${CUT(PACE,-,2)}])")
    assert words[at + 1] == "GotoIf($[${EXPECTED} < 48]?offer)"
    assert words[at + 2 : at + 4] == ["Set(MINUTES=$[(${EXPECTED} + 30) / 60])", "Set(MINUTES=${CUT(MINUTES,.,1)})"]


def test_who_is_soon_offered_a_call_back_hears_his_first_words_then() -> None:
    words = steps(caring(words_seconds=60, call_back_seconds=10)["extensions.conf"], "wait-words", "place")
    (first,) = [step for step in words if step.startswith("Set(FIRST=")]
    assert first == 'Set(FIRST=${IF($["${OFFERS}"!="" & 0${OFFERS} <= 15]?${OFFERS}:6)})'
    begins = words.index(first) + 1
    assert words[begins].endswith("?talks)"), "who is answered meanwhile is waited for no longer"
    assert words[begins + 1].endswith(">= ${FIRST}]?begin)")
    assert words[begins + 2 : begins + 4] == ["Wait(1)", "Goto(early)"]


def test_a_mode_offers_call_backs_in_every_queue_and_only_while_it_is_on() -> None:
    """Shipped: typhoon after ten seconds; a queue's own offer holds as soon as the mode is off."""
    files = caring(words_seconds=30, call_back_seconds=60)
    asked = {queue.id: steps(files["extensions.conf"], "enter-queue", queue.id) for queue in parse(shipped()).queue}
    on = 'ExecIf($["${DEVICE_STATE(Custom:mode-typhoon)}"="INUSE"]?Set(HOTLINE_OFFERS=10))'
    for queue, own in (("mandarin", "60"), ("minnan", ""), ("emergency", "")):
        at = asked[queue].index(f"Set(HOTLINE_OFFERS={own})")
        assert asked[queue][at + 1] == on
        assert asked[queue][at + 2].endswith(
            "?Set(HOTLINE_OFFERS=))"
        )  # a call that is none of a line's is offered nothing
    assert files["queues.conf"].count("context = call-back-asked") == 3
    raw = shipped()
    for mode in raw["mode"]:
        mode.pop("call_back_seconds")
    silent = rendered(parse(raw))
    assert "context = call-back-asked" not in silent["queues.conf"]
    assert "[call-back-asked]" not in silent["extensions.conf"]


def test_who_waits_when_a_mode_is_switched_on_meets_all_of_it(files: dict[str, str]) -> None:
    """Shipped: no queue says a word by itself, so he has no hook yet. He gets the offer, a hook and the whisper; and the first words
    of the hook, which come with the offer ten seconds after he is taken to have begun to wait, come when the whisper is over."""
    told = steps(files["extensions.conf"], "switch-tell", "typhoon")
    (offer,) = [step for step in told if "HOTLINE_OFFERS" in step]
    assert offer.endswith("?Set(EXPORT(${who},HOTLINE_OFFERS)=10))")
    since = told.index("Set(EXPORT(${who},HOTLINE_SINCE)=$[${EPOCH} + 3])")
    assert told[since + 1] == "Set(LOCAL(hook)=${IMPORT(${who},PERIODIC_HOOK(wait-words,place,20))})"
    assert "HOTLINE_HUSH)=$[${EPOCH} + 12]" in "".join(told)
    assert any("Local/typhoon_waiting@switch-ear" in step for step in told)
    assert '"${who:0:7}"="Local/k"' in "".join(told), "a kept place has no ear"
    entering = steps(files["extensions.conf"], "enter-queue", "mandarin")
    assert "Set(QUEUEWAIT=)" in entering[: entering.index('GotoIf($["${HOTLINE_WORDS}"=""]?silent)')]


def test_a_mode_puts_nobody_before_who_waits_already(files: dict[str, str]) -> None:
    """Shipped: callers of the citizen line go before the partner's who came since; outside of the mode nobody passes one who came in it."""
    extensions = files["extensions.conf"]
    citizen, partner = (
        steps(extensions, f"journey-{line}", "queue__in_typhoon_queue") for line in ("citizen", "partner")
    )
    assert [step for step in (*citizen, *partner) if "QUEUE_PRIO" in step] == [
        "Set(QUEUE_PRIO=0)",
        "Set(QUEUE_PRIO=-1)",
    ]
    for line in ("citizen", "partner"):
        assert "Gosub(behind,mandarin,1(0))" in steps(extensions, f"journey-{line}", "queue_queue")
    behind = steps(extensions, "behind", "mandarin")
    last = behind.index("Set(LOCAL(last)=${QUEUE_GET_CHANNEL(mandarin,${QUEUE_WAITING_COUNT(mandarin)})})")
    assert behind[last + 2 : last + 4] == [
        "Set(LOCAL(lower)=${IMPORT(${last},QUEUE_PRIO)})",
        'ExecIf($["${lower:0:1}"="-"]?Set(QUEUE_PRIO=$[${ARG1} + 0${lower}]))',
    ]
    raw = shipped()
    del raw["mode"][0]["line"]
    assert "behind" not in rendered(parse(raw))["extensions.conf"], "no mode has priorities: nothing to look at"


def test_no_step_keeps_a_caller_in_silence_for_more_than_three_seconds() -> None:
    """Whatever waits without a sound: for a key, for the end of a message, or for nothing. The switches' own telephone is a seat's."""
    extensions = rendered(parse(everything(shipped())))["extensions.conf"]
    waits: list[tuple[str, str, float]] = []
    name = ""
    for line in extensions.splitlines():
        name = line[1:-1] if line.startswith("[") else name
        for app, arguments in re.findall(
            r"(?:,|\?)(Read|Wait|WaitExten|WaitForSilence)\(([^()]*(?:\([^()]*\)[^()]*)*)\)", line
        ):
            given = re.split(r",(?![^()]*\))", arguments)
            place, unit = {"Read": (5, 1), "WaitForSilence": (0, 1000)}.get(app, (0, 1))
            seconds = float(given[place]) / unit
            waits.append((name, app, seconds))
    assert {app for _name, app, _seconds in waits} >= {"Read", "Wait", "WaitForSilence"}
    assert len([one for one in waits if one[1] == "Read"]) > 10
    assert [one for one in waits if one[2] > 3 and one[0] != "switch-phone"] == []


def test_a_carrier_is_offered_all_that_it_may_speak_whoever_calls(files: dict[str, str]) -> None:
    """Each Dial() to a trunk has a step before its INVITE that offers both laws; seats speak A-law alone."""
    dials = re.findall(r"Dial\(PJSIP/[^@,]+@(?:telecom|unicom),[^\n]*", files["extensions.conf"])
    before = {re.search(r"b\(([a-z-]+)\^([a-z0-9]+)\^1\)", dial).groups() for dial in dials}  # type: ignore[union-attr]
    assert len(dials) > 4
    assert ("world-offer", "s") in before
    for where in before:
        assert "Set(PJSIP_MEDIA_OFFER(audio)=alaw,ulaw)" in steps(files["extensions.conf"], *where)


def test_a_citizen_who_talked_outside_scores_nobody() -> None:
    """Given to a number of the world that answered: no survey; given in vain he is asked after his next talk."""
    world = steps(caring(words_seconds=30)["extensions.conf"], "world", "_X.")
    last = max(n for n, step in enumerate(world) if step.startswith("Dial("))
    (unset,) = [n for n, step in enumerate(world) if "Set(HOTLINE_SURVEY=)" in step]
    assert last < unset < world.index("Goto(back,s,1)", last)
    assert '"${DIALSTATUS}"="ANSWER"' in world[unset]


def test_a_wrong_key_is_asked_for_again_and_everybody_is_thanked() -> None:
    """Both questions twice; the prompt of thanks is before the only end."""
    survey = steps(caring(words_seconds=30)["extensions.conf"], "survey", "s")
    for variable, prompt in (("HOTLINE_SCORE", "survey"), ("HOTLINE_SOLVED", "survey_solved")):
        reads = [n for n, step in enumerate(survey) if step.startswith(f"Read({variable},hotline/{prompt},1,,1,")]
        assert len(reads) == 2
        assert f"?{prompt}_said)" in survey[reads[1] - 1]
    assert survey[-3] == "Playback(hotline/survey_thanks)"
    assert [step for step in survey if step.startswith("Hangup")] == ["Hangup(16)"]
    assert not any("?done)" in step for step in survey)


def test_a_seat_with_two_devices_has_an_endpoint_for_each() -> None:
    """The desk phone by a password of its own, the browser's by none in the file; one hint for both; the chosen one is dialled."""
    table = shipped()
    table["seat"][0] |= {"device": "browser", "second_device": "desk"}
    settings = parse(table)
    assert {"sip-8001-desk"} == {name for name in secrets.names(settings) if name.startswith("sip-8001")}
    files = rendered(settings)
    desk = files["pjsip.conf"].partition("\n[8001-desk]\n")[2].partition("\n[8002]")[0]
    assert "webrtc" not in desk.partition("[")[0]
    assert "username = 8001-desk" in desk
    assert "exten => 8001,hint,PJSIP/8001&PJSIP/8001-desk" in files["extensions.conf"]
    assert "exten => 8001,1,Return(PJSIP/8001${IF(" in files["extensions.conf"]
    assert "-desk" not in rendered(parse(shipped()))["pjsip.conf"]


def test_nobody_is_held_back_before_a_queue_of_emergencies() -> None:
    """Each way into a queue asks for the grade, but the ways into one of ``never_queues``; without the section nothing asks."""
    table = shipped()
    table["line"][0]["menu"] = {"1": "mandarin", "0": "emergency"}
    dialplan = rendered(parse(table))["extensions.conf"]
    ways = re.findall(
        r'(GotoIf\(\$\["\$\{HOTLINE_GRADED\}"!=""\]\?nuisance,(\w+),1\)\n same => n,)?Goto\(queues,(\w+),1\)',
        dialplan.split("[nuisance-set]")[0],
    )
    asked = {to for before, _queue, to in ways if before}
    assert ("mandarin" in asked, "emergency" in asked) == (True, False)
    (way,) = re.findall(r"\[nuisance\]\n((?:.+\n)*)", dialplan)
    assert "exten => emergency" not in way
    assert "exten => mandarin" in way
    assert "Goto(queues,emergency,1)" in dialplan.split("[nuisance-said]")[1].split("\n[")[0]
    del table["nuisance"]
    assert "HOTLINE_GRADED" not in rendered(parse(table))["extensions.conf"]
