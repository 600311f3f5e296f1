CREATE OR REPLACE FUNCTION payments.payment_record(
    p_tenant_id uuid, p_payment_id uuid, p_subject text, p_request jsonb, p_now timestamptz
) RETURNS void
LANGUAGE sql VOLATILE SET search_path = payments, pg_temp
AS $$ SELECT payments.payments_record(p_tenant_id, ARRAY[p_payment_id], ARRAY[p_subject],
                                      ARRAY[p_request], p_now) $$;
COMMENT ON FUNCTION payments.payment_record(uuid, uuid, text, jsonb, timestamptz) IS
    'Writes the rows of a new payment: transaction, intent, shares (the request''s own, else the '
    'rule''s), and the hold, if one is asked for. Raises PY020, PY023, PY024.';
