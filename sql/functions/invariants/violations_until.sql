CREATE OR REPLACE FUNCTION payments.violations_until(p_tenant_id uuid, p_from xid8, p_end xid8,
                                                     p_limit integer) RETURNS xid8
LANGUAGE plpgsql STABLE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_last xid8;
BEGIN
    SELECT u.xid INTO v_last FROM (
        SELECT g.posted_xid AS xid FROM payments.ledger_postings AS g
         WHERE g.tenant_id = p_tenant_id AND g.posted_xid >= p_from AND g.posted_xid < p_end
        UNION ALL
        SELECT m.marked_xid FROM payments.payment_marks AS m
         WHERE m.tenant_id = p_tenant_id AND m.marked_xid >= p_from AND m.marked_xid < p_end) AS u
     ORDER BY u.xid OFFSET p_limit - 1 LIMIT 1;
    IF v_last IS NULL THEN
        RETURN p_end;
    END IF;
    -- The whole of the last transaction, however much it did: so that there is always progress.
    RETURN least(
        (SELECT g.posted_xid FROM payments.ledger_postings AS g
          WHERE g.tenant_id = p_tenant_id AND g.posted_xid > v_last AND g.posted_xid < p_end
          ORDER BY g.posted_xid LIMIT 1),
        (SELECT m.marked_xid FROM payments.payment_marks AS m
          WHERE m.tenant_id = p_tenant_id AND m.marked_xid > v_last AND m.marked_xid < p_end
          ORDER BY m.marked_xid LIMIT 1),
        p_end);
END
$$;
COMMENT ON FUNCTION payments.violations_until(uuid, xid8, xid8, integer) IS
    'Up to which transaction to check when about p_limit changes are to be looked at; p_end when '
    'there are fewer.';
