CREATE OR REPLACE FUNCTION payments.receivable_retry_id(
    p_tenant_id uuid, p_receivable_id uuid, p_number integer
) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT payments.id_derive(p_tenant_id, 'receivable_retry', p_receivable_id::text,
                                p_number::text) $$;
COMMENT ON FUNCTION payments.receivable_retry_id(uuid, uuid, integer) IS
    'The cause of the repeated reversal of a receivable with a number, counted from 1.';
