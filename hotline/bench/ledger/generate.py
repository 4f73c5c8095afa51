"""A ledger of years, made through SQL alone: the same calls on SQLite and PostgreSQL, the same each time.

200,000 calls are a year of one city (60 seats), so N calls reach back N/200,000 years from ``until``. 8 of 100 are
outgoing, 30 come by a partner, 88 are answered, 3 are transferred; one number calls 5 of 100 times. Used by the bench
and by the test of plans, on a database that is empty but migrated.
"""

# ruff: noqa: S608 - the statements are put together from the constants of this file

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from bridge import ticket_json
from bridge.ticket import CallFacts, Person, Place, Ticket, TicketId
from cti.ids import CallId
from ledger import audit_log
from ledger import tables as t

A_YEAR = 200_000
SEATS = 60
FREQUENT, RARE = "13806010000", "13906010011"
"""A number with 5 of 100 calls, and one with 1 of 20,000."""
NODE = "xm1"
_AUDITED = 5
"""Every so many calls somebody listens to one."""


def generate(engine: sa.Engine, calls: int, until: datetime) -> None:
    """Fill the tables; ``until``: just after the newest call."""
    span = timedelta(days=365.25) * (calls / A_YEAR)
    first, step = (until - span).timestamp(), span.total_seconds() / calls
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as db:
        if sqlite:
            for pragma in ("synchronous=OFF", "cache_size=-200000", "temp_store=FILE"):
                db.exec_driver_sql(f"PRAGMA {pragma}")
            db.commit()
        values = {"calls": calls, "first": first, "step": step, "body": _body(until)}
        for statement in _statements(sqlite):
            db.execute(sa.text(statement), {name: values[name] for name in values if f":{name}" in statement})
        for rows in _audit(calls, first, step):
            db.execute(sa.insert(t.audit), rows)
        db.execute(sa.text("DROP TABLE gen"))
        db.commit()
        db.execute(sa.text("ANALYZE"))
        db.commit()


