-- What a person has given so far, kept a day. What waited before this had a form of its own and is asked for anew.
DROP TABLE drafts;
CREATE TABLE drafts (
    id INTEGER PRIMARY KEY,                   -- the interaction in which it was given
    owner_id INTEGER NOT NULL,
    content TEXT NOT NULL,                    -- JSON, a draft of bot/drafts.py
    created_at REAL NOT NULL
) STRICT;
