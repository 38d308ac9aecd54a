-- The customer's whole view: fields defined at run time, who sees whom, relations, consent, formulas, and when they were last in contact.

ALTER TABLE customer ADD COLUMN languages TEXT COLLATE "C" NOT NULL DEFAULT '[]';
-- Values of custom fields by key, typed JSON.
ALTER TABLE customer ADD COLUMN fields TEXT COLLATE "C" NOT NULL DEFAULT '{}';
ALTER TABLE customer ADD COLUMN visibility TEXT COLLATE "C" NOT NULL DEFAULT 'everyone';
ALTER TABLE customer ADD COLUMN team_id TEXT COLLATE "C" REFERENCES team (id);
-- Kept when it happens, past the row's version; 0: never.
ALTER TABLE customer ADD COLUMN last_contact_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE customer ADD COLUMN last_order_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE customer ADD COLUMN last_ticket_at BIGINT NOT NULL DEFAULT 0;
UPDATE customer SET last_contact_at =
    COALESCE((SELECT MAX(ic.opened_at) FROM interaction_customer ic WHERE ic.customer_id = customer.id), 0);
-- As given, with or without its year; and month and day as one number, by which a list finds it.
ALTER TABLE customer ADD COLUMN birthday TEXT COLLATE "C";
ALTER TABLE customer ADD COLUMN birth_day BIGINT;
CREATE INDEX customer_birthday ON customer (birth_day, id) WHERE birth_day IS NOT NULL;
CREATE INDEX customer_contacted ON customer (last_contact_at, id);
CREATE INDEX customer_tier ON customer (tier, last_contact_at, id);
CREATE INDEX customer_owner ON customer (owner_id, last_contact_at, id) WHERE owner_id IS NOT NULL;
CREATE INDEX customer_team ON customer (team_id, last_contact_at, id) WHERE team_id IS NOT NULL;

-- An address by its parts, JSON; `value` is its lines in lower case.
ALTER TABLE contact_point ADD COLUMN detail TEXT COLLATE "C";
-- A hash of its post code and house (see crm_core::identity::keys): who lives there is found however it is written.
ALTER TABLE contact_point ADD COLUMN place_key BIGINT;
CREATE INDEX contact_point_place ON contact_point (place_key, id) WHERE place_key IS NOT NULL;
-- The digits of a telephone number, the last one first: numbers are found by their end as by a beginning.
ALTER TABLE contact_point ADD COLUMN tail TEXT COLLATE "C";
UPDATE contact_point SET tail = replace(reverse(value), '+', '') WHERE kind = 'phone';
CREATE INDEX contact_point_tail ON contact_point (tail) WHERE tail IS NOT NULL;
ALTER TABLE customer_contact_point ADD COLUMN valid_from BIGINT;
ALTER TABLE customer_contact_point ADD COLUMN valid_until BIGINT;

-- Whom a customer's record is shared with beyond its visibility: `user` or `team`.
CREATE TABLE customer_share (
    customer_id TEXT COLLATE "C" NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
    kind TEXT COLLATE "C" NOT NULL,
    target_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (customer_id, kind, target_id)
);
CREATE INDEX customer_share_target ON customer_share (kind, target_id, customer_id);

-- `from` works for, has for its parent, or is supplied by `to`; in a household the lesser id stands in `from_id`.
CREATE TABLE customer_relation (
    id TEXT COLLATE "C" PRIMARY KEY,
    from_id TEXT COLLATE "C" NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
    kind TEXT COLLATE "C" NOT NULL,
    to_id TEXT COLLATE "C" NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
    note TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX customer_relation_from ON customer_relation (from_id, kind, to_id);
CREATE INDEX customer_relation_to ON customer_relation (to_id, kind, from_id);

-- What a customer allowed or forbade, one row for each time. `current` marks the one that counts now, one for each channel.
CREATE TABLE customer_consent (
    id TEXT COLLATE "C" PRIMARY KEY,
    customer_id TEXT COLLATE "C" NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
    channel TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    basis TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    until BIGINT,
    recorded_at BIGINT NOT NULL,
    user_id TEXT COLLATE "C",
    current BIGINT NOT NULL
);
CREATE INDEX customer_consent_history ON customer_consent (customer_id, at, id);
CREATE UNIQUE INDEX customer_consent_current ON customer_consent (customer_id, channel) WHERE current = 1;

CREATE TABLE custom_field (
    id TEXT COLLATE "C" PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    resource TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    labels TEXT COLLATE "C" NOT NULL,
    type TEXT COLLATE "C" NOT NULL,
    required BIGINT NOT NULL,
    options TEXT COLLATE "C" NOT NULL,
    depends_on TEXT COLLATE "C",
    sort BIGINT NOT NULL,
    visible_to TEXT COLLATE "C" NOT NULL,
    editable_by TEXT COLLATE "C" NOT NULL,
    active BIGINT NOT NULL,
    -- It stands on the customer's card.
    on_card BIGINT NOT NULL
);
CREATE UNIQUE INDEX custom_field_key ON custom_field (resource, key);

CREATE TABLE formula (
    id TEXT COLLATE "C" PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    labels TEXT COLLATE "C" NOT NULL,
    unit TEXT COLLATE "C" NOT NULL,
    currency TEXT COLLATE "C",
    sort BIGINT NOT NULL,
    on_card BIGINT NOT NULL,
    active BIGINT NOT NULL,
    -- The number of the version that counts; none until one is published.
    published BIGINT
);

CREATE TABLE formula_version (
    formula_id TEXT COLLATE "C" NOT NULL REFERENCES formula (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    created_by TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    PRIMARY KEY (formula_id, number)
);

-- What a formula gave for a customer, in thousandths; NULL: nothing can be said.
CREATE TABLE customer_value (
    customer_id TEXT COLLATE "C" NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
    formula_id TEXT COLLATE "C" NOT NULL REFERENCES formula (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    value_milli BIGINT,
    inputs TEXT COLLATE "C" NOT NULL,
    computed_at BIGINT NOT NULL,
    PRIMARY KEY (customer_id, formula_id)
);
CREATE INDEX customer_value_formula ON customer_value (formula_id, value_milli, customer_id);

CREATE INDEX open_item_created ON open_item (customer_id, created_at, id);

-- Lists of what has grown for years: by the number dialled, by how it ended, and who changed what.
CREATE INDEX interaction_number ON interaction (to_number, opened_at, id);
CREATE INDEX interaction_closed_so ON interaction (close_reason, opened_at, id) WHERE close_reason IS NOT NULL;
-- An id names one row of one resource: this serves what `audit_resource` served, and the id alone.
DROP INDEX audit_resource;
CREATE INDEX audit_row ON audit (resource_id, at, id);
CREATE INDEX audit_of ON audit (resource, id);
CREATE INDEX audit_user ON audit (user_id, id) WHERE user_id IS NOT NULL;
-- What was neither made nor changed is seldom.
CREATE INDEX audit_action ON audit (action, id) WHERE action NOT IN ('create', 'update');
