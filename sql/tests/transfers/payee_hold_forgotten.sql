BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(4);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_a(), 'k1');
SELECT keep('t', transfer_of(pay('k1'), 'v1')), keep('call', call_of(pay('k1'), 'v1'));
SELECT enter(tenant_a());
SELECT ok(payments.payee_hold_forgotten(tenant_a(), the('t')),
          'a payee who can receive is not to be held');
SELECT send(the('call')), finish(the('call'), '{"outcome": "failed", "code": "account_invalid"}');
SELECT ok(NOT payments.payee_hold_forgotten(tenant_a(), the('t')),
          'unless Stripe has just refused it and its account is being read');
UPDATE payments.connected_accounts SET transfers_enabled = false;
UPDATE payments.stripe_operations SET state = 'failed', outcome = 'failed' WHERE kind = 'fetch';
SELECT ok(NOT payments.payee_hold_forgotten(tenant_a(), the('t')),
          'one who cannot receive is held');
UPDATE payments.connected_accounts SET transfers_enabled = true;
SELECT ok(payments.payee_hold_forgotten(tenant_a(), the('t')),
          'and when nobody asks any more, not for ever');

SELECT * FROM finish();
ROLLBACK;
