-- Reads by transaction id and only what every running transaction started after, as ledger_rollup
-- does: a late commit keeps its place behind checked_xid. Nobody but another check waits for it,
-- and that one does not: it goes away.
CREATE OR REPLACE FUNCTION api.violations_check(p_tenant_id uuid, p_limit integer)
    RETURNS TABLE (checked integer, violations bigint, behind boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
    v_from xid8;
    v_end CONSTANT xid8 := pg_snapshot_xmin(pg_current_snapshot());
    v_to xid8;
    v_payment_ids uuid[];
BEGIN
    PERFORM payments.tenant_enter(p_tenant_id);
    -- Looked for first: ON CONFLICT would wait for the check that is under way.
    IF NOT EXISTS (SELECT FROM payments.violation_checks AS progress
                    WHERE progress.tenant_id = p_tenant_id) THEN
        INSERT INTO payments.violation_checks (tenant_id, checked_xid, checked_at)
        VALUES (p_tenant_id, '0', v_now) ON CONFLICT DO NOTHING;
    END IF;
    SELECT progress.checked_xid INTO v_from FROM payments.violation_checks AS progress
     WHERE progress.tenant_id = p_tenant_id FOR NO KEY UPDATE SKIP LOCKED;
    IF FOUND THEN
        -- Restored into a younger cluster: its transaction ids start again, so does the check.
        v_from := CASE WHEN v_from > v_end THEN '0'::xid8 ELSE v_from END;
        v_to := payments.violations_until(p_tenant_id, v_from, v_end, p_limit);
        SELECT array_agg(touched.payment_id) INTO v_payment_ids FROM (
            SELECT posting.payment_id FROM payments.ledger_postings AS posting
             WHERE posting.tenant_id = p_tenant_id AND posting.posted_xid >= v_from
               AND posting.posted_xid < v_to
               AND posting.payment_id IS NOT NULL
            UNION
            SELECT mark.payment_id FROM payments.payment_marks AS mark
             WHERE mark.tenant_id = p_tenant_id AND mark.marked_xid >= v_from
               AND mark.marked_xid < v_to
            UNION
            SELECT found.payment_id FROM payments.violations_found AS found
             WHERE found.tenant_id = p_tenant_id) AS touched;
        IF v_payment_ids IS NOT NULL THEN
            PERFORM payments.violations_record(p_tenant_id, v_payment_ids, v_now);
        END IF;
        DELETE FROM payments.payment_marks AS mark WHERE mark.tenant_id = p_tenant_id
           AND mark.marked_xid < v_to;
        UPDATE payments.violation_checks AS progress SET checked_xid = v_to, checked_at = v_now
         WHERE progress.tenant_id = p_tenant_id;
    END IF;
    checked := coalesce(cardinality(v_payment_ids), 0);
    behind := coalesce(v_to < v_end, false);
    SELECT count(*) INTO violations FROM payments.violations_found AS found
     WHERE found.tenant_id = p_tenant_id;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION api.violations_check(uuid, integer) IS
    'Checks the invariants of the payments changed since the last time, about p_limit changes at '
    'most, and of those found broken before. Returns how many payments were looked at, how many '
    'breaches there are, and whether there is more to check. Raises PY001, PY002.';
