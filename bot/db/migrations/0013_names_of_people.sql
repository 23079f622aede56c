-- A name is one person's: others have words of the same name. At its next start the bot moves their files out of the
-- operator's folder (bot/library/moving.py); this says that there are some.
INSERT INTO facts (key, value) SELECT 'words to move', '1' WHERE EXISTS (SELECT 1 FROM embeddings);
DROP INDEX embeddings_by_key;
CREATE INDEX embeddings_by_key ON embeddings (key, owner_id);
-- Runs under way, or waiting, go on from the file where it will be: its name without the folder is what is left when
-- the path loses all up to its last slash.
UPDATE jobs SET request = json_set(request, '$.continue_from', 'words/' || owner_id || '/' || replace(
    json_extract(request, '$.continue_from'),
    rtrim(json_extract(request, '$.continue_from'), replace(json_extract(request, '$.continue_from'), '/', '')),
    ''
))
WHERE state IN ('queued', 'running', 'paused') AND json_valid(request)
AND json_extract(request, '$.continue_from') LIKE '%embeddings/%';
