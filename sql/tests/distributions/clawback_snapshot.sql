BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(4);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1'), settled_payment(tenant_a(), 'k2');
SELECT refund(pay('k1'), 'r1', 1000);
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT payments.clawback_snapshot(tenant_a(), pay('k1')),
       payments.clawback_snapshot(tenant_a(), pay('k2'));
SELECT set_eq(
    $$ SELECT recipient_id, amount FROM payments.clawback_snapshots WHERE payment_id = pay('k1') $$,
    $$ VALUES ('v1', 600::bigint), ('a1', 250), ('platform', 150) $$,
    'what each has given back is noted');
SELECT is_empty($$ SELECT 1 FROM payments.clawback_snapshots WHERE payment_id = pay('k2') $$,
                'where nothing went back there is nothing to note');
RESET ROLE;
SELECT refund(pay('k1'), 'r2', 1000);
SET LOCAL ROLE payments_definer;
SELECT payments.clawback_snapshot(tenant_a(), pay('k1'));
SELECT set_eq(
    $$ SELECT recipient_id, amount FROM payments.clawback_snapshots WHERE payment_id = pay('k1') $$,
    $$ VALUES ('v1', 1200::bigint), ('a1', 500), ('platform', 300) $$,
    'later the newer state counts');
RESET ROLE;
SELECT money_is_right(tenant_a(), 'the shares are as they must be');

SELECT * FROM finish();
ROLLBACK;
