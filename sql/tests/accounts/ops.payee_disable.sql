BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(9);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1');

CREATE ROLE tap_operator LOGIN IN ROLE payments_operator;
CREATE ROLE tap_stranger LOGIN IN ROLE payments_operator;
SELECT enter(tenant_a()), ops.tenant_member_add(tenant_a(), 'tap_operator');
SELECT enter(NULL);

SELECT remember();
SET LOCAL SESSION AUTHORIZATION tap_operator;
SELECT throws_ok($$ SELECT ops.payee_disable(tenant_a(), 'venue', 'nobody', 'x') $$, 'PY010', NULL,
                 'an unknown payee is refused');
SELECT throws_ok($$ SELECT ops.payee_disable(tenant_a(), 'venue', 'v1', '') $$, 'PY020', NULL,
                 'no reason is refused');

RESET SESSION AUTHORIZATION;
SELECT enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_stranger;
SELECT throws_ok($$ SELECT ops.payee_disable(tenant_a(), 'venue', 'v1', 'x') $$, 'PY070', NULL,
                 'an operator who is no member of the tenant is refused');
RESET SESSION AUTHORIZATION;
SELECT unchanged('a refused verb changes nothing');

SET LOCAL SESSION AUTHORIZATION tap_operator;
SELECT keep('review', ops.payee_disable(tenant_a(), 'venue', 'v1', 'bank account disputed'));
RESET SESSION AUTHORIZATION;
SELECT is((SELECT holds FROM payments.stripe_operations WHERE id = call_of(pay('k1'), 'v1')),
          ARRAY['payee_review'], 'what was not sent yet is held');
SELECT settled_payment(tenant_a(), 'k2');
SELECT is((SELECT holds FROM payments.stripe_operations WHERE id = call_of(pay('k2'), 'v1')),
          ARRAY['payee_review'], 'so is what it earns from now on');
SELECT is((SELECT holds FROM payments.stripe_operations WHERE id = call_of(pay('k2'), 'a1')),
          '{}'::text[], 'other payees are paid');
SELECT enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_operator;
SELECT is(ops.review_approve(tenant_a(), the('review'), 'settled'), 2,
          'approving the review enables it again');
RESET SESSION AUTHORIZATION;
SELECT money_is_right(tenant_a(), 'no invariant is broken');

SELECT * FROM finish();
ROLLBACK;
