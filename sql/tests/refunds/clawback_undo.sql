BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(5);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT paid_payment(tenant_a(), 'k1'), keep('c', gen_random_uuid()), keep('u', gen_random_uuid());
SET LOCAL ROLE payments_definer;
SELECT payments.clawback_apply(tenant_a(), pay('k1'), 'dispute', the('c'), 5000, 'disputes',
                               clock());
SELECT is(
    payments.clawback_undo(tenant_a(), pay('k1'), 'dispute_won', the('u'), 2000, 'disputes',
                           clock()), 2, 'both payees are paid again');
SELECT set_eq(
    $$ SELECT g.recipient_type, g.amount FROM payments.clawback_shares AS g
        WHERE g.cause_id = the('u') $$,
    $$ VALUES ('venue', -1200::bigint), ('artist', -500), ('platform', -300) $$,
    'each what it had given back');
SELECT set_eq(
    $$ SELECT t.recipient_id, t.amount, t.source_transaction FROM payments.stripe_transfers AS t
        WHERE t.purpose = 'repayment' $$,
    $$ VALUES ('v1', 1200::bigint, NULL), ('a1', 500, NULL) $$, 'out of the platform''s balance');
SELECT throws_ok(
    $$ SELECT payments.clawback_undo(tenant_a(), pay('k1'), 'dispute_won', the('u'), 1, 'disputes',
                                     clock()) $$, '23505', NULL, 'a cause counts once');
SELECT throws_ok(
    $$ SELECT payments.clawback_undo(tenant_a(), pay('k1'), 'dispute_won', gen_random_uuid(), 3001,
                                     'disputes', clock()) $$, 'PY023', NULL,
    'no more is taken back than was given');

SELECT * FROM finish();
ROLLBACK;
