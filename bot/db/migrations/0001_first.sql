-- A job is a promise: it is here before anything is said about it.
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('create', 'train', 'draw')),
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled')),
    owner_id INTEGER NOT NULL,
    guild_id INTEGER,
    channel_id INTEGER NOT NULL,
    locale TEXT NOT NULL,
    interaction_id INTEGER NOT NULL UNIQUE,   -- the same interaction delivered twice is one job
    request TEXT NOT NULL,                    -- JSON, a request of trainer/protocol.py
    stop_wanted INTEGER NOT NULL DEFAULT 0,   -- wishes are columns, not states
    pause_wanted INTEGER NOT NULL DEFAULT 0,
    attempt TEXT,                             -- of the worker that holds the job
    event INTEGER NOT NULL DEFAULT 0,         -- number of the last event applied of this attempt
    lost_attempts INTEGER NOT NULL DEFAULT 0,
    resume_from TEXT,                         -- the last checkpoint
    report TEXT NOT NULL,                     -- JSON, what the card shows
    revision INTEGER NOT NULL DEFAULT 1,
    shown_revision INTEGER NOT NULL DEFAULT 0,
    message_id INTEGER,                       -- the card
    thread_id INTEGER,
    created_at REAL NOT NULL,
    started_at REAL,
    ended_at REAL
) STRICT;
CREATE INDEX jobs_by_state ON jobs (state, id);
CREATE INDEX jobs_by_owner ON jobs (owner_id, id);

-- Messages still to be sent, or sent once and for all. The nonce makes a second try harmless.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    job_id INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    key TEXT NOT NULL,                        -- card, result, preview-50, …
    nonce TEXT NOT NULL UNIQUE,
    first_tried_at REAL,
    message_id INTEGER,
    closed_at REAL,                           -- sent, or given up because it can never be sent
    UNIQUE (job_id, key)
) STRICT;
CREATE INDEX outbox_open ON outbox (id) WHERE closed_at IS NULL;

-- Whose word it is. The file in the embeddings folder is the word itself; one without a row belongs to everybody.
CREATE TABLE embeddings (
    name TEXT NOT NULL PRIMARY KEY COLLATE NOCASE,
    owner_id INTEGER NOT NULL,
    job_id INTEGER REFERENCES jobs (id) ON DELETE SET NULL,   -- the job that made it last
    shared INTEGER NOT NULL DEFAULT 0,
    vectors INTEGER NOT NULL,
    step INTEGER,                             -- NULL until there is a file
    model TEXT,
    model_hash TEXT,
    created_at REAL NOT NULL
) STRICT;
CREATE INDEX embeddings_by_owner ON embeddings (owner_id, name);

CREATE TABLE consents (
    person_id INTEGER PRIMARY KEY,
    given_at REAL NOT NULL
) STRICT;

-- A request that waits for its person's consent.
CREATE TABLE drafts (
    interaction_id INTEGER PRIMARY KEY,
    owner_id INTEGER NOT NULL,
    guild_id INTEGER,
    channel_id INTEGER NOT NULL,
    locale TEXT NOT NULL,
    request TEXT NOT NULL,
    created_at REAL NOT NULL
) STRICT;

CREATE TABLE facts (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
