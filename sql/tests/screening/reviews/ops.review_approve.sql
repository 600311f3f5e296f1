BEGIN;
SELECT plan(5);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');

CREATE ROLE tap_rev_op LOGIN IN ROLE payments_operator;
SELECT ops.tenant_member_add(tenant_a(), 'tap_rev_op');

SELECT keep('p', shady_payment('k1'));
SELECT enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_rev_op;
SELECT is(ops.review_approve(tenant_a(), review_of(the('p')), 'known'), 1,
          'an operator lets a payment go on');
SELECT throws_ok($$ SELECT ops.review_approve(tenant_a(), review_of(the('p')), 'known') $$, 'PY030',
                 NULL, 'once');
SELECT throws_ok($$ SELECT ops.review_approve(tenant_a(), gen_random_uuid(), 'known') $$, 'PY010',
                 NULL, 'an unknown review is refused');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT ops.review_approve(tenant_b(), review_of(the('p')), 'known') $$, 'PY070',
                 NULL, 'another tenant is refused');
RESET SESSION AUTHORIZATION;
SELECT results_eq($$ SELECT status, decided_by, note FROM payments.reviews $$,
                  $$ VALUES ('approved', 'tap_rev_op', 'known') $$, 'their name stays with it');

SELECT * FROM finish();
ROLLBACK;
