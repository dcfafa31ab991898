-- Issued reports. A row never changes; a later issue of the same period is another row.
CREATE TABLE edition (
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    nth BIGINT NOT NULL,                   -- from 1
    issued_at TEXT NOT NULL,
    issued_by TEXT NOT NULL,               -- as the audit names the actor
    hash TEXT NOT NULL,                    -- SHA-256 of the figures
    figures TEXT NOT NULL,                 -- JSON, without personal data
    note TEXT NOT NULL,                    -- the paragraph that staff wrote
    PRIMARY KEY (first_day, last_day, nth)
);
