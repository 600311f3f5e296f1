BEGIN;
SELECT plan(4);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');

SELECT keep('p', settled_payment(tenant_a(), 'k'));
SELECT is(payments.payment_reviewed(tenant_a(), the('p')), false,
          'a payment nobody doubts is not in review');
SELECT payments.review_open(tenant_a(), 'stripe', 'prv_1', the('p'), 50, '{a}', clock());
SET LOCAL ROLE payments_definer;
SELECT is(payments.payment_reviewed(tenant_a(), the('p')), true, 'while a review is open it is');
SELECT payments.review_close(tenant_a(), review_of(the('p')), 'approved', 'me', 'fine', clock());
SELECT is(payments.payment_reviewed(tenant_a(), the('p')), false, 'approved it is not');
SELECT payments.review_open(tenant_a(), 'stripe', 'prv_2', the('p'), 50, '{a}',
                            clock() + interval '1 second');
SELECT payments.review_close(tenant_a(), review_of(the('p')), 'rejected', 'me', 'no', clock());
SELECT is(payments.payment_reviewed(tenant_a(), the('p')), true, 'rejected it stays held');

SELECT * FROM finish();
ROLLBACK;
