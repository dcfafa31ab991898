-- When a ticket's clock was last started, so that its deadline can be counted again; and which deadline staff were told of.
ALTER TABLE ticket ADD COLUMN running_since TEXT;
ALTER TABLE ticket ADD COLUMN warned_for TEXT;
ALTER TABLE ticket ADD COLUMN missed_for TEXT;
-- Where automatic mails of a ticket go, when its inquirer was last asked for what is missing, and how often reminded.
ALTER TABLE ticket ADD COLUMN answer_to TEXT;
ALTER TABLE ticket ADD COLUMN asked_at TEXT;
ALTER TABLE ticket ADD COLUMN reminded BIGINT NOT NULL DEFAULT 0;
CREATE INDEX ticket_asked ON ticket (asked_at) WHERE status = 'waiting';
UPDATE ticket SET running_since = received_at WHERE status = 'open';
