-- Customers and how they are reached. A contact point may belong to several customers, and a customer has several.

CREATE TABLE customer (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    given_name TEXT,
    family_name TEXT,
    company TEXT,
    language TEXT,
    tier TEXT NOT NULL,
    notes TEXT NOT NULL,
    owner_id TEXT REFERENCES app_user (id),
    external_id TEXT UNIQUE,
    attributes TEXT NOT NULL,
    -- Names in lower case, for searching by their beginning on either database.
    name_search TEXT NOT NULL,
    family_search TEXT NOT NULL
);
CREATE INDEX customer_name ON customer (name_search, id);
CREATE INDEX customer_family ON customer (family_search, id);

CREATE TABLE contact_point (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    -- E.164 for phones, lower case for mail: what is matched. `raw` is how it was given.
    value TEXT NOT NULL,
    raw TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX contact_point_value ON contact_point (kind, value);

CREATE TABLE customer_contact_point (
    customer_id TEXT NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
    contact_point_id TEXT NOT NULL REFERENCES contact_point (id) ON DELETE CASCADE,
    label TEXT NOT NULL,
    preferred BIGINT NOT NULL,
    valid BIGINT NOT NULL,
    sort BIGINT NOT NULL,
    PRIMARY KEY (customer_id, contact_point_id)
);
CREATE INDEX customer_contact_point_back ON customer_contact_point (contact_point_id, customer_id);

CREATE TABLE open_item (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    customer_id TEXT NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    state TEXT NOT NULL,
    due_at BIGINT
);
CREATE INDEX open_item_customer ON open_item (customer_id, state, due_at);
