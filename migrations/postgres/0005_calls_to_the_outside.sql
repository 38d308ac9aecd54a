-- How trunks take our calls, what queues show, where sites are, and who may dial what.

ALTER TABLE trunk ADD COLUMN outbound TEXT NOT NULL DEFAULT '{}';
ALTER TABLE trunk ADD COLUMN ha1_md5 TEXT NOT NULL DEFAULT '';
ALTER TABLE trunk ADD COLUMN ha1_sha256 TEXT NOT NULL DEFAULT '';
ALTER TABLE queue ADD COLUMN outbound TEXT NOT NULL DEFAULT '{}';
ALTER TABLE site ADD COLUMN dialling TEXT NOT NULL DEFAULT 'null';

-- The first rule that fits, by sort, decides.
CREATE TABLE dial_rule (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    sort BIGINT NOT NULL,
    allow BIGINT NOT NULL,
    roles TEXT NOT NULL,
    classes TEXT NOT NULL,
    countries TEXT NOT NULL,
    hours_id TEXT REFERENCES hours (id),
    minute_cost BIGINT NOT NULL,
    day_cost_max BIGINT,
    active BIGINT NOT NULL
);
