"""A test file is found by the name of the module it holds, or stands here with why not.

``tests/ROOM/test_NAME.py`` is of ``ROOM/**/NAME.py`` or the folder ``ROOM/**/NAME``; where a name stands in several wings,
of ``WING/MODULE.py`` as ``test_WING_MODULE.py`` or ``test_MODULE_WING.py``; ``test_NAME_cli.py`` is of ``hotline/verbs/NAME.py``.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.test_maps import ROOMS, TREE

WHY_NOT = {
    # a property of several modules together
    "agents/test_desk_machine.py": "a state machine of Hypothesis over desk, seats, queues and presence",
    "agents/test_two_devices.py": "a seat with two telephones, through desk, seats, phones and queues",
    "agents/test_phone_ends.py": "what the desk makes of telephones that end: presence, after_call, seats",
    "bridge/test_driver_contract.py": "the contract of every module in drivers/",
    "bridge/test_with_ledger.py": "intake, courier and the real ledger",
    "casestore/test_georeport_clients.py": "georeport_api.py, asked by programs of others",
    "casestore/test_hostile.py": "the whole program under nonsense",
    "casestore/test_killed.py": "the whole program under kills",
    "bridge/test_catalogue_files.py": "catalogue.py and ticket_choices.py, with an operator's own files",
    "casestore/test_postgresql.py": "the whole program on its other database",
    "casestore/test_process.py": "the whole program as hotline/programs/case_store.py runs it",
    "casestore/test_unknown_year.py": "one rule, wherever the program tells a day",
    "casestore/test_with_daemon.py": "two programs",
    "config/test_outbound_notice.py": "one setting through reading, references and rendering",
    "config/test_settings_used.py": "every setting, over all rooms",
    "console/test_audit_words.py": "the pages' catalogue beside every room that writes audit rows",
    "console/stream/test_stream_rights.py": "each topic of the stream by each role",
    "console/test_url_contents.py": "every route's path and query",
    "console/test_desk_routes.py": "four modules of routes/ that a seat's page asks",
    "console/test_hostile.py": "the whole application under nonsense",
    "console/test_pasted.py": "text of every shape of the contract",
    "console/test_permissions.py": "every route by every role",
    "console/test_signing_in.py": "routes, guard, cookie and sessions together",
    "console/test_two_persons.py": "accounts.py, routes/accounts.py and proof.py together",
    "cti/test_clock.py": "a clock that steps, through rows, fold and book",
    "cti/test_log_rotation.py": "files that are rotated, through logfiles, tail and book",
    "cti/test_sound_of_legs.py": "one word of the dialplan from row to event",
    "cti/test_tapes.py": "the fold over tapes of a real Asterisk",
    "hotline/test_backup_postgresql.py": "backup and restore on the other database",
    "hotline/test_event_listeners.py": "every event of every room, in the composition root",
    "hotline/test_odd_settings.py": "OPS 2 through reading, references, check and the command line",
    "hotline/test_surge_expected.py": "the ledger's expected wait and surge/erlang_c.py, held against the waits of surge/plan.py",
    "hotline/test_upgrade.py": "an installation of an older main, through ledger, case store and settings",
    "ivr/test_live_door.py": "server.py under a real Asterisk",
    "ivr/test_live_walks.py": "walker.py beside a real Asterisk",
    "ledger/test_caller_facts.py": "messages, scores and promises through scribe, callbacks, satisfaction and expected_wait",
    "ledger/test_messages_and_cases.py": "revision 0009",
    "ledger/test_national.py": "national forms through scribe, callers, callbacks and history",
    "ledger/test_need_to_know.py": "anonymity through tickets, outbox, callers and history",
    "ledger/test_plans.py": "every query of the room",
    "ledger/test_recording_parts.py": "parts through scribe, recordings, call_list, verify and holds",
    "ledger/test_recordings_migrated.py": "revision 0010",
    "ledger/test_verify_story.py": "verify.py over what scribe.py makes of any calls",
    "ledger/test_witnesses.py": "compare, differences and scribe together",
}


def modules(room: str) -> set[str]:
    """Names that a test file of this room may have, without ``test_``."""
    found = {folder.name for folder in (TREE / room).rglob("*") if folder.is_dir()}
    for file in (TREE / room).rglob("*.py"):
        wing = file.parent.name
        found |= {file.stem, wing, f"{wing}_{file.stem}", f"{file.stem}_{wing}"}
        if wing == "verbs":
            found.add(f"{file.stem}_cli")
    return found


def unmatched(room: str) -> set[str]:
    tests = (file for file in (TREE / "tests" / room).rglob("test_*.py"))
    known = modules(room)
    return {str(file.relative_to(TREE / "tests")) for file in tests if file.stem.removeprefix("test_") not in known}


@pytest.mark.parametrize("room", ROOMS)
def test_a_test_file_is_of_a_module_or_says_why_not(room: str) -> None:
    listed = {name for name in WHY_NOT if Path(name).parts[0] == room}
    assert unmatched(room) == listed


def test_no_reason_is_left_of_a_file_that_is_gone() -> None:
    assert [name for name in WHY_NOT if not (TREE / "tests" / name).exists()] == []


def test_documents_name_tests_that_there_are() -> None:
    """A file or a function of it; ``test_begin…`` is one that begins so."""
    files = [*(TREE / "tests").rglob("test_*.py")]
    known = {file.stem for file in files}
    for file in files:
        known |= set(re.findall(r"def (test_\w+)", file.read_text("utf-8")))
    wrong = [
        f"{document.name}: {name}"
        for document in sorted([*(TREE / "docs").rglob("*.md"), *TREE.glob("*.md")])
        for name, more in re.findall(r"\b(test_\w+)(…?)", document.read_text("utf-8"))
        if name not in known and not (more and any(one.startswith(name) for one in known))
    ]
    assert wrong == []
