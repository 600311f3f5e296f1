BEGIN;
SELECT plan(14);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');

SELECT keep('p', settled_payment(tenant_a(), 'k')), keep('q', settled_payment(tenant_a(), 'k2')),
       keep('v1', account_of(tenant_a(), 'v1'));
SET LOCAL ROLE payments_definer;
CREATE FUNCTION pg_temp.held() RETURNS TABLE (payment text, payee text, holds text[])
    LANGUAGE sql
AS $$ SELECT CASE t.payment_id WHEN tap_helpers.the('p') THEN 'p' ELSE 'q' END, t.recipient_id,
             o.holds
        FROM payments.stripe_operations AS o
        JOIN payments.stripe_transfers AS t ON t.id = o.subject_id
       WHERE o.kind = 'transfer' AND o.holds <> '{}' $$;
SELECT is(payments.transfers_hold(tenant_a(), the('p'), NULL, 'review', true, clock()), 0,
          'what is held is not due');
SELECT results_eq('SELECT * FROM pg_temp.held() AS h ORDER BY h.payment, h.payee',
                  $$ VALUES ('p', 'a1', '{review}'::text[]), ('p', 'v1', '{review}') $$,
                  'the payment''s transfers are held');
SELECT is(payments.transfers_hold(tenant_a(), NULL, the('v1'), 'payee_review', true, clock()), 0,
          'and a payee''s');
SELECT results_eq('SELECT * FROM pg_temp.held() AS h ORDER BY h.payment, h.payee',
                  $$ VALUES ('p', 'a1', '{review}'::text[]), ('p', 'v1', '{review,payee_review}'),
                            ('q', 'v1', '{payee_review}') $$,
                  'of every payment, beside other holds');
SELECT remember();
SELECT is(payments.transfers_hold(tenant_a(), the('p'), NULL, 'review', true, clock()), 0,
          'holding twice is holding once');
SELECT unchanged('nothing changes');
SELECT is(payments.transfers_hold(tenant_a(), the('p'), NULL, 'review', false, clock()), 1,
          'let go, what nothing else holds is due');
SELECT is(payments.transfers_hold(tenant_a(), NULL, the('v1'), 'payee_review', false, clock()), 2,
          'and in the end all of it');
SELECT is_empty('SELECT pg_temp.held()', 'nothing is held any more');
UPDATE payments.stripe_operations SET state = 'leased', lease_epoch = 1, leased_by = 'w',
       first_sent_at = clock(), first_sent_epoch = 1, last_sent_at = clock()
           WHERE kind = 'transfer' AND payment_id = the('p');
SELECT is(payments.transfers_hold(tenant_a(), the('p'), NULL, 'review', true, clock()), 0,
          'what is being sent');
SELECT is_empty('SELECT pg_temp.held()', 'is not held');
UPDATE payments.stripe_operations SET state = 'leased', lease_epoch = 1, leased_by = 'w'
 WHERE kind = 'transfer' AND payment_id = the('q');
SELECT is(payments.transfers_hold(tenant_a(), the('q'), NULL, 'review', true, clock()), 0,
          'what was leased and not sent');
SELECT results_eq('SELECT * FROM pg_temp.held() AS h ORDER BY h.payment, h.payee',
                  $$ VALUES ('q', 'a1', '{review}'::text[]), ('q', 'v1', '{review}') $$, 'is');
SELECT results_eq(
    $$ SELECT DISTINCT state, leased_by FROM payments.stripe_operations WHERE kind = 'transfer'
          AND payment_id = the('q') $$, $$ VALUES ('ready', NULL) $$, 'and its lease is over');

SELECT * FROM finish();
ROLLBACK;
