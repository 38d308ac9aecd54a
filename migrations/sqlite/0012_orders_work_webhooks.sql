-- What customers ordered, hold by contract and own; the work people do for them; and who is told of changes.
-- Rows that another system pushes in carry its id in `external_id`. Money is in minor units beside its ISO 4217 code.

CREATE TABLE product (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    sku TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    warranty_months BIGINT NOT NULL,
    active BIGINT NOT NULL,
    external_id TEXT UNIQUE
);

CREATE TABLE customer_order (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    customer_id TEXT NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
    external_id TEXT UNIQUE,
    number TEXT NOT NULL,
    state TEXT NOT NULL,
    placed_at BIGINT NOT NULL,
    currency TEXT NOT NULL,
    total_minor BIGINT NOT NULL,
    -- What is still to be paid of it, and until when.
    due_minor BIGINT NOT NULL,
    due_at BIGINT,
    lines TEXT NOT NULL,
    delivery TEXT NOT NULL,
    delivery_at BIGINT,
    carrier TEXT,
    tracking TEXT,
    notes TEXT NOT NULL
);
CREATE INDEX customer_order_customer ON customer_order (customer_id, placed_at, id);
CREATE INDEX customer_order_open ON customer_order (customer_id, placed_at) WHERE state IN ('open', 'processing', 'shipped');
CREATE INDEX customer_order_number ON customer_order (number, placed_at, id);
CREATE INDEX customer_order_placed ON customer_order (placed_at, id);
CREATE INDEX customer_order_due ON customer_order (customer_id, currency, due_minor) WHERE due_minor > 0;

CREATE TABLE contract (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    customer_id TEXT NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
    external_id TEXT UNIQUE,
    number TEXT NOT NULL,
    kind TEXT NOT NULL,
    product_id TEXT REFERENCES product (id),
    state TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT,
    auto_renewal BIGINT NOT NULL,
    renewal_months BIGINT,
    entitlements TEXT NOT NULL,
    owner_id TEXT REFERENCES app_user (id),
    -- When its owner is to be reminded; emptied once that was done.
    remind_at BIGINT,
    notes TEXT NOT NULL
);
CREATE INDEX contract_customer ON contract (customer_id, starts_at, id);
CREATE INDEX contract_active ON contract (customer_id, state, ends_at);
CREATE INDEX contract_number ON contract (number, starts_at, id);
CREATE INDEX contract_starts ON contract (starts_at, id);
CREATE INDEX contract_product ON contract (product_id, starts_at, id);
CREATE INDEX contract_owner ON contract (owner_id, starts_at, id);
CREATE INDEX contract_remind ON contract (remind_at, id) WHERE remind_at IS NOT NULL;

CREATE TABLE product_owned (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    customer_id TEXT NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
    external_id TEXT UNIQUE,
    product_id TEXT REFERENCES product (id),
    name TEXT NOT NULL,
    serial TEXT,
    bought_at BIGINT NOT NULL,
    warranty_until BIGINT,
    registered BIGINT NOT NULL,
    notes TEXT NOT NULL
);
CREATE INDEX product_owned_customer ON product_owned (customer_id, bought_at, id);
CREATE INDEX product_owned_warranty ON product_owned (customer_id, warranty_until);
CREATE INDEX product_owned_serial ON product_owned (serial, bought_at, id);
CREATE INDEX product_owned_bought ON product_owned (bought_at, id);
CREATE INDEX product_owned_product ON product_owned (product_id, bought_at, id);

-- `owner` is `user:<id>`, `team:<id>`, `queue:<id>` or null: nobody yet. `sort_at` is when it should be seen to, the smallest first.
CREATE TABLE task (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    state TEXT NOT NULL,
    priority BIGINT NOT NULL,
    due_at BIGINT,
    reminder_at BIGINT,
    owner TEXT,
    customer_id TEXT REFERENCES customer (id) ON DELETE CASCADE,
    ticket_id TEXT,
    interaction_id TEXT,
    created_by TEXT,
    made_at BIGINT NOT NULL,
    done_at BIGINT,
    sort_at BIGINT NOT NULL
);
CREATE INDEX task_open ON task (owner, sort_at, id) WHERE state IN ('open', 'in_progress');
CREATE INDEX task_owner ON task (owner, id);
CREATE INDEX task_customer ON task (customer_id, id);
CREATE INDEX task_timeline ON task (customer_id, made_at, id);
CREATE INDEX task_done ON task (done_at, id) WHERE done_at IS NOT NULL;
CREATE INDEX task_ticket ON task (ticket_id, id);
CREATE INDEX task_interaction ON task (interaction_id) WHERE interaction_id IS NOT NULL;
CREATE INDEX task_reminder ON task (reminder_at, id) WHERE reminder_at IS NOT NULL;

