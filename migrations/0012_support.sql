-- 伴走支援 (circular, 別紙2). An application is a ticket of another kind: same numbers, thread, clock, audit.
ALTER TABLE ticket ADD COLUMN kind TEXT NOT NULL DEFAULT 'inquiry';  -- inquiry, application
ALTER TABLE ticket ADD COLUMN part_of TEXT;   -- number of the application that a question belongs to

CREATE TABLE application (
    ticket_id BIGINT PRIMARY KEY REFERENCES ticket (id),
    closes TEXT NOT NULL,                     -- the call, by its last day
    stage TEXT NOT NULL,                      -- received, accepted, withdrawn, notified, supported, closed
    prefecture TEXT NOT NULL,                 -- of the form in force; empty if unread
    area TEXT NOT NULL,
    area_key TEXT NOT NULL,                   -- the area, folded
    submission_id BIGINT,                     -- the form in force; NULL if none is
    decision TEXT,                            -- selected, declined; pending until notified_at
    reason TEXT,                              -- of the decision; never sent
    notice TEXT,                              -- a lead's words in the letter
    decided_at TEXT,
    decided_by TEXT,                          -- as the audit names the actor
    notified_at TEXT                          -- when the mail server accepted the result
);
CREATE INDEX application_by_call ON application (closes, prefecture);

-- Every form that was handed in or typed. The bytes of a file are in the ledger.
CREATE TABLE submission (
    id BIGINT PRIMARY KEY,
    ticket_id BIGINT NOT NULL REFERENCES ticket (id),
    message_ref BIGINT REFERENCES message (id),
    part BIGINT NOT NULL,                     -- nth attachment of the message, from 0
    file TEXT NOT NULL,                       -- its name
    inner_name TEXT,                          -- name of the file in a zip
    format TEXT NOT NULL,
    received_at TEXT NOT NULL,
    in_time BIGINT NOT NULL,
    unread TEXT,                              -- why the fields are not known
    form TEXT NOT NULL,                       -- JSON; empty if unread or erased
    findings TEXT NOT NULL,                   -- codes, one a line
    hash TEXT NOT NULL,                       -- of the form as read, or of the file if unread
    author TEXT                               -- the member who typed it, as the audit names the actor; NULL: the applicant
);
CREATE INDEX submission_by_ticket ON submission (ticket_id, id);

-- What a reviewer says of an application. It never leaves the desk.
CREATE TABLE review (
    ticket_id BIGINT NOT NULL REFERENCES ticket (id),
    reviewer TEXT NOT NULL,                   -- address of the member
    at TEXT NOT NULL,
    conflict BIGINT NOT NULL,                 -- 利害関係
    scores TEXT NOT NULL,                     -- one number for each criterion; empty with a conflict
    comment TEXT NOT NULL,
    PRIMARY KEY (ticket_id, reviewer)
);

-- Meetings of a supported region, and visits of advisers.
CREATE TABLE meeting (
    id BIGINT PRIMARY KEY,
    ticket_id BIGINT NOT NULL REFERENCES ticket (id),
    kind TEXT NOT NULL,                       -- meeting, visit
    nth BIGINT NOT NULL,                      -- from 1, for each kind
    stage TEXT NOT NULL,                      -- asked, set, held, cancelled
    starts_at TEXT NOT NULL,
    ends_at TEXT NOT NULL,
    place TEXT,
    url TEXT,
    agenda TEXT,
    adviser TEXT,                             -- address
    sequence BIGINT NOT NULL,                 -- SEQUENCE of the .ics
    reminded_for TEXT,                        -- the beginning that reminders were sent for
    minutes_entry BIGINT                      -- the note with the minutes
);
CREATE INDEX meeting_by_start ON meeting (stage, starts_at);
