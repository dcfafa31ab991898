-- Phrases that staff keep for their answers (定型文).
CREATE TABLE phrase (
    name TEXT PRIMARY KEY,
    text TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    changed_by TEXT NOT NULL               -- as the audit names the actor
);
