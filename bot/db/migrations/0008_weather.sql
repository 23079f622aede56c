-- In how many forms Discord has refused the message: it is never sent in one of these again.
ALTER TABLE outbox ADD COLUMN refused INTEGER NOT NULL DEFAULT 0;
CREATE INDEX jobs_unseen ON jobs (id) WHERE kind = 'draw' AND state = 'succeeded' AND message_id IS NULL;

-- People who see "thinking…": answered by the next life of the bot, should this one end before. Tokens are secrets.
CREATE TABLE deferred (
    interaction_id INTEGER PRIMARY KEY,
    application_id INTEGER NOT NULL,
    token TEXT NOT NULL,
    locale TEXT NOT NULL,
    expires_at REAL NOT NULL                  -- seconds since 1970
) STRICT;
