BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(2);
SELECT isnt(payments.receivable_retry_id(tenant_a(), tenant_b(), 1),
            payments.receivable_retry_id(tenant_a(), tenant_b(), 2),
            'each repetition has its own cause');
SELECT is(payments.receivable_retry_id(tenant_a(), tenant_b(), 1),
          payments.receivable_retry_id(tenant_a(), tenant_b(), 1), 'always the same');

SELECT * FROM finish();
ROLLBACK;
