-- PostgreSQL. Text compares by bytes (COLLATE "C"), so that both databases order and match alike.
-- People, their credentials, and all configuration that calls need. Times are microseconds since 1970 (UTC), ids hyphenated UUIDv7,
-- lists and unions JSON. Every row that people edit carries `version` for optimistic locking.

CREATE TABLE site (
    id TEXT COLLATE "C" PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    zone TEXT COLLATE "C" NOT NULL
);

CREATE TABLE team (
    id TEXT COLLATE "C" PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    site_id TEXT COLLATE "C" REFERENCES site (id)
);

CREATE TABLE skill (
    id TEXT COLLATE "C" PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL UNIQUE
);

CREATE TABLE reason (
    id TEXT COLLATE "C" PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    sort BIGINT NOT NULL,
    active BIGINT NOT NULL
);

CREATE TABLE hours (
    id TEXT COLLATE "C" PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    zone TEXT COLLATE "C" NOT NULL,
    weekly TEXT COLLATE "C" NOT NULL,
    holidays TEXT COLLATE "C" NOT NULL
);

CREATE TABLE queue (
    id TEXT COLLATE "C" PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    site_id TEXT COLLATE "C" REFERENCES site (id),
    zone TEXT COLLATE "C" NOT NULL,
    skills TEXT COLLATE "C" NOT NULL,
    priority BIGINT NOT NULL,
    offer_timeout_ms BIGINT NOT NULL,
    wrap_up_max_ms BIGINT NOT NULL,
    wrap_up_required BIGINT NOT NULL,
    wait_max_ms BIGINT,
    size_max BIGINT,
    leave_when_unstaffed BIGINT NOT NULL,
    overflow TEXT COLLATE "C" NOT NULL,
    open BIGINT NOT NULL,
    music TEXT COLLATE "C" NOT NULL,
    recording TEXT COLLATE "C" NOT NULL,
    hours_id TEXT COLLATE "C" REFERENCES hours (id)
);

CREATE TABLE wrap_up_code (
    id TEXT COLLATE "C" PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    queue_id TEXT COLLATE "C" REFERENCES queue (id),
    active BIGINT NOT NULL
);

CREATE TABLE app_user (
    id TEXT COLLATE "C" PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    login TEXT COLLATE "C" NOT NULL UNIQUE,
    name TEXT COLLATE "C" NOT NULL,
    roles TEXT COLLATE "C" NOT NULL,
    team_id TEXT COLLATE "C" REFERENCES team (id),
    skills TEXT COLLATE "C" NOT NULL,
    queues TEXT COLLATE "C" NOT NULL,
    phone_id TEXT COLLATE "C",
    language TEXT COLLATE "C" NOT NULL,
    active BIGINT NOT NULL,
    must_change_password BIGINT NOT NULL,
    -- argon2id in PHC form; empty: this user cannot sign in with a password.
    password_hash TEXT COLLATE "C" NOT NULL DEFAULT '',
    -- Wrong passwords in a row, and until when no further one is looked at.
    failures BIGINT NOT NULL DEFAULT 0,
    locked_until BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE phone (
    id TEXT COLLATE "C" PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    username TEXT COLLATE "C" NOT NULL UNIQUE,
    name TEXT COLLATE "C" NOT NULL,
    owner_id TEXT COLLATE "C" REFERENCES app_user (id),
    active BIGINT NOT NULL,
    -- RFC 7616 3.4.2: hex of H(user:realm:password). The password itself is never stored.
    ha1_md5 TEXT COLLATE "C" NOT NULL DEFAULT '',
    ha1_sha256 TEXT COLLATE "C" NOT NULL DEFAULT ''
);

-- A signed-in browser. The id is SHA-256 of the token: who reads the table cannot sign in with it.
CREATE TABLE session (
    token_hash TEXT COLLATE "C" PRIMARY KEY,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE INDEX session_of_user ON session (user_id);
CREATE INDEX session_expires ON session (expires_at);

CREATE TABLE api_token (
    id TEXT COLLATE "C" PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    token_hash TEXT COLLATE "C" NOT NULL UNIQUE,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    name TEXT COLLATE "C" NOT NULL,
    roles TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT
);

CREATE TABLE trunk (
    id TEXT COLLATE "C" PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    sources TEXT COLLATE "C" NOT NULL,
    source_port BIGINT,
    transport TEXT COLLATE "C" NOT NULL,
    peer TEXT COLLATE "C",
    calls_max BIGINT NOT NULL,
    trusted BIGINT NOT NULL,
    country TEXT COLLATE "C" NOT NULL,
    active BIGINT NOT NULL
);

CREATE TABLE flow (
    id TEXT COLLATE "C" PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL UNIQUE
);

CREATE TABLE flow_version (
    flow_id TEXT COLLATE "C" NOT NULL REFERENCES flow (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    created_by TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    PRIMARY KEY (flow_id, number)
);

CREATE TABLE number (
    id TEXT COLLATE "C" PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    number TEXT COLLATE "C" NOT NULL UNIQUE,
    name TEXT COLLATE "C" NOT NULL,
    entry TEXT COLLATE "C" NOT NULL,
    language TEXT COLLATE "C" NOT NULL,
    trunk_id TEXT COLLATE "C" REFERENCES trunk (id),
    active BIGINT NOT NULL
);

-- Who changed what. Written in the same transaction as the change; secrets are masked.
CREATE TABLE audit (
    id TEXT COLLATE "C" PRIMARY KEY,
    at BIGINT NOT NULL,
    user_id TEXT COLLATE "C",
    via TEXT COLLATE "C" NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    resource TEXT COLLATE "C" NOT NULL,
    resource_id TEXT COLLATE "C" NOT NULL,
    before_json TEXT COLLATE "C",
    after_json TEXT COLLATE "C"
);
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_resource ON audit (resource, resource_id, at);
