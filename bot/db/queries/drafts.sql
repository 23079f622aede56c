-- name: add_draft!
INSERT INTO drafts (id, owner_id, content, created_at) VALUES (:id, :owner_id, :content, :created_at)
ON CONFLICT (id) DO UPDATE SET content = excluded.content, created_at = excluded.created_at
WHERE owner_id = excluded.owner_id;

-- name: draft_by_id^
-- A person's own, if it is not too old.
SELECT * FROM drafts WHERE id = :id AND owner_id = :owner_id AND created_at > :after;

-- name: move_draft^
-- The same, from now on under another interaction.
UPDATE drafts SET id = :new_id WHERE id = :id AND owner_id = :owner_id AND created_at > :after RETURNING content;

-- name: is_draft$
SELECT COUNT(*) FROM drafts WHERE id = :id;

-- name: delete_draft!
DELETE FROM drafts WHERE id = :id;

-- name: delete_old_drafts!
DELETE FROM drafts WHERE created_at < :before;

-- name: draft_contents
SELECT content FROM drafts;
