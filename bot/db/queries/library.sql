-- name: embeddings_called
-- What a person may use on a server by this name: their own first. Two of one person's only where they were told apart
-- before 0010; the one that is spelled so comes first. A test holds it against bot/access.py.
SELECT *, (SELECT json_group_array(guild_id) FROM shares WHERE embedding_id = embeddings.id) AS shared_with
FROM embeddings WHERE key = :key
AND (owner_id = :person_id
    OR EXISTS (SELECT 1 FROM shares WHERE embedding_id = embeddings.id AND guild_id = :guild_id))
ORDER BY owner_id = :person_id DESC, name = :name DESC, id;

-- name: embeddings_shared_as
-- Words of this name that are shared with a server.
SELECT id FROM embeddings JOIN shares ON embedding_id = id WHERE guild_id = :guild_id AND key = :key;

-- name: embedding_by_id^
SELECT *, (SELECT json_group_array(guild_id) FROM shares WHERE embedding_id = embeddings.id) AS shared_with
FROM embeddings WHERE id = :id;

-- name: embedding_of_job^
-- The word that a job makes or trains, whatever it is called by now.
SELECT *, (SELECT json_group_array(guild_id) FROM shares WHERE embedding_id = embeddings.id) AS shared_with
FROM embeddings WHERE id = (SELECT embedding_id FROM makings WHERE job_id = :job_id);

-- name: embeddings_seen_by
-- Words that have a file and that a person may use on a server. A test holds it against bot/access.py.
SELECT *, (SELECT json_group_array(guild_id) FROM shares WHERE embedding_id = embeddings.id) AS shared_with
FROM embeddings WHERE step IS NOT NULL
AND (owner_id = :person_id
    OR EXISTS (SELECT 1 FROM shares WHERE embedding_id = embeddings.id AND guild_id = :guild_id))
ORDER BY name;

-- name: embeddings_usable_by
-- Likewise, with those that have no file yet.
SELECT key, name, owner_id FROM embeddings
WHERE owner_id = :person_id
OR EXISTS (SELECT 1 FROM shares WHERE embedding_id = embeddings.id AND guild_id = :guild_id);

-- name: private_embeddings
-- A person's own that were shown to them alone.
SELECT key FROM embeddings WHERE owner_id = :owner_id AND private;

-- name: all_embeddings
SELECT id, key, name, owner_id FROM embeddings ORDER BY id;

-- name: reserve_embedding<!
INSERT INTO embeddings (key, name, owner_id, job_id, private, vectors, created_at)
VALUES (:key, :name, :owner_id, :job_id, :private, :vectors, :created_at);

-- name: train_embedding!
-- A word that there is gets another run.
UPDATE embeddings SET job_id = :job_id, private = :private WHERE id = :id;

-- name: add_making!
INSERT INTO makings (job_id, embedding_id) VALUES (:job_id, :embedding_id);

-- name: embedding_made!
-- Steps add up when a word was trained further.
UPDATE embeddings SET step = :step + CASE WHEN :continued THEN coalesce(step, 0) ELSE 0 END,
    model = :model, model_hash = :model_hash, job_id = :job_id
WHERE id = (SELECT embedding_id FROM makings WHERE job_id = :job_id);

-- name: replace_embedding!
-- The word has another of its files now.
UPDATE embeddings SET vectors = :vectors, step = :step, model = :model, model_hash = :model_hash WHERE id = :id;

-- name: rename_embedding!
UPDATE embeddings SET key = :key, name = :name WHERE id = :id;

-- name: unreserve_embedding!
-- The job ended with nothing: the name is free again.
DELETE FROM embeddings WHERE step IS NULL AND job_id = :job_id;

-- name: share_embedding!
INSERT INTO shares (embedding_id, guild_id) SELECT id, :guild_id FROM embeddings
WHERE id = :id AND owner_id = :owner_id
ON CONFLICT DO NOTHING;

-- name: unshare_embedding!
DELETE FROM shares
WHERE embedding_id = :id AND EXISTS (SELECT 1 FROM embeddings WHERE id = :id AND owner_id = :owner_id);

-- name: shared_names
SELECT id, name FROM embeddings WHERE EXISTS (SELECT 1 FROM shares WHERE embedding_id = embeddings.id) ORDER BY name;

-- name: unshare_ordinary!
-- The name is a word that the model knew before.
DELETE FROM shares WHERE embedding_id = :id;

-- name: has_consented$
SELECT count(*) FROM consents WHERE person_id = :person_id;

-- name: add_consent!
INSERT INTO consents (person_id, given_at) VALUES (:person_id, :given_at) ON CONFLICT DO NOTHING;

-- name: get_fact$
SELECT value FROM facts WHERE key = :key;

-- name: delete_fact!
DELETE FROM facts WHERE key = :key;

-- name: set_fact!
INSERT INTO facts (key, value) VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- name: add_embedding<!
-- A word whose file is there already, such as an imported one.
INSERT INTO embeddings (key, name, owner_id, job_id, private, vectors, step, model, model_hash, origin, note, created_at)
VALUES (:key, :name, :owner_id, :job_id, :private, :vectors, :step, :model, :model_hash, :origin, :note, :created_at);

-- name: delete_embedding!
DELETE FROM embeddings WHERE id = :id;

-- name: jobs_of_embedding
-- What was done to a word, ended or not.
SELECT jobs.id, state IN ('queued', 'running', 'paused') AS going_on
FROM jobs JOIN makings ON makings.job_id = jobs.id WHERE embedding_id = :id;

-- name: jobs_without_embedding
-- A person's jobs that left no word, or whose word is gone, and what it was called.
SELECT id, CASE WHEN json_valid(request) THEN json_extract(request, '$.name') END AS name FROM jobs
WHERE owner_id = :owner_id AND kind IN ('create', 'train') AND id NOT IN (SELECT job_id FROM makings);

-- name: rename_jobs!
-- So that a run can still be gone on with under its word's new name.
UPDATE jobs SET request = json_set(request, '$.name', :new_name)
WHERE id IN (SELECT job_id FROM makings WHERE embedding_id = :id) AND json_valid(request);
