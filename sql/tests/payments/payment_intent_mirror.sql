BEGIN;
SELECT plan(11);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT asked_payment(tenant_a(), 'k1'), created_payment(tenant_a(), 'k2');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT payments.payment_intent_mirror(tenant_a(), pay('k1'),
                                      intent_object(pay('k1'), 'requires_payment_method'), clock());
SELECT results_eq(
    $$ SELECT stripe_payment_intent_id, stripe_status, client_secret, livemode, latest_charge_id
         FROM payments.payment_intents WHERE id = pay('k1') $$,
    $$ VALUES ('pi_' || pay('k1'), 'requires_payment_method', 'pi_' || pay('k1') || '_secret',
               false, NULL::text) $$,
    'an intent''s ids, secret, mode and status are kept');
SELECT results_eq(
    $$ SELECT object_type, object_id = pay('k1')
         FROM payments.provider_objects WHERE provider_id = 'pi_' || pay('k1') $$,
    $$ VALUES ('payment_intent', true) $$, 'whose intent it is, is kept');
SELECT payments.payment_intent_mirror(tenant_a(), pay('k1'),
                                      intent_object(pay('k1'), 'requires_capture')
                                      - 'client_secret' - 'livemode', clock());
SELECT results_eq(
    $$ SELECT stripe_status, client_secret, livemode, latest_charge_id
         FROM payments.payment_intents WHERE id = pay('k1') $$,
    $$ VALUES ('requires_capture', 'pi_' || pay('k1') || '_secret', false, 'ch_' || pay('k1')) $$,
    'what a later object does not say stays');
SELECT results_eq(
    $$ SELECT object_type, object_id = pay('k1')
         FROM payments.provider_objects WHERE provider_id = 'ch_' || pay('k1') $$,
    $$ VALUES ('charge', true) $$, 'whose charge it is, is kept');
SELECT payments.payment_intent_mirror(tenant_a(), pay('k1'),
                                      intent_object(pay('k1'), 'requires_payment_method',
                                                    jsonb_build_object('latest_charge', 'ch_old_'
                                                        || pay('k1'))) - 'status', clock());
SELECT results_eq(
    $$ SELECT stripe_status, latest_charge_id = 'ch_' || pay('k1')
         FROM payments.payment_intents WHERE id = pay('k1') $$,
    $$ VALUES ('requires_capture', true) $$, 'a stale object moves neither status nor charge');
SELECT payments.payment_intent_mirror(tenant_a(), pay('k1'), intent_object(pay('k1'), 'succeeded'),
                                      clock());
SELECT payments.payment_intent_mirror(tenant_a(), pay('k1'), intent_object(pay('k1'), 'processing'),
                                      clock());
SELECT is((SELECT stripe_status FROM payments.payment_intents WHERE id = pay('k1')), 'succeeded',
          'after succeeded nothing is believed any more');
SELECT payments.payment_intent_mirror(tenant_a(), pay('k2'),
                                      intent_object(pay('k2'), 'canceled',
                                                    '{"canceled_at": 1795000000, '
                                                    '"cancellation_reason": "duplicate"}'),
                                      clock());
SELECT payments.payment_intent_mirror(tenant_a(), pay('k2'),
                                      intent_object(pay('k2'), 'requires_payment_method'), clock());
SELECT results_eq(
    $$ SELECT stripe_status, canceled_at = to_timestamp(1795000000), cancellation_reason
         FROM payments.payment_intents WHERE id = pay('k2') $$,
    $$ VALUES ('canceled', true, 'duplicate') $$, 'nor after canceled');
RESET ROLE;
SELECT asked_payment(tenant_a(), 'k3');
SET LOCAL ROLE payments_definer;
SELECT payments.payment_intent_mirror(tenant_a(), pay('k3'),
                                      intent_object(pay('k3'), 'requires_capture') - 'status',
                                      clock());
SELECT payments.payment_intent_mirror(tenant_a(), pay('k3'),
                                      intent_object(pay('k3'), 'requires_capture'), clock());
SELECT is((SELECT stripe_status FROM payments.payment_intents WHERE id = pay('k3')),
          'requires_capture', 'a status that comes after the ids is kept too');
SELECT remember();
SELECT throws_ok(
    $$ SELECT payments.payment_intent_mirror(tenant_a(), pay('k2'),
                                             intent_object(pay('k1'), 'processing'), clock()) $$,
    'PY033', NULL, 'another payment''s intent is refused');
SELECT throws_ok(
    $$ SELECT payments.payment_intent_mirror(tenant_a(), pay('k2'),
                                             intent_object(pay('k2'), 'processing',
                                                           jsonb_build_object('latest_charge',
                                                               'ch_' || pay('k1'))), clock()) $$,
    'PY033', NULL, 'another payment''s charge is refused');
SELECT unchanged('what is refused changes nothing');

SELECT * FROM finish();
ROLLBACK;
