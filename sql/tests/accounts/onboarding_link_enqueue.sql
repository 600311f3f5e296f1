BEGIN;
SELECT plan(5);

SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT keep('key', id) FROM payments.idempotency_keys;
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT results_eq(
    $$ SELECT o ->> 'kind', o -> 'request'
         FROM payments.onboarding_link_enqueue(tenant_a(), account_of(tenant_a(), 'v1'), 'cause',
                                               the('key'), NULL, 20) AS o $$,
    $$ VALUES ('account_link',
               '{"target": null, "params": {
                   "account": "acct_v1_aaaaaaaa", "type": "account_onboarding",
                   "refresh_url": "https://example.com/onboarding/refresh",
                   "return_url": "https://example.com/onboarding/return"}}'::jsonb) $$,
    'a link is asked for with the tenant''s own urls');
SELECT is((SELECT operation_id FROM payments.idempotency_keys WHERE id = the('key')),
          payments.id_derive(tenant_a(), 'account_link', account_of(tenant_a(), 'v1')::text,
                             'cause'), 'the request waits for that operation');
SELECT remember();
SELECT payments.onboarding_link_enqueue(tenant_a(), account_of(tenant_a(), 'v1'), 'cause',
                                        the('key'), NULL, NULL);
SELECT unchanged('one cause asks once');
SELECT is(
    payments.onboarding_link_enqueue(tenant_a(), account_of(tenant_a(), 'v1'), 'other', NULL, NULL,
                                     NULL), NULL, 'without a lease the worker carries it');
SELECT is(
    (SELECT o.state FROM payments.stripe_operations AS o
      WHERE o.id = payments.id_derive(tenant_a(), 'account_link',
                                      account_of(tenant_a(), 'v1')::text, 'other')), 'ready',
    'it waits in the queue');

SELECT * FROM finish();
ROLLBACK;
