-- name: add_message!
-- A message that must be sent exactly once.
INSERT INTO outbox (job_id, key, nonce) VALUES (:job_id, :key, :nonce) ON CONFLICT (job_id, key) DO NOTHING;

-- name: messages_open
SELECT * FROM outbox WHERE closed_at IS NULL ORDER BY id;

-- name: messages_open_of
SELECT * FROM outbox WHERE closed_at IS NULL AND job_id = :job_id ORDER BY id;

-- name: message_tried!
UPDATE outbox SET first_tried_at = coalesce(first_tried_at, :now) WHERE id = :id;

-- name: message_refused!
UPDATE outbox SET refused = :refused WHERE id = :id;

-- name: message_closed!
UPDATE outbox SET message_id = :message_id, closed_at = :now WHERE id = :id;

-- name: close_messages!
-- Nothing of a job is to be sent any more.
UPDATE outbox SET closed_at = :now WHERE job_id = :job_id AND closed_at IS NULL;

-- name: job_of_message$
-- The job whose card or result a message is.
SELECT job_id FROM outbox WHERE message_id = :message_id LIMIT 1;
