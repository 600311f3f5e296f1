BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(4);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1', '{"splits": []}'), keep('d', gen_random_uuid()),
       keep('at', clock());
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT payments.distribution_make(
    payments.payment_lock(tenant_a(), pay('k1')), the('d'),
    jsonb_build_array(
        jsonb_build_object('accountId', account_of(tenant_a(), 'v1'), 'amount', 30),
        jsonb_build_object('accountId', account_of(tenant_a(), 'a1'), 'amount', 20)),
    'ch_' || pay('k1'), 'svc', kept('at')::timestamptz);
SELECT results_eq(
    $$ SELECT d ->> 'id', d ->> 'paymentId', d ->> 'orderId', d -> 'amount', d ->> 'currency',
              d ->> 'createdAt'
         FROM payments.distribution_json(tenant_a(), the('d')) AS d $$,
    $$ VALUES (kept('d'), pay('k1')::text, 'order-1', '50'::jsonb, 'usd',
               payments.rfc3339(kept('at')::timestamptz)) $$,
    'a distribution is shown with the order it is for, and what it gives in all');
SELECT results_eq(
    $$ SELECT t FROM jsonb_array_elements(
           payments.distribution_json(tenant_a(), the('d')) -> 'transfers') AS t $$,
    $$ VALUES (payments.transfer_json(tenant_a(), transfer_of(pay('k1'), 'a1'))),
              (payments.transfer_json(tenant_a(), transfer_of(pay('k1'), 'v1'))) $$,
    'with its transfers as the API shows them, by recipient');
SELECT is(payments.distribution_json(tenant_a(), gen_random_uuid()), NULL,
          'an unknown one has no document');
SELECT enter(tenant_b());
SELECT is(payments.distribution_json(tenant_b(), the('d')), NULL, 'nor has another tenant''s');

SELECT * FROM finish();
ROLLBACK;
