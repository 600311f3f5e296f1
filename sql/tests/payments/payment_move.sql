BEGIN;
SELECT plan(1);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');

SELECT keep('p', authorised_payment(tenant_a(), 'k'));
SET LOCAL ROLE payments_definer;
SELECT payments.payment_move(payments.payment_lock(tenant_a(), the('p')), 'cancel',
                             '{"cancellation_reason": "fraudulent"}') FROM generate_series(1, 2);
SELECT results_eq(
    $$ SELECT id, kind, state, lock_key, request, idempotency_id FROM payments.stripe_operations
        WHERE payment_id = the('p') AND kind <> 'intent' $$,
    $$ VALUES (payments.id_derive(tenant_a(), 'cancel', kept('p')), 'cancel', 'ready', 'payment:'
               || kept('p'),
       jsonb_build_object('target', 'pi_' || kept('p'), 'params',
                          '{"cancellation_reason": "fraudulent"}'::jsonb), NULL::uuid) $$,
    'one call for the worker, however often it is asked for');

SELECT * FROM finish();
ROLLBACK;
