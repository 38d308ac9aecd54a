-- A queue may order its waiting work by score instead of by priority.

ALTER TABLE queue ADD COLUMN ordering TEXT COLLATE "C" NOT NULL DEFAULT '{"by":"priority"}';
