BEGIN;
SELECT plan(16);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1', false);
SELECT open_account(tenant_b(), 'venue', 'v1'), open_account(tenant_b(), 'artist', 'a1');
SELECT settled_payment(tenant_b(), 'k1');
SELECT count(settled_payment(tenant_a(), 'k' || n)) FROM generate_series(1, 5) AS n;
SELECT enter(tenant_a());
SET LOCAL ROLE payments_definer;
SELECT is((SELECT count(*) FROM payments.operations_claim(tenant_a(), 'w', 2, 10)), 2::bigint,
          'a claim takes no more than its limit');
RESET ROLE;
SELECT results_eq(
    $$ SELECT state, lease_epoch, first_sent_at FROM payments.stripe_operations
        WHERE leased_by = 'w' $$,
    $$ VALUES ('leased', 1::bigint, NULL::timestamptz), ('leased', 1, NULL) $$,
    'what is claimed is leased at the next epoch, and not sent');
SELECT is(
    (SELECT count(*) FROM payments.stripe_operations WHERE tenant_id = tenant_b()
        AND leased_by IS NOT NULL), 0::bigint, 'a claim takes nothing of another tenant');
SET LOCAL ROLE payments_definer;
SELECT is((SELECT count(*) FROM payments.operations_claim(tenant_a(), 'w2', 10, 60)), 3::bigint,
          'the next claim takes what is left: a payee''s held transfers are not claimable');
SELECT is_empty($$ SELECT * FROM payments.operations_claim(tenant_a(), 'w3', 10, 10) $$,
                'nothing is claimed twice under running leases');
RESET ROLE;
SELECT is(
    (SELECT count(*) FROM payments.stripe_operations WHERE tenant_id = tenant_a() AND holds <> '{}'
        AND state = 'ready' AND lease_epoch = 0), 5::bigint, 'held operations were not touched');
SELECT advance('11 seconds');
SET LOCAL ROLE payments_definer;
SELECT is(
    (SELECT array_agg(operation ->> 'leaseEpoch')
       FROM payments.operations_claim(tenant_a(), 'w3', 10, 10)), '{2,2}',
    'leases that ran out are claimed again at a higher epoch');
RESET ROLE;
-- Documents.
SELECT keep('call', call_of(pay('k1'), 'v1'));
UPDATE payments.stripe_operations SET next_run_at = clock() + '1 day' WHERE tenant_id = tenant_a()
   AND id <> the('call');
UPDATE payments.stripe_operations SET next_run_at = clock() WHERE id = the('call');
SET LOCAL ROLE payments_definer;
SELECT is((SELECT operation - 'leaseEpoch' FROM payments.operations_claim(tenant_a(), 'w', 10, 10)),
          jsonb_build_object(
    'id', the('call'), 'tenantId', tenant_a(), 'kind', 'transfer', 'generation', 0,
              'idempotencyKey', the('call') || ':0',
    'request', (operation_row(the('call'))).request, 'evidence', NULL, 'fenced', false,
    'traceContext', NULL),
    'a claim returns the documents to send, unfenced, without evidence where nothing was sent');
RESET ROLE;
SELECT send(the('call')), finish(the('call'), '{"outcome": "unknown"}');
UPDATE payments.stripe_operations SET next_run_at = clock() WHERE id = the('call');
SET LOCAL ROLE payments_definer;
SELECT is(
    (SELECT operation #>> '{evidence,resource}'
       FROM payments.operations_claim(tenant_a(), 'w', 10, 10)),
    'transfers', 'what was sent before comes with where to look first');
RESET ROLE;
-- The key is older than 23 hours: an empty list counts only ten minutes after the last sending.
SELECT advance('23 hours 1 minute');
SELECT send(the('call')), finish(the('call'), '{"outcome": "unknown"}');
UPDATE payments.stripe_operations SET next_run_at = clock() + '1 day' WHERE tenant_id = tenant_a();
UPDATE payments.stripe_operations SET next_run_at = clock() WHERE id = the('call');
SET LOCAL ROLE payments_definer;
SELECT is_empty($$ SELECT * FROM payments.operations_claim(tenant_a(), 'w', 10, 10) $$,
                'a call whose key Stripe has forgotten is left alone right after it was sent '
                'again');
RESET ROLE;
SELECT advance('9 minutes 50 seconds');
SET LOCAL ROLE payments_definer;
SELECT is_empty($$ SELECT * FROM payments.operations_claim(tenant_a(), 'w', 10, 10) $$,
                'it is left alone for ten minutes');
RESET ROLE;
SELECT advance('20 seconds');
SET LOCAL ROLE payments_definer;
SELECT is((SELECT count(*) FROM payments.operations_claim(tenant_a(), 'w', 10, 10)), 1::bigint,
          'after ten minutes it is claimed again');
RESET ROLE;
-- An unresolved call on the same object keeps others from being claimed.
UPDATE payments.stripe_operations SET lock_key = (operation_row(the('call'))).lock_key,
       next_run_at = clock() WHERE id = call_of(pay('k2'), 'v1');
SET LOCAL ROLE payments_definer;
SELECT is_empty($$ SELECT * FROM payments.operations_claim(tenant_a(), 'w', 10, 10) $$,
                'while a call on an object is unresolved no other call on it is claimed');
RESET ROLE;
UPDATE payments.stripe_operations SET state = 'dead' WHERE id = the('call');
SET LOCAL ROLE payments_definer;
SELECT is_empty($$ SELECT * FROM payments.operations_claim(tenant_a(), 'w', 10, 10) $$,
                'a dead call is still unresolved: no other call on its object is claimed');
RESET ROLE;
SELECT is((operation_row(the('call'))).state, 'dead', 'a dead operation is not claimed');
SELECT is(
    (SELECT min(lease_epoch) FROM payments.stripe_operations WHERE tenant_id = tenant_a()
        AND kind = 'transfer' AND holds = '{}' AND leased_by LIKE 'w%') >= 1, true,
    'no epoch ever went down');

SELECT * FROM finish();
ROLLBACK;
