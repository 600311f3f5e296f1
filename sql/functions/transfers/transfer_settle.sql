CREATE OR REPLACE FUNCTION payments.transfer_settle(p_tenant_id uuid, p_transfer_id uuid,
                                                    p_object jsonb, p_now timestamptz)
RETURNS integer
LANGUAGE sql VOLATILE SET search_path = payments, pg_temp
AS $$ SELECT payments.transfers_settle(p_tenant_id, ARRAY[p_transfer_id], ARRAY[p_object ->> 'id'],
                                       p_now) $$;
COMMENT ON FUNCTION payments.transfer_settle(uuid, uuid, jsonb, timestamptz) IS
    'Marks a transfer as paid by the given Stripe transfer and posts it, once. Returns how many '
    'operations became due. Raises PY033 when Stripe''s id is another row''s.';
