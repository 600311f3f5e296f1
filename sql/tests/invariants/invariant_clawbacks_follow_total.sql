BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(7);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1'),
       open_account(t, 'seller', 's1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_b(), 'k1');
SELECT paid_payment(tenant_a(), 'k1');
SELECT keep('r1', refund(pay('k1'), 'r1', 4000)), keep('r2', asked_refund(pay('k1'), 'r2', 1000));
SELECT dispute(pay('k1'), 'd', 'lost', 2000);
SELECT enter(tenant_a()), remember();
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_clawbacks_follow_total(tenant_a())',
                'a tenant whose money is right has no breach');
SELECT unchanged('looking changes no row');
RESET ROLE;
SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.clawback_shares SET amount = amount + CASE recipient_id WHEN 'v1' THEN 1
        ELSE -1 END WHERE cause_id = the('r1') AND recipient_id IN ('v1', 'a1')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_clawbacks_follow_total(tenant_a())',
    $$ VALUES ('payment', pay('k1')::text,
               'given back {3601,1499,900}, must be {3600,1500,900}') $$,
    'a unit given back by the wrong payee is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    DELETE FROM payments.clawback_shares WHERE cause_id = the('r1') AND recipient_id = 'a1'
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_clawbacks_follow_total(tenant_a())',
    $$ VALUES ('payment', pay('k1')::text, 'given back {3600,500,900}, must be {3000,1250,750}') $$,
    'a share that is missing is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.clawback_shares SET amount = 9000 WHERE cause_id = the('r1')
       AND recipient_id = 'v1'
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_clawbacks_follow_total(tenant_a())',
    $$ VALUES ('payment', pay('k1')::text,
               'given back {10200,1500,900}, must be {6000,2500,1500}') $$,
    'more given back than was received is reported, not an error');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT enter(tenant_b());
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_clawbacks_follow_total(tenant_b())',
                'another tenant, whose money is right, has no breach');
SELECT is_empty('SELECT * FROM payments.invariant_clawbacks_follow_total(tenant_a())',
                'and sees none of a tenant it has not entered');

SELECT * FROM finish();
ROLLBACK;
