-- Two tenants with rows in every table, for whoever attacks one from the other. A table that the
-- story does not reach gets a row that only has to be somebody's, so that a new table is attacked
-- without anybody naming it.

CREATE VIEW tap_helpers.tenant_tables AS
SELECT c.oid, c.relname::text AS name FROM pg_class AS c
  JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND a.attnotnull
 WHERE c.relnamespace = 'payments'::regnamespace AND c.relkind IN ('r', 'p');
COMMENT ON VIEW tap_helpers.tenant_tables IS 'Every table of tenants'' rows.';

CREATE FUNCTION tap_helpers.live(p_tenant_id uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
AS $$
DECLARE
    v_resale jsonb := tap_helpers.resale('{"conditions": ["scanned", "delivered"]}');
    v_paid uuid;
BEGIN
    PERFORM tap_helpers.open_account(p_tenant_id, 'venue', 'v1'),
            tap_helpers.open_account(p_tenant_id, 'seller', 's1'),
            tap_helpers.open_account(p_tenant_id, 'artist', 'a1', false);
    PERFORM tap_helpers.settled_payment(p_tenant_id, 'settled', '{"eventId": "gig"}'),
            tap_helpers.authorised_payment(p_tenant_id, 'held'),
            tap_helpers.authorised_payment(p_tenant_id, 'hold 2'),
            tap_helpers.asked_payment(p_tenant_id, 'asked'),
            tap_helpers.created_payment(p_tenant_id, 'created'),
            tap_helpers.settled_payment(p_tenant_id, 'resold', v_resale),
            tap_helpers.settled_payment(p_tenant_id, 'sold again', tap_helpers.resale());
    v_paid := tap_helpers.settled_payment(p_tenant_id, 'paid', '{"eventId": "gig"}');
    PERFORM tap_helpers.paid_transfer(v_paid, 'v1'),
            tap_helpers.refund(v_paid, 'refund', 100),
            tap_helpers.reverse(v_paid),
            tap_helpers.dispute(v_paid, 'd', 'needs_response', 500);
    PERFORM tap_helpers.suspect(p_tenant_id);
    PERFORM tap_helpers.authorised_payment(
        p_tenant_id, k, '{"captureMethod": "automatic", "customerId": "shady"}')
       FROM unnest('{shady,shadier}'::text[]) AS k;
    PERFORM FROM api.show_cancel(p_tenant_id, 'fixtures', 'canceled', '\x00', 'gig',
                                 '{"reason": "rain"}', 20);
    PERFORM ops.split_rule_set(p_tenant_id, 'venue', 'v1', '[]'),
            ops.refund_policy_set(p_tenant_id, 'other'),
            ops.tenant_member_add(p_tenant_id, 'payments_backup');
END
$$;
COMMENT ON FUNCTION tap_helpers.live(uuid) IS
    'What a tenant''s life leaves: payees, payments in several states, a refund, resales, a '
    'dispute, a canceled event.';

CREATE FUNCTION tap_helpers.plant(p_tenant_id uuid, p_table regclass) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
AS $$
DECLARE
    v_constraint name;
BEGIN
    FOR v_constraint IN
        SELECT c.conname FROM pg_constraint AS c WHERE c.conrelid = p_table AND c.contype = 'c'
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', p_table, v_constraint);
    END LOOP;
    EXECUTE (
        SELECT format('INSERT INTO %s (%s) VALUES (%s)', p_table,
                      string_agg(quote_ident(a.attname), ', '),
                      string_agg(CASE WHEN a.attname = 'tenant_id' THEN quote_literal(p_tenant_id)
                                      WHEN a.atttypid = 'uuid'::regtype THEN 'gen_random_uuid()'
                                      WHEN t.typcategory = 'D' THEN 'now()'
                                      WHEN t.typcategory = 'B' THEN 'true'
                                      WHEN t.typcategory = 'I' THEN '''::1'''
                                      WHEN t.typcategory = 'A' THEN '''{}'''
                                      WHEN a.atttypid = 'jsonb'::regtype THEN '''{}'''
                                      ELSE '''1''' END, ', '))
          FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid
         WHERE a.attrelid = p_table AND a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull
           AND a.attgenerated = '');
END
$$;
COMMENT ON FUNCTION tap_helpers.plant(uuid, regclass) IS
    'Puts a row of a tenant into a table, whatever its CHECKs say: they are dropped.';

CREATE FUNCTION tap_helpers.everything() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
AS $$
DECLARE
    v_tenant uuid;
    v_table regclass;
    v_empty boolean;
BEGIN
    FOREACH v_tenant IN ARRAY ARRAY[tap_helpers.tenant_a(), tap_helpers.tenant_b()] LOOP
        PERFORM tap_helpers.enter(v_tenant), tap_helpers.live(v_tenant);
    END LOOP;
    PERFORM tap_helpers.enter(NULL);
    PERFORM tap_helpers.receive('evt_' || v_tenant, 'payment_intent.succeeded', '[]');
    SET LOCAL session_replication_role = replica;
    -- As if long ago, so that it can be folded and chained.
    UPDATE payments.ledger_postings SET posted_xid = '5';
    UPDATE payments.audit_log SET recorded_xid = '5';
    FOREACH v_tenant IN ARRAY ARRAY[tap_helpers.tenant_a(), tap_helpers.tenant_b()] LOOP
        PERFORM tap_helpers.enter(v_tenant);
        PERFORM api.ledger_rollup(v_tenant);
        PERFORM FROM api.audit_chain(v_tenant, 1000);
        FOR v_table IN SELECT t.oid::regclass FROM tap_helpers.tenant_tables AS t LOOP
            EXECUTE format('SELECT NOT EXISTS (SELECT FROM %s WHERE tenant_id = %L)', v_table,
                           v_tenant) INTO v_empty;
            IF v_empty THEN
                PERFORM tap_helpers.plant(v_tenant, v_table);
            END IF;
        END LOOP;
    END LOOP;
    SET LOCAL session_replication_role = origin;
    PERFORM tap_helpers.enter(NULL);
END
$$;
COMMENT ON FUNCTION tap_helpers.everything() IS 'Gives both tenants rows in every table.';