def _statements(sqlite: bool) -> Iterator[str]:
    def at(seconds: str) -> str:
        if sqlite:
            return f"strftime('%Y-%m-%d %H:%M:%f', {seconds}, 'unixepoch') || '000+00:00'"
        return f"to_timestamp({seconds})"

    def wide(number: str, digits: int) -> str:
        zeros = "0" * digits
        return f"substr('{zeros}' || CAST({number} AS TEXT), -{digits})" if sqlite else f"lpad(CAST({number} AS TEXT), {digits}, '0')"  # fmt: skip

    yes, no = ("1", "0") if sqlite else ("true", "false")
    real, whole, text = ("REAL", "INTEGER", "TEXT") if sqlite else ("double precision", "bigint", "text")
    kind = "TEMP" if sqlite else "UNLOGGED"

    yield f"""CREATE {kind} TABLE gen (n {whole} PRIMARY KEY, call_id {text}, t0 {real}, inbound {whole}, answered {whole},
        partner {whole}, seat {text}, agent {text}, caller {text}, wait {real}, talk {real}, outcome {text})"""
    yield f"""WITH RECURSIVE g(n) AS (SELECT CAST(0 AS {whole}) UNION ALL SELECT n + 1 FROM g WHERE n < :calls - 1),
        h AS (SELECT n, :first + n * :step AS t0, CASE WHEN n % 25 < 2 THEN 0 ELSE 1 END AS inbound,
              CASE WHEN (n * 7) % 100 < 88 THEN 1 ELSE 0 END AS answered FROM g)
        INSERT INTO gen SELECT n, '{NODE}-' || CAST(CAST(t0 AS {whole}) AS {text}) || '.' || CAST(n AS {text}), t0, inbound,
        answered, CASE WHEN n % 10 IN (2, 5, 8) THEN 1 ELSE 0 END, CAST(8001 + n % {SEATS} AS {text}),
        CAST(1001 + n % {SEATS} AS {text}),
        CASE WHEN n % 20 = 7 THEN '{FREQUENT}' WHEN n % 20000 = 11 THEN '{RARE}'
             ELSE '13' || CAST(500000000 + (n * 7919) % 300007 AS {text}) END,
        5 + n % 23, 40 + (n * 13) % 240,
        CASE WHEN inbound = 0 OR (answered = 1 AND n % 5003 = 17) THEN '' WHEN answered = 0 THEN 'missed'
             WHEN n % 1000 = 3 THEN 'nuisance' WHEN n % 1000 < 14 THEN 'refused' WHEN n % 20 < 12 THEN 'ticket'
             ELSE 'direct' END FROM h"""

    talk, over = "t0 + 10 + wait", "CASE WHEN answered = 1 THEN t0 + 10 + wait + talk ELSE t0 + 10 + wait END"
    line = "CASE WHEN inbound = 0 THEN '' WHEN partner = 1 THEN 'partner' ELSE 'citizen' END"
    yield f"""INSERT INTO calls (call_id, node, direction, line, trunk, number, origin, caller, caller_national, origin_national,
        dialled, arrived_at,
        answered_at, notice_at, queued_at, queue, queue_result, offers, first_offer_at, talk_began_at, talk_ended_at,
        talk_seconds, seat, agent, ended_at, ended_by, cause, wait_seconds, ring_seconds, state, short_abandon, uncertain, pending)
        SELECT call_id, '{NODE}', CASE WHEN inbound = 1 THEN 'inbound' ELSE 'outbound' END, {line}, 'telecom', '12319',
        CASE WHEN inbound = 1 AND partner = 1 THEN caller ELSE '' END,
        CASE WHEN inbound = 0 THEN seat WHEN partner = 1 THEN '12345' ELSE caller END,
        CASE WHEN inbound = 0 THEN seat WHEN partner = 1 THEN '12345' ELSE caller END,
        CASE WHEN inbound = 1 AND partner = 1 THEN caller ELSE '' END,
        CASE WHEN inbound = 0 THEN caller ELSE '12319' END, {at("t0")}, {at("t0")}, {at("t0")}, {at("t0 + 10")},
        'mandarin', CASE WHEN answered = 1 THEN 'answered' ELSE 'abandoned' END, answered, {at("t0 + 11")},
        CASE WHEN answered = 1 THEN {at(talk)} END, CASE WHEN answered = 1 THEN {at(over)} END,
        answered * talk, CASE WHEN answered = 1 THEN seat ELSE '' END, CASE WHEN answered = 1 THEN agent ELSE '' END,
        {at(over)}, 'caller', 16, wait, wait - 1, 'closed', {no}, {no},
        CASE WHEN inbound = 1 AND outcome = '' THEN {yes} ELSE {no} END FROM gen"""
    for leg, endpoint in (("", "caller"), (".s", "seat")):
        yield f"""INSERT INTO legs (leg_id, call_id, endpoint, began_at, ended_at, cause)
            SELECT call_id || '{leg}', call_id, {endpoint}, {at("t0")}, {at(over)}, 16 FROM gen"""
    yield f"""INSERT INTO queue_visits (call_id, seq, queue, position, entered_at, left_at, result)
        SELECT call_id, 0, 'mandarin', 1, {at("t0 + 10")}, {at("t0 + 10 + wait")},
        CASE WHEN answered = 1 THEN 'answered' ELSE 'abandoned' END FROM gen WHERE inbound = 1"""
    yield f"""INSERT INTO offers (call_id, seq, leg_id, seat, queue, began_at, ended_at, result)
        SELECT call_id, 0, call_id || '.s', seat, 'mandarin', {at("t0 + 11")}, {at("t0 + 10 + wait")},
        CASE WHEN answered = 1 THEN 'answered' ELSE 'missed' END FROM gen WHERE inbound = 1"""
    for seq, seat, began, ended, which in (
        (0, "seat", talk, f"{talk} + talk * (CASE WHEN n % 33 = 5 THEN 0.5 ELSE 1 END)", "answered = 1"),
        (1, f"CAST(8001 + (n + 7) % {SEATS} AS {text})", f"{talk} + talk * 0.5", over, "answered = 1 AND n % 33 = 5"),
    ):
        yield f"""INSERT INTO talks (call_id, seq, leg_id, seat, agent, queue, began_at, ended_at)
            SELECT call_id, {seq}, call_id || '.s', {seat}, agent, 'mandarin', {at(began)}, {at(ended)} FROM gen WHERE {which}"""
    yield f"""INSERT INTO recordings (call_id, file, started_at, ended_at, state, settled_at, path, format, seconds,
        plain_bytes, plain_sha256, stored_bytes, stored_sha256, sealed, kept_by, kept_until)
        SELECT call_id, call_id || '.raw', {at("t0")}, {at(over)}, 'shelved', {at(over)}, '2026/11/23/' || call_id || '.opus',
        'opus', talk, 90000, '{"5" * 64}', 90016, '{"6" * 64}', {yes}, 'citizen:24', {at("t0 + 731 * 86400")} FROM gen WHERE answered = 1"""
    yield f"""INSERT INTO outcomes (call_id, outcome, detail, at, agent, seat, note)
        SELECT call_id, outcome, CASE WHEN outcome = 'missed' THEN 'abandoned_in_queue' ELSE '' END,
        {at(f"({over}) + 20")}, CASE WHEN answered = 1 THEN agent ELSE '' END,
        CASE WHEN answered = 1 THEN seat ELSE '' END, '' FROM gen WHERE outcome <> ''"""
    yield f"""INSERT INTO callbacks (task_id, call_id, due_at, reason, line, number, number_national, made_at, state, done_at, done_by)
        SELECT call_id, call_id, {at(over)}, 'abandoned_in_queue', {line}, caller, caller, {at(over)},
        CASE WHEN n > :calls - 2000 THEN 'open' ELSE 'done' END, CASE WHEN n > :calls - 2000 THEN NULL ELSE {at(over)} END,
        agent FROM gen WHERE outcome = 'missed'"""
    ticket = wide("n", 26)
    yield f"""INSERT INTO tickets (ticket_id, key, call_id, filed_at, agent, seat, channel, line, caller, phone, kind, title,
        scheme, scheme_version, code, code_kind, body)
        SELECT {ticket}, call_id || '/1', call_id, {at(over)}, agent, seat, 'phone', {line}, caller, caller, 'complaint',
        '路灯不亮', 'GB/T 30428.2', '2013', CAST(10000 + n % 300 AS {text}), 'part',
        replace(replace(:body, '@ID', {ticket}), '@CALL', call_id) FROM gen WHERE outcome = 'ticket'"""
    yield f"""INSERT INTO ticket_numbers (ticket_id, national, filed_at)
        SELECT {ticket}, caller, {at(over)} FROM gen WHERE outcome = 'ticket'"""
    for kind, value in (
        ("address", f"'湖滨南路' || CAST((n * 31) % 4001 AS {text}) || '号'"),
        ("cell", f"'35020300100' || {wide('(n * 31) % 1999', 4)} || ' part ' || CAST(10000 + n % 300 AS {text})"),
        ("slot", f"CAST(59000 + (n * 31) % 199 AS {text}) || ' ' || CAST(12200 + (n * 17) % 199 AS {text})"),
    ):
        yield f"""INSERT INTO ticket_traits (ticket_id, kind, value, filed_at)
            SELECT {ticket}, '{kind}', {value}, {at(over)} FROM gen WHERE outcome = 'ticket'"""
    yield f"""INSERT INTO outbox (message_id, stream, turn, kind, key, ticket_id, made_at, state, tries, next_try, ever_sent,
        delivered_at) SELECT {ticket}, call_id || '/1', 1, 'file', call_id || '/1', {ticket}, {at(over)},
        CASE WHEN n > :calls - 40 THEN 'waiting' ELSE 'delivered' END, 1, {at(over)}, {yes}, {at(over)}
        FROM gen WHERE outcome = 'ticket'"""
    cased = "outcome = 'ticket' AND n <= :calls - 40"
    yield f"""INSERT INTO cases (case_id, stream, ticket_id, call_id, number, query_code, state, since, opened_at, moved_at)
        SELECT {ticket}, call_id || '/1', {ticket}, call_id, 'GD' || {ticket}, 'ABCDEFGH', 'filed', {at(over)}, {at(over)},
        {at(over)} FROM gen WHERE {cased}"""
    yield f"""INSERT INTO case_history (case_id, sequence, state, at, heard_at)
        SELECT {ticket}, 0, 'filed', {at(over)}, {at(over)} FROM gen WHERE {cased}"""
    following = f"t0 + :step * {SEATS}"
    for state, began, ended in (
        ("ringing", "t0 + 11", talk),
        ("talking", talk, over),
        ("wrap_up", over, f"({over}) + 20"),
        ("ready", f"({over}) + 20", f"CASE WHEN n > :calls - 1 - {SEATS} THEN NULL ELSE {following} + 11 END"),
    ):
        until_ = f"CASE WHEN n > :calls - 1 - {SEATS} THEN NULL ELSE {at(following + ' + 11')} END" if state == "ready" else at(ended)  # fmt: skip
        yield f"""INSERT INTO seat_log (seat, since, state, until, agent, reason, call_id, by)
            SELECT seat, {at(began)}, '{state}', {until_}, agent, '', {"''" if state == "ready" else "call_id"}, ''
            FROM gen WHERE answered = 1"""
    yield f"""INSERT INTO line_checks (line, at, ok, heard_seconds, reason)
        SELECT 'citizen', {at("t0")}, {yes}, 1.5, '' FROM gen"""
    yield f"""INSERT INTO alarms (alarm_id, at, kind, subject, call_id, detail, severity, cleared_at, acknowledged_at,
        acknowledged_by, note) SELECT n / 100 + 1, {at("t0")}, 'trunk_down', 'telecom', '', '', 'critical', {at("t0 + 60")},
        {at("t0 + 90")}, '1001', '' FROM gen WHERE n % 100 = 0"""


