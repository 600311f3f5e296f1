-- owner: payments_system
CREATE OR REPLACE FUNCTION ops.unowned_objects()
RETURNS TABLE (provider_account text, provider_id text, object_type text, class text, amount bigint,
               currency text, facts jsonb,
               state text, age interval, note text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
BEGIN
    RETURN QUERY
    SELECT u.provider_account, u.provider_id, u.object_type, u.class, u.amount, u.currency,
           u.document, u.state,
           date_trunc('second', v_now - u.opened_at), u.note
      FROM payments.unowned_objects AS u
     WHERE u.state <> 'closed'
     ORDER BY u.state <> 'open', u.opened_at;
END
$$;
COMMENT ON FUNCTION ops.unowned_objects() IS
    'What Stripe has and no tenant of ours, open items first; noted: the platform''s own payouts, '
    'top-ups and fees. Minor units. Example: SELECT * FROM ops.unowned_objects() WHERE state = '
    '''open'';';
