BEGIN;
SELECT plan(4);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');

SELECT keep('v1', account_of(tenant_a(), 'v1'));
SELECT is(payments.account_reviewed(tenant_a(), the('v1')), false,
          'a payee nobody doubts is not in review');
SELECT payments.review_open(tenant_a(), 'sanctions', 's1', the('v1'), 90, '{name}', clock());
SET LOCAL ROLE payments_definer;
SELECT is(payments.account_reviewed(tenant_a(), the('v1')), true, 'while a review is open it is');
SELECT is(payments.review_settle(tenant_a(), review_of(the('v1')), 'rejected', 'me', 'no', clock()),
          0, 'a payee can be rejected');
SELECT is(payments.account_reviewed(tenant_a(), the('v1')), true, 'and stays held');

SELECT * FROM finish();
ROLLBACK;
