-- What a script asserts of more than one row: that nothing changed, what an account holds, that all
-- money adds up.

CREATE FUNCTION tap_helpers.state() RETURNS text LANGUAGE plpgsql SECURITY DEFINER
AS $$
DECLARE
    v_table regclass;
    v_part text;
    v_all text := '';
BEGIN
    FOR v_table IN
        SELECT c.oid::regclass FROM pg_class AS c
         WHERE c.relnamespace = 'payments'::regnamespace AND c.relkind = 'r' ORDER BY c.relname
    LOOP
        EXECUTE format('SELECT md5(string_agg(r::text, %L ORDER BY r::text)) FROM %s AS r', '|',
                       v_table) INTO v_part;
        v_all := v_all || v_table || coalesce(v_part, '-');
    END LOOP;
    RETURN md5(v_all);
END
$$;
COMMENT ON FUNCTION tap_helpers.state() IS 'A fingerprint of every row of every table of ours.';

CREATE FUNCTION tap_helpers.remember() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
AS $$ BEGIN PERFORM set_config('tap_helpers.state', tap_helpers.state(), true); END $$;
COMMENT ON FUNCTION tap_helpers.remember() IS 'Notes the state that unchanged() compares with.';

CREATE FUNCTION tap_helpers.unchanged(p_description text) RETURNS text
LANGUAGE plpgsql SECURITY INVOKER
AS $$
BEGIN
    RETURN tap.is(tap_helpers.state(), current_setting('tap_helpers.state'), p_description);
END
$$;
COMMENT ON FUNCTION tap_helpers.unchanged(text) IS
    'Asserts that no row of ours changed since remember().';

CREATE FUNCTION tap_helpers.balance(p_tenant_id uuid, p_kind text, p_recipient_id text DEFAULT '')
RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
AS $$
    SELECT coalesce(sum(CASE WHEN g.debit_account_id = a.id THEN g.amount ELSE -g.amount END),
                    0)::bigint
      FROM payments.ledger_accounts AS a
      JOIN payments.ledger_postings AS g ON g.tenant_id = a.tenant_id
       AND a.id IN (g.debit_account_id, g.credit_account_id)
     WHERE a.tenant_id = p_tenant_id AND a.kind = p_kind AND a.recipient_id = p_recipient_id
$$;
COMMENT ON FUNCTION tap_helpers.balance(uuid, text, text) IS
    'Debits less credits of a ledger account.';

CREATE FUNCTION tap_helpers.money_is_right(p_tenant_id uuid, p_description text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
AS $$
BEGIN
    PERFORM tap_helpers.enter(p_tenant_id);
    RETURN tap.is((SELECT string_agg(v::text, ' ') FROM payments.violations_all(p_tenant_id) AS v),
                  NULL, p_description);
END
$$;
COMMENT ON FUNCTION tap_helpers.money_is_right(uuid, text) IS
    'Asserts that no money invariant of a tenant is broken.';
