-- Knowledge base with its search, scripts, and rules that say why somebody calls. Rows about a contact name its interaction without a
-- foreign key: the log outlives them, and a call under way is not in the database yet.

CREATE TABLE knowledge_category (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    name TEXT NOT NULL,
    parent_id TEXT REFERENCES knowledge_category (id),
    sort BIGINT NOT NULL
);
CREATE INDEX knowledge_category_parent ON knowledge_category (parent_id);

-- One article in one language. Its texts stand in versions.
CREATE TABLE knowledge_article (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    -- Of the published version, or else of the latest.
    title TEXT NOT NULL,
    category_id TEXT REFERENCES knowledge_category (id),
    language TEXT NOT NULL,
    -- The first of the articles that say the same in several languages; of that one it is NULL.
    group_id TEXT REFERENCES knowledge_article (id),
    audience TEXT NOT NULL,
    -- The audience as a number: who may read up to this one.
    level BIGINT NOT NULL,
    state TEXT NOT NULL,
    published BIGINT,
    latest BIGINT NOT NULL,
    valid_until BIGINT,
    review_due_at BIGINT
);
CREATE INDEX knowledge_article_category ON knowledge_article (category_id, id);
CREATE INDEX knowledge_article_group ON knowledge_article (group_id);
CREATE INDEX knowledge_article_review ON knowledge_article (state, review_due_at);

CREATE TABLE knowledge_article_version (
    article_id TEXT NOT NULL REFERENCES knowledge_article (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    state TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    keywords TEXT NOT NULL,
    author_id TEXT,
    created_at BIGINT NOT NULL,
    submitted_at BIGINT,
    reviewer_id TEXT,
    reviewed_at BIGINT,
    note TEXT,
    published_at BIGINT,
    PRIMARY KEY (article_id, number)
);

-- The published text of each article as tokens, separated by single spaces. Counts stand before the texts, which are long.
CREATE TABLE knowledge_document (
    row_id INTEGER PRIMARY KEY,
    article_id TEXT NOT NULL UNIQUE REFERENCES knowledge_article (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    title_count BIGINT NOT NULL,
    body_count BIGINT NOT NULL,
    title_tokens TEXT NOT NULL,
    body_tokens TEXT NOT NULL
);
CREATE INDEX knowledge_document_counts ON knowledge_document (title_count, body_count);
-- Which documents hold a token; `rowid` is the document's. Its own tokenizer has nothing left to do: `ascii` parts at the spaces and takes
-- every other character as it is, so that both databases have the same tokens.
CREATE VIRTUAL TABLE knowledge_fts USING fts5 (tokens, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii');
CREATE TRIGGER knowledge_document_gone AFTER DELETE ON knowledge_document BEGIN
    DELETE FROM knowledge_fts WHERE rowid = old.row_id;
END;

-- How often an article was used, and what people think of it; apart, so that counting does not change the article's version.
CREATE TABLE knowledge_tally (
    article_id TEXT PRIMARY KEY REFERENCES knowledge_article (id) ON DELETE CASCADE,
    used BIGINT NOT NULL,
    solved BIGINT NOT NULL,
    ratings BIGINT NOT NULL,
    rating_sum BIGINT NOT NULL
);
CREATE TABLE knowledge_use (
    article_id TEXT NOT NULL REFERENCES knowledge_article (id) ON DELETE CASCADE,
    interaction_id TEXT NOT NULL,
    agent_id TEXT,
    solved BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (article_id, interaction_id)
);
CREATE INDEX knowledge_use_interaction ON knowledge_use (interaction_id);
CREATE TABLE knowledge_rating (
    article_id TEXT NOT NULL REFERENCES knowledge_article (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL,
    rating BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (article_id, user_id)
);
CREATE TABLE knowledge_comment (
    id TEXT PRIMARY KEY,
    article_id TEXT NOT NULL REFERENCES knowledge_article (id) ON DELETE CASCADE,
    user_id TEXT,
    at BIGINT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX knowledge_comment_article ON knowledge_comment (article_id, id);

-- What was searched for, without who: numbers and addresses in it are masked.
CREATE TABLE knowledge_query (
    text TEXT NOT NULL,
    language TEXT NOT NULL,
    asked BIGINT NOT NULL,
    without_result BIGINT NOT NULL,
    unsolved BIGINT NOT NULL,
    last_count BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (text, language)
);
CREATE INDEX knowledge_query_asked ON knowledge_query (last_count, asked);
CREATE INDEX knowledge_query_unsolved ON knowledge_query (unsolved) WHERE unsolved > 0;
CREATE INDEX knowledge_query_last ON knowledge_query (last_at);

CREATE TABLE article_request (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    title TEXT NOT NULL,
    details TEXT NOT NULL,
    query TEXT,
    language TEXT NOT NULL,
    interaction_id TEXT,
    state TEXT NOT NULL,
    assignee_id TEXT REFERENCES app_user (id),
    article_id TEXT REFERENCES knowledge_article (id)
);
CREATE INDEX article_request_state ON article_request (state, id);
CREATE INDEX article_request_interaction ON article_request (interaction_id) WHERE interaction_id IS NOT NULL;

CREATE TABLE script (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    queue_id TEXT REFERENCES queue (id),
    active BIGINT NOT NULL
);
CREATE INDEX script_queue ON script (queue_id);
CREATE TABLE script_version (
    script_id TEXT NOT NULL REFERENCES script (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    source TEXT NOT NULL,
    state TEXT NOT NULL,
    created_by TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (script_id, number)
);
-- What one agent went through with one customer.
CREATE TABLE script_run (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    script_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    interaction_id TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    customer_id TEXT,
    -- The ticket its answers are written into; none yet.
    ticket_id TEXT,
    language TEXT NOT NULL,
    state TEXT NOT NULL,
    data TEXT NOT NULL,
    run TEXT NOT NULL
);
CREATE UNIQUE INDEX script_run_once ON script_run (interaction_id, agent_id, script_id);
CREATE INDEX script_run_customer ON script_run (customer_id, created_at, id);

CREATE TABLE rule (
    id TEXT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    conditions TEXT NOT NULL,
    texts TEXT NOT NULL,
    score BIGINT NOT NULL,
    queues TEXT NOT NULL,
    active BIGINT NOT NULL,
    valid_from BIGINT,
    valid_until BIGINT
);
-- What became of what a rule said; the last word of a contact counts.
CREATE TABLE rule_outcome (
    rule_id TEXT NOT NULL,
    interaction_id TEXT NOT NULL,
    rule_version BIGINT NOT NULL,
    agent_id TEXT,
    outcome TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (rule_id, interaction_id)
);
CREATE INDEX rule_outcome_at ON rule_outcome (rule_id, at);
CREATE INDEX rule_outcome_interaction ON rule_outcome (interaction_id);
