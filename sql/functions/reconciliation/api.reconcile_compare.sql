CREATE OR REPLACE FUNCTION api.reconcile_compare(p_tenant_id uuid, p_run jsonb, p_account text,
                                                 p_resource text, p_objects jsonb)
RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_found record;
    v_due integer := 0;
BEGIN
    PERFORM payments.tenant_enter(p_tenant_id);
    INSERT INTO payments.reconciliation_sightings
        (tenant_id, run_id, provider_account, provider_id, source_id, currency, at_provider,
         in_ledger, seen_at)
    SELECT p_tenant_id, (p_run ->> 'id')::uuid, p_account, e.object ->> 'id',
           e.object #>> '{source,id}', CASE WHEN m.money THEN e.object ->> 'currency' END,
           CASE WHEN m.money THEN (e.object ->> 'net')::bigint END,
           CASE WHEN m.money THEN payments.transaction_explain(p_tenant_id, p_account, e.object)
                END, payments.clock()
      FROM jsonb_array_elements(p_objects) AS e (object)
     CROSS JOIN LATERAL (SELECT p_resource = 'balance_transactions' AS money) AS m
    ON CONFLICT DO NOTHING;
    -- By id, so that two runs at once never wait for each other crosswise.
    FOR v_found IN
        SELECT e.object, payments.from_epoch(e.object ->> 'created') AS made_at, f.*
          FROM jsonb_array_elements(p_objects) AS e (object)
         CROSS JOIN LATERAL payments.reconcile_findings(p_tenant_id, p_account, p_resource,
                                                        e.object) AS f
         ORDER BY e.object ->> 'id', f.class
    LOOP
        CONTINUE WHEN v_found.made_at >= (p_run ->> 'settledBefore')::timestamptz;
        PERFORM payments.discrepancy_note(p_tenant_id, p_account, v_found.class,
            coalesce(v_found.object ->> 'type', v_found.object ->> 'object'),
            v_found.object ->> 'id', v_found.object_id, v_found.at_provider, v_found.ours,
            v_found.unexplained, v_found.object ->> 'currency', v_found.made_at);
        v_due := v_due + payments.reconcile_heal(p_tenant_id, p_run ->> 'id', p_account, p_resource,
                                                 to_jsonb(v_found));
    END LOOP;
    RETURN v_due;
END
$$;
COMMENT ON FUNCTION api.reconcile_compare(uuid, jsonb, text, text, jsonb) IS
    'Compares a tenant''s objects of a page of Stripe''s (p_resource; p_account: acct_… of a '
    'payee, or platform) with our rows and notes what does not agree. Again with the same page it '
    'changes nothing. Returns how many operations became due. Raises PY001, PY002.';