def _audit(calls: int, first: float, step: float) -> Iterator[list[dict[str, object]]]:
    """A whole chain, a thousand rows at a time."""
    previous = audit_log.GENESIS
    rows: list[dict[str, object]] = []
    for seq in range(1, calls // _AUDITED + 1):
        at = datetime.fromtimestamp(first + seq * _AUDITED * step, UTC)
        actor, action, call = str(1001 + seq % SEATS), "listened", f"{NODE}-{seq}"
        own = audit_log.link(previous, seq, at, actor, action, call, "{}")
        rows.append({
            "seq": seq, "at": at, "actor": actor, "action": action, "call_id": call, "detail": "{}",
            "previous": previous, "hash": own,
        })  # fmt: skip
        previous = own
        if len(rows) == 1000:
            yield rows
            rows = []
    if rows:
        yield rows


def _body(at: datetime) -> str:
    """A ticket of usual size; its ids are put in by SQL."""
    ticket = Ticket(
        TicketId("@ID"), "@CALL/1", at, "1001", "8001", "phone", "citizen", "complaint", "路灯不亮",
        "湖滨南路 12 号门前的路灯三天不亮了, 晚上行人看不清台阶, 有老人差点摔倒。请尽快派人来修。" * 4,
        facts=CallFacts(CallId("@CALL"), line="citizen", ani=FREQUENT),
        person=Person(name="王小明", phones=(FREQUENT,)), place=Place(address_text="湖滨南路 12 号"),
    )  # fmt: skip
    text = ticket_json.dump(ticket)
    json.loads(text)
    return text
