BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(8);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1'),
       open_account(t, 'seller', 's1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_b(), 'k1');
SELECT paid_payment(tenant_a(), 'k1'), settled_payment(tenant_a(), 'k2');
SELECT keep('r', refund(pay('k1'), 'r1', 5000));
SELECT keep('t', transfer_of(pay('k1'), 'v1')), keep('call', call_of(pay('k1'), 'v1')),
       keep('open', transfer_of(pay('k2'), 'v1')), keep('ready', call_of(pay('k2'), 'v1'));
SELECT enter(tenant_a()), remember();
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_rows_need_their_tenant()',
                'a schema that is right has no breach');
SELECT unchanged('looking changes no row');
RESET ROLE;
SAVEPOINT clean;

SELECT unchecked($$ ALTER TABLE payments.payouts NO FORCE ROW LEVEL SECURITY $$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_rows_need_their_tenant()',
    $$ VALUES ('table', 'payouts', 'row security does not bind its owner') $$,
    'a table that does not force row security is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$ DROP POLICY tenant_rows ON payments.payouts $$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_rows_need_their_tenant()',
    $$ VALUES ('table', 'payouts', 'no policy says whose its rows are') $$,
    'a table without a policy is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$ CREATE POLICY loose ON payments.payouts FOR SELECT USING (true) $$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_rows_need_their_tenant()',
    $$ VALUES ('policy', 'loose', 'of payouts shows rows without their tenant') $$,
    'a policy that asks for no tenant is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$ ALTER POLICY tenant_rows ON payments.payouts WITH CHECK (true) $$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_rows_need_their_tenant()',
    $$ VALUES ('policy', 'tenant_rows', 'of payouts shows rows without their tenant') $$,
    'a policy that lets a foreign row in is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$ GRANT SELECT (amount) ON payments.payouts TO payments_api $$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_rows_need_their_tenant()',
    $$ VALUES ('table', 'payouts', 'payments_api may reach it without a function') $$,
    'a right of the service on a table is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_rows_need_their_tenant()',
                'all of it undone, none is left');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
