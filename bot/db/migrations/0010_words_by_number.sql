-- A word has a number that outlives its name, so that old buttons find it after it was renamed, and nothing else. Names
-- are compared by a key (bot/spelling.py): NOCASE knew ASCII only, so two people may have `Ä` and `ä` from before. Both
-- keep theirs, and neither acts in a prompt before one of them has another name; so the key is not unique.
CREATE TABLE words_0010 (
    id INTEGER PRIMARY KEY AUTOINCREMENT,     -- never given twice
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    owner_id INTEGER NOT NULL,
    job_id INTEGER REFERENCES jobs (id) ON DELETE SET NULL,   -- the job that made it last
    private INTEGER NOT NULL DEFAULT 0,       -- what was made of it last was shown to its person alone
    vectors INTEGER NOT NULL,
    step INTEGER,                             -- NULL until there is a file
    model TEXT,
    model_hash TEXT,
    origin TEXT,
    note TEXT,
    created_at REAL NOT NULL
) STRICT;
INSERT INTO words_0010 (key, name, owner_id, job_id, private, vectors, step, model, model_hash, origin, note, created_at)
SELECT name_key(name), name, owner_id, job_id,
    coalesce((SELECT guild_id IS NULL FROM jobs WHERE jobs.id = embeddings.job_id), 0),
    vectors, step, model, model_hash, origin, note, created_at
FROM embeddings ORDER BY created_at;
-- A copy did not remember whether the word that it was made of was shown.
UPDATE words_0010 SET private = 1
WHERE job_id IS NULL AND EXISTS (
    SELECT 1 FROM words_0010 AS model
    WHERE model.name = words_0010.origin AND model.owner_id = words_0010.owner_id AND model.private
);
CREATE TABLE shares_0010 (
    embedding_id INTEGER NOT NULL REFERENCES words_0010 (id) ON DELETE CASCADE,
    guild_id INTEGER NOT NULL,
    PRIMARY KEY (embedding_id, guild_id)
) STRICT;
INSERT INTO shares_0010 (embedding_id, guild_id)
SELECT words_0010.id, guild_id FROM shares JOIN words_0010 ON words_0010.name = shares.embedding COLLATE NOCASE;
DROP TABLE shares;
DROP TABLE embeddings;
ALTER TABLE words_0010 RENAME TO embeddings;
ALTER TABLE shares_0010 RENAME TO shares;
CREATE INDEX embeddings_by_key ON embeddings (key);
CREATE INDEX embeddings_by_owner ON embeddings (owner_id, name);
-- Which word a job makes or trains. Gone with the word: what is called like it later is another one.
CREATE TABLE makings (
    job_id INTEGER PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    embedding_id INTEGER NOT NULL REFERENCES embeddings (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX makings_by_embedding ON makings (embedding_id);
INSERT INTO makings (job_id, embedding_id)
SELECT jobs.id, embeddings.id FROM jobs JOIN embeddings ON embeddings.owner_id = jobs.owner_id
    AND embeddings.key = CASE WHEN json_valid(jobs.request) THEN
        CASE WHEN json_type(jobs.request, '$.name') = 'text' THEN name_key(json_extract(jobs.request, '$.name')) END
    END
WHERE jobs.kind IN ('create', 'train')
GROUP BY jobs.id;
-- Buttons of cards that were posted before this hold a name only; the message tells whose card it is.
CREATE INDEX outbox_by_message ON outbox (message_id) WHERE message_id IS NOT NULL;
