BEGIN;
SELECT plan(4);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');

CREATE ROLE tap_rev_op LOGIN IN ROLE payments_operator;
SELECT ops.tenant_member_add(tenant_a(), 'tap_rev_op');

SELECT keep('p', shady_payment('k1'));
SELECT enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_rev_op;
SELECT is(ops.review_reject(tenant_a(), review_of(the('p')), 'stolen'), 1,
          'an operator turns a payment back');
SELECT throws_ok($$ SELECT ops.review_reject(tenant_a(), review_of(the('p')), 'stolen') $$, 'PY030',
                 NULL, 'once');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT ops.review_reject(tenant_b(), review_of(the('p')), 'x') $$, 'PY070',
                 NULL, 'another tenant is refused');
RESET SESSION AUTHORIZATION;
SELECT results_eq(
    $$ SELECT r.status, r.decided_by, o.kind FROM payments.reviews AS r
         JOIN payments.stripe_operations AS o ON o.payment_id = r.payment_id
          AND o.kind <> 'intent' $$,
    $$ VALUES ('rejected', 'tap_rev_op', 'cancel') $$, 'it is canceled in their name');

SELECT * FROM finish();
ROLLBACK;
