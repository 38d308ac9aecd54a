-- Messages callers leave, who answered our calls, and what is found in recordings.

ALTER TABLE queue ADD COLUMN voicemail TEXT NOT NULL DEFAULT '{}';
-- Whoever does not reach this person may leave them a message.
ALTER TABLE app_user ADD COLUMN voicemail BIGINT NOT NULL DEFAULT 0;
ALTER TABLE dial_rule ADD COLUMN detect TEXT NOT NULL DEFAULT 'null';

-- What an interaction of the channel voicemail is about. The recording belongs to the origin.
CREATE TABLE message (
    interaction_id TEXT PRIMARY KEY,
    recording_id TEXT NOT NULL,
    queue_id TEXT,
    agent_id TEXT,
    duration_ms BIGINT NOT NULL,
    left_at BIGINT NOT NULL
);
CREATE INDEX message_recording ON message (recording_id);

ALTER TABLE participant ADD COLUMN answerer TEXT;
-- Lists in JSON, with places on the recording's timeline.
ALTER TABLE recording ADD COLUMN markers TEXT NOT NULL DEFAULT '[]';
ALTER TABLE recording ADD COLUMN gaps TEXT NOT NULL DEFAULT '[]';
