-- The trace stays out of what is sent: a request that is made anew after a restore must be the same
-- byte for byte (docs/decisions/0009-the-trace-stays-at-home.md). Stripe's metadata name the
-- operation, and the operation its trace. plpgsql, because its plan is kept.
CREATE OR REPLACE FUNCTION payments.operation_trace(p_operation payments.stripe_operations)
    RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = payments, pg_temp
AS $$
BEGIN
    RETURN coalesce(p_operation.trace_context, (
        SELECT o.trace_context FROM payments.stripe_operations AS o
         WHERE o.tenant_id = p_operation.tenant_id AND o.payment_id = p_operation.payment_id
           AND o.kind = 'intent'
         LIMIT 1));
END
$$;
COMMENT ON FUNCTION payments.operation_trace(payments.stripe_operations) IS
    'traceparent of the request that an operation goes back to: the one that asked for it, else '
    'the one that made its payment. Null when neither is known.';
