BEGIN;
SELECT plan(9);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');

CREATE ROLE tap_rev_op LOGIN IN ROLE payments_operator;
SELECT ops.tenant_member_add(tenant_a(), 'tap_rev_op');

SELECT enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_rev_op;
SELECT is(
    ops.fraud_list_set(tenant_a(), 'block', 'email', 'Bad@Example.com', p_note => 'chargebacks'),
    'bad@example.com', 'a value is listed as it is compared');
SELECT is(ops.fraud_list_set(tenant_a(), 'block', 'ip', '2001:db8::1'), '2001:db8::/64',
          'an address of IPv6 as its network');
SELECT is(ops.fraud_list_set(tenant_a(), 'block', 'email', 'bad@example.com', false),
          'bad@example.com', 'and is switched off');
RESET SESSION AUTHORIZATION;
SELECT results_eq(
    $$ SELECT value, active, note, updated_by FROM payments.fraud_list_entries ORDER BY value $$,
    $$ VALUES ('2001:db8::/64', true, NULL, 'tap_rev_op'),
              ('bad@example.com', false, 'chargebacks', 'tap_rev_op') $$,
    'an entry is kept with its reason');
SELECT remember();
SET LOCAL SESSION AUTHORIZATION tap_rev_op;
SELECT throws_ok($$ SELECT ops.fraud_list_set(tenant_a(), 'grey', 'ip', '198.51.100.1') $$, 'PY020',
                 NULL, 'an unknown list is refused');
SELECT throws_ok($$ SELECT ops.fraud_list_set(tenant_a(), 'block', 'ip', '10.0.0.1') $$, 'PY020',
                 NULL, 'so is an address that is never compared');
SELECT throws_ok($$ SELECT ops.fraud_list_set(tenant_a(), 'block', 'moon', 'x') $$, 'PY020', NULL,
                 'and an unknown signal');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT ops.fraud_list_set(tenant_b(), 'block', 'customer', 'x') $$, 'PY070',
                 NULL, 'another tenant is refused');
RESET SESSION AUTHORIZATION;
SELECT unchanged('no refusal left anything');

SELECT * FROM finish();
ROLLBACK;
