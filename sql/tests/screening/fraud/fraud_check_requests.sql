BEGIN;
SELECT plan(7);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');

-- Asked for while there were no rules.
SELECT enter(tenant_a());
SELECT payments.fraud_rules_store(tenant_a(), '[]', 50, 100, 'me');
SELECT keep(k, asked_payment(tenant_a(), k)) FROM unnest('{one,two}'::text[]) AS k;
SELECT suspect(tenant_a());
SET LOCAL ROLE payments_definer;
SELECT is(payments.fraud_check_requests(tenant_a(), ARRAY[the('one'), the('two')], ARRAY[
    payment_request('{"customerId": "fan", "receiptEmail": "fan@example.com",
                      "device": {"id": "d1"}, "clientIp": "198.51.100.1"}'),
    payment_request('{"customerId": "shady"}')], clock()),
    '{allow,review}', 'each request has its decision, in order');
SELECT results_eq(
    $$ SELECT payment_id, phase, rules_version, inputs, facts, decision, score, reasons
         FROM payments.fraud_checks ORDER BY decision $$,
    $$ VALUES (the('one'), 'request', 3, '{
                   "amount": 10000, "currency": "usd", "customer": "fan", "device": "d1",
                   "ip": "198.51.100.1", "email_domain": "example.com"}'::jsonb,
               '{"declines": 0}'::jsonb, 'allow', 0, '{}'::text[]),
              (the('two'), 'request', 3, '{
                   "amount": 10000, "currency": "usd", "customer": "shady"}',
               '{"shady": 1, "declines": 0}', 'review', 50, '{shady}') $$,
    'stored with the version of the rules, what was known and what was measured; without the mail '
    'address');
SELECT results_eq(
    $$ SELECT event, signal, value, source_id FROM payments.fraud_signals
        ORDER BY signal, value $$,
    $$ VALUES ('payment', 'customer', 'fan', kept('one')),
              ('payment', 'customer', 'shady', kept('two')),
              ('payment', 'device', 'd1', kept('one')),
              ('payment', 'email_domain', 'example.com', kept('one')),
              ('payment', 'ip', '198.51.100.1', kept('one')) $$,
    'and what later ones count is noted');
SELECT results_eq(
    $$ SELECT kind, source, payment_id, score, reasons, status FROM payments.reviews $$,
    $$ VALUES ('fraud', 'rules', the('two'), 50, '{shady}'::text[], 'open') $$,
    'the doubtful one is in the queue');
SELECT throws_ok($$ UPDATE payments.fraud_checks SET decision = 'allow' $$, '42501', NULL,
                 'a decision is not changed afterwards');
SELECT payments.fraud_rules_store(tenant_a(), '[]', 50, 100, 'me');
SELECT remember();
SELECT is(
    payments.fraud_check_requests(tenant_a(), ARRAY[the('one')],
                                  ARRAY[payment_request('{"customerId": "shady"}')]::jsonb[],
                                  clock()), NULL, 'without rules nothing is decided');
SELECT unchanged('and nothing written');

SELECT * FROM finish();
ROLLBACK;
