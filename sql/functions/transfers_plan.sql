CREATE OR REPLACE FUNCTION payments.transfers_plan(
    p_tenant_id uuid, p_payment_id uuid, p_charge_id text, p_now timestamptz
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_due integer;
BEGIN
    -- Only an account seen as closed is locked: it must not open between this look and our commit, or nobody would
    -- release what we block. An open one may close; then Stripe refuses and the transfer is blocked there.
    PERFORM FROM payments.payment_splits AS s
       JOIN payments.connected_accounts AS a ON a.tenant_id = p_tenant_id AND a.id = s.connected_account_id
      WHERE s.tenant_id = p_tenant_id AND s.payment_id = p_payment_id AND NOT a.transfers_enabled
      ORDER BY a.id
        FOR SHARE OF a;
    WITH planned AS (
        INSERT INTO payments.stripe_transfers
            (tenant_id, id, payment_id, connected_account_id, recipient_type, recipient_id, purpose, cause_id,
             stripe_account_id, source_transaction, transfer_group, amount, currency, status, created_at, updated_at)
        SELECT p_tenant_id, payments.id_derive(p_tenant_id, 'transfer', p_payment_id::text, a.id::text, 'settlement', p_payment_id::text),
               p_payment_id, a.id, s.recipient_type, s.recipient_id, 'settlement', p_payment_id,
               a.stripe_account_id, p_charge_id, 'pay_' || p_payment_id, s.amount, s.currency,
               CASE WHEN a.transfers_enabled THEN 'pending' ELSE 'blocked' END, p_now, p_now
          FROM payments.payment_splits AS s
          JOIN payments.connected_accounts AS a ON a.tenant_id = p_tenant_id AND a.id = s.connected_account_id
         WHERE s.tenant_id = p_tenant_id AND s.payment_id = p_payment_id AND s.amount > 0
        RETURNING id, payment_id, connected_account_id, stripe_account_id, source_transaction, transfer_group, amount, currency, status
    ), called AS (
        INSERT INTO payments.stripe_operations
            (tenant_id, id, kind, payment_id, subject_id, lock_key, request, state, holds, next_run_at, created_at, updated_at)
        SELECT p_tenant_id, i.operation_id, 'transfer', t.payment_id, t.id, 'transfer:' || t.payment_id || ':' || t.connected_account_id,
               jsonb_build_object('target', NULL, 'params', jsonb_build_object(
                   'amount', t.amount, 'currency', t.currency, 'destination', t.stripe_account_id,
                   'source_transaction', t.source_transaction, 'transfer_group', t.transfer_group,
                   'metadata', jsonb_build_object('operation_id', i.operation_id, 'payment_id', t.payment_id,
                                                  'transfer_id', t.id, 'tenant_id', p_tenant_id))),
               'ready', CASE t.status WHEN 'blocked' THEN ARRAY['payee_blocked'] ELSE '{}' END, p_now, p_now, p_now
          FROM planned AS t
         CROSS JOIN LATERAL (SELECT payments.id_derive(p_tenant_id, 'transfer_call', t.id::text) AS operation_id) AS i
    )
    SELECT count(*) FILTER (WHERE t.status = 'pending') INTO v_due FROM planned AS t;
    RETURN v_due;
END
$$;
COMMENT ON FUNCTION payments.transfers_plan(uuid, uuid, text, timestamptz) IS
    'Writes one transfer and its operation per payee of a settled payment. A payee who cannot receive yet gets a blocked one. Returns how many operations are due.';
