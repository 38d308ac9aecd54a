-- Tickets and complaints: their types, the times promised for them, who gets them, and what happens when nobody looks after them.
-- Ids of tickets are UUIDv7, so the order of ids is the order of making: lists read an index backwards and never sort.

CREATE TABLE sla_policy (
    id TEXT COLLATE "C" PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    -- None: around the clock.
    hours_id TEXT COLLATE "C" REFERENCES hours (id),
    pause_while_pending BIGINT NOT NULL,
    targets TEXT COLLATE "C" NOT NULL
);

CREATE TABLE ticket_template (
    id TEXT COLLATE "C" PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    language TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C" NOT NULL
);

CREATE TABLE ticket_type (
    id TEXT COLLATE "C" PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    complaint BIGINT NOT NULL,
    priority TEXT COLLATE "C" NOT NULL,
    queue_id TEXT COLLATE "C" REFERENCES queue (id),
    team_id TEXT COLLATE "C" REFERENCES team (id),
    sla_policy_id TEXT COLLATE "C" REFERENCES sla_policy (id),
    template_id TEXT COLLATE "C" REFERENCES ticket_template (id),
    statuses TEXT COLLATE "C" NOT NULL,
    active BIGINT NOT NULL
);

CREATE TABLE ticket_rule (
    id TEXT COLLATE "C" PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    sort BIGINT NOT NULL,
    types TEXT COLLATE "C" NOT NULL,
    priorities TEXT COLLATE "C" NOT NULL,
    tiers TEXT COLLATE "C" NOT NULL,
    languages TEXT COLLATE "C" NOT NULL,
    queue_id TEXT COLLATE "C" REFERENCES queue (id),
    team_id TEXT COLLATE "C" REFERENCES team (id),
    agents TEXT COLLATE "C" NOT NULL,
    pick TEXT COLLATE "C" NOT NULL,
    active BIGINT NOT NULL,
    -- Whose turn it is, counted up with each ticket given in turn.
    turn BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE ticket_trigger (
    id TEXT COLLATE "C" PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    sort BIGINT NOT NULL,
    types TEXT COLLATE "C" NOT NULL,
    priorities TEXT COLLATE "C" NOT NULL,
    tiers TEXT COLLATE "C" NOT NULL,
    moment TEXT COLLATE "C" NOT NULL,
    business_hours BIGINT NOT NULL,
    actions TEXT COLLATE "C" NOT NULL,
    active BIGINT NOT NULL
);

-- One row each: the last number given; at what those take turns who move tickets below others; and of what state of policies, hours and triggers the open tickets' times are.
CREATE TABLE ticket_counter (name TEXT COLLATE "C" PRIMARY KEY, value BIGINT NOT NULL);
INSERT INTO ticket_counter (name, value) VALUES ('number', 0), ('parents', 0);
CREATE TABLE ticket_sweep (name TEXT COLLATE "C" PRIMARY KEY, mark TEXT COLLATE "C" NOT NULL);

CREATE TABLE ticket (
    id TEXT COLLATE "C" PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    type_id TEXT COLLATE "C" NOT NULL REFERENCES ticket_type (id),
    title TEXT COLLATE "C" NOT NULL,
    title_search TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    priority TEXT COLLATE "C" NOT NULL,
    -- The main customer; all of them stand in ticket_customer.
    customer_id TEXT COLLATE "C" REFERENCES customer (id) ON DELETE SET NULL,
    contact_id TEXT COLLATE "C" REFERENCES customer (id) ON DELETE SET NULL,
    contact TEXT COLLATE "C" NOT NULL,
    queue_id TEXT COLLATE "C" REFERENCES queue (id),
    team_id TEXT COLLATE "C" REFERENCES team (id),
    assignee_id TEXT COLLATE "C" REFERENCES app_user (id),
    parent_id TEXT COLLATE "C" REFERENCES ticket (id),
    tags TEXT COLLATE "C" NOT NULL,
    custom TEXT COLLATE "C" NOT NULL,
    -- Of fields defined at run time, typed JSON by key.
    fields TEXT COLLATE "C" NOT NULL,
    work TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    appointment_at BIGINT,
    external_id TEXT COLLATE "C" UNIQUE,
    number BIGINT NOT NULL UNIQUE,
    status TEXT COLLATE "C" NOT NULL,
    status_at BIGINT NOT NULL,
    -- 1 while it is neither resolved nor closed.
    live BIGINT NOT NULL,
    reopened_count BIGINT NOT NULL,
    merged_into TEXT COLLATE "C" REFERENCES ticket (id),
    created_by TEXT COLLATE "C",
    responded_at BIGINT,
    resolved_at BIGINT,
    closed_at BIGINT,
    response_target_ms BIGINT,
    response_due_at BIGINT,
    response_left_ms BIGINT,
    response_breached_at BIGINT,
    resolution_target_ms BIGINT,
    resolution_due_at BIGINT,
    resolution_left_ms BIGINT,
    resolution_breached_at BIGINT,
    due_at BIGINT,
    breached BIGINT NOT NULL,
    next_escalation_at BIGINT,
    complaint BIGINT NOT NULL,
    complaint_step TEXT COLLATE "C",
    responsible_id TEXT COLLATE "C",
    satisfaction BIGINT,
    satisfaction_comment TEXT COLLATE "C" NOT NULL,
    satisfaction_at BIGINT,
    satisfaction_via TEXT COLLATE "C"
);
CREATE INDEX ticket_type_of ON ticket (type_id, id);
CREATE INDEX ticket_title ON ticket (title_search, id);
CREATE INDEX ticket_priority ON ticket (priority, id);
CREATE INDEX ticket_status_of ON ticket (status, id);
CREATE INDEX ticket_main_customer ON ticket (customer_id);
CREATE INDEX ticket_contact ON ticket (contact_id);
CREATE INDEX ticket_customer_live ON ticket (customer_id, due_at, id) WHERE live = 1;
CREATE INDEX ticket_contact_live ON ticket (contact_id, due_at, id) WHERE live = 1;
CREATE INDEX ticket_queue ON ticket (queue_id, id);
CREATE INDEX ticket_team ON ticket (team_id, id);
CREATE INDEX ticket_assignee ON ticket (assignee_id, id);
CREATE INDEX ticket_assignee_live ON ticket (assignee_id, id) WHERE live = 1;
CREATE INDEX ticket_parent ON ticket (parent_id, id);
CREATE INDEX ticket_merged ON ticket (merged_into, id);
CREATE INDEX ticket_updated ON ticket (updated_at, id);
CREATE INDEX ticket_live ON ticket (id) WHERE live = 1;
CREATE INDEX ticket_breached ON ticket (id) WHERE breached = 1;
CREATE INDEX ticket_due ON ticket (due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX ticket_escalation ON ticket (next_escalation_at, id) WHERE next_escalation_at IS NOT NULL;

CREATE TABLE ticket_customer (
    ticket_id TEXT COLLATE "C" NOT NULL REFERENCES ticket (id) ON DELETE CASCADE,
    customer_id TEXT COLLATE "C" NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
    -- When the ticket was: the customer's timeline is read by it.
    made_at BIGINT NOT NULL,
    PRIMARY KEY (ticket_id, customer_id)
);
CREATE INDEX ticket_customer_back ON ticket_customer (customer_id, ticket_id);
CREATE INDEX ticket_customer_made ON ticket_customer (customer_id, made_at, ticket_id);

CREATE TABLE ticket_interaction (
    ticket_id TEXT COLLATE "C" NOT NULL REFERENCES ticket (id) ON DELETE CASCADE,
    interaction_id TEXT COLLATE "C" NOT NULL,
    linked_at BIGINT NOT NULL,
    PRIMARY KEY (ticket_id, interaction_id)
);
CREATE INDEX ticket_interaction_back ON ticket_interaction (interaction_id, ticket_id);

CREATE TABLE ticket_watcher (
    ticket_id TEXT COLLATE "C" NOT NULL REFERENCES ticket (id) ON DELETE CASCADE,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    PRIMARY KEY (ticket_id, user_id)
);
CREATE INDEX ticket_watcher_back ON ticket_watcher (user_id, ticket_id);

CREATE TABLE ticket_tag (
    ticket_id TEXT COLLATE "C" NOT NULL REFERENCES ticket (id) ON DELETE CASCADE,
    tag TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (ticket_id, tag)
);
CREATE INDEX ticket_tag_back ON ticket_tag (tag, ticket_id);

CREATE TABLE ticket_status (
    ticket_id TEXT COLLATE "C" NOT NULL REFERENCES ticket (id) ON DELETE CASCADE,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C",
    note TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (ticket_id, seq)
);

CREATE TABLE ticket_comment (
    id TEXT COLLATE "C" PRIMARY KEY,
    ticket_id TEXT COLLATE "C" NOT NULL REFERENCES ticket (id) ON DELETE CASCADE,
    at BIGINT NOT NULL,
    -- None: the program itself.
    user_id TEXT COLLATE "C",
    public BIGINT NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    mentions TEXT COLLATE "C" NOT NULL
);
CREATE INDEX ticket_comment_of ON ticket_comment (ticket_id, id);

-- Which trigger has done its work on which ticket: each once.
CREATE TABLE ticket_fired (
    ticket_id TEXT COLLATE "C" NOT NULL REFERENCES ticket (id) ON DELETE CASCADE,
    trigger_id TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (ticket_id, trigger_id)
);

CREATE TABLE ticket_notice (
    id TEXT COLLATE "C" PRIMARY KEY,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    ticket_id TEXT COLLATE "C" NOT NULL REFERENCES ticket (id) ON DELETE CASCADE,
    at BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    read_at BIGINT
);
CREATE INDEX ticket_notice_unread ON ticket_notice (user_id, id) WHERE read_at IS NULL;
CREATE INDEX ticket_notice_user ON ticket_notice (user_id, id);
CREATE INDEX ticket_notice_ticket ON ticket_notice (ticket_id);

-- What was done of a complaint, step by step; a step may come again.
CREATE TABLE complaint_step (
    ticket_id TEXT COLLATE "C" NOT NULL REFERENCES ticket (id) ON DELETE CASCADE,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    user_id TEXT COLLATE "C",
    responsible_id TEXT COLLATE "C",
    -- The step with its fields, as JSON.
    done TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (ticket_id, seq)
);

-- A customer's way to say once how it went. Who reads the table cannot use it: of the token there is only SHA-256.
CREATE TABLE ticket_feedback (
    token_hash TEXT COLLATE "C" PRIMARY KEY,
    ticket_id TEXT COLLATE "C" NOT NULL REFERENCES ticket (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX ticket_feedback_ticket ON ticket_feedback (ticket_id);
CREATE INDEX ticket_feedback_expires ON ticket_feedback (expires_at);

-- What merging one ticket into another moved, until that is undone.
CREATE TABLE ticket_merge (
    ticket_id TEXT COLLATE "C" PRIMARY KEY REFERENCES ticket (id) ON DELETE CASCADE,
    into_id TEXT COLLATE "C" NOT NULL REFERENCES ticket (id) ON DELETE CASCADE,
    at BIGINT NOT NULL,
    user_id TEXT COLLATE "C",
    -- As JSON.
    moved TEXT COLLATE "C" NOT NULL
);
CREATE INDEX ticket_merge_into ON ticket_merge (into_id, ticket_id);
