-- owner: payments_system
CREATE OR REPLACE FUNCTION api.unowned_report() RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
BEGIN
    RETURN (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
                   'class', u.class, 'account', u.provider_account, 'objectType', u.object_type,
            'stripeId', u.provider_id,
                   'amount', u.amount, 'currency', u.currency, 'facts', u.document,
                   'ageSeconds', floor(extract(epoch FROM v_now - u.opened_at)))
                                  ORDER BY u.opened_at, u.provider_id), '[]')
          FROM payments.unowned_objects AS u WHERE u.state = 'open');
END
$$;
COMMENT ON FUNCTION api.unowned_report() IS
    'What Stripe has and no tenant of ours, with its age; amounts in minor units.';
