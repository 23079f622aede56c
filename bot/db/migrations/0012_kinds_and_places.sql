-- Which kinds of job there are, the code says alone (KINDS in bot/jobs/job.py).
DROP INDEX jobs_unseen;
ALTER TABLE jobs ADD COLUMN any_kind TEXT NOT NULL DEFAULT '';
UPDATE jobs SET any_kind = kind;
ALTER TABLE jobs DROP COLUMN kind;
ALTER TABLE jobs RENAME COLUMN any_kind TO kind;
CREATE INDEX jobs_unseen ON jobs (id) WHERE kind = 'draw' AND state = 'succeeded' AND message_id IS NULL;
-- A checkpoint lies in its job's folder; from now on rows have paths relative to the data folder, which can be moved.
UPDATE jobs SET resume_from = substr(resume_from, instr(resume_from, 'runs/' || id || '/'))
WHERE instr(resume_from, 'runs/' || id || '/') > 0;
