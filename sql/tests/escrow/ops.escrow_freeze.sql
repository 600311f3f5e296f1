BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(9);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'seller', 's1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_a(), 'k1', resale());
SELECT keep('escrow', escrow_of(pay('k1')));

CREATE ROLE tap_operator LOGIN IN ROLE payments_operator;
CREATE ROLE tap_stranger LOGIN IN ROLE payments_operator;
SELECT enter(tenant_a()), ops.tenant_member_add(tenant_a(), 'tap_operator');
SELECT enter(NULL);

SELECT remember();
SET LOCAL SESSION AUTHORIZATION tap_operator;
SELECT throws_ok($$ SELECT ops.escrow_freeze(tenant_a(), the('escrow'), NULL) $$, 'PY020', NULL,
                 'a freeze without a reason is refused');
SELECT throws_ok($$ SELECT ops.escrow_freeze(tenant_a(), gen_random_uuid(), 'x') $$, 'PY010', NULL,
                 'an unknown escrow is refused');

RESET SESSION AUTHORIZATION;
SELECT enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_stranger;
SELECT throws_ok($$ SELECT ops.escrow_freeze(tenant_a(), the('escrow'), 'x') $$, 'PY070', NULL,
                 'an operator who is no member of the tenant is refused');
RESET SESSION AUTHORIZATION;
SELECT unchanged('a refused verb changes nothing');

SET LOCAL SESSION AUTHORIZATION tap_operator;
SELECT is(ops.escrow_freeze(tenant_a(), the('escrow'), 'investigation'), 'operator_hold_1',
          'a freeze is a condition of its own');
SELECT throws_ok($$ SELECT ops.escrow_release_by_hand(tenant_a(), the('escrow'), 'x') $$, 'PY030',
                 NULL, 'a frozen escrow is not released by hand');

RESET SESSION AUTHORIZATION;
SELECT enter(NULL);
UPDATE payments.escrows SET hold_until = clock() - interval '1 hour';
SET LOCAL ROLE payments_worker;
SELECT is(api.escrows_release_due(tenant_a(), 10), 0, 'nor by time');
RESET ROLE;
SET LOCAL ROLE payments_api;
SELECT throws_ok(
    $$ SELECT * FROM api.escrow_condition_confirm(tenant_a(), 'shop', 'key-00000001', sha256('x'),
                                                  the('escrow'), 'operator_hold_1',
                                                  '{"evidence": "e"}', 20) $$,
    'PY030', NULL, 'and no caller of the API lifts it');
RESET ROLE;
SET LOCAL SESSION AUTHORIZATION tap_operator;
SELECT is(ops.escrow_freeze(tenant_a(), the('escrow'), 'another'), 'operator_hold_2',
          'two operators may freeze it');

SELECT * FROM finish();
ROLLBACK;
