BEGIN TRANSACTION;
CREATE TABLE accounts (
	account_id VARCHAR(40) NOT NULL, 
	name VARCHAR(80) NOT NULL, 
	role VARCHAR(40) NOT NULL, 
	password_hash VARCHAR(200) DEFAULT '' NOT NULL, 
	locked BOOLEAN DEFAULT 0 NOT NULL, 
	changed_at VARCHAR(32) NOT NULL, failures INTEGER DEFAULT '0' NOT NULL, locked_until VARCHAR(32), 
	CONSTRAINT pk_accounts PRIMARY KEY (account_id)
);
CREATE TABLE alarms (
	alarm_id INTEGER NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	subject VARCHAR(80) DEFAULT '' NOT NULL, 
	call_id VARCHAR(80) DEFAULT '' NOT NULL, 
	detail TEXT DEFAULT '' NOT NULL, 
	cleared_at VARCHAR(32), severity VARCHAR(40) DEFAULT 'warning' NOT NULL, acknowledged_at VARCHAR(32), acknowledged_by VARCHAR(40) DEFAULT '' NOT NULL, note TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_alarms PRIMARY KEY (alarm_id)
);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0002');
CREATE TABLE audit (
	seq INTEGER NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	actor VARCHAR(40) NOT NULL, 
	action VARCHAR(40) NOT NULL, 
	call_id VARCHAR(80) DEFAULT '' NOT NULL, 
	detail TEXT DEFAULT '' NOT NULL, 
	previous VARCHAR(64) NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_audit PRIMARY KEY (seq)
);
INSERT INTO "audit" VALUES(1,'2026-11-23 01:05:00.000000+00:00','1001','listened','xm1-1.1','{}','0000000000000000000000000000000000000000000000000000000000000000','20111fb1620d220cfb0e84d0fa5626e06fd01ddebba6c474efd2b3260c6be2a7');
CREATE TABLE blind_intervals (
	node VARCHAR(40) NOT NULL, 
	source VARCHAR(40) NOT NULL, 
	began_at VARCHAR(32) NOT NULL, 
	ended_at VARCHAR(32), 
	reason VARCHAR(200) DEFAULT '' NOT NULL, 
	CONSTRAINT pk_blind_intervals PRIMARY KEY (node, source, began_at)
);
CREATE TABLE callbacks (
	call_id VARCHAR(80) NOT NULL, 
	reason VARCHAR(40) NOT NULL, 
	line VARCHAR(40) DEFAULT '' NOT NULL, 
	number VARCHAR(80) DEFAULT '' NOT NULL, 
	made_at VARCHAR(32) NOT NULL, 
	state VARCHAR(40) DEFAULT 'open' NOT NULL, 
	tries INTEGER DEFAULT '0' NOT NULL, 
	done_at VARCHAR(32), 
	done_by VARCHAR(40) DEFAULT '' NOT NULL, 
	note TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_callbacks PRIMARY KEY (call_id)
);
INSERT INTO "callbacks" VALUES('xm1-2.2','abandoned_in_queue','partner','05925550000','2026-11-23 01:01:53.000000+00:00','open',0,NULL,'','');
INSERT INTO "callbacks" VALUES('xm1-5.5','closed','citizen','13806010001','2026-11-23 01:06:44.000000+00:00','done',0,NULL,'','');
CREATE TABLE calls (
	call_id VARCHAR(80) NOT NULL, 
	node VARCHAR(40) DEFAULT '' NOT NULL, 
	direction VARCHAR(10) NOT NULL, 
	line VARCHAR(40) DEFAULT '' NOT NULL, 
	trunk VARCHAR(40) DEFAULT '' NOT NULL, 
	number VARCHAR(80) DEFAULT '' NOT NULL, 
	partner VARCHAR(80) DEFAULT '' NOT NULL, 
	reference VARCHAR(80) DEFAULT '' NOT NULL, 
	origin VARCHAR(80) DEFAULT '' NOT NULL, 
	endpoint VARCHAR(80) DEFAULT '' NOT NULL, 
	caller VARCHAR(80) DEFAULT '' NOT NULL, 
	caller_name VARCHAR(200) DEFAULT '' NOT NULL, 
	dialled VARCHAR(80) DEFAULT '' NOT NULL, 
	arrived_at VARCHAR(32) NOT NULL, 
	answered_at VARCHAR(32), 
	notice_at VARCHAR(32), 
	notice_prompt VARCHAR(40) DEFAULT '' NOT NULL, 
	notice_source VARCHAR(40) DEFAULT '' NOT NULL, 
	refusal VARCHAR(40) DEFAULT '' NOT NULL, 
	queued_at VARCHAR(32), 
	queue VARCHAR(40) DEFAULT '' NOT NULL, 
	queue_result VARCHAR(40) DEFAULT '' NOT NULL, 
	offers INTEGER DEFAULT '0' NOT NULL, 
	first_offer_at VARCHAR(32), 
	talk_began_at VARCHAR(32), 
	talk_ended_at VARCHAR(32), 
	talk_seconds FLOAT DEFAULT '0' NOT NULL, 
	seat VARCHAR(40) DEFAULT '' NOT NULL, 
	agent VARCHAR(40) DEFAULT '' NOT NULL, 
	holds INTEGER DEFAULT '0' NOT NULL, 
	held_seconds FLOAT DEFAULT '0' NOT NULL, 
	transfers INTEGER DEFAULT '0' NOT NULL, 
	ended_at VARCHAR(32), 
	ended_by VARCHAR(40) DEFAULT '' NOT NULL, 
	cause INTEGER DEFAULT '0' NOT NULL, 
	wait_seconds FLOAT, 
	ring_seconds FLOAT, 
	state VARCHAR(8) DEFAULT 'open' NOT NULL, 
	short_abandon BOOLEAN DEFAULT 0 NOT NULL, 
	merged_into VARCHAR(80) DEFAULT '' NOT NULL, 
	uncertain BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT pk_calls PRIMARY KEY (call_id)
);
INSERT INTO "calls" VALUES('xm1-1.1','xm1','inbound','citizen','telecom','12319','','','','','13806010001','王小明','12319','2026-11-23 01:00:00.000000+00:00','2026-11-23 01:00:00.000000+00:00','2026-11-23 01:00:00.000000+00:00','','','','2026-11-23 01:00:10.000000+00:00','mandarin','answered',1,NULL,'2026-11-23 01:00:15.000000+00:00','2026-11-23 01:01:15.000000+00:00',60.0,'8001','1001',0,0.0,0,'2026-11-23 01:01:15.000000+00:00','caller',0,5.0,2.0,'closed',0,'',0);
INSERT INTO "calls" VALUES('xm1-2.2','xm1','inbound','partner','telecom','12319','12345','','05925550000','','13806010002','王小明','12319','2026-11-23 01:01:40.000000+00:00','2026-11-23 01:01:40.000000+00:00',NULL,'','','','2026-11-23 01:01:50.000000+00:00','mandarin','abandoned',0,NULL,NULL,NULL,0.0,'','',0,0.0,0,'2026-11-23 01:01:53.000000+00:00','caller',0,3.0,NULL,'closed',0,'',0);
INSERT INTO "calls" VALUES('xm1-3.3','xm1','inbound','citizen','telecom','12319','','','','','13806010001','王小明','12319','2026-11-23 01:03:20.000000+00:00','2026-11-23 01:03:20.000000+00:00','2026-11-23 01:03:20.000000+00:00','','','','2026-11-23 01:03:30.000000+00:00','mandarin','answered',1,NULL,'2026-11-23 01:03:50.000000+00:00','2026-11-23 01:04:20.000000+00:00',30.0,'8001','1001',0,0.0,0,'2026-11-23 01:04:20.000000+00:00','caller',0,20.0,2.0,'closed',0,'',0);
INSERT INTO "calls" VALUES('xm1-4.4','xm1','inbound','citizen','telecom','12319','','','','','13806010001','王小明','12319','2026-11-23 02:58:20.000000+00:00','2026-11-23 02:58:20.000000+00:00',NULL,'','','',NULL,'','',0,NULL,NULL,NULL,0.0,'','',0,0.0,0,NULL,'',0,NULL,NULL,'open',0,'',0);
INSERT INTO "calls" VALUES('xm1-5.5','xm1','inbound','citizen','telecom','12319','','','','','13806010001','王小明','12319','2026-11-23 01:06:40.000000+00:00',NULL,NULL,'','','closed',NULL,'','',0,NULL,NULL,NULL,0.0,'','',0,0.0,0,'2026-11-23 01:06:44.000000+00:00','caller',0,NULL,NULL,'closed',1,'',0);
INSERT INTO "calls" VALUES('xm1-6.6','xm1','outbound','','telecom','12319','','','','','8001','王小明','13806010009','2026-11-23 01:08:20.000000+00:00',NULL,NULL,'','','',NULL,'','',0,NULL,NULL,NULL,0.0,'','',0,0.0,0,'2026-11-23 01:08:40.000000+00:00','',0,NULL,NULL,'closed',0,'',0);
CREATE TABLE drafts (
	call_id VARCHAR(80) NOT NULL, 
	agent VARCHAR(40) NOT NULL, 
	version INTEGER NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	fields TEXT NOT NULL, 
	CONSTRAINT pk_drafts PRIMARY KEY (call_id, agent)
);
CREATE TABLE endpoint_reach (
	endpoint VARCHAR(40) NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	reach VARCHAR(40) NOT NULL, 
	roundtrip_us INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_endpoint_reach PRIMARY KEY (endpoint, at)
);
CREATE TABLE legs (
	leg_id VARCHAR(80) NOT NULL, 
	call_id VARCHAR(80) NOT NULL, 
	endpoint VARCHAR(80) DEFAULT '' NOT NULL, 
	began_at VARCHAR(32) NOT NULL, 
	ended_at VARCHAR(32), 
	cause INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_legs PRIMARY KEY (leg_id)
);
CREATE TABLE line_checks (
	line VARCHAR(40) NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	ok BOOLEAN NOT NULL, 
	heard_seconds FLOAT DEFAULT '0' NOT NULL, 
	reason VARCHAR(80) DEFAULT '' NOT NULL, 
	CONSTRAINT pk_line_checks PRIMARY KEY (line, at)
);
CREATE TABLE node_lives (
	node VARCHAR(40) NOT NULL, 
	began_at VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_node_lives PRIMARY KEY (node, began_at)
);
CREATE TABLE notices (
	notice_id INTEGER NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	"by" VARCHAR(40) NOT NULL, 
	by_name VARCHAR(80) DEFAULT '' NOT NULL, 
	text TEXT NOT NULL, 
	urgent BOOLEAN DEFAULT 0 NOT NULL, 
	seats JSON DEFAULT '[]' NOT NULL, 
	heard INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_notices PRIMARY KEY (notice_id)
);
INSERT INTO "notices" VALUES(1,'2026-11-23 01:00:01.000000+00:00','1001','王','注意',0,'[]',3);
CREATE TABLE offers (
	call_id VARCHAR(80) NOT NULL, 
	seq INTEGER NOT NULL, 
	leg_id VARCHAR(80) NOT NULL, 
	seat VARCHAR(40) NOT NULL, 
	queue VARCHAR(40) DEFAULT '' NOT NULL, 
	began_at VARCHAR(32) NOT NULL, 
	ended_at VARCHAR(32), 
	result VARCHAR(40) DEFAULT '' NOT NULL, 
	CONSTRAINT pk_offers PRIMARY KEY (call_id, seq)
);
CREATE TABLE outbox (
	ticket_id VARCHAR(26) NOT NULL, 
	state VARCHAR(40) DEFAULT 'waiting' NOT NULL, 
	tries INTEGER DEFAULT '0' NOT NULL, 
	refusals INTEGER DEFAULT '0' NOT NULL, 
	next_try VARCHAR(32) NOT NULL, 
	ever_sent BOOLEAN DEFAULT 0 NOT NULL, 
	error TEXT DEFAULT '' NOT NULL, 
	error_at VARCHAR(32), 
	holder VARCHAR(40) DEFAULT '' NOT NULL, 
	held_until VARCHAR(32), 
	case_number VARCHAR(80) DEFAULT '' NOT NULL, 
	query_code VARCHAR(80) DEFAULT '' NOT NULL, 
	delivered_at VARCHAR(32), 
	CONSTRAINT pk_outbox PRIMARY KEY (ticket_id), 
	CONSTRAINT fk_outbox_ticket_id FOREIGN KEY(ticket_id) REFERENCES tickets (ticket_id)
);
INSERT INTO "outbox" VALUES('01','delivered',1,0,'2026-11-23 01:01:10.000000+00:00',1,'',NULL,'',NULL,'A-1','','2026-11-23 01:01:11.000000+00:00');
CREATE TABLE outcome_history (
	call_id VARCHAR(80) NOT NULL, 
	seq INTEGER NOT NULL, 
	outcome VARCHAR(40) NOT NULL, 
	detail VARCHAR(40) DEFAULT '' NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	agent VARCHAR(40) DEFAULT '' NOT NULL, 
	seat VARCHAR(40) DEFAULT '' NOT NULL, 
	note TEXT DEFAULT '' NOT NULL, 
	knowledge JSON DEFAULT '[]' NOT NULL, 
	replaced_at VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_outcome_history PRIMARY KEY (call_id, seq)
);
CREATE TABLE outcomes (
	call_id VARCHAR(80) NOT NULL, 
	outcome VARCHAR(40) NOT NULL, 
	detail VARCHAR(40) DEFAULT '' NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	agent VARCHAR(40) DEFAULT '' NOT NULL, 
	seat VARCHAR(40) DEFAULT '' NOT NULL, 
	note TEXT DEFAULT '' NOT NULL, 
	knowledge JSON DEFAULT '[]' NOT NULL, 
	CONSTRAINT pk_outcomes PRIMARY KEY (call_id)
);
INSERT INTO "outcomes" VALUES('xm1-1.1','ticket','','2026-11-23 01:01:10.000000+00:00','','','','[]');
INSERT INTO "outcomes" VALUES('xm1-2.2','missed','abandoned_in_queue','2026-11-23 01:01:53.000000+00:00','','','','[]');
INSERT INTO "outcomes" VALUES('xm1-3.3','direct','','2026-11-23 01:04:30.000000+00:00','','','','[]');
INSERT INTO "outcomes" VALUES('xm1-5.5','missed','closed','2026-11-23 01:06:44.000000+00:00','','','','[]');
CREATE TABLE queue_visits (
	call_id VARCHAR(80) NOT NULL, 
	seq INTEGER NOT NULL, 
	queue VARCHAR(40) NOT NULL, 
	position INTEGER DEFAULT '0' NOT NULL, 
	entered_at VARCHAR(32) NOT NULL, 
	left_at VARCHAR(32), 
	result VARCHAR(40) DEFAULT '' NOT NULL, 
	CONSTRAINT pk_queue_visits PRIMARY KEY (call_id, seq)
);
CREATE TABLE recordings (
	call_id VARCHAR(80) NOT NULL, 
	file VARCHAR(200) NOT NULL, 
	started_at VARCHAR(32) NOT NULL, 
	ended_at VARCHAR(32), 
	state VARCHAR(8) DEFAULT 'raw' NOT NULL, 
	settled_at VARCHAR(32), 
	reason VARCHAR(40) DEFAULT '' NOT NULL, 
	path VARCHAR(300) DEFAULT '' NOT NULL, 
	format VARCHAR(8) DEFAULT '' NOT NULL, 
	seconds FLOAT, 
	plain_bytes INTEGER, 
	plain_sha256 VARCHAR(64) DEFAULT '' NOT NULL, 
	stored_bytes INTEGER, 
	stored_sha256 VARCHAR(64) DEFAULT '' NOT NULL, 
	sealed BOOLEAN DEFAULT 0 NOT NULL, 
	faults VARCHAR(200) DEFAULT '' NOT NULL, 
	CONSTRAINT pk_recordings PRIMARY KEY (call_id)
);
INSERT INTO "recordings" VALUES('xm1-1.1','xm1-1.1.raw','2026-11-23 01:00:00.000000+00:00','2026-11-23 01:01:15.000000+00:00','shelved',NULL,'','2026/11/23/xm1-1.1.opus','opus',75.0,NULL,'',NULL,'',0,'');
INSERT INTO "recordings" VALUES('xm1-3.3','xm1-3.3.raw','2026-11-23 01:03:20.000000+00:00','2026-11-23 01:04:20.000000+00:00','shelved',NULL,'','2026/11/23/xm1-3.3.opus','opus',60.0,NULL,'',NULL,'',0,'');
CREATE TABLE seat_log (
	seat VARCHAR(40) NOT NULL, 
	since VARCHAR(32) NOT NULL, 
	state VARCHAR(40) NOT NULL, 
	until VARCHAR(32), 
	agent VARCHAR(40) DEFAULT '' NOT NULL, 
	reason VARCHAR(80) DEFAULT '' NOT NULL, 
	call_id VARCHAR(80) DEFAULT '' NOT NULL, 
	"by" VARCHAR(40) DEFAULT '' NOT NULL, 
	CONSTRAINT pk_seat_log PRIMARY KEY (seat, since, state)
);
INSERT INTO "seat_log" VALUES('8001','2026-11-23 00:50:00.000000+00:00','logged_out','2026-11-23 01:00:00.000000+00:00','','','','');
INSERT INTO "seat_log" VALUES('8001','2026-11-23 01:00:00.000000+00:00','ready','2026-11-23 01:00:15.000000+00:00','1001','','','');
INSERT INTO "seat_log" VALUES('8001','2026-11-23 01:00:15.000000+00:00','talking','2026-11-23 01:01:15.000000+00:00','1001','','','');
INSERT INTO "seat_log" VALUES('8001','2026-11-23 01:01:15.000000+00:00','wrap_up','2026-11-23 01:01:45.000000+00:00','1001','','xm1-1.1','');
INSERT INTO "seat_log" VALUES('8001','2026-11-23 01:01:45.000000+00:00','ready',NULL,'1001','','','');
CREATE TABLE seat_memory (
	seat VARCHAR(40) NOT NULL, 
	state TEXT NOT NULL, 
	CONSTRAINT pk_seat_memory PRIMARY KEY (seat)
);
CREATE TABLE sessions (
	session_id VARCHAR(26) NOT NULL, 
	secret_sha256 VARCHAR(64) NOT NULL, 
	account_id VARCHAR(40) NOT NULL, 
	made_at VARCHAR(32) NOT NULL, 
	seen_at VARCHAR(32) NOT NULL, 
	expires_at VARCHAR(32) NOT NULL, 
	ended_at VARCHAR(32), 
	ended_why VARCHAR(40) DEFAULT '' NOT NULL, 
	address VARCHAR(64) DEFAULT '' NOT NULL, 
	browser VARCHAR(200) DEFAULT '' NOT NULL, 
	seat VARCHAR(40) DEFAULT '' NOT NULL, 
	locked BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT pk_sessions PRIMARY KEY (session_id), 
	CONSTRAINT uq_sessions_secret_sha256 UNIQUE (secret_sha256)
);
ANALYZE "sqlite_master";
INSERT INTO "sqlite_stat1" VALUES('alembic_version','sqlite_autoindex_alembic_version_1','1 1');
CREATE TABLE tail_marks (
	node VARCHAR(40) NOT NULL, 
	source VARCHAR(40) NOT NULL, 
	inode INTEGER NOT NULL, 
	"offset" INTEGER NOT NULL, 
	resume_inode INTEGER NOT NULL, 
	resume_offset INTEGER NOT NULL, 
	moved_at VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_tail_marks PRIMARY KEY (node, source)
);
CREATE TABLE talks (
	call_id VARCHAR(80) NOT NULL, 
	seq INTEGER NOT NULL, 
	leg_id VARCHAR(80) NOT NULL, 
	seat VARCHAR(40) NOT NULL, 
	agent VARCHAR(40) DEFAULT '' NOT NULL, 
	queue VARCHAR(40) DEFAULT '' NOT NULL, 
	began_at VARCHAR(32) NOT NULL, 
	ended_at VARCHAR(32), 
	holds INTEGER DEFAULT '0' NOT NULL, 
	held_seconds FLOAT DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_talks PRIMARY KEY (call_id, seq)
);
INSERT INTO "talks" VALUES('xm1-1.1',0,'xm1-1.9','8001','1001','mandarin','2026-11-23 01:00:15.000000+00:00','2026-11-23 01:01:15.000000+00:00',0,0.0);
INSERT INTO "talks" VALUES('xm1-3.3',0,'xm1-3.9','8001','1001','mandarin','2026-11-23 01:03:50.000000+00:00','2026-11-23 01:04:20.000000+00:00',0,0.0);
CREATE TABLE ticket_history (
	ticket_id VARCHAR(26) NOT NULL, 
	seq INTEGER NOT NULL, 
	replaced_at VARCHAR(32) NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_ticket_history PRIMARY KEY (ticket_id, seq), 
	CONSTRAINT fk_ticket_history_ticket_id FOREIGN KEY(ticket_id) REFERENCES tickets (ticket_id)
);
CREATE TABLE tickets (
	ticket_id VARCHAR(26) NOT NULL, 
	"key" VARCHAR(200) NOT NULL, 
	call_id VARCHAR(80) DEFAULT '' NOT NULL, 
	filed_at VARCHAR(32) NOT NULL, 
	agent VARCHAR(40) DEFAULT '' NOT NULL, 
	seat VARCHAR(40) DEFAULT '' NOT NULL, 
	channel VARCHAR(40) DEFAULT '' NOT NULL, 
	line VARCHAR(40) DEFAULT '' NOT NULL, 
	caller VARCHAR(80) DEFAULT '' NOT NULL, 
	phone VARCHAR(80) DEFAULT '' NOT NULL, 
	kind VARCHAR(40) DEFAULT '' NOT NULL, 
	work_type VARCHAR(40) DEFAULT '' NOT NULL, 
	urgency VARCHAR(40) DEFAULT '' NOT NULL, 
	title VARCHAR(200) DEFAULT '' NOT NULL, 
	scheme VARCHAR(40) DEFAULT '' NOT NULL, 
	scheme_version VARCHAR(40) DEFAULT '' NOT NULL, 
	code VARCHAR(40) DEFAULT '' NOT NULL, 
	grid_code VARCHAR(40) DEFAULT '' NOT NULL, 
	lng FLOAT, 
	lat FLOAT, 
	crs VARCHAR(40) DEFAULT '' NOT NULL, 
	unit VARCHAR(200) DEFAULT '' NOT NULL, 
	handle_by VARCHAR(32), 
	confidential BOOLEAN DEFAULT 0 NOT NULL, 
	anonymous BOOLEAN DEFAULT 0 NOT NULL, 
	answered_directly BOOLEAN DEFAULT 0 NOT NULL, 
	merged_into VARCHAR(80) DEFAULT '' NOT NULL, 
	retention_class VARCHAR(40) DEFAULT '' NOT NULL, 
	legal_hold BOOLEAN DEFAULT 0 NOT NULL, 
	body TEXT NOT NULL, code_kind VARCHAR(40) DEFAULT '' NOT NULL, 
	CONSTRAINT pk_tickets PRIMARY KEY (ticket_id), 
	CONSTRAINT uq_tickets_key UNIQUE ("key")
);
INSERT INTO "tickets" VALUES('01','xm1-1.1/1','xm1-1.1','2026-11-23 01:01:10.000000+00:00','','','','citizen','','','','','','路灯不亮','','','','',NULL,NULL,'','',NULL,0,0,0,'','',0,'{}','');
CREATE TABLE transfers (
	call_id VARCHAR(80) NOT NULL, 
	seq INTEGER NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	by_seat VARCHAR(40) DEFAULT '' NOT NULL, 
	target VARCHAR(80) DEFAULT '' NOT NULL, 
	CONSTRAINT pk_transfers PRIMARY KEY (call_id, seq)
);
CREATE INDEX ix_alarms_call_id ON alarms (call_id);
CREATE INDEX ix_alarms_kind_at ON alarms (kind, at);
CREATE INDEX ix_audit_at ON audit (at);
CREATE INDEX ix_audit_call_id ON audit (call_id);
CREATE INDEX ix_callbacks_number_state ON callbacks (number, state);
CREATE INDEX ix_callbacks_state_made_at ON callbacks (state, made_at);
CREATE INDEX ix_calls_arrived_at ON calls (arrived_at);
CREATE INDEX ix_calls_caller_arrived_at ON calls (caller, arrived_at);
CREATE INDEX ix_calls_ended_at ON calls (ended_at);
CREATE INDEX ix_calls_kpi ON calls (direction, arrived_at, line, talk_began_at, wait_seconds);
CREATE INDEX ix_calls_line_arrived_at ON calls (line, arrived_at);
CREATE INDEX ix_calls_open ON calls (state) WHERE state = 'open';
CREATE INDEX ix_calls_origin_arrived_at ON calls (origin, arrived_at);
CREATE INDEX ix_calls_seat_arrived_at ON calls (seat, arrived_at);
CREATE INDEX ix_legs_call_id ON legs (call_id);
CREATE INDEX ix_offers_seat_began_at ON offers (seat, began_at);
CREATE INDEX ix_outcomes_outcome_at ON outcomes (outcome, at);
CREATE INDEX ix_queue_visits_queue_entered_at ON queue_visits (queue, entered_at);
CREATE INDEX ix_recordings_file ON recordings (file);
CREATE INDEX ix_recordings_state_ended_at ON recordings (state, ended_at);
CREATE INDEX ix_seat_log_agent_since ON seat_log (agent, since);
CREATE INDEX ix_talks_agent_began_at ON talks (agent, began_at);
CREATE INDEX ix_talks_seat_began_at ON talks (seat, began_at);
CREATE INDEX ix_tickets_call_id ON tickets (call_id);
CREATE INDEX ix_tickets_caller_filed_at ON tickets (caller, filed_at);
CREATE INDEX ix_tickets_code_filed_at ON tickets (code, filed_at);
CREATE INDEX ix_tickets_filed_at ON tickets (filed_at);
CREATE INDEX ix_tickets_phone_filed_at ON tickets (phone, filed_at);
CREATE INDEX ix_outbox_case_number ON outbox (case_number);
CREATE INDEX ix_outbox_state_next_try ON outbox (state, next_try);
CREATE INDEX ix_alarms_cleared_at_acknowledged_at ON alarms (cleared_at, acknowledged_at);
CREATE INDEX ix_sessions_account_id_ended_at ON sessions (account_id, ended_at);
CREATE INDEX ix_sessions_ended_at_expires_at ON sessions (ended_at, expires_at);
CREATE INDEX ix_drafts_at ON drafts (at);
CREATE INDEX ix_drafts_agent_at ON drafts (agent, at);
CREATE INDEX ix_tickets_agent_filed_at ON tickets (agent, filed_at);
CREATE INDEX ix_notices_at ON notices (at);
COMMIT;
