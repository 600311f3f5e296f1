BEGIN;
SELECT plan(11);

SET LOCAL ROLE payments_system;
CREATE FUNCTION pg_temp.verdict(p_type text, p_tenants bigint, p_age interval DEFAULT '0',
                                p_event_id text DEFAULT 'evt_1') RETURNS text LANGUAGE sql
AS $$ SELECT v.verdict FROM payments.inbox_verdict(p_event_id, p_type, p_tenants, p_age) AS v $$;
SELECT is(pg_temp.verdict('payment_intent.succeeded', 1), 'apply',
          'an event about one tenant''s object is applied');
SELECT is(pg_temp.verdict('payment_intent.succeeded', 1, '30 days'), 'apply', 'however old it is');
SELECT is(pg_temp.verdict('payment_intent.succeeded', 2), 'quarantined',
          'an event that names objects of two tenants is quarantined');
SELECT is(pg_temp.verdict('payment_intent.succeeded', 0), 'waiting',
          'an event about an unknown object waits');
SELECT is(pg_temp.verdict('payment_intent.succeeded', 0, '24 hours'), 'waiting',
          'it waits for a whole day');
SELECT results_eq(
    $$ SELECT verdict, reason FROM payments.inbox_verdict('evt_1', 'payment_intent.succeeded', 0,
                                                          '24 hours 1 second') $$,
    $$ VALUES ('ignored', 'object not known after a day') $$,
    'after a day it is ignored, and says why');
SELECT is(pg_temp.verdict(t, 1), 'ignored', t || ' is no type we act on: ignored, whoever''s (F42)')
  FROM unnest(ARRAY['balance.available', 'payment_intent.unheard_of', 'PAYMENT_INTENT.SUCCEEDED'])
       AS t;
SELECT is(pg_temp.verdict(NULL, 1), 'ignored', 'an event without a type is ignored');
SELECT is(pg_temp.verdict('', 0, '0', 'sha256:00'), 'dead',
          'a body that is no event is dead, visibly');

SELECT * FROM finish();
ROLLBACK;
