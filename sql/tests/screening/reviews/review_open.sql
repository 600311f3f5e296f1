BEGIN;
SELECT plan(8);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
CREATE FUNCTION pg_temp.holds(p_name text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(DISTINCT o.holds::text, ' ') FROM payments.stripe_operations AS o
     WHERE o.payment_id = tap_helpers.the(p_name) AND o.kind = 'transfer' $$;

SELECT keep('p', settled_payment(tenant_a(), 'k')), keep('q', settled_payment(tenant_a(), 'k2')),
       keep('v1', account_of(tenant_a(), 'v1'));
SET LOCAL ROLE payments_definer;
SELECT payments.review_open(tenant_a(), 'stripe', 'prv_1', the('p'), 50, '{a,b}', clock());
SELECT results_eq(
    $$ SELECT id, kind, source, source_id, payment_id, connected_account_id, score, reasons, status,
              decided_by
         FROM payments.reviews $$,
    $$ VALUES (payments.id_derive(tenant_a(), 'review', 'stripe', 'prv_1'), 'fraud', 'stripe',
               'prv_1', the('p'), NULL::uuid, 50, '{a,b}'::text[], 'open', NULL::text) $$,
    'a review waits for a person');
SELECT is(pg_temp.holds('p'), '{review}', 'the payment''s transfers are held');
SELECT is(pg_temp.holds('q'), '{}', 'and no other''s');
SELECT remember();
SELECT payments.review_open(tenant_a(), 'stripe', 'prv_1', the('p'), 99, '{c}', clock());
SELECT unchanged('asked for again it is the same review');
SELECT throws_ok(
    $$ SELECT payments.review_open(tenant_a(), 'stripe', 'prv_2', gen_random_uuid(), 50, '{a}',
                                   clock()) $$,
    'PY010', NULL, 'about an unknown payment there is none');
SELECT payments.review_open(tenant_a(), 'sanctions', 's1', the('v1'), 90, '{name}', clock());
SELECT results_eq(
    $$ SELECT o.holds, count(*) FROM payments.stripe_operations AS o WHERE o.kind = 'transfer'
        GROUP BY o.holds ORDER BY o.holds $$,
    $$ VALUES ('{}'::text[], 1::bigint), ('{payee_review}', 1), ('{review}', 1),
              ('{review,payee_review}', 1) $$,
    'a payee''s are held in every payment');
SELECT is(settled_payment(tenant_a(), 'k3') IS NULL, false, 'what is paid later');
SELECT results_eq(
    $$ SELECT t.recipient_id, o.holds
         FROM payments.stripe_operations AS o
         JOIN payments.stripe_transfers AS t ON t.id = o.subject_id
        WHERE o.payment_id = pay('k3') ORDER BY t.recipient_id $$,
    $$ VALUES ('a1', '{}'::text[]), ('v1', '{payee_review}') $$,
    'is not sent to that payee either');

SELECT * FROM finish();
ROLLBACK;
