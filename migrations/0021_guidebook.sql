-- Entries for the guidebook (FAQ): question and answer of a ticket without personal data.
CREATE TABLE faq (
    id BIGINT PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,           -- FAQ-2025-0001: the fiscal year of the draft, a serial
    ticket_id BIGINT REFERENCES ticket (id), -- NULL when the ticket was erased
    month TEXT NOT NULL,                   -- YYYY-MM in which the inquiry came
    state TEXT NOT NULL,                   -- draft, released, withdrawn, erased
    texts TEXT NOT NULL,                   -- JSON: the texts with their marks; empty when erased
    created_by TEXT NOT NULL,              -- as the audit names the actor
    changed_at TEXT NOT NULL,
    changed_by TEXT NOT NULL,              -- who changed the texts last
    released_at TEXT,
    released_by TEXT,
    hash TEXT                              -- SHA-256 of the texts as they were released
);
CREATE INDEX faq_ticket ON faq (ticket_id);
