-- When a ticket's clock was last started, so that its deadline can be counted again; and which deadline staff were told of.
ALTER TABLE ticket ADD COLUMN running_since TEXT;
ALTER TABLE ticket ADD COLUMN warned_for TEXT;
ALTER TABLE ticket ADD COLUMN missed_for TEXT;
UPDATE ticket SET running_since = received_at WHERE status = 'open';
