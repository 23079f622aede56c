-- name: embedding_by_name^
SELECT * FROM embeddings WHERE name = :name;

-- name: embeddings_seen_by
-- Own and shared words that have a file.
SELECT * FROM embeddings WHERE step IS NOT NULL AND (owner_id = :person_id OR shared = 1) ORDER BY name;

-- name: embeddings_hidden_from
-- Other people's private words.
SELECT name FROM embeddings WHERE owner_id <> :person_id AND shared = 0;

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

-- name: unreserve_embedding!
-- The job ended with nothing: the name is free again.
DELETE FROM embeddings WHERE name = :name AND step IS NULL AND job_id = :job_id;

-- name: share_embedding!
UPDATE embeddings SET shared = :shared WHERE name = :name;

-- name: has_consented$
SELECT count(*) FROM consents WHERE person_id = :person_id;

-- name: add_consent!
INSERT INTO consents (person_id, given_at) VALUES (:person_id, :given_at) ON CONFLICT DO NOTHING;

-- name: add_draft!
INSERT INTO drafts (interaction_id, owner_id, guild_id, channel_id, locale, request, created_at)
VALUES (:interaction_id, :owner_id, :guild_id, :channel_id, :locale, :request, :created_at)
ON CONFLICT DO NOTHING;

-- name: draft_by_id^
SELECT * FROM drafts WHERE interaction_id = :interaction_id;

-- name: delete_draft!
DELETE FROM drafts WHERE interaction_id = :interaction_id;

-- name: delete_old_drafts!
DELETE FROM drafts WHERE created_at < :before;

-- name: get_fact$
SELECT value FROM facts WHERE key = :key;

-- name: set_fact!
INSERT INTO facts (key, value) VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- name: add_embedding!
-- A word whose file is there already, such as an imported one. Fails where the name is in use.
INSERT INTO embeddings (name, owner_id, job_id, shared, vectors, step, model, model_hash, origin, note, created_at)
VALUES (:name, :owner_id, :job_id, :shared, :vectors, :step, :model, :model_hash, :origin, :note, :created_at);

-- name: delete_embedding!
DELETE FROM embeddings WHERE name = :name;

-- name: jobs_of_embedding
-- What one person did to a word of theirs, ended or not.
SELECT id, state FROM jobs
WHERE owner_id = :owner_id AND kind IN ('create', 'train') AND lower(json_extract(request, '$.name')) = lower(:name);

-- name: rename_jobs!
-- So that a run can still be gone on with under its word's new name.
UPDATE jobs SET request = json_set(request, '$.name', :new_name)
WHERE owner_id = :owner_id AND kind IN ('create', 'train') AND lower(json_extract(request, '$.name')) = lower(:name);
