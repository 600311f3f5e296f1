BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(9);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT paid_payment(tenant_a(), 'k1'), authorised_payment(tenant_a(), 'k2');
SELECT is_empty('SELECT 1 FROM payments.payment_marks',
                'paying, splitting and paying out leave no mark: they post');
CREATE FUNCTION pg_temp.marked() RETURNS uuid[] LANGUAGE sql
    AS $$ WITH gone AS (DELETE FROM payments.payment_marks RETURNING payment_id)
          SELECT array_agg(DISTINCT g.payment_id) FROM gone AS g $$;
SELECT keep('r', asked_refund(pay('k1'), 'r1', 1000));
SELECT is(pg_temp.marked(), ARRAY[pay('k1')], 'a refund asked for marks its payment');
SELECT is((SELECT count(*) FROM payments.payment_marks), 0::bigint, 'a mark can be taken away');
SELECT finish(operation_of(the('r'), 'refund'),
              jsonb_build_object('outcome', 'failed', 'code', 'x'));
SELECT is(pg_temp.marked(), ARRAY[pay('k1')], 'so does its refusal');
SELECT dispute(pay('k1'), 'd', 'warning_needs_response');
SELECT is(pg_temp.marked(), ARRAY[pay('k1')], 'and an inquiry');
SELECT enter(tenant_a());
INSERT INTO payments.stripe_operation_attempts (tenant_id, operation_id, lease_epoch, generation,
                                                outcome, applied, provider_id, finished_at)
  VALUES (tenant_a(), call_of(pay('k1'), 'v1'), 1, 0, 'succeeded', false, 'tr_second', clock());
SELECT is(pg_temp.marked(), ARRAY[pay('k1')], 'and the evidence of a stale worker');
UPDATE payments.payment_transactions SET status = 'canceled' WHERE id = pay('k2');
SELECT is(pg_temp.marked(), ARRAY[pay('k2')], 'and the end of a payment that nobody paid');
SELECT enter(NULL);
UPDATE payments.payment_refunds SET note = 'mended';
SELECT is(pg_temp.marked(), NULL, 'a repair by hand, with no tenant entered, is let through');
SELECT is((SELECT max(m.marked_xid) FROM payments.payment_marks AS m), NULL, 'nothing else did');

SELECT * FROM finish();
ROLLBACK;
