-- People, their credentials, and all configuration that calls need. Times are microseconds since 1970 (UTC), ids hyphenated UUIDv7,
-- lists and unions JSON. Every row that people edit carries `version` for optimistic locking.

CREATE TABLE site (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    zone TEXT NOT NULL
);

CREATE TABLE team (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    site_id TEXT REFERENCES site (id)
);

CREATE TABLE skill (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    name TEXT NOT NULL UNIQUE
);

CREATE TABLE reason (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    sort BIGINT NOT NULL,
    active BIGINT NOT NULL
);

CREATE TABLE hours (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    zone TEXT NOT NULL,
    weekly TEXT NOT NULL,
    holidays TEXT NOT NULL
);

CREATE TABLE queue (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    site_id TEXT REFERENCES site (id),
    zone TEXT NOT NULL,
    skills TEXT NOT NULL,
    priority BIGINT NOT NULL,
    offer_timeout_ms BIGINT NOT NULL,
    wrap_up_max_ms BIGINT NOT NULL,
    wrap_up_required BIGINT NOT NULL,
    wait_max_ms BIGINT,
    size_max BIGINT,
    leave_when_unstaffed BIGINT NOT NULL,
    overflow TEXT NOT NULL,
    open BIGINT NOT NULL,
    music TEXT NOT NULL,
    recording TEXT NOT NULL,
    hours_id TEXT REFERENCES hours (id)
);

CREATE TABLE wrap_up_code (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    name TEXT NOT NULL,
    queue_id TEXT REFERENCES queue (id),
    active BIGINT NOT NULL
);

CREATE TABLE app_user (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    login TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    roles TEXT NOT NULL,
    team_id TEXT REFERENCES team (id),
    skills TEXT NOT NULL,
    queues TEXT NOT NULL,
    phone_id TEXT,
    language TEXT NOT NULL,
    active BIGINT NOT NULL,
    must_change_password BIGINT NOT NULL,
    -- argon2id in PHC form; empty: this user cannot sign in with a password.
    password_hash TEXT NOT NULL DEFAULT '',
    -- Wrong passwords in a row, and until when no further one is looked at.
    failures BIGINT NOT NULL DEFAULT 0,
    locked_until BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE phone (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    username TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    owner_id TEXT REFERENCES app_user (id),
    active BIGINT NOT NULL,
    -- RFC 7616 3.4.2: hex of H(user:realm:password). The password itself is never stored.
    ha1_md5 TEXT NOT NULL DEFAULT '',
    ha1_sha256 TEXT NOT NULL DEFAULT ''
);

-- A signed-in browser. The id is SHA-256 of the token: who reads the table cannot sign in with it.
CREATE TABLE session (
    token_hash TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE INDEX session_of_user ON session (user_id);
CREATE INDEX session_expires ON session (expires_at);

CREATE TABLE api_token (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    roles TEXT NOT NULL,
    expires_at BIGINT
);

CREATE TABLE trunk (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    sources TEXT NOT NULL,
    source_port BIGINT,
    transport TEXT NOT NULL,
    peer TEXT,
    calls_max BIGINT NOT NULL,
    trusted BIGINT NOT NULL,
    country TEXT NOT NULL,
    active BIGINT NOT NULL
);

CREATE TABLE flow (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    name TEXT NOT NULL UNIQUE
);

CREATE TABLE flow_version (
    flow_id TEXT NOT NULL REFERENCES flow (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    source TEXT NOT NULL,
    state TEXT NOT NULL,
    created_by TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (flow_id, number)
);

CREATE TABLE number (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    number TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    entry TEXT NOT NULL,
    language TEXT NOT NULL,
    trunk_id TEXT REFERENCES trunk (id),
    active BIGINT NOT NULL
);

-- Who changed what. Written in the same transaction as the change; secrets are masked.
CREATE TABLE audit (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    user_id TEXT,
    via TEXT NOT NULL,
    action TEXT NOT NULL,
    resource TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    before_json TEXT,
    after_json TEXT
);
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_resource ON audit (resource, resource_id, at);
