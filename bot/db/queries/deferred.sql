-- name: add_deferred!
INSERT INTO deferred (interaction_id, application_id, token, locale, expires_at)
VALUES (:interaction_id, :application_id, :token, :locale, :expires_at) ON CONFLICT DO NOTHING;

-- name: deferred_open
SELECT * FROM deferred WHERE expires_at > :now ORDER BY interaction_id;

-- name: delete_deferred!
-- The one that was answered, and those that nobody can answer any more.
DELETE FROM deferred WHERE interaction_id = :interaction_id OR expires_at <= :now;
