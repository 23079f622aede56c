-- name: styles_on_shelf
SELECT * FROM styles WHERE shelf = :shelf ORDER BY key;

-- name: save_style!
-- Whether the person may take the name is asked before, in the same transaction.
INSERT INTO styles (shelf, key, name, owner_id, prompt, negative_prompt)
VALUES (:shelf, :key, :name, :owner_id, :prompt, :negative_prompt)
ON CONFLICT (shelf, key) DO UPDATE
SET name = excluded.name, prompt = excluded.prompt, negative_prompt = excluded.negative_prompt;

-- name: delete_style!
DELETE FROM styles WHERE shelf = :shelf AND key = :key;
