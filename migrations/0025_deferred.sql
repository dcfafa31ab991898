-- Automatic mails that wait until the daily limit allows them.
CREATE INDEX outbox_deferred ON outbox (state, id) WHERE state = 'deferred';
