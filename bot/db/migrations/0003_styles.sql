-- Named parts of prompts, each on the shelf of a server, or of one person for the private chat with the bot.
CREATE TABLE styles (
    shelf INTEGER NOT NULL,                   -- a server's id, or a person's, negative, so that the two never meet
    key TEXT NOT NULL,                        -- the name, case folded: SQLite's NOCASE knows ASCII only
    name TEXT NOT NULL,
    owner_id INTEGER NOT NULL,
    prompt TEXT NOT NULL,
    negative_prompt TEXT NOT NULL,
    PRIMARY KEY (shelf, key)
) STRICT;
