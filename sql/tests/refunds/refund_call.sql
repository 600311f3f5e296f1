BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(5);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT paid_payment(tenant_a(), 'k1'), keep('r1', gen_random_uuid()), keep('r2', gen_random_uuid());
CREATE FUNCTION pg_temp.call(p_refund text, p_reason text, p_lease numeric) RETURNS jsonb
    LANGUAGE sql
AS $$ SELECT payments.refund_call(p, tap_helpers.the(p_refund), 100, p_reason, NULL, NULL, p_lease)
        FROM payments.payment_transactions AS p WHERE p.id = tap_helpers.pay('k1') $$;
SET LOCAL ROLE payments_definer;
SELECT is(pg_temp.call('r1', 'event_canceled', NULL), NULL,
          'without a request at hand the worker carries it');
SELECT results_eq(
    $$ SELECT o.state, o.lock_key = 'payment:' || pay('k1'), o.payment_id = pay('k1'),
              o.subject_id = the('r1')
         FROM payments.stripe_operations AS o WHERE o.kind = 'refund' $$,
    $$ VALUES ('ready', true, true, true) $$, 'one call at a time acts on a payment');
SELECT is((SELECT o.request FROM payments.stripe_operations AS o WHERE o.kind = 'refund'),
          jsonb_build_object('target', NULL, 'params',
                             jsonb_build_object('payment_intent', 'pi_' || pay('k1'), 'amount', 100,
                                                'metadata', jsonb_build_object(
    'operation_id', payments.id_derive(tenant_a(), 'refund_call', the('r1')::text), 'refund_id',
                                                    the('r1'), 'payment_id', pay('k1'), 'tenant_id',
                                                    tenant_a()))),
          'a reason that Stripe does not know is not told');
SELECT is(pg_temp.call('r2', 'duplicate', 20), NULL,
          'behind an unresolved call the next one waits, even with a request at hand');
UPDATE payments.stripe_operations SET state = 'failed', outcome = 'failed' WHERE kind = 'refund';
SELECT is(pg_temp.call('r2', 'duplicate', 20) #>> '{request,params,reason}', 'duplicate',
          'with none before it the request carries it, with Stripe''s word for the reason');

SELECT * FROM finish();
ROLLBACK;
