BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(3);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_a(), 'k1'), enter(tenant_a());
CREATE ROLE tap_open_member IN ROLE payments_analyst;
CREATE ROLE tap_open_stranger IN ROLE payments_analyst;
SELECT ops.tenant_member_add(tenant_a(), 'tap_open_member');
INSERT INTO payments.violations_found (tenant_id, id, payment_id, invariant, object_type, object_id,
                                       detail, found_at) VALUES (tenant_a(), gen_random_uuid(),
                                       pay('k1'), 'M01', 'payment', 'x', 'y', clock());
SELECT enter(NULL), remember();
SET LOCAL SESSION AUTHORIZATION tap_open_stranger;
SELECT throws_ok('SELECT * FROM ops.violations_outstanding(tenant_a())', 'PY070', NULL,
                 'somebody who is no member is refused');
SET LOCAL SESSION AUTHORIZATION tap_open_member;
SELECT results_eq(
    'SELECT invariant, payment_id, object_id, detail FROM ops.violations_outstanding(tenant_a())',
    $$ VALUES ('M01', pay('k1'), 'x', 'y') $$, 'a member sees what was found');
RESET SESSION AUTHORIZATION;
SELECT unchanged('looking changes nothing');

SELECT * FROM finish();
ROLLBACK;
