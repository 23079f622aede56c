-- name: add_job<!
-- Keeps a new job; nothing happens when its interaction was seen before.
INSERT INTO jobs (kind, state, owner_id, guild_id, channel_id, locale, interaction_id, request, report, created_at)
VALUES (:kind, 'queued', :owner_id, :guild_id, :channel_id, :locale, :interaction_id, :request, :report, :created_at)
ON CONFLICT (interaction_id) DO NOTHING
RETURNING id;

-- name: job_by_id^
SELECT * FROM jobs WHERE id = :id;

-- name: job_by_interaction^
SELECT * FROM jobs WHERE interaction_id = :interaction_id;

-- name: jobs_open
-- Everything not ended, in the order it came.
SELECT * FROM jobs WHERE state IN ('queued', 'running', 'paused') ORDER BY id;

-- name: jobs_behind
-- Jobs whose card shows less than is known.
SELECT * FROM jobs WHERE shown_revision < revision AND message_id IS NOT NULL ORDER BY id;

-- name: jobs_open_of
-- What a person has waiting or running, of one kind.
SELECT * FROM jobs WHERE owner_id = :owner_id AND kind = :kind AND state IN ('queued', 'running', 'paused') ORDER BY id;

-- name: latest_speed$
-- Seconds a step took in the newest run that told; for estimates. A damaged row must not stop others' cards.
SELECT json_extract(report, '$.seconds_per_step') FROM jobs
WHERE kind = 'train'
AND CASE WHEN json_valid(report) THEN json_type(report, '$.seconds_per_step') IN ('integer', 'real') END
ORDER BY id DESC LIMIT 1;

-- name: open_making_of^
-- The job that makes or trains this word now, or waits to.
SELECT jobs.* FROM embeddings JOIN makings ON embedding_id = embeddings.id JOIN jobs ON jobs.id = makings.job_id
WHERE key = :key AND embeddings.owner_id = :owner_id AND state IN ('queued', 'running', 'paused') ORDER BY jobs.id DESC LIMIT 1;

-- name: save_job!
-- Writes back what an event or a dispatch changed.
UPDATE jobs SET state = :state, attempt = :attempt, event = :event, lost_attempts = :lost_attempts,
    resume_from = :resume_from, report = :report, revision = :revision, started_at = :started_at, ended_at = :ended_at
WHERE id = :id;

-- name: set_request!
-- Other steps or rates for a run that is paused.
UPDATE jobs SET request = :request, revision = revision + 1 WHERE id = :id;

-- name: set_wishes!
UPDATE jobs SET stop_wanted = :stop_wanted, pause_wanted = :pause_wanted, revision = revision + 1 WHERE id = :id;

-- name: set_shown!
UPDATE jobs SET shown_revision = :revision WHERE id = :id;

-- name: touch_queued!
-- Places in line have moved: every waiting card is behind.
UPDATE jobs SET revision = revision + 1 WHERE state = 'queued';

-- name: set_message!
UPDATE jobs SET message_id = :message_id, channel_id = :channel_id, guild_id = :guild_id, shown_revision = :revision
WHERE id = :id;

-- name: set_thread!
UPDATE jobs SET thread_id = :thread_id WHERE id = :id;

-- name: forget_card!
-- The card was deleted, or is closed to us for good: it is not posted again.
UPDATE jobs SET message_id = NULL WHERE id = :id;

-- name: place_of_job^
-- Where a job is told of; read even where the rest of its row cannot be.
SELECT owner_id, guild_id, channel_id, locale,
    CASE WHEN json_valid(report) THEN json_extract(report, '$.facts.code') END AS code,
    CASE WHEN json_valid(report) THEN json_extract(report, '$.failure') END AS failure
FROM jobs WHERE id = :id;

-- name: fail_unread!
-- Ends a job whose row cannot be read. Its card stays as it is; a message tells of it.
UPDATE jobs SET state = 'failed', attempt = NULL, report = :report, ended_at = :now,
    revision = revision + 1, shown_revision = revision + 1
WHERE id = :id;

-- name: drawings_unseen
-- Those whose card was lost before it showed the pictures, and whose person has not been sent them yet.
SELECT id FROM jobs
WHERE kind = 'draw' AND state = 'succeeded' AND message_id IS NULL AND shown_revision < revision
AND EXISTS (SELECT 1 FROM outbox WHERE job_id = jobs.id AND key = 'card' AND message_id IS NOT NULL)
AND NOT EXISTS (SELECT 1 FROM outbox WHERE job_id = jobs.id AND key = 'kept');

-- name: show_again!
-- Cards of jobs that were open when the bot started, or had ended shortly before, are shown anew.
UPDATE jobs SET shown_revision = revision - 1
WHERE message_id IS NOT NULL AND shown_revision = revision
AND created_at < :before AND (ended_at IS NULL OR ended_at > :after);

-- name: job_requests_after
-- All requests, a part at a time.
SELECT id, request FROM jobs WHERE id > :id ORDER BY id LIMIT :most;