CREATE TABLE callback (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    customer_id TEXT REFERENCES customer (id) ON DELETE CASCADE,
    number TEXT NOT NULL,
    raw_number TEXT NOT NULL,
    reason TEXT NOT NULL,
    -- The time the customer chose, and the zone in which they chose it.
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    zone TEXT NOT NULL,
    owner TEXT,
    priority BIGINT NOT NULL,
    state TEXT NOT NULL,
    -- When it is to be tried next; empty once it is over.
    next_at BIGINT,
    attempts BIGINT NOT NULL,
    attempts_max BIGINT NOT NULL,
    gap_minutes BIGINT NOT NULL,
    offered_to TEXT,
    offered_at BIGINT,
    ticket_id TEXT,
    interaction_id TEXT,
    created_by TEXT,
    made_at BIGINT NOT NULL,
    done_at BIGINT,
    sort_at BIGINT NOT NULL
);
CREATE INDEX callback_open ON callback (owner, sort_at, id) WHERE state IN ('scheduled', 'due', 'offered', 'attempted');
CREATE INDEX callback_next ON callback (state, next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX callback_owner ON callback (owner, id);
CREATE INDEX callback_customer ON callback (customer_id, id);
CREATE INDEX callback_timeline ON callback (customer_id, made_at, id);
CREATE INDEX callback_done ON callback (done_at, id) WHERE done_at IS NOT NULL;
CREATE INDEX callback_customer_open ON callback (customer_id, id) WHERE state IN ('scheduled', 'due', 'offered', 'attempted');
CREATE INDEX callback_number ON callback (number, id);
CREATE INDEX callback_interaction ON callback (interaction_id) WHERE interaction_id IS NOT NULL;
CREATE INDEX callback_ticket ON callback (ticket_id) WHERE ticket_id IS NOT NULL;

CREATE TABLE callback_attempt (
    callback_id TEXT NOT NULL REFERENCES callback (id) ON DELETE CASCADE,
    ordinal BIGINT NOT NULL,
    at BIGINT NOT NULL,
    user_id TEXT,
    outcome TEXT NOT NULL,
    note TEXT NOT NULL,
    interaction_id TEXT,
    PRIMARY KEY (callback_id, ordinal)
);

CREATE TABLE reminder (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    owner TEXT,
    customer_id TEXT REFERENCES customer (id) ON DELETE CASCADE,
    date TEXT NOT NULL,
    time TEXT NOT NULL,
    zone TEXT NOT NULL,
    days_before BIGINT NOT NULL,
    active BIGINT NOT NULL,
    created_by TEXT,
    -- When it is due next; empty when it will not be again.
    next_at BIGINT
);
CREATE INDEX reminder_next ON reminder (next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX reminder_owner ON reminder (owner, id);
CREATE INDEX reminder_customer ON reminder (customer_id, id);

CREATE TABLE note (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    subject TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    customer_id TEXT REFERENCES customer (id) ON DELETE CASCADE,
    author_id TEXT,
    text TEXT NOT NULL,
    mentions TEXT NOT NULL
);
CREATE INDEX note_subject ON note (subject, subject_id, id);
CREATE INDEX note_customer ON note (customer_id, id);
CREATE INDEX note_timeline ON note (customer_id, created_at, id);
CREATE INDEX note_created ON note (created_at, id);

-- A file on a ticket or a note; the file itself is named by its id.
CREATE TABLE attachment (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    user_id TEXT,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    ticket_id TEXT REFERENCES ticket (id) ON DELETE CASCADE,
    note_id TEXT REFERENCES note (id) ON DELETE CASCADE
);
CREATE INDEX attachment_ticket ON attachment (ticket_id, id) WHERE ticket_id IS NOT NULL;
CREATE INDEX attachment_note ON attachment (note_id, id) WHERE note_id IS NOT NULL;

-- What somebody is told. `dedupe` names the cause, so that it is said once whoever looks, however often.
CREATE TABLE notification (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    resource TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    customer_id TEXT REFERENCES customer (id) ON DELETE CASCADE,
    by_user TEXT,
    read_at BIGINT,
    dedupe TEXT NOT NULL UNIQUE
);
CREATE INDEX notification_user ON notification (user_id, at, id);
CREATE INDEX notification_unread ON notification (user_id, at, id) WHERE read_at IS NULL;
CREATE INDEX notification_customer ON notification (customer_id);
CREATE INDEX notification_at ON notification (at);
CREATE INDEX notification_resource ON notification (resource_id);

-- The secret is kept as it is: it signs what is sent, and cannot be made from a digest.
CREATE TABLE webhook (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    kinds TEXT NOT NULL,
    active BIGINT NOT NULL,
    secret TEXT NOT NULL DEFAULT '',
    failing_since BIGINT,
    disabled_at BIGINT
);

-- The outbox: written in the transaction of the change it tells of. `seq` is the order of the changes of any one row.
CREATE TABLE webhook_event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    resource TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX webhook_event_at ON webhook_event (at, seq);
CREATE INDEX webhook_event_resource ON webhook_event (resource_id);

CREATE TABLE webhook_delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook_id TEXT NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    event_id TEXT NOT NULL REFERENCES webhook_event (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    claimed_until BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    last_at BIGINT,
    last_status BIGINT,
    last_error TEXT,
    duration_ms BIGINT,
    replay_of BIGINT
);
CREATE INDEX webhook_delivery_list ON webhook_delivery (webhook_id, id);
CREATE INDEX webhook_delivery_state ON webhook_delivery (webhook_id, state, id);
CREATE INDEX webhook_delivery_event ON webhook_delivery (event_id);
-- What waits: by kind and by when it may go, by the row it tells of, and what some server is at.
CREATE INDEX webhook_delivery_due ON webhook_delivery (webhook_id, kind, next_at, id) WHERE state = 'pending';
CREATE INDEX webhook_delivery_row ON webhook_delivery (webhook_id, resource_id, id) WHERE state = 'pending';
CREATE INDEX webhook_delivery_claimed ON webhook_delivery (webhook_id, kind) WHERE state = 'pending' AND claimed_until > 0;
