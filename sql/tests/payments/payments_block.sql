BEGIN;
SELECT plan(3);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');

SELECT keep('asked', asked_payment(tenant_a(), 'k')),
       keep('other', asked_payment(tenant_a(), 'k2'));
SELECT keep('key', payments.idempotency_id(tenant_a(), 'fixtures', 'payments.create', 'k')),
       keep('key2', payments.idempotency_id(tenant_a(), 'fixtures', 'payments.create', 'k2'));
SET LOCAL ROLE payments_definer;
SELECT remember();
SELECT payments.payments_block(tenant_a(), ARRAY[the('asked')], ARRAY[the('key')], NULL, clock()),
       payments.payments_block(tenant_a(), ARRAY[the('asked')], ARRAY[the('key')], '{review}',
                               clock());
SELECT unchanged('what is not blocked stays');
SELECT payments.payments_block(tenant_a(), ARRAY[the('other'), the('asked')],
                               ARRAY[the('key2'), the('key')], '{allow,block}', clock());
SELECT results_eq($$ SELECT id, status FROM payments.payment_transactions ORDER BY status $$,
                  $$ VALUES (the('asked'), 'blocked'), (the('other'), 'created') $$,
                  'a blocked payment says so');
SELECT results_eq(
    $$ SELECT id, problem, problem_detail FROM payments.idempotency_keys
        WHERE completed_at IS NOT NULL AND problem IS NOT NULL $$,
    $$ VALUES (the('key'), 'payment_blocked', 'payment ' || kept('asked')
               || ' was refused by the fraud rules') $$, 'and its request is answered');

SELECT * FROM finish();
ROLLBACK;
