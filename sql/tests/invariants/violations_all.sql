BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(7);
SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT open_account(tenant_a(), 'seller', 's1'), settled_payment(tenant_a(), 'held', resale());
SELECT set_config('tap.payment', settled_payment(tenant_a(), 'k')::text, true);
SELECT set_config('tap.v1', paid_transfer(current_setting('tap.payment')::uuid, 'v1')::text, true);
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.violations_all(tenant_a())',
                'a tenant whose money is right has no breach of anything');

-- One breach of each invariant that the schema would let through, planted where its CHECKs and
-- triggers do not look.
RESET ROLE;
INSERT INTO payments.stripe_operations
    (tenant_id, id, kind, payment_id, subject_id, lock_key, request, state, next_run_at, created_at,
     updated_at)
VALUES (tenant_a(), '11111111-1111-4111-8111-111111111111', 'refund',
        current_setting('tap.payment')::uuid, gen_random_uuid(), 'tap', '{}', 'ready', now(), now(),
        now());
INSERT INTO payments.stripe_operation_attempts (tenant_id, operation_id, lease_epoch, generation,
                                                outcome, applied, provider_id, finished_at)
SELECT tenant_a(), o, 1, 0, 'succeeded', false, 'x' || n, now()
  FROM unnest(ARRAY['11111111-1111-4111-8111-111111111111',
                    operation_of(current_setting('tap.payment')::uuid, 'intent'),
                    call_of(current_setting('tap.payment')::uuid, 'v1')]) AS o,
                        generate_series(1, 2) AS n;
ALTER TABLE payments.stripe_transfers DROP CONSTRAINT transfer_reversed_within_amount;
SELECT unchecked($$
    UPDATE payments.payment_transactions SET settled_at = NULL, amount_captured = 0;
    UPDATE payments.stripe_transfers SET amount_reversed = 6001
     WHERE id = current_setting('tap.v1')::uuid;
    UPDATE payments.ledger_postings SET currency = 'eur', posted_xid = '4'
     WHERE cause_type = 'transfer';
    UPDATE payments.stripe_operations SET provider_id = 'tr_x' WHERE kind = 'transfer'
       AND state = 'succeeded';
    ALTER TABLE payments.payment_transactions DROP CONSTRAINT payment_refunded_within_captured;
    UPDATE payments.payment_transactions SET amount_refunded = 1;
    UPDATE payments.escrows SET released_amount = released_amount + 1,
           held_amount = held_amount - 1;
    INSERT INTO payments.clawback_shares (tenant_id, id, payment_id, cause_type, cause_id,
                                          recipient_type, recipient_id, amount, currency,
                                          created_at)
    VALUES (tenant_a(), gen_random_uuid(), current_setting('tap.payment')::uuid, 'refund',
            gen_random_uuid(), 'artist', 'a1', 5, 'usd', now());
    INSERT INTO payments.receivables (tenant_id, id, payment_id, recipient_type, recipient_id,
                                      cause_type, cause_id, amount, amount_netted, currency,
                                      created_at,
                                      updated_at)
    VALUES (tenant_a(), gen_random_uuid(), current_setting('tap.payment')::uuid, 'artist', 'a1',
            'refund', gen_random_uuid(), 5, 5, 'usd', now(), now());
    INSERT INTO payments.ledger_rollups (tenant_id, folded_xid, folded_at)
    VALUES (tenant_a(), '6', now());
    UPDATE payments.stripe_operation_attempts SET outcome = 'failed'
     WHERE operation_id = call_of(current_setting('tap.payment')::uuid, 'v1') AND applied;
    UPDATE payments.payment_intents SET stripe_status = 'canceled';
    INSERT INTO payments.webhook_inbox (source, event_id, event_type, object_ids, payload,
                                        tenant_id,
                                        state, next_run_at, received_at)
    VALUES ('platform', 'evt_late', 'x', '[]', '', tenant_a(), 'waiting', now(),
            now() - interval '4 days');
    DROP INDEX payments.stripe_operations_unresolved;
    UPDATE payments.stripe_operations
       SET lock_key = 'tap', first_sent_at = now(), first_sent_epoch = 1,
           last_sent_at = now(), next_run_at = '2999-01-01'
     WHERE id IN ('11111111-1111-4111-8111-111111111111',
                  call_of(current_setting('tap.payment')::uuid, 'a1'));
    INSERT INTO payments.stripe_operation_attempts (tenant_id, operation_id, lease_epoch,
                                                    generation,
                                                    outcome, applied, finished_at)
    VALUES (tenant_a(), operation_of(current_setting('tap.payment')::uuid, 'intent'), 1, 0,
            'succeeded',
            true, now());
    UPDATE payments.stripe_operations SET state = 'failed', outcome = 'failed' WHERE kind = 'intent'
       AND payment_id = pay('held');
    UPDATE payments.stripe_operations SET finished_at = created_at - interval '1 hour'
     WHERE kind = 'intent'
$$);
SELECT remember();
SET LOCAL ROLE payments_definer;
SELECT set_eq('SELECT DISTINCT invariant FROM payments.violations_all(tenant_a())',
    ARRAY['M01', 'M02', 'M03', 'M04', 'M05', 'M06', 'M07', 'M08', 'M09', 'M10', 'M11', 'M12', 'M13',
          'M14', 'M15', 'M16', 'M17',
          'M18', 'M20', 'M21', 'M22', 'M23', 'M25', 'M26', 'M28'],
              'a breach of each invariant is reported under its name');
SELECT is_empty($$ SELECT v.invariant FROM payments.violations_all(tenant_a()) AS v
                    WHERE v.object_type IS NULL OR v.object_id IS NULL
                       OR coalesce(v.detail, '') = '' $$, 'each says of what, and how');
SELECT unchanged('looking changes no row');
SELECT set_eq($$ SELECT p.proname::text FROM pg_proc AS p
                  WHERE p.pronamespace = 'payments'::regnamespace AND p.proname LIKE 'invariant\_%'
                    AND NOT EXISTS (SELECT FROM pg_proc AS everything
                                     WHERE everything.oid = 'payments.violations_all(uuid, '
                                         'uuid[])'::regprocedure
                                       AND position(format('payments.%s(',
                                                           p.proname) IN everything.prosrc) > 0) $$,
    $$ VALUES ('invariant_rows_need_their_tenant'), ('invariant_amounts_are_exact') $$,
    'no check is left out but the two of the catalog');
SELECT is_empty(
    $$ SELECT v.payment_id FROM payments.violations_all(tenant_a(), ARRAY[pay('held')]) AS v
        WHERE v.payment_id IS DISTINCT FROM pay('held') $$,
    'asked about one payment, it tells of that one only');
SELECT enter(tenant_b());
SELECT is_empty('SELECT * FROM payments.violations_all(tenant_a())',
                'from another tenant nothing of it is seen');

SELECT * FROM finish();
ROLLBACK;
