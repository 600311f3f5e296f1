CREATE OR REPLACE FUNCTION payments.operation_mark_dead(
    p_operation payments.stripe_operations, p_code text, p_message text, p_now timestamptz
) RETURNS void
LANGUAGE sql VOLATILE SET search_path = payments, pg_temp
AS $$
    UPDATE payments.stripe_operations AS o
       SET state = 'dead', leased_by = NULL, failures = o.failures + 1, updated_at = p_now,
           last_error_code = p_code, last_error = left(p_message, 500)
     WHERE o.tenant_id = p_operation.tenant_id AND o.id = p_operation.id
$$;
COMMENT ON FUNCTION payments.operation_mark_dead(payments.stripe_operations, text, text,
                                                 timestamptz) IS
    'Gives an unresolved operation up for a person: dead, still unresolved, so no second call on '
    'its object is sent.';
