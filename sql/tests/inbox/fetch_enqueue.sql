BEGIN;
SELECT plan(7);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT created_payment(tenant_a(), 'k1');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(
    payments.fetch_enqueue(tenant_a(), pay('k1'), pay('k1'), 'payment_intents', 'pi_1', 'evt_1'), 1,
    'a read makes one operation due');
SELECT results_eq(
    $$ SELECT o.state, o.kind, o.payment_id = pay('k1'), o.subject_id = pay('k1'), o.lock_key,
              o.request, o.idempotency_id
         FROM payments.stripe_operations AS o WHERE o.kind = 'fetch' $$,
    $$ VALUES ('ready', 'fetch', true, true, 'fetch:pi_1',
               '{"params": {}, "target": "pi_1", "resource": "payment_intents"}'::jsonb,
               NULL::uuid) $$,
    'it reads that object, one at a time');
SELECT payments.fetch_enqueue(tenant_a(), pay('k1'), pay('k1'), 'payment_intents', 'pi_1', 'evt_1');
SELECT is((SELECT count(*) FROM payments.stripe_operations WHERE kind = 'fetch'), 1::bigint,
          'one cause has an object read once');
SELECT is(
    payments.fetch_enqueue(tenant_a(), pay('k1'), pay('k1'), 'payment_intents', 'pi_1', 'evt_2'), 0,
    'a read that is not under way yet will do for another cause');
SELECT is((SELECT count(*) FROM payments.stripe_operations WHERE kind = 'fetch'), 1::bigint,
          'no second one is written');
RESET ROLE;
SELECT lease(operation_of(pay('k1'), 'fetch'));
SET LOCAL ROLE payments_definer;
SELECT payments.fetch_enqueue(tenant_a(), pay('k1'), pay('k1'), 'payment_intents', 'pi_1', 'evt_2');
SELECT is(
    (SELECT count(DISTINCT lock_key) || '/' || count(*) FROM payments.stripe_operations
      WHERE kind = 'fetch'), '1/2',
    'once the first is under way, another cause has it read again, after it');
SELECT is(
    (SELECT count(*) FROM payments.stripe_operations WHERE kind = 'fetch'
        AND first_sent_at IS NOT NULL), 0::bigint, 'no read is sent from here');

SELECT * FROM finish();
ROLLBACK;
