-- Knowledge base with its search, scripts, and rules that say why somebody calls. Rows about a contact name its interaction without a
-- foreign key: the log outlives them, and a call under way is not in the database yet.

CREATE TABLE knowledge_category (
    id TEXT COLLATE "C" PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    parent_id TEXT COLLATE "C" REFERENCES knowledge_category (id),
    sort BIGINT NOT NULL
);
CREATE INDEX knowledge_category_parent ON knowledge_category (parent_id);

-- One article in one language. Its texts stand in versions.
CREATE TABLE knowledge_article (
    id TEXT COLLATE "C" PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    -- Of the published version, or else of the latest.
    title TEXT COLLATE "C" NOT NULL,
    category_id TEXT COLLATE "C" REFERENCES knowledge_category (id),
    language TEXT COLLATE "C" NOT NULL,
    -- The first of the articles that say the same in several languages; of that one it is NULL.
    group_id TEXT COLLATE "C" REFERENCES knowledge_article (id),
    audience TEXT COLLATE "C" NOT NULL,
    -- The audience as a number: who may read up to this one.
    level BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    published BIGINT,
    latest BIGINT NOT NULL,
    valid_until BIGINT,
    review_due_at BIGINT
);
CREATE INDEX knowledge_article_category ON knowledge_article (category_id, id);
CREATE INDEX knowledge_article_group ON knowledge_article (group_id);
CREATE INDEX knowledge_article_review ON knowledge_article (state, review_due_at);

CREATE TABLE knowledge_article_version (
    article_id TEXT COLLATE "C" NOT NULL REFERENCES knowledge_article (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    keywords TEXT COLLATE "C" NOT NULL,
    author_id TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    submitted_at BIGINT,
    reviewer_id TEXT COLLATE "C",
    reviewed_at BIGINT,
    note TEXT COLLATE "C",
    published_at BIGINT,
    PRIMARY KEY (article_id, number)
);

-- The published text of each article as tokens, separated by single spaces. Counts stand before the texts, which are long.
CREATE TABLE knowledge_document (
    row_id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    article_id TEXT COLLATE "C" NOT NULL UNIQUE REFERENCES knowledge_article (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    title_count BIGINT NOT NULL,
    body_count BIGINT NOT NULL,
    title_tokens TEXT COLLATE "C" NOT NULL,
    body_tokens TEXT COLLATE "C" NOT NULL,
    -- Which tokens it holds. Written and asked for as lexemes, so no parser and no dictionary of the database has a say in them.
    tokens TSVECTOR NOT NULL
);
CREATE INDEX knowledge_document_counts ON knowledge_document (title_count, body_count);
CREATE INDEX knowledge_document_tokens ON knowledge_document USING gin (tokens);

-- How often an article was used, and what people think of it; apart, so that counting does not change the article's version.
CREATE TABLE knowledge_tally (
    article_id TEXT COLLATE "C" PRIMARY KEY REFERENCES knowledge_article (id) ON DELETE CASCADE,
    used BIGINT NOT NULL,
    solved BIGINT NOT NULL,
    ratings BIGINT NOT NULL,
    rating_sum BIGINT NOT NULL
);
CREATE TABLE knowledge_use (
    article_id TEXT COLLATE "C" NOT NULL REFERENCES knowledge_article (id) ON DELETE CASCADE,
    interaction_id TEXT COLLATE "C" NOT NULL,
    agent_id TEXT COLLATE "C",
    solved BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (article_id, interaction_id)
);
CREATE INDEX knowledge_use_interaction ON knowledge_use (interaction_id);
CREATE TABLE knowledge_rating (
    article_id TEXT COLLATE "C" NOT NULL REFERENCES knowledge_article (id) ON DELETE CASCADE,
    user_id TEXT COLLATE "C" NOT NULL,
    rating BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (article_id, user_id)
);
CREATE TABLE knowledge_comment (
    id TEXT COLLATE "C" PRIMARY KEY,
    article_id TEXT COLLATE "C" NOT NULL REFERENCES knowledge_article (id) ON DELETE CASCADE,
    user_id TEXT COLLATE "C",
    at BIGINT NOT NULL,
    text TEXT COLLATE "C" NOT NULL
);
CREATE INDEX knowledge_comment_article ON knowledge_comment (article_id, id);

-- What was searched for, without who: numbers and addresses in it are masked.
CREATE TABLE knowledge_query (
    text TEXT COLLATE "C" NOT NULL,
    language TEXT COLLATE "C" NOT NULL,
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
    id TEXT COLLATE "C" PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    details TEXT COLLATE "C" NOT NULL,
    query TEXT COLLATE "C",
    language TEXT COLLATE "C" NOT NULL,
    interaction_id TEXT COLLATE "C",
    state TEXT COLLATE "C" NOT NULL,
    assignee_id TEXT COLLATE "C" REFERENCES app_user (id),
    article_id TEXT COLLATE "C" REFERENCES knowledge_article (id)
);
CREATE INDEX article_request_state ON article_request (state, id);
CREATE INDEX article_request_interaction ON article_request (interaction_id) WHERE interaction_id IS NOT NULL;

CREATE TABLE script (
    id TEXT COLLATE "C" PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    queue_id TEXT COLLATE "C" REFERENCES queue (id),
    active BIGINT NOT NULL
);
CREATE INDEX script_queue ON script (queue_id);
CREATE TABLE script_version (
    script_id TEXT COLLATE "C" NOT NULL REFERENCES script (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    created_by TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    PRIMARY KEY (script_id, number)
);
-- What one agent went through with one customer.
CREATE TABLE script_run (
    id TEXT COLLATE "C" PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    script_id TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    interaction_id TEXT COLLATE "C" NOT NULL,
    agent_id TEXT COLLATE "C" NOT NULL,
    customer_id TEXT COLLATE "C",
    -- The ticket its answers are written into; none yet.
    ticket_id TEXT COLLATE "C",
    language TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    data TEXT COLLATE "C" NOT NULL,
    run TEXT COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX script_run_once ON script_run (interaction_id, agent_id, script_id);
CREATE INDEX script_run_customer ON script_run (customer_id, created_at, id);

CREATE TABLE rule (
    id TEXT COLLATE "C" PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    kind TEXT COLLATE "C" NOT NULL,
    conditions TEXT COLLATE "C" NOT NULL,
    texts TEXT COLLATE "C" NOT NULL,
    score BIGINT NOT NULL,
    queues TEXT COLLATE "C" NOT NULL,
    active BIGINT NOT NULL,
    valid_from BIGINT,
    valid_until BIGINT
);
-- What became of what a rule said; the last word of a contact counts.
CREATE TABLE rule_outcome (
    rule_id TEXT COLLATE "C" NOT NULL,
    interaction_id TEXT COLLATE "C" NOT NULL,
    rule_version BIGINT NOT NULL,
    agent_id TEXT COLLATE "C",
    outcome TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (rule_id, interaction_id)
);
CREATE INDEX rule_outcome_at ON rule_outcome (rule_id, at);
CREATE INDEX rule_outcome_interaction ON rule_outcome (interaction_id);
