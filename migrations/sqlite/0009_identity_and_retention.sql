-- One view of one customer: keys to find who may be the same, merges with what undoes them, imports and exports.
-- And its end: erasure, legal holds, retention. Ids of customers stand here without foreign keys: what is kept of a merge, an import or an
-- erasure outlives the customer.

-- A hash of what is alike in the names and addresses of one person (see crm_core::identity::keys). Holds no name.
CREATE TABLE match_key (
    key BIGINT NOT NULL,
    customer_id TEXT NOT NULL,
    PRIMARY KEY (key, customer_id)
) WITHOUT ROWID;
CREATE INDEX match_key_customer ON match_key (customer_id);
-- Who was written since the search for duplicates came by.
CREATE INDEX customer_updated ON customer (updated_at, id);

-- How far the search for duplicates is.
CREATE TABLE duplicate_mark (
    name TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    id TEXT NOT NULL,
    searched BIGINT NOT NULL
);

-- Two who may be one; `a_id` is the smaller id.
CREATE TABLE duplicate_pair (
    id TEXT PRIMARY KEY,
    a_id TEXT NOT NULL,
    b_id TEXT NOT NULL,
    score BIGINT NOT NULL,
    reasons TEXT NOT NULL,
    state TEXT NOT NULL,
    found_at BIGINT NOT NULL,
    decided_at BIGINT,
    decided_by TEXT,
    UNIQUE (a_id, b_id)
);
CREATE INDEX duplicate_pair_list ON duplicate_pair (state, score, id);
CREATE INDEX duplicate_pair_back ON duplicate_pair (b_id);

-- Whose ids lead to another customer since a merge. `external_id` is the one the merged customer had.
CREATE TABLE customer_alias (
    customer_id TEXT PRIMARY KEY,
    survivor_id TEXT NOT NULL,
    merge_id TEXT NOT NULL,
    external_id TEXT
);
CREATE INDEX customer_alias_survivor ON customer_alias (survivor_id);
CREATE INDEX customer_alias_external ON customer_alias (external_id);

-- `log` is the state before and after, enough to undo it. `seq` counts the merges into one survivor.
CREATE TABLE customer_merge (
    id TEXT PRIMARY KEY,
    survivor_id TEXT NOT NULL,
    merged_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    user_id TEXT,
    state TEXT NOT NULL,
    undone_at BIGINT,
    undone_by TEXT,
    choices TEXT NOT NULL,
    log TEXT NOT NULL
);
CREATE INDEX customer_merge_survivor ON customer_merge (survivor_id, seq);
CREATE INDEX customer_merge_merged ON customer_merge (merged_id, state);

-- A row of another table that a merge moved to the survivor, or that was there twice and was dropped (then `row` holds it).
CREATE TABLE merge_row (
    merge_id TEXT NOT NULL,
    ordinal BIGINT NOT NULL,
    table_name TEXT NOT NULL,
    row_key TEXT NOT NULL,
    dropped TEXT,
    PRIMARY KEY (merge_id, ordinal)
);
-- Which merges noted one row.
CREATE INDEX merge_row_key ON merge_row (row_key, table_name);

-- Taking customers over from a CSV file.
CREATE TABLE import_job (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    name TEXT NOT NULL,
    mapping TEXT NOT NULL,
    policy TEXT NOT NULL,
    delimiter TEXT NOT NULL,
    encoding TEXT NOT NULL
);

