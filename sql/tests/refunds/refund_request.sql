BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(9);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT paid_payment(tenant_a(), 'k1'), ops.refund_policy_set(tenant_a(), NULL, 1000),
       keep('r', gen_random_uuid());
CREATE FUNCTION pg_temp.request(p_refund uuid, p_payment uuid, p_amount bigint,
                                p_reason text DEFAULT 'other') RETURNS jsonb LANGUAGE sql
AS $$ SELECT payments.refund_request(
          tap_helpers.tenant_a(), p_refund, p_payment,
          jsonb_build_object('amount', p_amount, 'reason', p_reason, 'note', 'n', 'origin', 'api',
                             'subject', 'svc'), p_lease_seconds => 20) $$;
SET LOCAL ROLE payments_definer;
SELECT remember();
SELECT throws_ok($$ SELECT pg_temp.request(the('r'), gen_random_uuid(), 1) $$, 'PY010', NULL,
                 'an unknown payment is refused');
SELECT throws_ok($$ SELECT pg_temp.request(the('r'), pay('k1'), 0) $$, 'PY021', NULL,
                 'nothing is refused');
SELECT throws_ok($$ SELECT pg_temp.request(the('r'), pay('k1'), 10001) $$, 'PY051', NULL,
                 'too much is refused');
SELECT throws_ok($$ SELECT pg_temp.request(the('r'), pay('k1'), NULL) $$, 'PY053', NULL,
                 'all of it is against the policy');
SELECT unchanged('no refused request left anything');
SELECT is(pg_temp.request(the('r'), pay('k1'), 100) #>> '{request,params,amount}', '100',
          'what is allowed is a call to carry');
SELECT results_eq(
    $$ SELECT r.amount, r.metadata, r.policy_id IS NOT NULL
         FROM payments.payment_refunds AS r $$,
    $$ VALUES (100::bigint, '{}'::jsonb, true) $$,
    'and reserved, with the policy that allowed it');
SELECT remember();
SELECT throws_ok($$ SELECT pg_temp.request(the('r'), pay('k1'), 100) $$, '23505', NULL,
                 'the same refund is not reserved twice');
SELECT unchanged('and leaves nothing');

SELECT * FROM finish();
ROLLBACK;
