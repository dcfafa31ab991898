-- Promises to inquirers, and what a ticket that waits waits for.
ALTER TABLE ticket ADD COLUMN waiting_for TEXT;   -- inquirer, desk, third_party; NULL unless the ticket waits
ALTER TABLE ticket ADD COLUMN held_until TEXT;    -- local day on whose morning the hold ends, or staff are told of it
ALTER TABLE ticket ADD COLUMN promised_on TEXT;   -- the day that the inquirer was told
-- A hold had no end before. The inquirer of such a ticket counts as asked when it came, so that staff hear of it.
UPDATE ticket SET waiting_for = 'inquirer', asked_at = COALESCE(asked_at, received_at) WHERE status = 'waiting';
ALTER TABLE ticket ADD COLUMN thanked_at TEXT;    -- when the inquirer last wrote nothing but thanks
