BEGIN;
SELECT plan(14);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
CREATE FUNCTION pg_temp.holds(p_name text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(DISTINCT o.holds::text, ' ') FROM payments.stripe_operations AS o
     WHERE o.payment_id = tap_helpers.the(p_name) AND o.kind = 'transfer' $$;

SELECT keep('p', settled_payment(tenant_a(), 'k')), keep('q', settled_payment(tenant_a(), 'k2')),
       keep('d', settled_payment(tenant_a(), 'k3')), keep('v1', account_of(tenant_a(), 'v1'));
SELECT payments.review_open(tenant_a(), CASE n WHEN 'd' THEN 'amounts' ELSE 'stripe' END,
                            'prv_' || n, the(n), 50, '{a}', clock())
  FROM unnest('{p,q,d}'::text[]) AS n;
SELECT payments.review_open(tenant_a(), 'early_warning', 'issfr_1', the('p'), 80, '{a}',
                            clock() + interval '1 second');
SELECT dispute(the('d'), 'du', 'needs_response');
SET LOCAL ROLE payments_definer;
SELECT is(
    payments.review_settle(tenant_a(), review_of(the('p')), 'approved', 'me', 'known', clock()), 0,
    'while another review is open an approval lets nothing go');
SELECT is(pg_temp.holds('p'), '{review}', 'the transfers stay held');
SELECT is(
    payments.review_settle(tenant_a(), payments.id_derive(tenant_a(), 'review', 'stripe', 'prv_p'),
                           'approved', 'me', 'known', clock()), 2, 'the last one lets them go');
SELECT is(pg_temp.holds('p'), '{}', 'they are due');
SELECT is(
    payments.review_settle(tenant_a(), review_of(the('q')), 'rejected', 'me', 'stolen', clock()), 1,
    'a rejection of what was captured is a refund');
SELECT results_eq(
    $$ SELECT payment_id, amount, reason, note, created_by, status FROM payments.payment_refunds $$,
    $$ VALUES (the('q'), 10000::bigint, 'fraudulent', 'stolen', 'me', 'pending') $$,
    'of all that remains');
SELECT is(pg_temp.holds('q'), '{review}', 'its transfers are not sent meanwhile');
SELECT remember();
SELECT throws_ok(
    $$ SELECT payments.review_settle(tenant_a(), gen_random_uuid(), 'approved', 'me', 'x',
                                     clock()) $$, 'PY010', NULL, 'an unknown review is refused');
SELECT throws_ok(
    $$ SELECT payments.review_settle(tenant_a(), review_of(the('d')), 'rejected', 'me', 'x',
                                     clock()) $$, 'PY052', NULL,
    'while a dispute is open the bank decides');
SELECT unchanged('neither changed anything');
SELECT is(payments.review_settle(tenant_a(), review_of(the('d')), 'approved', 'me', 'x', clock()),
          0, 'approved while disputed is approved');
SELECT is(pg_temp.holds('d'), '{dispute}', 'and the dispute holds on');
SELECT payments.review_open(tenant_a(), 'sanctions', 's1', the('v1'), 90, '{name}', clock());
SELECT is(
    payments.review_settle(tenant_a(), review_of(the('v1')), 'approved', 'me', 'another one',
                           clock()), 1, 'an approved payee''s transfers are due');
SELECT is_empty('SELECT * FROM payments.violations_all(tenant_a())', 'no invariant is broken');

SELECT * FROM finish();
ROLLBACK;
