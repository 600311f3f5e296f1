CREATE OR REPLACE FUNCTION payments.transfers_plan(
    p_tenant_id uuid, p_payment_id uuid, p_purpose text, p_cause_id uuid, p_payees jsonb,
    p_source_transaction text, p_now timestamptz, p_net boolean
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_holds CONSTANT text[] := payments.payment_holds(p_tenant_id, p_payment_id);
    v_payees CONSTANT uuid[] := (SELECT array_agg((e ->> 'accountId')::uuid)
                                   FROM jsonb_array_elements(p_payees) AS e);
    v_due integer;
BEGIN
    PERFORM payments.payees_lock(p_tenant_id, v_payees);
    WITH asked AS MATERIALIZED (
        SELECT (e ->> 'accountId')::uuid AS account_id, (e ->> 'amount')::bigint AS amount
          FROM jsonb_array_elements(p_payees) AS e
    ), payee AS MATERIALIZED (
        SELECT account.*, payment.currency, asked.amount - CASE WHEN p_net THEN
                   payments.receivable_net(
                       p_tenant_id, p_payment_id, account.recipient_type, account.recipient_id,
                       asked.amount, payment.currency, p_cause_id, p_now) ELSE 0 END AS amount
          FROM asked JOIN payments.connected_accounts AS account
            ON account.tenant_id = p_tenant_id AND account.id = ANY (v_payees)
           AND account.id = asked.account_id
          JOIN payments.payment_transactions AS payment ON payment.tenant_id = p_tenant_id
           AND payment.id = p_payment_id
         ORDER BY account.id  -- debts of several payees are locked in one order
    ), planned AS (
        INSERT INTO payments.stripe_transfers
            (tenant_id, id, payment_id, connected_account_id, recipient_type, recipient_id, purpose,
             cause_id, stripe_account_id, source_transaction, transfer_group, amount, currency,
             status, created_at, updated_at)
        SELECT p_tenant_id, payments.id_derive(p_tenant_id, 'transfer', p_payment_id::text,
                                               y.id::text, p_purpose, p_cause_id::text),
               p_payment_id, y.id, y.recipient_type, y.recipient_id, p_purpose, p_cause_id,
               y.stripe_account_id, p_source_transaction, 'pay_' || p_payment_id, y.amount,
               y.currency, CASE WHEN y.transfers_enabled THEN 'pending'
                                ELSE 'blocked' END, p_now, p_now
          FROM payee AS y WHERE y.amount > 0
        RETURNING id, payment_id, connected_account_id, stripe_account_id, source_transaction,
                  transfer_group, amount, currency, status
    ), called AS (
        INSERT INTO payments.stripe_operations
            (tenant_id, id, kind, payment_id, subject_id, lock_key, request, state, holds,
             next_run_at, created_at, updated_at)
        SELECT p_tenant_id, i.operation_id, 'transfer', t.payment_id, t.id,
               'transfer:' || t.payment_id || ':' || t.connected_account_id,
               jsonb_build_object('target', NULL, 'params', jsonb_strip_nulls(jsonb_build_object(
                   'amount', t.amount, 'currency', t.currency, 'destination', t.stripe_account_id,
                   'source_transaction', t.source_transaction, 'transfer_group', t.transfer_group,
                   'metadata', jsonb_build_object(
                       'operation_id', i.operation_id, 'payment_id', t.payment_id, 'transfer_id',
                       t.id, 'tenant_id', p_tenant_id)))),
               'ready', v_holds || array_remove(ARRAY[
                   CASE t.status WHEN 'blocked' THEN 'payee_blocked' END,
                   CASE WHEN payments.account_reviewed(p_tenant_id, t.connected_account_id)
                        THEN 'payee_review' END], NULL),
               p_now, p_now, p_now
          FROM planned AS t CROSS JOIN LATERAL (SELECT payments.id_derive(
                   p_tenant_id, 'transfer_call', t.id::text) AS operation_id) AS i
        RETURNING holds
    )
    SELECT count(*) FILTER (WHERE c.holds = '{}') INTO v_due FROM called AS c;
    RETURN v_due;
END
$$;
COMMENT ON FUNCTION payments.transfers_plan(uuid, uuid, text, uuid, jsonb, text, timestamptz,
                                            boolean) IS
    'Writes one transfer and its operation per payee ([{accountId, amount}], minor units); with '
    'p_net what the payee owes is kept back first. A payee who cannot receive yet gets a blocked '
    'one, a payment or payee that is disputed or in review held ones. Returns how many operations '
    'are due.';
