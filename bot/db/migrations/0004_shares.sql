-- The servers whose members may use a word. Its owner may everywhere, others nowhere.
CREATE TABLE shares (
    embedding TEXT NOT NULL COLLATE NOCASE REFERENCES embeddings (name) ON DELETE CASCADE,
    guild_id INTEGER NOT NULL,
    PRIMARY KEY (embedding, guild_id)
) STRICT;
-- Until now a word was shared with all servers at once. The button said "with this server", which was most likely where
-- it was taught; one that was taught elsewhere than on a server, or imported, is its owner's alone until shared anew.
INSERT INTO shares (embedding, guild_id)
SELECT embeddings.name, jobs.guild_id FROM embeddings JOIN jobs ON jobs.id = embeddings.job_id
WHERE embeddings.shared = 1 AND jobs.guild_id IS NOT NULL;
ALTER TABLE embeddings DROP COLUMN shared;
-- Which words a drawing may use is asked when it starts, no longer kept with what was asked for.
UPDATE jobs SET request = json_remove(request, '$.hidden_words');
UPDATE drafts SET request = json_remove(request, '$.hidden_words');
