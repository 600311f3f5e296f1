BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(8);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT paid_payment(tenant_b(), 'k1', '{"eventId": "gig"}');
SELECT paid_payment(tenant_a(), k,
                    jsonb_build_object('eventId', CASE k WHEN 'k5' THEN 'other' ELSE 'gig' END))
                        FROM unnest(ARRAY['k1', 'k2', 'k3', 'k5']) AS k;
SELECT paid_payment(tenant_a(), 'k6', '{"eventId": "gig"}'),
       created_payment(tenant_a(), 'k7', '{"eventId": "gig"}'),
       dispute(pay('k6'), 'd', 'needs_response');
SELECT authorised_payment(tenant_a(), 'k4', '{"eventId": "gig"}'), refund(pay('k3'), 'r3'),
       refund(pay('k2'), 'r2', 100);
CREATE FUNCTION pg_temp.cancel(p_key text, p_event text, p_fingerprint bytea DEFAULT '\x01')
RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text,
               detail text) LANGUAGE sql
AS $$ SELECT * FROM api.show_cancel(tap_helpers.tenant_a(), 'svc', p_key, p_fingerprint, p_event,
                                    '{"reason": "storm"}', 20) $$;
SELECT enter(tenant_a());
SET LOCAL ROLE payments_api;
SELECT results_eq(
    $$ SELECT c.status, c.body ->> 'status', c.body -> 'total', c.body -> 'pending', c.body ->
              'amount', c.operation, c.replayed
         FROM pg_temp.cancel('c1', 'gig') AS c $$,
    $$ VALUES (202, 'running', '4'::jsonb, '4'::jsonb, '0'::jsonb, NULL::jsonb, false) $$,
    'an event is canceled: a batch of its payments that have something left');
RESET ROLE;
SELECT set_eq('SELECT payment_id, state FROM payments.refund_batch_items',
              $$ SELECT pay(k), 'pending' FROM unnest(ARRAY['k1', 'k2', 'k4', 'k6']) AS k $$,
              'those authorised and those disputed, too; not those refunded in full, not paid, of '
              'another event or tenant');
SELECT is((SELECT count(*) FROM payments.payment_refunds AS r WHERE r.origin = 'batch'), 0::bigint,
          'nothing is refunded yet, and no payment was locked');
SELECT remember();
SET LOCAL ROLE payments_api;
SELECT results_eq(
    $$ SELECT c.status, c.replayed FROM pg_temp.cancel('c1', 'gig') AS c $$,
    $$ VALUES (202, true) $$, 'the key again replays the answer');
SELECT throws_ok($$ SELECT * FROM pg_temp.cancel('c1', 'gig', '\x02') $$, 'PY040', NULL,
                 'with another request it is refused');
SELECT unchanged('neither plans anything');
SELECT results_eq(
    $$ SELECT c.body ->> 'status', c.body -> 'total', c.body -> 'finishedAt' <> 'null'
         FROM pg_temp.cancel('c2', 'empty') AS c $$,
    $$ VALUES ('finished', '0'::jsonb, true) $$, 'an event without payments is done at once');
SELECT enter(NULL);
SELECT throws_ok(
    $$ SELECT * FROM api.show_cancel('cccccccc-cccc-4ccc-8ccc-cccccccccccc', 'svc', 'x', '\x01',
                                     'gig', '{"reason": "x"}', 20) $$, 'PY003', NULL,
    'an unknown tenant is refused');

SELECT * FROM finish();
ROLLBACK;
