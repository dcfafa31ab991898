-- One schema for SQLite and PostgreSQL. Only TEXT, BIGINT and BYTEA: the types that both read back alike.
-- Instants are UTC RFC 3339 text of fixed width, so that they sort as text; flags are 0 or 1; identifiers are made by us.

-- The desk itself: one row, locked by every write transaction.
CREATE TABLE desk (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    next_id BIGINT NOT NULL,               -- the next identifier of any row below
    event_hash TEXT NOT NULL,              -- hash of the newest event
    automatic_day TEXT NOT NULL,           -- the local day that automatic_sent counts
    automatic_sent BIGINT NOT NULL         -- automatic mails queued on that day
);
INSERT INTO desk (one, next_id, event_hash, automatic_day, automatic_sent) VALUES (1, 1, '', '', 0);

-- Small facts that outlive a process: secret keys, the instant of the first run.
CREATE TABLE state (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- The last ticket number given out in each fiscal year.
CREATE TABLE number (
    fiscal_year BIGINT PRIMARY KEY,
    last BIGINT NOT NULL
);

-- The ledger: one message that the desk has ever taken.
CREATE TABLE message (
    id BIGINT PRIMARY KEY,
    folder TEXT NOT NULL,                  -- IMAP folder, Maildir path, or "file"
    uidvalidity BIGINT NOT NULL,           -- 0 outside IMAP
    uid BIGINT,                            -- NULL outside IMAP
    file TEXT,                             -- file name outside IMAP
    message_id TEXT NOT NULL,              -- as written, or made from the hash
    hash TEXT NOT NULL,                    -- SHA-256 of what the sender wrote, hex
    received_at TEXT NOT NULL,
    taken_at TEXT NOT NULL,
    size BIGINT NOT NULL,                  -- bytes in the mailbox
    raw BYTEA NOT NULL,                    -- zstd; the headers alone when oversize
    outcome TEXT NOT NULL,                 -- pending, ticket, follow_up, parked, duplicate, discarded
    reason TEXT,                           -- why it is parked
    detail TEXT,
    ticket_id BIGINT,
    duplicate_of BIGINT,
    attempts BIGINT NOT NULL,
    settled BIGINT NOT NULL                -- 0 while the mailbox still shows it as new
);
CREATE INDEX message_by_message_id ON message (message_id);
CREATE INDEX message_by_hash ON message (hash);
CREATE UNIQUE INDEX message_by_place ON message (folder, uidvalidity, uid);
CREATE INDEX message_by_file ON message (folder, file) WHERE file IS NOT NULL;
CREATE INDEX message_unsettled ON message (folder, uidvalidity) WHERE settled = 0;
CREATE INDEX message_by_outcome ON message (outcome, id) WHERE outcome IN ('pending', 'parked');
CREATE INDEX message_by_ticket ON message (ticket_id) WHERE ticket_id IS NOT NULL;

CREATE TABLE ticket (
    id BIGINT PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    fiscal_year BIGINT NOT NULL,
    serial BIGINT NOT NULL,
    status TEXT NOT NULL,                  -- open, waiting, answered, closed
    channel TEXT NOT NULL,                 -- email, telephone
    organization TEXT,
    name TEXT,
    contact TEXT,
    inquiry TEXT,
    prefecture TEXT,
    from_name TEXT,
    from_address TEXT NOT NULL,
    subject TEXT NOT NULL,
    received_at TEXT NOT NULL,
    deadline TEXT,                         -- NULL while held
    budget_left BIGINT NOT NULL,           -- business seconds left when the clock was last held or started
    assignee TEXT,
    acknowledged_at TEXT,
    answered_at TEXT,
    closed_at TEXT,
    UNIQUE (fiscal_year, serial)
);
CREATE INDEX ticket_by_deadline ON ticket (deadline) WHERE status = 'open';

-- One step of a ticket's conversation.
CREATE TABLE entry (
    id BIGINT PRIMARY KEY,
    ticket_id BIGINT NOT NULL REFERENCES ticket (id),
    message_ref BIGINT REFERENCES message (id),
    direction TEXT NOT NULL,               -- in, out, note
    from_name TEXT,
    from_address TEXT NOT NULL,
    recipients TEXT NOT NULL,              -- To and Cc addresses, one a line
    at TEXT NOT NULL,
    text TEXT NOT NULL                     -- whole, as its writer sent it
);
CREATE INDEX entry_by_ticket ON entry (ticket_id, id);

-- Names of attachments; their bytes are read from the ledger's raw message, where they are kept once.
CREATE TABLE attachment (
    id BIGINT PRIMARY KEY,
    entry_id BIGINT NOT NULL REFERENCES entry (id),
    position BIGINT NOT NULL,              -- nth attachment of the message, from 0
    name TEXT NOT NULL,                    -- safe as a file name
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL
);
CREATE INDEX attachment_by_entry ON attachment (entry_id, position);

-- Mails that leave, and those that have left.
CREATE TABLE outbox (
    id BIGINT PRIMARY KEY,
    ticket_id BIGINT REFERENCES ticket (id),
    message_ref BIGINT REFERENCES message (id),
    purpose TEXT NOT NULL,
    automatic BIGINT NOT NULL,
    sender TEXT NOT NULL,                  -- envelope sender
    recipient TEXT NOT NULL,               -- envelope recipient
    message_id TEXT NOT NULL UNIQUE,
    bytes BYTEA NOT NULL,                  -- the whole message, zstd
    state TEXT NOT NULL,                   -- queued, sent, failed, cancelled
    attempts BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    next_attempt_at TEXT,                  -- NULL unless queued
    claimed_by BIGINT,                     -- the process that is sending it now
    finished_at TEXT
);
CREATE INDEX outbox_due ON outbox (next_attempt_at) WHERE state = 'queued';
CREATE INDEX outbox_by_recipient ON outbox (recipient, created_at);
CREATE INDEX outbox_by_ticket ON outbox (ticket_id) WHERE ticket_id IS NOT NULL;

-- Each attempt at delivery and what the server said.
CREATE TABLE attempt (
    outbox_id BIGINT NOT NULL REFERENCES outbox (id),
    nth BIGINT NOT NULL,
    at TEXT NOT NULL,
    reply TEXT NOT NULL,
    PRIMARY KEY (outbox_id, nth)
);

-- The audit: who did what to which ticket, each row holding the hash of the one before.
CREATE TABLE event (
    id BIGINT PRIMARY KEY,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    ticket_id BIGINT,
    message_ref BIGINT,
    what TEXT NOT NULL,
    detail TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX event_by_ticket ON event (ticket_id, id) WHERE ticket_id IS NOT NULL;
