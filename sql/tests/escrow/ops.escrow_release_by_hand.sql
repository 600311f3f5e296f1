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
SELECT throws_ok($$ SELECT ops.escrow_release_by_hand(tenant_a(), the('escrow'), ' ') $$, 'PY020',
                 NULL, 'a release without a reason is refused');
SELECT throws_ok($$ SELECT ops.escrow_release_by_hand(tenant_a(), gen_random_uuid(), 'x') $$,
                 'PY010', NULL, 'an unknown escrow is refused');
SELECT throws_ok($$ SELECT ops.escrow_release_by_hand(tenant_a(), the('escrow'), 'x', 0) $$,
                 'PY021', NULL, 'an amount of nothing is refused');

RESET SESSION AUTHORIZATION;
SELECT enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_stranger;
SELECT throws_ok($$ SELECT ops.escrow_release_by_hand(tenant_a(), the('escrow'), 'x') $$, 'PY070',
                 NULL, 'an operator who is no member of the tenant is refused');
RESET SESSION AUTHORIZATION;
SELECT unchanged('a refused verb changes nothing');

SET LOCAL SESSION AUTHORIZATION tap_operator;
SELECT is(ops.escrow_release_by_hand(tenant_a(), the('escrow'), 'scanned', 1), 1,
          'a part goes out: its transfer is due');
SELECT cmp_ok(ops.escrow_release_by_hand(tenant_a(), the('escrow'), 'scanned'), '>', 0,
              'without an amount all the rest goes out');
SELECT throws_ok($$ SELECT ops.escrow_release_by_hand(tenant_a(), the('escrow'), 'x') $$, 'PY030',
                 NULL, 'a released escrow releases nothing more');

RESET SESSION AUTHORIZATION;
SELECT is((SELECT array_agg(DISTINCT actor) FROM payments.escrow_events WHERE event = 'released'),
          ARRAY['tap_operator'], 'the history says who');

SELECT * FROM finish();
ROLLBACK;
