-- The log (`event`, append-only, the truth), the erasable values it refers to (`personal`), and the projections made from it.
-- Projections refer to configuration by id without foreign keys: the log outlives what it names.

CREATE TABLE event (
    stream_kind TEXT COLLATE "C" NOT NULL,
    stream_id TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    owner_epoch BIGINT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (stream_kind, stream_id, seq)
);

CREATE TABLE personal (
    id TEXT COLLATE "C" PRIMARY KEY,
    interaction_id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL
);
CREATE INDEX personal_interaction ON personal (interaction_id);
CREATE INDEX personal_value ON personal (value, kind);

-- How far each node's journal has been projected.
CREATE TABLE projector_mark (
    node TEXT COLLATE "C" PRIMARY KEY,
    position BIGINT NOT NULL
);

CREATE TABLE interaction (
    id TEXT COLLATE "C" PRIMARY KEY,
    channel TEXT COLLATE "C" NOT NULL,
    direction TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    from_ref TEXT COLLATE "C",
    from_raw_ref TEXT COLLATE "C",
    to_number TEXT COLLATE "C" NOT NULL,
    trunk_id TEXT COLLATE "C",
    call_id TEXT COLLATE "C",
    origin_id TEXT COLLATE "C",
    customer_id TEXT COLLATE "C",
    queue_id TEXT COLLATE "C",
    agent_id TEXT COLLATE "C",
    flow_id TEXT COLLATE "C",
    flow_version BIGINT,
    opened_at BIGINT NOT NULL,
    answered_at BIGINT,
    closed_at BIGINT,
    close_reason TEXT COLLATE "C",
    wait_ms BIGINT NOT NULL,
    talk_ms BIGINT NOT NULL,
    hold_ms BIGINT NOT NULL,
    wrap_up_ms BIGINT NOT NULL,
    wrap_up_code_id TEXT COLLATE "C",
    note_ref TEXT COLLATE "C",
    data TEXT COLLATE "C" NOT NULL,
    recorded BIGINT NOT NULL
);
CREATE INDEX interaction_opened ON interaction (opened_at, id);
CREATE INDEX interaction_queue ON interaction (queue_id, opened_at);
CREATE INDEX interaction_agent ON interaction (agent_id, opened_at);
CREATE INDEX interaction_from ON interaction (from_ref);
CREATE INDEX interaction_state ON interaction (state, opened_at);

CREATE TABLE interaction_customer (
    interaction_id TEXT COLLATE "C" NOT NULL,
    customer_id TEXT COLLATE "C" NOT NULL,
    rank BIGINT NOT NULL,
    -- Of the interaction; here so that a customer's last ones are found by one index.
    opened_at BIGINT NOT NULL,
    PRIMARY KEY (interaction_id, customer_id)
);
CREATE INDEX interaction_customer_last ON interaction_customer (customer_id, opened_at);

CREATE TABLE participant (
    id TEXT COLLATE "C" PRIMARY KEY,
    interaction_id TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL,
    agent_id TEXT COLLATE "C",
    joined_at BIGINT NOT NULL,
    left_at BIGINT,
    leave_reason TEXT COLLATE "C",
    media TEXT COLLATE "C"
);
CREATE INDEX participant_interaction ON participant (interaction_id);

CREATE TABLE segment (
    participant_id TEXT COLLATE "C" NOT NULL,
    ordinal BIGINT NOT NULL,
    interaction_id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    queue_id TEXT COLLATE "C",
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (participant_id, ordinal)
);
CREATE INDEX segment_interaction ON segment (interaction_id);

-- One pass of a work item through a queue; `pass` counts them when one item is queued more than once.
CREATE TABLE work_item (
    id TEXT COLLATE "C" NOT NULL,
    pass BIGINT NOT NULL,
    interaction_id TEXT COLLATE "C" NOT NULL,
    queue_id TEXT COLLATE "C" NOT NULL,
    priority BIGINT NOT NULL,
    skills TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    queued_at BIGINT NOT NULL,
    ended_at BIGINT,
    outcome TEXT COLLATE "C",
    detail TEXT COLLATE "C",
    PRIMARY KEY (id, pass)
);
CREATE INDEX work_item_interaction ON work_item (interaction_id);

CREATE TABLE offer (
    id TEXT COLLATE "C" PRIMARY KEY,
    interaction_id TEXT COLLATE "C" NOT NULL,
    work_id TEXT COLLATE "C" NOT NULL,
    agent_id TEXT COLLATE "C" NOT NULL,
    offered_at BIGINT NOT NULL,
    ended_at BIGINT,
    outcome TEXT COLLATE "C",
    decision TEXT COLLATE "C" NOT NULL
);
CREATE INDEX offer_interaction ON offer (interaction_id);

CREATE TABLE assignment (
    id TEXT COLLATE "C" PRIMARY KEY,
    interaction_id TEXT COLLATE "C" NOT NULL,
    work_id TEXT COLLATE "C" NOT NULL,
    agent_id TEXT COLLATE "C" NOT NULL,
    participant_id TEXT COLLATE "C" NOT NULL,
    assigned_at BIGINT NOT NULL,
    wrap_up_at BIGINT,
    wrap_up_until BIGINT,
    ended_at BIGINT,
    outcome TEXT COLLATE "C",
    wrap_up_code_id TEXT COLLATE "C",
    note_ref TEXT COLLATE "C"
);
CREATE INDEX assignment_interaction ON assignment (interaction_id);

CREATE TABLE recording (
    id TEXT COLLATE "C" PRIMARY KEY,
    interaction_id TEXT COLLATE "C" NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    frames_dropped BIGINT NOT NULL
);
CREATE INDEX recording_interaction ON recording (interaction_id);

CREATE TABLE recording_part (
    recording_id TEXT COLLATE "C" NOT NULL,
    part BIGINT NOT NULL,
    interaction_id TEXT COLLATE "C" NOT NULL,
    file TEXT COLLATE "C" NOT NULL,
    offset_ms BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (recording_id, part)
);
CREATE INDEX recording_part_interaction ON recording_part (interaction_id);

-- Intervals of one agent's presence from sign-in to sign-out; `seq` is that of the event that began it.
CREATE TABLE agent_presence (
    agent_id TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    presence TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C",
    device TEXT COLLATE "C" NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (agent_id, seq)
);
CREATE INDEX agent_presence_started ON agent_presence (started_at);

-- Quarter hours by queue, counted at the time the work entered the queue.
CREATE TABLE interval_stat (
    queue_id TEXT COLLATE "C" NOT NULL,
    start_at BIGINT NOT NULL,
    offered BIGINT NOT NULL,
    answered BIGINT NOT NULL,
    abandoned BIGINT NOT NULL,
    overflowed BIGINT NOT NULL,
    lost BIGINT NOT NULL,
    answered_in_level BIGINT NOT NULL,
    abandoned_in_level BIGINT NOT NULL,
    wait_answered_ms BIGINT NOT NULL,
    wait_abandoned_ms BIGINT NOT NULL,
    talk_ms BIGINT NOT NULL,
    hold_ms BIGINT NOT NULL,
    wrap_up_ms BIGINT NOT NULL,
    PRIMARY KEY (queue_id, start_at)
);
CREATE INDEX interval_stat_start ON interval_stat (start_at);
