-- Promises to inquirers, and what a ticket that waits waits for.
ALTER TABLE ticket ADD COLUMN waiting_for TEXT;   -- inquirer, desk, third_party; NULL unless the ticket waits
ALTER TABLE ticket ADD COLUMN held_until TEXT;    -- local day on whose morning the hold ends, or staff are told of it
ALTER TABLE ticket ADD COLUMN promised_on TEXT;   -- the day that the inquirer was told
ALTER TABLE ticket ADD COLUMN thanked_at TEXT;    -- when the inquirer last wrote nothing but thanks
-- A hold had no end before, and reminders had one. The schedule gives such tickets a day.
UPDATE ticket SET waiting_for = 'inquirer' WHERE status = 'waiting';
UPDATE ticket SET asked_at = NULL WHERE status = 'waiting' AND reminded > 2;
