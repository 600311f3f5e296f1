BEGIN;
SELECT plan(8);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');

SELECT keep('p', settled_payment(tenant_a(), 'k')), keep('q', settled_payment(tenant_a(), 'k2'));
SELECT payments.review_open(tenant_a(), 'stripe', 'prv_' || n, the('p'), 50, '{a}', clock())
  FROM generate_series(1, 3) AS n;
SELECT payments.review_open(tenant_a(), 'stripe', 'prv_q', the('q'), 50, '{a}', clock());
SELECT keep('r' || n, payments.id_derive(tenant_a(), 'review', 'stripe', 'prv_' || n))
  FROM generate_series(1, 3) AS n;
SET LOCAL ROLE payments_definer;
SELECT payments.review_close(tenant_a(), the('r1'), 'approved', 'me', 'fine', clock());
SELECT results_eq(
    $$ SELECT status, decided_by, note, decided_at IS NOT NULL FROM payments.reviews
        WHERE id = the('r1') $$,
    $$ VALUES ('approved', 'me', 'fine', true) $$,
    'who decided what and why is kept');
SELECT is((SELECT count(*) FROM payments.reviews WHERE status = 'open'), 3::bigint,
          'an approval is about one review');
SELECT payments.review_close(tenant_a(), the('r2'), 'rejected', 'me', 'no', clock());
SELECT results_eq($$ SELECT status, decided_by FROM payments.reviews WHERE id = the('r3') $$,
                  $$ VALUES ('canceled', 'me') $$, 'a rejection ends the payment''s other ones');
SELECT results_eq($$ SELECT payment_id FROM payments.reviews WHERE status = 'open' $$,
                  $$ VALUES (the('q')) $$, 'but no other payment''s');
SELECT remember();
SELECT throws_ok(
    $$ SELECT payments.review_close(tenant_a(), the('r1'), 'approved', 'me', 'again', clock()) $$,
    'PY030', NULL, 'approved twice is refused');
SELECT throws_ok(
    $$ SELECT payments.review_close(tenant_a(), the('r1'), 'rejected', 'me', 'but', clock()) $$,
    'PY030', NULL, 'rejected after approval is refused');
SELECT throws_ok(
    $$ SELECT payments.review_close(tenant_a(), the('r3'), 'approved', 'me', 'but', clock()) $$,
    'PY030', NULL, 'what was overtaken is not decided any more');
SELECT unchanged('no refused decision changed anything');

SELECT * FROM finish();
ROLLBACK;
