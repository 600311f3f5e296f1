BEGIN;
SELECT plan(12);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');

SELECT keep('none', settled_payment(tenant_a(), 'k')), keep('p', shady_payment('s1')),
       keep('young', created_payment(tenant_a(), 's2', '{"customerId": "shady"}')),
       keep('asked', asked_payment(tenant_a(), 's3', '{"customerId": "shady"}')),
       keep('manual', shady_payment('s4', '{"captureMethod": "manual"}'));
CREATE FUNCTION pg_temp.calls(p_name text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(o.kind || ' ' || o.state, ',' ORDER BY o.kind)
      FROM payments.stripe_operations AS o
     WHERE o.payment_id = tap_helpers.the(p_name) AND o.kind <> 'intent' $$;
SELECT is(
    (SELECT o.request #>> '{params,capture_method}' FROM payments.stripe_operations AS o
      WHERE o.payment_id = the('p') AND o.kind = 'intent'), 'manual',
    'a payment in review is only authorised');
SET LOCAL ROLE payments_definer;
SELECT remember();
SELECT is(payments.reviews_enforce(tenant_a(), the('none'), clock()), 0,
          'a payment without review is left alone');
SELECT is(payments.reviews_enforce(tenant_a(), the('p'), clock()), 0,
          'so is one whose review is open');
SELECT unchanged('nothing happens');
SELECT is(
    payments.review_settle(tenant_a(), review_of(the('p')), 'approved', 'me', 'fine', clock()), 1,
    'approved, an automatic payment is captured');
SELECT results_eq(
    $$ SELECT request #> '{params}', state FROM payments.stripe_operations
        WHERE payment_id = the('p') AND kind = 'capture' $$,
    $$ VALUES ('{"amount_to_capture": 10000}'::jsonb, 'ready') $$, 'in whole, by the worker');
SELECT payments.review_settle(tenant_a(), review_of(the('manual')), 'approved', 'me', 'fine',
                              clock());
SELECT is(pg_temp.calls('manual'), NULL, 'a manual one waits for its caller');
SELECT payments.review_settle(tenant_a(), review_of(the('young')), 'approved', 'me', 'fine',
                              clock());
SELECT is(pg_temp.calls('young'), NULL, 'approved before the buyer paid, nothing is captured yet');
RESET ROLE;
SELECT apply(tenant_a(), 'evt_young',
             event('payment_intent.amount_capturable_updated',
                   intent_object(the('young'), 'requires_capture')));
SELECT is(pg_temp.calls('young'), 'capture ready', 'and as soon as the buyer has');
SELECT payments.review_settle(tenant_a(), review_of(the('asked')), 'rejected', 'me', 'no', clock());
SELECT is(pg_temp.calls('asked'), NULL,
          'rejected before Stripe answered, nothing can be canceled yet');
SELECT finish(operation_of(the('asked'), 'intent'),
              jsonb_build_object('outcome', 'succeeded', 'object',
                                 intent_object(the('asked'), 'requires_payment_method')));
SELECT is(pg_temp.calls('asked'), 'cancel ready', 'and as soon as it has');
SELECT is_empty('SELECT * FROM payments.violations_all(tenant_a())', 'no invariant is broken');

SELECT * FROM finish();
ROLLBACK;
