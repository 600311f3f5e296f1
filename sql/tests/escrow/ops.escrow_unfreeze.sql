BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(8);
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
SELECT throws_ok($$ SELECT ops.escrow_unfreeze(tenant_a(), the('escrow'), 'x') $$, 'PY030', NULL,
                 'what is not frozen cannot be unfrozen');
SELECT throws_ok($$ SELECT ops.escrow_unfreeze(tenant_a(), the('escrow'), '') $$, 'PY020', NULL,
                 'no reason is refused');
SELECT throws_ok($$ SELECT ops.escrow_unfreeze(tenant_a(), gen_random_uuid(), 'x') $$, 'PY010',
                 NULL, 'an unknown escrow is refused');

RESET SESSION AUTHORIZATION;
SELECT enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_stranger;
SELECT throws_ok($$ SELECT ops.escrow_unfreeze(tenant_a(), the('escrow'), 'x') $$, 'PY070', NULL,
                 'an operator who is no member of the tenant is refused');
RESET SESSION AUTHORIZATION;
SELECT unchanged('a refused verb changes nothing');

SET LOCAL SESSION AUTHORIZATION tap_operator;
SELECT ops.escrow_freeze(tenant_a(), the('escrow'), 'one'),
       ops.escrow_freeze(tenant_a(), the('escrow'), 'two');
SELECT is(ops.escrow_unfreeze(tenant_a(), the('escrow'), 'closed'), 2,
          'all freezes are lifted at once');
SELECT cmp_ok(ops.escrow_release_by_hand(tenant_a(), the('escrow'), 'closed'), '>', 0,
              'then it can be released');
RESET SESSION AUTHORIZATION;
SELECT results_eq(
    $$ SELECT event FROM payments.escrow_events WHERE actor = 'tap_operator'
        ORDER BY happened_at, id $$,
    $$ SELECT event FROM payments.escrow_events WHERE actor = 'tap_operator'
          AND event IN ('frozen', 'unfrozen', 'released') ORDER BY happened_at, id $$,
    'the history has it all');

SELECT * FROM finish();
ROLLBACK;
