BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(6);
SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT set_config('tap.payment', settled_payment(tenant_a(), 'k')::text, true);
-- Refunds come with their own issue: their operations are planted, as one and as a reversal.
INSERT INTO payments.stripe_operations
    (tenant_id, id, kind, payment_id, subject_id, lock_key, request, state, next_run_at, created_at,
     updated_at)
SELECT tenant_a(
    ), id::uuid, kind, current_setting('tap.payment')::uuid, gen_random_uuid(), 'tap:' || kind,
        '{}', 'ready', now(), now(), now()
  FROM (VALUES ('11111111-1111-4111-8111-111111111111', 'refund'),
               ('22222222-2222-4222-8222-222222222222', 'reversal')) AS o (id, kind);
CREATE FUNCTION pg_temp.attempt(p_operation uuid, p_provider_id text,
                                p_outcome text DEFAULT 'succeeded') RETURNS void LANGUAGE sql
AS $$ INSERT INTO payments.stripe_operation_attempts (tenant_id, operation_id, lease_epoch,
                                                      generation, outcome, applied, provider_id,
                                                      finished_at)
      VALUES (tap_helpers.tenant_a(), p_operation, 1, 0, p_outcome, true, p_provider_id, now()) $$;
SELECT pg_temp.attempt('11111111-1111-4111-8111-111111111111', 're_1');
SELECT pg_temp.attempt('11111111-1111-4111-8111-111111111111', 're_1');
SELECT pg_temp.attempt('11111111-1111-4111-8111-111111111111', 're_2', 'failed');
SELECT pg_temp.attempt('22222222-2222-4222-8222-222222222222', 'trr_1');
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_one_refund_per_operation(tenant_a())',
                'one refund, seen twice, is no breach; a failed one does not count');
SELECT pg_temp.attempt('11111111-1111-4111-8111-111111111111', 're_2');
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_one_refund_per_operation(tenant_a())',
    $$ VALUES ('operation', '11111111-1111-4111-8111-111111111111', 'Stripe ids re_1, re_2') $$,
    'a second Stripe refund of one operation is a breach');
SELECT pg_temp.attempt('22222222-2222-4222-8222-222222222222', 'trr_2');
SELECT is((SELECT count(*) FROM payments.invariant_one_refund_per_operation(tenant_a())), 2::bigint,
          'a second reversal of one operation is a breach as well');
SELECT is_empty('SELECT * FROM payments.invariant_one_transfer_per_purpose(tenant_a())',
                'it is no breach of the rule for transfers');
SELECT is_empty('SELECT * FROM payments.invariant_one_intent_per_key(tenant_a())',
                'nor of the rule for intents');
SELECT enter(tenant_b());
SELECT is_empty('SELECT * FROM payments.invariant_one_refund_per_operation(tenant_a())',
                'from another tenant nothing of it is seen');

SELECT * FROM finish();
ROLLBACK;
