BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(23);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1'), settled_payment(tenant_a(), 'k2'),
       paid_payment(tenant_a(), 'k3');
CREATE FUNCTION pg_temp.news(p_key text, p_name text, p_status text, p_amount bigint DEFAULT NULL,
                             p_more jsonb DEFAULT '{}') RETURNS integer LANGUAGE sql
AS $$ SELECT payments.dispute_apply(
    payments.payment_lock(tap_helpers.tenant_a(), tap_helpers.pay(p_key)),
          tap_helpers.dispute_object(tap_helpers.pay(p_key), p_name, p_status, p_amount, p_more),
          tap_helpers.clock()) $$;
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(pg_temp.news('k1', 'd', 'needs_response'), 0, 'a chargeback opens');
SELECT results_eq(
    $$ SELECT d.payment_id = pay('k1'), d.amount, d.currency, d.status, d.reason,
              d.evidence_due_by = to_timestamp(4102444800), d.submission_count, d.allocated_at
         FROM payments.disputes AS d WHERE d.id = dispute_of(pay('k1'), 'd') $$,
    $$ VALUES (true, 10000::bigint, 'usd', 'needs_response', 'fraudulent', true, 0,
              NULL::timestamp with time zone) $$, 'it is recorded as Stripe shows it');
SELECT is((SELECT p.amount_disputed FROM payments.payment_transactions AS p WHERE p.id = pay('k1')),
          10000::bigint, 'the payment knows it');
SELECT is(
    (SELECT array_agg(DISTINCT o.holds::text) FROM payments.stripe_operations AS o
      WHERE o.payment_id = pay('k1') AND o.kind = 'transfer'), '{"{dispute}"}',
    'transfers that have not gone out are held');
SELECT remember();
SELECT is(pg_temp.news('k1', 'd', 'needs_response'), 0, 'the same news again');
SELECT unchanged('changes nothing');
SELECT is(
    pg_temp.news('k1', 'd', 'under_review', NULL, '{"evidence_details": {"submission_count": 1}}'),
    1, 'evidence went out: its fee is asked for');
SELECT results_eq(
    $$ SELECT d.status, d.submission_count, d.evidence_due_by = to_timestamp(4102444800)
         FROM payments.disputes AS d WHERE d.id = dispute_of(pay('k1'), 'd') $$,
    $$ VALUES ('under_review', 1, true) $$, 'the count is kept, and the deadline too');
SELECT is(pg_temp.news('k1', 'd', 'won'), 2, 'a win releases both transfers');
SELECT is((SELECT p.amount_disputed FROM payments.payment_transactions AS p WHERE p.id = pay('k1')),
          0::bigint, 'nothing is disputed any more');
SELECT remember();
SELECT is(pg_temp.news('k1', 'd', 'needs_response'), 0, 'older news comes too late');
SELECT is(pg_temp.news('k1', 'd', 'lost'), 0, 'a decision is final');
SELECT unchanged('and changes nothing');
SELECT is(
    pg_temp.news('k1', 'd', 'under_review', NULL, '{"evidence_details": {"submission_count": 2}}'),
    1, 'an older status with a newer count of evidence');
SELECT results_eq(
    $$ SELECT d.status, d.submission_count
         FROM payments.disputes AS d WHERE d.id = dispute_of(pay('k1'), 'd') $$,
    $$ VALUES ('won', 2) $$, 'never moves the status backwards');
SELECT is(pg_temp.news('k2', 'd', 'warning_needs_response'), 0, 'an inquiry holds nothing');
SELECT is(
    (SELECT count(*) FROM payments.stripe_operations AS o WHERE o.payment_id = pay('k2')
        AND o.kind = 'transfer' AND o.holds <> '{}'), 0::bigint, 'no transfer of it');
SELECT is((SELECT p.amount_disputed FROM payments.payment_transactions AS p WHERE p.id = pay('k2')),
          0::bigint, 'and no refund');
SELECT is(pg_temp.news('k2', 'd', 'warning_closed'), 0, 'it ends without a trace');
SELECT is(pg_temp.news('k3', 'd', 'lost', 15000), 2,
          'one already lost when first heard of, and larger than the payment, takes back from both '
          'payees');
SELECT is(
    (SELECT d.allocated_amount FROM payments.disputes AS d WHERE d.id = dispute_of(pay('k3'), 'd')),
    10000::bigint, 'no more than was paid is shared out');
SELECT is(pg_temp.news('k3', 'e', 'lost', 4000), 0, 'a second one finds nothing left');
SELECT results_eq(
    $$ SELECT d.allocated_amount, d.allocated_at IS NOT NULL
         FROM payments.disputes AS d WHERE d.id = dispute_of(pay('k3'), 'e') $$,
    $$ VALUES (0::bigint, true) $$, 'and shares nothing out');
RESET ROLE;
SELECT reverse(pay('k3')), money_is_right(tenant_a(), 'no cent is lost');

SELECT * FROM finish();
ROLLBACK;
