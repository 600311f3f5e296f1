BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(17);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1', '{"eventId": "gig"}'),
       settled_payment(tenant_a(), 'k2', '{"eventId": "other"}'), settled_payment(tenant_a(), 'k3');
CREATE FUNCTION pg_temp.check(p_key text, p_amount bigint,
                              p_reason text DEFAULT 'requested_by_customer',
                              p_subject text DEFAULT 'svc', p_later interval DEFAULT '0')
                                  RETURNS text LANGUAGE sql
AS $$ SELECT (SELECT r.show_id || '/' || r.version FROM payments.refund_policies AS r
               WHERE r.id = payments.refund_policy_check(p, p_amount, p_reason, p_subject,
                                                         tap_helpers.clock() + p_later))
        FROM payments.payment_transactions AS p WHERE p.id = tap_helpers.pay(p_key) $$;
SET LOCAL ROLE payments_definer;
SELECT is(pg_temp.check('k1', 10000), NULL, 'without a policy everything is refunded');
RESET ROLE;
SELECT ops.refund_policy_set(tenant_a(), NULL, 1000),
       ops.refund_policy_set(tenant_a(), 'gig', 2500, clock() + interval '10 days', '2 days',
                             '{boss}');
SET LOCAL ROLE payments_definer;
SELECT is(pg_temp.check('k2', 9000), '/1',
          'the tenant''s own policy holds where the event has none');
SELECT throws_ok($$ SELECT pg_temp.check('k2', 9001) $$, 'PY053', NULL,
                 'what it keeps is not refunded');
SELECT is(pg_temp.check('k3', 9000), '/1', 'and for a payment without an event');
SELECT is(pg_temp.check('k1', 7500), 'gig/1', 'the event''s own goes first');
SELECT throws_ok($$ SELECT pg_temp.check('k1', 7501) $$, 'PY053', NULL, 'even where it keeps more');
SELECT is(pg_temp.check('k1', 7500, 'requested_by_customer', 'svc', '7 days 23 hours'), 'gig/1',
          'until its window closes');
SELECT throws_ok(
    $$ SELECT pg_temp.check('k1', 1, 'requested_by_customer', 'svc', '8 days 1 hour') $$, 'PY053',
    NULL, 'then nothing is');
SELECT is(pg_temp.check('k1', 10000, 'requested_by_customer', 'boss', '9 days'), 'gig/1',
          'whom the policy names may all the same');
SELECT throws_ok($$ SELECT pg_temp.check('k2', 9001, 'requested_by_customer', 'boss') $$, 'PY053',
                 NULL, 'where it names them');
SELECT is(
    (SELECT array_agg(pg_temp.check('k1', 10000, r, 'svc', '9 days'))
       FROM unnest(ARRAY['duplicate', 'fraudulent', 'event_canceled']) AS r), '{gig/1,gig/1,gig/1}',
    'a double charge, fraud and a canceled event are not the policy''s business');
RESET ROLE;
SELECT refund(pay('k1'), 'r1', 5000), asked_refund(pay('k1'), 'r2', 2000);
SET LOCAL ROLE payments_definer;
SELECT is(pg_temp.check('k1', 500), 'gig/1', 'earlier refunds count');
SELECT throws_ok($$ SELECT pg_temp.check('k1', 501) $$, 'PY053', NULL, 'those on their way, too');
RESET ROLE;
SELECT ops.refund_policy_set(tenant_a(), 'gig', 0);
SET LOCAL ROLE payments_definer;
SELECT is(pg_temp.check('k1', 3000), 'gig/2', 'a new version holds at once');
SELECT is(
    (SELECT DISTINCT p.version FROM payments.payment_refunds AS r
       JOIN payments.refund_policies AS p ON p.id = r.policy_id), 1,
    'each refund keeps the version it was allowed by');
SELECT remember();
SELECT throws_ok(
    $$ SELECT * FROM api.refund_create(tenant_a(), 'svc', 'x', '\x01',
                                       jsonb_build_object('paymentId', pay('k2')), 20) $$, 'PY053',
    NULL, 'a request against the policy is refused');
SELECT unchanged('and leaves nothing');

SELECT * FROM finish();
ROLLBACK;
