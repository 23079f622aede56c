-- name: embedding_by_name^
SELECT *, (SELECT json_group_array(guild_id) FROM shares WHERE embedding = name) AS shared_with
FROM embeddings WHERE name = :name;

-- name: embeddings_seen_by
-- Words that have a file and that a person may use on a server. A test holds it against bot/access.py.
SELECT *, (SELECT json_group_array(guild_id) FROM shares WHERE embedding = name) AS shared_with
FROM embeddings WHERE step IS NOT NULL
AND (owner_id = :person_id OR EXISTS (SELECT 1 FROM shares WHERE embedding = name AND guild_id = :guild_id))
ORDER BY name;

-- name: embeddings_usable_by
-- Likewise, with those that have no file yet.
SELECT name FROM embeddings
WHERE owner_id = :person_id OR EXISTS (SELECT 1 FROM shares WHERE embedding = name AND guild_id = :guild_id);

-- name: all_embedding_names
SELECT name FROM embeddings;

-- name: reserve_embedding!
INSERT INTO embeddings (name, owner_id, job_id, vectors, created_at)
VALUES (:name, :owner_id, :job_id, :vectors, :created_at)
ON CONFLICT (name) DO UPDATE SET job_id = excluded.job_id;

-- name: embedding_made!
-- Steps add up when a word was trained further.
UPDATE embeddings SET step = :step + CASE WHEN :continued THEN coalesce(step, 0) ELSE 0 END,
    model = :model, model_hash = :model_hash, job_id = :job_id
WHERE name = :name;

-- name: replace_embedding!
-- The word has another of its files now.
UPDATE embeddings SET vectors = :vectors, step = :step, model = :model, model_hash = :model_hash WHERE name = :name;

-- name: unreserve_embedding!
-- The job ended with nothing: the name is free again.
DELETE FROM embeddings WHERE name = :name AND step IS NULL AND job_id = :job_id;

-- name: unreserve_embedding_of!
-- Likewise, by the job alone.
DELETE FROM embeddings WHERE step IS NULL AND job_id = :job_id;

-- name: share_embedding!
INSERT INTO shares (embedding, guild_id) SELECT name, :guild_id FROM embeddings
WHERE name = :name AND owner_id = :owner_id
ON CONFLICT DO NOTHING;

-- name: unshare_embedding!
DELETE FROM shares
WHERE embedding = :name AND EXISTS (SELECT 1 FROM embeddings WHERE name = :name AND owner_id = :owner_id);

-- name: shared_names
SELECT DISTINCT embedding AS name FROM shares ORDER BY embedding;

-- name: unshare_ordinary!
-- The name is a word that the model knew before.
DELETE FROM shares WHERE embedding = :name;

-- name: has_consented$
SELECT count(*) FROM consents WHERE person_id = :person_id;

-- name: add_consent!
INSERT INTO consents (person_id, given_at) VALUES (:person_id, :given_at) ON CONFLICT DO NOTHING;

-- name: get_fact$
SELECT value FROM facts WHERE key = :key;

-- name: set_fact!
INSERT INTO facts (key, value) VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- name: add_embedding!
-- A word whose file is there already, such as an imported one. Fails where the name is in use.
INSERT INTO embeddings (name, owner_id, job_id, vectors, step, model, model_hash, origin, note, created_at)
VALUES (:name, :owner_id, :job_id, :vectors, :step, :model, :model_hash, :origin, :note, :created_at);

-- name: delete_embedding!
DELETE FROM embeddings WHERE name = :name;

-- name: jobs_of_embedding
-- What one person did to a word of theirs, ended or not.
SELECT id, state FROM jobs
WHERE owner_id = :owner_id AND kind IN ('create', 'train')
AND CASE WHEN json_valid(request) THEN lower(json_extract(request, '$.name')) = lower(:name) END;

-- name: rename_jobs!
-- So that a run can still be gone on with under its word's new name.
UPDATE jobs SET request = json_set(request, '$.name', :new_name)
WHERE owner_id = :owner_id AND kind IN ('create', 'train')
AND CASE WHEN json_valid(request) THEN lower(json_extract(request, '$.name')) = lower(:name) END;
