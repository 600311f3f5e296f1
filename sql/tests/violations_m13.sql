BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(0);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1'), open_account(t, 'seller', 's1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_b(), 'k1');
SELECT paid_payment(tenant_a(), 'k1');
SELECT keep('r1', refund(pay('k1'), 'r1', 4000)), keep('r2', asked_refund(pay('k1'), 'r2', 1000));
SELECT dispute(pay('k1'), 'd', 'lost', 2000);
SELECT enter(tenant_a()), remember();
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.violations_m13(tenant_a())', 'a tenant whose money is right has no breach');
SELECT unchanged('looking changes no row');
RESET ROLE;
SAVEPOINT clean;

SET LOCAL session_replication_role = replica;
DELETE FROM payments.ledger_postings WHERE cause_type = 'capture' AND amount = 2500 AND payment_id = pay('k1');
SET LOCAL session_replication_role = origin;
SET LOCAL ROLE payments_definer;
SELECT set_eq('SELECT object_type, object_id, detail FROM payments.violations_m13(tenant_a())', $$ VALUES ('payment', pay('k1')::text, 'captured 10000, ledger 7500; given back 6000, ledger 6000, refunds and losses 6000') $$, 'a share of the capture that was not posted is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SET LOCAL session_replication_role = replica;
UPDATE payments.payment_refunds SET status = 'failed' WHERE id = the('r1');
SET LOCAL session_replication_role = origin;
SET LOCAL ROLE payments_definer;
SELECT set_eq('SELECT object_type, object_id, detail FROM payments.violations_m13(tenant_a())', $$ VALUES ('payment', pay('k1')::text, 'captured 10000, ledger 10000; given back 6000, ledger 6000, refunds and losses 2000') $$, 'a failed refund whose shares were not taken back is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SET LOCAL session_replication_role = replica;
UPDATE payments.disputes SET allocated_amount = 0;
SET LOCAL session_replication_role = origin;
SET LOCAL ROLE payments_definer;
SELECT set_eq('SELECT object_type, object_id, detail FROM payments.violations_m13(tenant_a())', $$ VALUES ('payment', pay('k1')::text, 'captured 10000, ledger 10000; given back 6000, ledger 6000, refunds and losses 4000') $$, 'a loss shared out and not recorded is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SET LOCAL session_replication_role = replica;
DELETE FROM payments.ledger_postings WHERE cause_type = 'refund' AND leg = 'venue:v1';
SET LOCAL session_replication_role = origin;
SET LOCAL ROLE payments_definer;
SELECT set_eq('SELECT object_type, object_id, detail FROM payments.violations_m13(tenant_a())', $$ VALUES ('payment', pay('k1')::text, 'captured 10000, ledger 10000; given back 6000, ledger 3600, refunds and losses 6000') $$, 'a share of a refund that was not posted is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT enter(tenant_b());
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.violations_m13(tenant_b())', 'another tenant, whose money is right, has no breach');
SELECT is_empty('SELECT * FROM payments.violations_m13(tenant_a())', 'and sees none of a tenant it has not entered');

SELECT * FROM finish();
ROLLBACK;
