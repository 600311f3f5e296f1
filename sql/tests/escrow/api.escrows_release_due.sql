BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(13);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'seller', 's1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT keep('soon', jsonb_build_object('holdUntil', clock() + interval '1 day'));
SELECT settled_payment(tenant_b(), 'k1', resale(kept('soon')::jsonb));
SELECT settled_payment(tenant_a(), 'k1', resale(kept('soon')::jsonb)),
       settled_payment(tenant_a(), 'k2',
                       resale(kept('soon')::jsonb || '{"conditions": ["scanned"]}')),
       settled_payment(tenant_a(), 'k3', resale(kept('soon')::jsonb)),
       settled_payment(tenant_a(), 'k4', resale()),
       settled_payment(tenant_a(), 'k5',
                       resale(jsonb_build_object('holdUntil', clock() + interval '23 hours')));
SELECT dispute(pay('k3'), 'd', 'needs_response', 1);
SELECT api.escrow_cancel(tenant_a(), 'svc', 'c', '\x01', escrow_of(pay('k5')), '{"reason": "off"}',
                         20);
SELECT remember();
SET LOCAL ROLE payments_worker;
SELECT is(api.escrows_release_due(tenant_a(), 10), 0, 'before their time nothing is released');
SELECT unchanged('or changed');
RESET ROLE;
SELECT advance('25 hours');
SET LOCAL ROLE payments_worker;
SELECT is(api.escrows_release_due(tenant_a(), 0), 0, 'asked for none, none is released');
SELECT is(api.escrows_release_due(tenant_a(), 1), 1,
          'when their time has come one may go; one that was called off before takes nobody''s '
          'turn');
SELECT is(api.escrows_release_due(tenant_a(), 10), 0, 'and no other');
RESET ROLE;
SELECT results_eq(
    $$ SELECT e.status FROM unnest(ARRAY['k1', 'k2', 'k3', 'k4', 'k5']) WITH ORDINALITY
              AS k (key, n) JOIN payments.escrows AS e ON e.payment_id = pay(k.key) ORDER BY k.n $$,
    ARRAY['released', 'held', 'disputed', 'held', 'held'],
    'not one with an unconfirmed condition, a dispute, no time, or a buyer who gets the money '
    'back');
SELECT results_eq(
    $$ SELECT v.actor, v.reason, v.amount
         FROM payments.escrow_events AS v WHERE v.event = 'released' $$,
    $$ VALUES ('worker', 'hold ended', 8000::bigint) $$, 'its history says that time did it');
SELECT remember();
SET LOCAL ROLE payments_worker;
SELECT is(api.escrows_release_due(tenant_a(), 10), 0, 'again');
SELECT unchanged('nothing is released twice');
RESET ROLE;
SELECT api.escrow_condition_confirm(tenant_a(), 'svc', 'c', '\x01', escrow_of(pay('k2')), 'scanned',
                                    '{"evidence": "x"}', 20), dispute(pay('k3'), 'd', 'won');
SET LOCAL ROLE payments_worker;
SELECT is(api.escrows_release_due(tenant_a(), 10), 2,
          'once confirmed, and once the dispute is won, they go');
SELECT throws_ok('SELECT api.escrows_release_due(NULL, 10)', 'PY001', NULL,
                 'no tenant, no release');
SET LOCAL ROLE payments_api;
SELECT throws_ok('SELECT api.escrows_release_due(tenant_a(), 10)', '42501', NULL,
                 'the API''s group has no time');
RESET ROLE;
SELECT money_is_right(tenant_a(), 'no cent is lost');

SELECT * FROM finish();
ROLLBACK;
