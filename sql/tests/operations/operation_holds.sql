BEGIN;
SELECT plan(6);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT keep('p', settled_payment(tenant_a(), 'k')), keep('v1', account_of(tenant_a(), 'v1'));
CREATE FUNCTION pg_temp.holds() RETURNS SETOF text LANGUAGE sql
    AS $$ SELECT concat_ws(' ', t.recipient_id, payments.operation_holds(o))
    FROM payments.stripe_operations AS o JOIN payments.stripe_transfers AS t ON t.id = o.subject_id
   WHERE o.kind = 'transfer' ORDER BY t.recipient_id $$;
SELECT enter(tenant_a());
SELECT results_eq('SELECT pg_temp.holds()', $$ VALUES ('a1 {}'), ('v1 {}') $$,
                  'nothing holds what nobody looks into');
SELECT payments.review_open(tenant_a(), 'operator', 's1', the('v1'), 100, '{a}', clock());
SELECT results_eq('SELECT pg_temp.holds()', $$ VALUES ('a1 {}'), ('v1 {payee_review}') $$,
                  'a payee''s review holds that payee''s transfer');
SELECT payments.review_open(tenant_a(), 'stripe', 's2', the('p'), 50, '{a}', clock());
SELECT results_eq('SELECT pg_temp.holds()',
                  $$ VALUES ('a1 {review}'), ('v1 {review,payee_review}') $$,
                  'a payment''s review all of its transfers');
SELECT payments.review_settle(tenant_a(), payments.id_derive(tenant_a(), 'review', 'stripe', 's2'),
                              'approved', 'me', 'known', clock());
SELECT results_eq('SELECT pg_temp.holds()', $$ VALUES ('a1 {}'), ('v1 {payee_review}') $$,
                  'until a person approves');
SELECT payments.review_settle(tenant_a(),
                              payments.id_derive(tenant_a(), 'review', 'operator', 's1'),
                              'rejected', 'me', 'not him', clock());
SELECT results_eq('SELECT pg_temp.holds()', $$ VALUES ('a1 {}'), ('v1 {payee_review}') $$,
                  'a rejected payee stays unpaid');
SELECT is_empty(
    $$ SELECT FROM payments.stripe_operations AS o WHERE o.kind <> 'transfer'
          AND payments.operation_holds(o) <> o.holds $$, 'other calls keep what they have');

SELECT * FROM finish();
ROLLBACK;
