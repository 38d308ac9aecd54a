-- A queue may order its waiting work by score instead of by priority.

ALTER TABLE queue ADD COLUMN ordering TEXT NOT NULL DEFAULT '{"by":"priority"}';
