BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(20);
SELECT open_account(t, 'venue', 'v1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT open_account(t, 'artist', 'a1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT set_config('tap.other', settled_payment(tenant_b(), 'k')::text, true);
SELECT set_config('tap.open', created_payment(tenant_a(), 'k0')::text, true);
SELECT set_config('tap.payment', settled_payment(tenant_a(), 'k')::text, true);
SELECT set_config('tap.v1', paid_transfer(current_setting('tap.payment')::uuid, 'v1')::text, true);
SELECT set_config('tap.a1', transfer_of(current_setting('tap.payment')::uuid, 'a1')::text, true);
SELECT set_config('tap.call', call_of(current_setting('tap.payment')::uuid, 'v1')::text, true);
SELECT remember();
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_rows_match_stripe(tenant_a())',
                'a tenant whose money is right has no breach');
SELECT unchanged('looking changes no row');
RESET ROLE;
SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.stripe_operations SET state = 'unknown', outcome = NULL
     WHERE id = current_setting('tap.call')::uuid
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_rows_match_stripe(tenant_a())',
    $$ VALUES ('transfer', current_setting('tap.v1'),
               'transfer paid of 6000, operation unknown, posted 6000') $$,
    'a paid transfer whose operation did not succeed is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.stripe_operations SET provider_id = 'tr_x'
     WHERE id = current_setting('tap.call')::uuid
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_rows_match_stripe(tenant_a())',
    $$ VALUES ('transfer', current_setting('tap.v1'),
               'transfer paid of 6000, operation succeeded, posted 6000') $$,
    'a paid transfer whose operation made another one is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.stripe_operations SET request = jsonb_set(request, '{params,amount}', '6001')
     WHERE id = current_setting('tap.call')::uuid
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_rows_match_stripe(tenant_a())',
    $$ VALUES ('transfer', current_setting('tap.v1'),
               'transfer paid of 6000, operation succeeded, posted 6000') $$,
    'a transfer of another amount than was asked of Stripe is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$ DELETE FROM payments.ledger_postings WHERE cause_type = 'transfer' $$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_rows_match_stripe(tenant_a())',
    $$ VALUES ('transfer', current_setting('tap.v1'),
               'transfer paid of 6000, operation succeeded, posted ') $$,
    'a paid transfer that was not posted is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.ledger_postings SET amount = 5999 WHERE cause_type = 'transfer'
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_rows_match_stripe(tenant_a())',
    $$ VALUES ('transfer', current_setting('tap.v1'),
               'transfer paid of 6000, operation succeeded, posted 5999') $$,
    'a paid transfer posted with another amount is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.stripe_transfers SET status = 'pending', stripe_transfer_id = NULL
     WHERE id = current_setting('tap.v1')::uuid
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_rows_match_stripe(tenant_a())',
    $$ VALUES ('transfer', current_setting('tap.v1'),
               'transfer pending of 6000, operation succeeded, posted 6000') $$,
    'an operation that succeeded without its transfer being paid is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    DELETE FROM payments.stripe_operations WHERE subject_id = current_setting('tap.a1')::uuid
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_rows_match_stripe(tenant_a())',
    $$ VALUES ('transfer', current_setting('tap.a1'),
               'transfer pending of 2500, operation , posted ') $$,
    'a transfer that nothing pays is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    DELETE FROM payments.stripe_transfers WHERE id = current_setting('tap.a1')::uuid
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_rows_match_stripe(tenant_a())',
    $$ VALUES ('transfer', current_setting('tap.a1'), 'transfer  of , operation ready, posted ') $$,
    'an operation that pays no transfer of ours is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.ledger_postings SET cause_id = 'dddddddd-dddd-4ddd-8ddd-dddddddddddd'
     WHERE cause_type = 'transfer'
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_rows_match_stripe(tenant_a())',
    $$ VALUES ('transfer', current_setting('tap.v1'),
               'transfer paid of 6000, operation succeeded, posted '),
              ('posting', (SELECT id::text FROM payments.ledger_postings
                            WHERE cause_type = 'transfer'),
               'posted as paid: transfer dddddddd-dddd-4ddd-8ddd-dddddddddddd, which is not '
               'there') $$,
    'a payment posted for a transfer that is not there is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT keep('r', refund(current_setting('tap.payment')::uuid, 'r', 1000));
SELECT reverse(current_setting('tap.payment')::uuid), keep('v', reversal_of(the('r'), 'v1')),
       enter(tenant_a());
SAVEPOINT clean;
SELECT unchecked($$
    UPDATE payments.stripe_operations
       SET request = jsonb_set(request, '{params,destination}', '"acct_x"')
     WHERE id = current_setting('tap.call')::uuid
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq('SELECT object_type, object_id FROM payments.invariant_rows_match_stripe(tenant_a())',
              $$ VALUES ('transfer', current_setting('tap.v1')) $$,
              'a transfer to another account than was meant is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.stripe_operations SET request = jsonb_set(request, '{params,amount}', '999')
     WHERE subject_id = the('r')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq('SELECT object_type, object_id FROM payments.invariant_rows_match_stripe(tenant_a())',
              $$ VALUES ('refund', kept('r')) $$,
              'a refund of another amount than was asked of Stripe is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.stripe_operations SET provider_id = 're_x' WHERE subject_id = the('r')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq('SELECT object_type, object_id FROM payments.invariant_rows_match_stripe(tenant_a())',
              $$ VALUES ('refund', kept('r')) $$,
              'an accepted refund whose operation made another one is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$ DELETE FROM payments.stripe_operations WHERE subject_id = the('r') $$);
SET LOCAL ROLE payments_definer;
SELECT set_eq('SELECT object_type, object_id FROM payments.invariant_rows_match_stripe(tenant_a())',
              $$ VALUES ('refund', kept('r')) $$, 'so is one that nobody asked for');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.stripe_operations SET provider_id = 'trr_x' WHERE subject_id = the('v')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq('SELECT object_type, object_id FROM payments.invariant_rows_match_stripe(tenant_a())',
              $$ VALUES ('reversal', kept('v')) $$,
              'a reversal whose operation made another one is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    DELETE FROM payments.ledger_postings WHERE cause_type = 'reversal' AND cause_id = the('v')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq('SELECT object_type, object_id FROM payments.invariant_rows_match_stripe(tenant_a())',
              $$ VALUES ('reversal', kept('v')) $$, 'a reversal that was not posted is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.transfer_reversals SET status = 'pending', stripe_reversal_id = NULL
     WHERE id = the('v')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq('SELECT object_type, object_id FROM payments.invariant_rows_match_stripe(tenant_a())',
              $$ VALUES ('reversal', kept('v')) $$,
              'an operation that succeeded without its reversal being done is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT enter(tenant_b());
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_rows_match_stripe(tenant_b())',
                'another tenant, whose money is right, has no breach');
SELECT is_empty('SELECT * FROM payments.invariant_rows_match_stripe(tenant_a())',
                'and sees none of a tenant it has not entered');

SELECT * FROM finish();
ROLLBACK;
