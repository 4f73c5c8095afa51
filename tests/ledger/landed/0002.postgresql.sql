CREATE TABLE public.accounts (
    account_id character varying(40) NOT NULL,
    name character varying(80) NOT NULL,
    role character varying(40) NOT NULL,
    password_hash character varying(200) DEFAULT ''::character varying NOT NULL,
    locked boolean DEFAULT false NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    locked_until timestamp with time zone
);
CREATE TABLE public.alarms (
    alarm_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    kind character varying(40) NOT NULL,
    subject character varying(80) DEFAULT ''::character varying NOT NULL,
    call_id character varying(80) DEFAULT ''::character varying NOT NULL,
    detail text DEFAULT ''::text NOT NULL,
    cleared_at timestamp with time zone,
    severity character varying(40) DEFAULT 'warning'::character varying NOT NULL,
    acknowledged_at timestamp with time zone,
    acknowledged_by character varying(40) DEFAULT ''::character varying NOT NULL,
    note text DEFAULT ''::text NOT NULL
);
CREATE SEQUENCE public.alarms_alarm_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.alarms_alarm_id_seq OWNED BY public.alarms.alarm_id;
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.audit (
    seq bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    actor character varying(40) NOT NULL,
    action character varying(40) NOT NULL,
    call_id character varying(80) DEFAULT ''::character varying NOT NULL,
    detail text DEFAULT ''::text NOT NULL,
    previous character varying(64) NOT NULL,
    hash character varying(64) NOT NULL
);
CREATE TABLE public.blind_intervals (
    node character varying(40) NOT NULL,
    source character varying(40) NOT NULL,
    began_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    reason character varying(200) DEFAULT ''::character varying NOT NULL
);
CREATE TABLE public.callbacks (
    call_id character varying(80) NOT NULL,
    reason character varying(40) NOT NULL,
    line character varying(40) DEFAULT ''::character varying NOT NULL,
    number character varying(80) DEFAULT ''::character varying NOT NULL,
    made_at timestamp with time zone NOT NULL,
    state character varying(40) DEFAULT 'open'::character varying NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    done_at timestamp with time zone,
    done_by character varying(40) DEFAULT ''::character varying NOT NULL,
    note text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.calls (
    call_id character varying(80) NOT NULL,
    node character varying(40) DEFAULT ''::character varying NOT NULL,
    direction character varying(10) NOT NULL,
    line character varying(40) DEFAULT ''::character varying NOT NULL,
    trunk character varying(40) DEFAULT ''::character varying NOT NULL,
    number character varying(80) DEFAULT ''::character varying NOT NULL,
    partner character varying(80) DEFAULT ''::character varying NOT NULL,
    reference character varying(80) DEFAULT ''::character varying NOT NULL,
    origin character varying(80) DEFAULT ''::character varying NOT NULL,
    endpoint character varying(80) DEFAULT ''::character varying NOT NULL,
    caller character varying(80) DEFAULT ''::character varying NOT NULL,
    caller_name character varying(200) DEFAULT ''::character varying NOT NULL,
    dialled character varying(80) DEFAULT ''::character varying NOT NULL,
    arrived_at timestamp with time zone NOT NULL,
    answered_at timestamp with time zone,
    notice_at timestamp with time zone,
    notice_prompt character varying(40) DEFAULT ''::character varying NOT NULL,
    notice_source character varying(40) DEFAULT ''::character varying NOT NULL,
    refusal character varying(40) DEFAULT ''::character varying NOT NULL,
    queued_at timestamp with time zone,
    queue character varying(40) DEFAULT ''::character varying NOT NULL,
    queue_result character varying(40) DEFAULT ''::character varying NOT NULL,
    offers integer DEFAULT 0 NOT NULL,
    first_offer_at timestamp with time zone,
    talk_began_at timestamp with time zone,
    talk_ended_at timestamp with time zone,
    talk_seconds double precision DEFAULT '0'::double precision NOT NULL,
    seat character varying(40) DEFAULT ''::character varying NOT NULL,
    agent character varying(40) DEFAULT ''::character varying NOT NULL,
    holds integer DEFAULT 0 NOT NULL,
    held_seconds double precision DEFAULT '0'::double precision NOT NULL,
    transfers integer DEFAULT 0 NOT NULL,
    ended_at timestamp with time zone,
    ended_by character varying(40) DEFAULT ''::character varying NOT NULL,
    cause integer DEFAULT 0 NOT NULL,
    wait_seconds double precision,
    ring_seconds double precision,
    state character varying(8) DEFAULT 'open'::character varying NOT NULL,
    short_abandon boolean DEFAULT false NOT NULL,
    merged_into character varying(80) DEFAULT ''::character varying NOT NULL,
    uncertain boolean DEFAULT false NOT NULL
);
CREATE TABLE public.drafts (
    call_id character varying(80) NOT NULL,
    agent character varying(40) NOT NULL,
    version integer NOT NULL,
    at timestamp with time zone NOT NULL,
    fields text NOT NULL
);
CREATE TABLE public.endpoint_reach (
    endpoint character varying(40) NOT NULL,
    at timestamp with time zone NOT NULL,
    reach character varying(40) NOT NULL,
    roundtrip_us integer DEFAULT 0 NOT NULL
);
CREATE TABLE public.legs (
    leg_id character varying(80) NOT NULL,
    call_id character varying(80) NOT NULL,
    endpoint character varying(80) DEFAULT ''::character varying NOT NULL,
    began_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    cause integer DEFAULT 0 NOT NULL
);
CREATE TABLE public.line_checks (
    line character varying(40) NOT NULL,
    at timestamp with time zone NOT NULL,
    ok boolean NOT NULL,
    heard_seconds double precision DEFAULT '0'::double precision NOT NULL,
    reason character varying(80) DEFAULT ''::character varying NOT NULL
);
CREATE TABLE public.node_lives (
    node character varying(40) NOT NULL,
    began_at timestamp with time zone NOT NULL
);
CREATE TABLE public.notices (
    notice_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    by character varying(40) NOT NULL,
    by_name character varying(80) DEFAULT ''::character varying NOT NULL,
    text text NOT NULL,
    urgent boolean DEFAULT false NOT NULL,
    seats json DEFAULT '[]'::json NOT NULL,
    heard integer DEFAULT 0 NOT NULL
);
CREATE SEQUENCE public.notices_notice_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.notices_notice_id_seq OWNED BY public.notices.notice_id;
CREATE TABLE public.offers (
    call_id character varying(80) NOT NULL,
    seq integer NOT NULL,
    leg_id character varying(80) NOT NULL,
    seat character varying(40) NOT NULL,
    queue character varying(40) DEFAULT ''::character varying NOT NULL,
    began_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    result character varying(40) DEFAULT ''::character varying NOT NULL
);
CREATE TABLE public.outbox (
    ticket_id character varying(26) NOT NULL,
    state character varying(40) DEFAULT 'waiting'::character varying NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    refusals integer DEFAULT 0 NOT NULL,
    next_try timestamp with time zone NOT NULL,
    ever_sent boolean DEFAULT false NOT NULL,
    error text DEFAULT ''::text NOT NULL,
    error_at timestamp with time zone,
    holder character varying(40) DEFAULT ''::character varying NOT NULL,
    held_until timestamp with time zone,
    case_number character varying(80) DEFAULT ''::character varying NOT NULL,
    query_code character varying(80) DEFAULT ''::character varying NOT NULL,
    delivered_at timestamp with time zone
);
CREATE TABLE public.outcome_history (
    call_id character varying(80) NOT NULL,
    seq integer NOT NULL,
    outcome character varying(40) NOT NULL,
    detail character varying(40) DEFAULT ''::character varying NOT NULL,
    at timestamp with time zone NOT NULL,
    agent character varying(40) DEFAULT ''::character varying NOT NULL,
    seat character varying(40) DEFAULT ''::character varying NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    knowledge json DEFAULT '[]'::json NOT NULL,
    replaced_at timestamp with time zone NOT NULL
);
CREATE TABLE public.outcomes (
    call_id character varying(80) NOT NULL,
    outcome character varying(40) NOT NULL,
    detail character varying(40) DEFAULT ''::character varying NOT NULL,
    at timestamp with time zone NOT NULL,
    agent character varying(40) DEFAULT ''::character varying NOT NULL,
    seat character varying(40) DEFAULT ''::character varying NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    knowledge json DEFAULT '[]'::json NOT NULL
);
CREATE TABLE public.queue_visits (
    call_id character varying(80) NOT NULL,
    seq integer NOT NULL,
    queue character varying(40) NOT NULL,
    "position" integer DEFAULT 0 NOT NULL,
    entered_at timestamp with time zone NOT NULL,
    left_at timestamp with time zone,
    result character varying(40) DEFAULT ''::character varying NOT NULL
);
CREATE TABLE public.recordings (
    call_id character varying(80) NOT NULL,
    file character varying(200) NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    state character varying(8) DEFAULT 'raw'::character varying NOT NULL,
    settled_at timestamp with time zone,
    reason character varying(40) DEFAULT ''::character varying NOT NULL,
    path character varying(300) DEFAULT ''::character varying NOT NULL,
    format character varying(8) DEFAULT ''::character varying NOT NULL,
    seconds double precision,
    plain_bytes bigint,
    plain_sha256 character varying(64) DEFAULT ''::character varying NOT NULL,
    stored_bytes bigint,
    stored_sha256 character varying(64) DEFAULT ''::character varying NOT NULL,
    sealed boolean DEFAULT false NOT NULL,
    faults character varying(200) DEFAULT ''::character varying NOT NULL
);
CREATE TABLE public.seat_log (
    seat character varying(40) NOT NULL,
    since timestamp with time zone NOT NULL,
    state character varying(40) NOT NULL,
    until timestamp with time zone,
    agent character varying(40) DEFAULT ''::character varying NOT NULL,
    reason character varying(80) DEFAULT ''::character varying NOT NULL,
    call_id character varying(80) DEFAULT ''::character varying NOT NULL,
    by character varying(40) DEFAULT ''::character varying NOT NULL
);
CREATE TABLE public.seat_memory (
    seat character varying(40) NOT NULL,
    state text NOT NULL
);
CREATE TABLE public.sessions (
    session_id character varying(26) NOT NULL,
    secret_sha256 character varying(64) NOT NULL,
    account_id character varying(40) NOT NULL,
    made_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    ended_why character varying(40) DEFAULT ''::character varying NOT NULL,
    address character varying(64) DEFAULT ''::character varying NOT NULL,
    browser character varying(200) DEFAULT ''::character varying NOT NULL,
    seat character varying(40) DEFAULT ''::character varying NOT NULL,
    locked boolean DEFAULT false NOT NULL
);
CREATE TABLE public.tail_marks (
    node character varying(40) NOT NULL,
    source character varying(40) NOT NULL,
    inode bigint NOT NULL,
    "offset" bigint NOT NULL,
    resume_inode bigint NOT NULL,
    resume_offset bigint NOT NULL,
    moved_at timestamp with time zone NOT NULL
);
CREATE TABLE public.talks (
    call_id character varying(80) NOT NULL,
    seq integer NOT NULL,
    leg_id character varying(80) NOT NULL,
    seat character varying(40) NOT NULL,
    agent character varying(40) DEFAULT ''::character varying NOT NULL,
    queue character varying(40) DEFAULT ''::character varying NOT NULL,
    began_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    holds integer DEFAULT 0 NOT NULL,
    held_seconds double precision DEFAULT '0'::double precision NOT NULL
);
CREATE TABLE public.ticket_history (
    ticket_id character varying(26) NOT NULL,
    seq integer NOT NULL,
    replaced_at timestamp with time zone NOT NULL,
    body text NOT NULL
);
CREATE TABLE public.tickets (
    ticket_id character varying(26) NOT NULL,
    key character varying(200) NOT NULL,
    call_id character varying(80) DEFAULT ''::character varying NOT NULL,
    filed_at timestamp with time zone NOT NULL,
    agent character varying(40) DEFAULT ''::character varying NOT NULL,
    seat character varying(40) DEFAULT ''::character varying NOT NULL,
    channel character varying(40) DEFAULT ''::character varying NOT NULL,
    line character varying(40) DEFAULT ''::character varying NOT NULL,
    caller character varying(80) DEFAULT ''::character varying NOT NULL,
    phone character varying(80) DEFAULT ''::character varying NOT NULL,
    kind character varying(40) DEFAULT ''::character varying NOT NULL,
    work_type character varying(40) DEFAULT ''::character varying NOT NULL,
    urgency character varying(40) DEFAULT ''::character varying NOT NULL,
    title character varying(200) DEFAULT ''::character varying NOT NULL,
    scheme character varying(40) DEFAULT ''::character varying NOT NULL,
    scheme_version character varying(40) DEFAULT ''::character varying NOT NULL,
    code character varying(40) DEFAULT ''::character varying NOT NULL,
    grid_code character varying(40) DEFAULT ''::character varying NOT NULL,
    lng double precision,
    lat double precision,
    crs character varying(40) DEFAULT ''::character varying NOT NULL,
    unit character varying(200) DEFAULT ''::character varying NOT NULL,
    handle_by timestamp with time zone,
    confidential boolean DEFAULT false NOT NULL,
    anonymous boolean DEFAULT false NOT NULL,
    answered_directly boolean DEFAULT false NOT NULL,
    merged_into character varying(80) DEFAULT ''::character varying NOT NULL,
    retention_class character varying(40) DEFAULT ''::character varying NOT NULL,
    legal_hold boolean DEFAULT false NOT NULL,
    body text NOT NULL,
    code_kind character varying(40) DEFAULT ''::character varying NOT NULL
);
CREATE TABLE public.transfers (
    call_id character varying(80) NOT NULL,
    seq integer NOT NULL,
    at timestamp with time zone NOT NULL,
    kind character varying(40) NOT NULL,
    by_seat character varying(40) DEFAULT ''::character varying NOT NULL,
    target character varying(80) DEFAULT ''::character varying NOT NULL
);
ALTER TABLE ONLY public.alarms ALTER COLUMN alarm_id SET DEFAULT nextval('public.alarms_alarm_id_seq'::regclass);
ALTER TABLE ONLY public.notices ALTER COLUMN notice_id SET DEFAULT nextval('public.notices_notice_id_seq'::regclass);
INSERT INTO public.alembic_version VALUES ('0002');
INSERT INTO public.audit VALUES (1, '2026-11-23 01:05:00+00', '1001', 'listened', 'xm1-1.1', '{}', '0000000000000000000000000000000000000000000000000000000000000000', '20111fb1620d220cfb0e84d0fa5626e06fd01ddebba6c474efd2b3260c6be2a7');
INSERT INTO public.callbacks VALUES ('xm1-2.2', 'abandoned_in_queue', 'partner', '05925550000', '2026-11-23 01:01:53+00', 'open', 0, NULL, '', '');
INSERT INTO public.callbacks VALUES ('xm1-5.5', 'closed', 'citizen', '13806010001', '2026-11-23 01:06:44+00', 'done', 0, NULL, '', '');
INSERT INTO public.calls VALUES ('xm1-1.1', 'xm1', 'inbound', 'citizen', 'telecom', '12319', '', '', '', '', '13806010001', '王小明', '12319', '2026-11-23 01:00:00+00', '2026-11-23 01:00:00+00', '2026-11-23 01:00:00+00', '', '', '', '2026-11-23 01:00:10+00', 'mandarin', 'answered', 1, NULL, '2026-11-23 01:00:15+00', '2026-11-23 01:01:15+00', 60, '8001', '1001', 0, 0, 0, '2026-11-23 01:01:15+00', 'caller', 0, 5, 2, 'closed', false, '', false);
INSERT INTO public.calls VALUES ('xm1-2.2', 'xm1', 'inbound', 'partner', 'telecom', '12319', '12345', '', '05925550000', '', '13806010002', '王小明', '12319', '2026-11-23 01:01:40+00', '2026-11-23 01:01:40+00', NULL, '', '', '', '2026-11-23 01:01:50+00', 'mandarin', 'abandoned', 0, NULL, NULL, NULL, 0, '', '', 0, 0, 0, '2026-11-23 01:01:53+00', 'caller', 0, 3, NULL, 'closed', false, '', false);
INSERT INTO public.calls VALUES ('xm1-3.3', 'xm1', 'inbound', 'citizen', 'telecom', '12319', '', '', '', '', '13806010001', '王小明', '12319', '2026-11-23 01:03:20+00', '2026-11-23 01:03:20+00', '2026-11-23 01:03:20+00', '', '', '', '2026-11-23 01:03:30+00', 'mandarin', 'answered', 1, NULL, '2026-11-23 01:03:50+00', '2026-11-23 01:04:20+00', 30, '8001', '1001', 0, 0, 0, '2026-11-23 01:04:20+00', 'caller', 0, 20, 2, 'closed', false, '', false);
INSERT INTO public.calls VALUES ('xm1-4.4', 'xm1', 'inbound', 'citizen', 'telecom', '12319', '', '', '', '', '13806010001', '王小明', '12319', '2026-11-23 02:58:20+00', '2026-11-23 02:58:20+00', NULL, '', '', '', NULL, '', '', 0, NULL, NULL, NULL, 0, '', '', 0, 0, 0, NULL, '', 0, NULL, NULL, 'open', false, '', false);
INSERT INTO public.calls VALUES ('xm1-5.5', 'xm1', 'inbound', 'citizen', 'telecom', '12319', '', '', '', '', '13806010001', '王小明', '12319', '2026-11-23 01:06:40+00', NULL, NULL, '', '', 'closed', NULL, '', '', 0, NULL, NULL, NULL, 0, '', '', 0, 0, 0, '2026-11-23 01:06:44+00', 'caller', 0, NULL, NULL, 'closed', true, '', false);
INSERT INTO public.calls VALUES ('xm1-6.6', 'xm1', 'outbound', '', 'telecom', '12319', '', '', '', '', '8001', '王小明', '13806010009', '2026-11-23 01:08:20+00', NULL, NULL, '', '', '', NULL, '', '', 0, NULL, NULL, NULL, 0, '', '', 0, 0, 0, '2026-11-23 01:08:40+00', '', 0, NULL, NULL, 'closed', false, '', false);
INSERT INTO public.notices VALUES (1, '2026-11-23 01:00:01+00', '1001', '王', '注意', false, '[]', 3);
INSERT INTO public.outbox VALUES ('01', 'delivered', 1, 0, '2026-11-23 01:01:10+00', true, '', NULL, '', NULL, 'A-1', '', '2026-11-23 01:01:11+00');
INSERT INTO public.outcomes VALUES ('xm1-1.1', 'ticket', '', '2026-11-23 01:01:10+00', '', '', '', '[]');
INSERT INTO public.outcomes VALUES ('xm1-2.2', 'missed', 'abandoned_in_queue', '2026-11-23 01:01:53+00', '', '', '', '[]');
INSERT INTO public.outcomes VALUES ('xm1-3.3', 'direct', '', '2026-11-23 01:04:30+00', '', '', '', '[]');
INSERT INTO public.outcomes VALUES ('xm1-5.5', 'missed', 'closed', '2026-11-23 01:06:44+00', '', '', '', '[]');
INSERT INTO public.recordings VALUES ('xm1-1.1', 'xm1-1.1.raw', '2026-11-23 01:00:00+00', '2026-11-23 01:01:15+00', 'shelved', NULL, '', '2026/11/23/xm1-1.1.opus', 'opus', 75, NULL, '', NULL, '', false, '');
INSERT INTO public.recordings VALUES ('xm1-3.3', 'xm1-3.3.raw', '2026-11-23 01:03:20+00', '2026-11-23 01:04:20+00', 'shelved', NULL, '', '2026/11/23/xm1-3.3.opus', 'opus', 60, NULL, '', NULL, '', false, '');
INSERT INTO public.seat_log VALUES ('8001', '2026-11-23 00:50:00+00', 'logged_out', '2026-11-23 01:00:00+00', '', '', '', '');
INSERT INTO public.seat_log VALUES ('8001', '2026-11-23 01:00:00+00', 'ready', '2026-11-23 01:00:15+00', '1001', '', '', '');
INSERT INTO public.seat_log VALUES ('8001', '2026-11-23 01:00:15+00', 'talking', '2026-11-23 01:01:15+00', '1001', '', '', '');
INSERT INTO public.seat_log VALUES ('8001', '2026-11-23 01:01:15+00', 'wrap_up', '2026-11-23 01:01:45+00', '1001', '', 'xm1-1.1', '');
INSERT INTO public.seat_log VALUES ('8001', '2026-11-23 01:01:45+00', 'ready', NULL, '1001', '', '', '');
INSERT INTO public.talks VALUES ('xm1-1.1', 0, 'xm1-1.9', '8001', '1001', 'mandarin', '2026-11-23 01:00:15+00', '2026-11-23 01:01:15+00', 0, 0);
INSERT INTO public.talks VALUES ('xm1-3.3', 0, 'xm1-3.9', '8001', '1001', 'mandarin', '2026-11-23 01:03:50+00', '2026-11-23 01:04:20+00', 0, 0);
INSERT INTO public.tickets VALUES ('01', 'xm1-1.1/1', 'xm1-1.1', '2026-11-23 01:01:10+00', '', '', '', 'citizen', '', '', '', '', '', '路灯不亮', '', '', '', '', NULL, NULL, '', '', NULL, false, false, false, '', '', false, '{}', '');
SELECT pg_catalog.setval('public.alarms_alarm_id_seq', 1, false);
SELECT pg_catalog.setval('public.notices_notice_id_seq', 1, false);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT pk_accounts PRIMARY KEY (account_id);
ALTER TABLE ONLY public.alarms
    ADD CONSTRAINT pk_alarms PRIMARY KEY (alarm_id);
ALTER TABLE ONLY public.audit
    ADD CONSTRAINT pk_audit PRIMARY KEY (seq);
ALTER TABLE ONLY public.blind_intervals
    ADD CONSTRAINT pk_blind_intervals PRIMARY KEY (node, source, began_at);
ALTER TABLE ONLY public.callbacks
    ADD CONSTRAINT pk_callbacks PRIMARY KEY (call_id);
ALTER TABLE ONLY public.calls
    ADD CONSTRAINT pk_calls PRIMARY KEY (call_id);
ALTER TABLE ONLY public.drafts
    ADD CONSTRAINT pk_drafts PRIMARY KEY (call_id, agent);
ALTER TABLE ONLY public.endpoint_reach
    ADD CONSTRAINT pk_endpoint_reach PRIMARY KEY (endpoint, at);
ALTER TABLE ONLY public.legs
    ADD CONSTRAINT pk_legs PRIMARY KEY (leg_id);
ALTER TABLE ONLY public.line_checks
    ADD CONSTRAINT pk_line_checks PRIMARY KEY (line, at);
ALTER TABLE ONLY public.node_lives
    ADD CONSTRAINT pk_node_lives PRIMARY KEY (node, began_at);
ALTER TABLE ONLY public.notices
    ADD CONSTRAINT pk_notices PRIMARY KEY (notice_id);
ALTER TABLE ONLY public.offers
    ADD CONSTRAINT pk_offers PRIMARY KEY (call_id, seq);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT pk_outbox PRIMARY KEY (ticket_id);
ALTER TABLE ONLY public.outcome_history
    ADD CONSTRAINT pk_outcome_history PRIMARY KEY (call_id, seq);
ALTER TABLE ONLY public.outcomes
    ADD CONSTRAINT pk_outcomes PRIMARY KEY (call_id);
ALTER TABLE ONLY public.queue_visits
    ADD CONSTRAINT pk_queue_visits PRIMARY KEY (call_id, seq);
ALTER TABLE ONLY public.recordings
    ADD CONSTRAINT pk_recordings PRIMARY KEY (call_id);
ALTER TABLE ONLY public.seat_log
    ADD CONSTRAINT pk_seat_log PRIMARY KEY (seat, since, state);
ALTER TABLE ONLY public.seat_memory
    ADD CONSTRAINT pk_seat_memory PRIMARY KEY (seat);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT pk_sessions PRIMARY KEY (session_id);
ALTER TABLE ONLY public.tail_marks
    ADD CONSTRAINT pk_tail_marks PRIMARY KEY (node, source);
ALTER TABLE ONLY public.talks
    ADD CONSTRAINT pk_talks PRIMARY KEY (call_id, seq);
ALTER TABLE ONLY public.ticket_history
    ADD CONSTRAINT pk_ticket_history PRIMARY KEY (ticket_id, seq);
ALTER TABLE ONLY public.tickets
    ADD CONSTRAINT pk_tickets PRIMARY KEY (ticket_id);
ALTER TABLE ONLY public.transfers
    ADD CONSTRAINT pk_transfers PRIMARY KEY (call_id, seq);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT uq_sessions_secret_sha256 UNIQUE (secret_sha256);
ALTER TABLE ONLY public.tickets
    ADD CONSTRAINT uq_tickets_key UNIQUE (key);
CREATE INDEX ix_alarms_call_id ON public.alarms USING btree (call_id);
CREATE INDEX ix_alarms_cleared_at_acknowledged_at ON public.alarms USING btree (cleared_at, acknowledged_at);
CREATE INDEX ix_alarms_kind_at ON public.alarms USING btree (kind, at);
CREATE INDEX ix_audit_at ON public.audit USING btree (at);
CREATE INDEX ix_audit_call_id ON public.audit USING btree (call_id);
CREATE INDEX ix_callbacks_number_state ON public.callbacks USING btree (number, state);
CREATE INDEX ix_callbacks_state_made_at ON public.callbacks USING btree (state, made_at);
CREATE INDEX ix_calls_arrived_at ON public.calls USING btree (arrived_at);
CREATE INDEX ix_calls_caller_arrived_at ON public.calls USING btree (caller, arrived_at);
CREATE INDEX ix_calls_ended_at ON public.calls USING btree (ended_at);
CREATE INDEX ix_calls_kpi ON public.calls USING btree (direction, arrived_at, line, talk_began_at, wait_seconds);
CREATE INDEX ix_calls_line_arrived_at ON public.calls USING btree (line, arrived_at);
CREATE INDEX ix_calls_open ON public.calls USING btree (state) WHERE ((state)::text = 'open'::text);
CREATE INDEX ix_calls_origin_arrived_at ON public.calls USING btree (origin, arrived_at);
CREATE INDEX ix_calls_seat_arrived_at ON public.calls USING btree (seat, arrived_at);
CREATE INDEX ix_drafts_agent_at ON public.drafts USING btree (agent, at);
CREATE INDEX ix_drafts_at ON public.drafts USING btree (at);
CREATE INDEX ix_legs_call_id ON public.legs USING btree (call_id);
CREATE INDEX ix_notices_at ON public.notices USING btree (at);
CREATE INDEX ix_offers_seat_began_at ON public.offers USING btree (seat, began_at);
CREATE INDEX ix_outbox_case_number ON public.outbox USING btree (case_number);
CREATE INDEX ix_outbox_state_next_try ON public.outbox USING btree (state, next_try);
CREATE INDEX ix_outcomes_outcome_at ON public.outcomes USING btree (outcome, at);
CREATE INDEX ix_queue_visits_queue_entered_at ON public.queue_visits USING btree (queue, entered_at);
CREATE INDEX ix_recordings_file ON public.recordings USING btree (file);
CREATE INDEX ix_recordings_state_ended_at ON public.recordings USING btree (state, ended_at);
CREATE INDEX ix_seat_log_agent_since ON public.seat_log USING btree (agent, since);
CREATE INDEX ix_sessions_account_id_ended_at ON public.sessions USING btree (account_id, ended_at);
CREATE INDEX ix_sessions_ended_at_expires_at ON public.sessions USING btree (ended_at, expires_at);
CREATE INDEX ix_talks_agent_began_at ON public.talks USING btree (agent, began_at);
CREATE INDEX ix_talks_seat_began_at ON public.talks USING btree (seat, began_at);
CREATE INDEX ix_tickets_agent_filed_at ON public.tickets USING btree (agent, filed_at);
CREATE INDEX ix_tickets_call_id ON public.tickets USING btree (call_id);
CREATE INDEX ix_tickets_caller_filed_at ON public.tickets USING btree (caller, filed_at);
CREATE INDEX ix_tickets_code_filed_at ON public.tickets USING btree (code, filed_at);
CREATE INDEX ix_tickets_filed_at ON public.tickets USING btree (filed_at);
CREATE INDEX ix_tickets_phone_filed_at ON public.tickets USING btree (phone, filed_at);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT fk_outbox_ticket_id FOREIGN KEY (ticket_id) REFERENCES public.tickets(ticket_id);
ALTER TABLE ONLY public.ticket_history
    ADD CONSTRAINT fk_ticket_history_ticket_id FOREIGN KEY (ticket_id) REFERENCES public.tickets(ticket_id);
