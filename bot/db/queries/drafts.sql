-- name: add_draft!
INSERT INTO drafts (id, owner_id, content, created_at) VALUES (:id, :owner_id, :content, :created_at)
ON CONFLICT DO NOTHING;

-- name: draft_by_id^
-- A person's own, if it is not too old.
SELECT * FROM drafts WHERE id = :id AND owner_id = :owner_id AND created_at > :after;

-- name: take_draft^
-- The same, and gone from here.
DELETE FROM drafts WHERE id = :id AND owner_id = :owner_id AND created_at > :after RETURNING content;

-- name: delete_old_drafts!
DELETE FROM drafts WHERE created_at < :before;
