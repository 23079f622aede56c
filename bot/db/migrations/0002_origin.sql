-- Where a word came from that was not learned here: a file's name, a concept of the hub, another word.
ALTER TABLE embeddings ADD COLUMN origin TEXT;
-- What its person said of it: a licence, an author.
ALTER TABLE embeddings ADD COLUMN note TEXT;