-- How far one is. `byte_at`, `line_at` and `row_at` are written in the transaction of the rows they count.
CREATE TABLE import_run (
    import_id TEXT PRIMARY KEY REFERENCES import_job (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    plan TEXT NOT NULL,
    columns TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    data_at BIGINT NOT NULL,
    data_line BIGINT NOT NULL,
    byte_at BIGINT NOT NULL,
    line_at BIGINT NOT NULL,
    row_at BIGINT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    skipped BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    user_id TEXT,
    begun_at BIGINT,
    ended_at BIGINT,
    fault TEXT,
    -- The name of a file that is being sent; the import cannot begin until it is there.
    receiving TEXT
);
CREATE INDEX import_run_state ON import_run (state, begun_at);

-- Why a row was not taken. No value of the row: it is read from the file again.
CREATE TABLE import_error (
    import_id TEXT NOT NULL REFERENCES import_job (id) ON DELETE CASCADE,
    row_at BIGINT NOT NULL,
    line_at BIGINT NOT NULL,
    byte_at BIGINT NOT NULL,
    field TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (import_id, row_at)
);

-- Who took which data out of the house.
CREATE TABLE export_run (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    user_id TEXT,
    columns TEXT NOT NULL,
    searched BIGINT NOT NULL,
    row_count BIGINT NOT NULL,
    ended_at BIGINT
);

-- Of whom a row of the audit holds values: all of them are found when one is erased, those of rows that are gone as well.
CREATE TABLE audit_customer (
    audit_id TEXT NOT NULL REFERENCES audit (id) ON DELETE CASCADE,
    customer_id TEXT NOT NULL,
    PRIMARY KEY (audit_id, customer_id)
) WITHOUT ROWID;
CREATE INDEX audit_customer_of ON audit_customer (customer_id, audit_id);
INSERT INTO audit_customer (audit_id, customer_id)
    SELECT id, resource_id FROM audit WHERE resource IN ('customer', 'customer_contacts');
INSERT INTO audit_customer (audit_id, customer_id)
    SELECT id, json_extract(COALESCE(after_json, before_json), '$.customer_id') FROM audit
    WHERE resource = 'open_item' AND json_extract(COALESCE(after_json, before_json), '$.customer_id') IS NOT NULL;

-- What may not be erased for the time being.
CREATE TABLE legal_hold (
    id TEXT PRIMARY KEY,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    set_at BIGINT NOT NULL,
    set_by TEXT,
    lifted_at BIGINT,
    lifted_by TEXT,
    lift_reason TEXT
);
CREATE INDEX legal_hold_subject ON legal_hold (subject_kind, subject_id);

-- A customer erased, with the certificate of what that was. Holds no personal value.
CREATE TABLE erasure (
    id TEXT PRIMARY KEY,
    customer_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    user_id TEXT,
    state TEXT NOT NULL,
    certificate TEXT NOT NULL,
    completed_at BIGINT,
    sha256 TEXT
);
CREATE INDEX erasure_customer ON erasure (customer_id);

-- Files of recordings and imports that are no longer to be there.
CREATE TABLE file_erasure (
    file TEXT PRIMARY KEY,
    erasure_id TEXT,
    bytes BIGINT NOT NULL,
    asked_at BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    -- In whose folder: `recordings`, `imports`, `attachments`.
    folder TEXT NOT NULL DEFAULT 'recordings'
);
CREATE INDEX file_erasure_erasure ON file_erasure (erasure_id);
CREATE INDEX file_erasure_order ON file_erasure (tries, asked_at);

-- Recordings whose sound was erased. Beside `recording`, which is made from the log and knows nothing of it.
CREATE TABLE recording_erased (
    recording_id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    why TEXT NOT NULL
);
CREATE INDEX recording_started ON recording (started_at, id);
CREATE INDEX message_left ON message (left_at, interaction_id);

-- How long what is kept.
CREATE TABLE retention_policy (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    kind TEXT NOT NULL UNIQUE,
    days BIGINT NOT NULL,
    active BIGINT NOT NULL,
    -- How far the sweep is, since when it goes on from the beginning, and what it did.
    mark_at BIGINT NOT NULL DEFAULT 0,
    mark_id TEXT NOT NULL DEFAULT '',
    pass_began_at BIGINT NOT NULL DEFAULT 0,
    swept_at BIGINT,
    swept BIGINT NOT NULL DEFAULT 0
);

-- What a sweep passed because of a legal hold; looked at again at each sweep.
CREATE TABLE retention_kept (
    kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (kind, subject_id)
);
