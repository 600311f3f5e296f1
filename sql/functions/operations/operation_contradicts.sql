-- plpgsql, because its plan is kept: an SQL function with a subquery is planned anew by every call.
CREATE OR REPLACE FUNCTION payments.operation_contradicts(p_operation payments.stripe_operations,
                                                          p_object jsonb)
RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = payments, pg_temp
AS $$
BEGIN
    RETURN CASE p_operation.kind
        WHEN 'intent' THEN
            (p_object ->> 'id', p_object ->> 'amount', p_object ->> 'currency') IS DISTINCT FROM
            (coalesce(p_object ->> 'id', '?'), p_operation.request #>> '{params,amount}',
             p_operation.request #>> '{params,currency}')
        WHEN 'transfer' THEN
            (p_object ->> 'id', p_object ->> 'amount', p_object ->> 'currency',
             p_object ->> 'destination') IS DISTINCT FROM
            (coalesce(p_object ->> 'id', '?'), p_operation.request #>> '{params,amount}',
             p_operation.request #>> '{params,currency}',
             p_operation.request #>> '{params,destination}')
        WHEN 'refund' THEN
            (p_object ->> 'id', p_object ->> 'amount', p_object ->> 'payment_intent') IS DISTINCT
                FROM
            (coalesce(p_object ->> 'id', '?'), p_operation.request #>> '{params,amount}',
             p_operation.request #>> '{params,payment_intent}')
        WHEN 'reversal' THEN
            (p_object ->> 'id', p_object ->> 'amount', p_object ->> 'transfer') IS DISTINCT FROM
            (coalesce(p_object ->> 'id', '?'), p_operation.request #>> '{params,amount}',
             p_operation.request ->> 'target')
        WHEN 'account' THEN p_object ->> 'id' IS NULL
        WHEN 'account_link' THEN p_object ->> 'url' IS NULL
        WHEN 'fetch' THEN
            p_object ->> 'id' IS DISTINCT FROM p_operation.request ->> 'target'
            -- A charge that settled in another currency: its fee is in none that the payment's
            -- ledger has.
            OR p_operation.request ->> 'resource' = 'balance_transactions'
           AND p_operation.request ->> 'target' IS NOT NULL
               AND p_object ->> 'currency' IS DISTINCT FROM (
                   SELECT p.currency FROM payments.payment_transactions AS p
                    WHERE p.tenant_id = p_operation.tenant_id AND p.id = p_operation.payment_id)
        ELSE p_object ->> 'id' IS DISTINCT FROM p_operation.request ->> 'target'
    END;
END
$$;
COMMENT ON FUNCTION payments.operation_contradicts(payments.stripe_operations, jsonb) IS
    'Whether an object that claims to be the operation''s result differs from the frozen request '
    'in what counts: id, amount, currency, destination. Null counts as yes.';
