BEGIN;
SELECT plan(2);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');

SELECT keep('p', settled_payment(tenant_a(), 'k')), keep('q', settled_payment(tenant_a(), 'k2'));
SELECT payments.review_open(tenant_a(), 'stripe', 'prv_1', the('p'), 50, '{a}', clock());
SET LOCAL ROLE payments_definer;
SELECT is(payments.payment_holds(tenant_a(), the('p')), '{review}',
          'a payment in review may not be paid out');
SELECT is(payments.payment_holds(tenant_a(), the('q')), '{}', 'another one may');

SELECT * FROM finish();
ROLLBACK;
