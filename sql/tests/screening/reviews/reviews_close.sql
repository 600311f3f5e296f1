BEGIN;
SELECT plan(4);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');

SELECT keep('p', shady_payment('k')), keep('q', shady_payment('k2'));
SELECT apply(tenant_a(), 'evt_c',
             event('payment_intent.canceled', intent_object(the('p'), 'canceled')));
SELECT results_eq($$ SELECT payment_id, status, decided_by FROM payments.reviews ORDER BY status $$,
                  $$ VALUES (the('p'), 'canceled', 'payment canceled'), (the('q'), 'open', NULL) $$,
    'a payment its buyer let go needs no decision');
SET LOCAL ROLE payments_definer;
SELECT remember();
SELECT throws_ok(
    $$ SELECT payments.review_settle(tenant_a(), review_of(the('p')), 'approved', 'me', 'x',
                                     clock()) $$, 'PY030', NULL, 'and takes none');
SELECT unchanged('nothing changed');
SELECT payments.review_settle(tenant_a(), review_of(the('q')), 'approved', 'me', 'x', clock());
SELECT apply(tenant_a(), 'evt_d',
             event('payment_intent.canceled', intent_object(the('q'), 'canceled')));
SELECT is((SELECT status FROM payments.reviews WHERE payment_id = the('q')), 'approved',
          'a decision that was made stays');

SELECT * FROM finish();
ROLLBACK;
