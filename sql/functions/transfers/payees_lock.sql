-- Lock order everywhere: payment, payee, operation. Whoever has a payee looked into waits for us,
-- or we for them: review_open.
CREATE OR REPLACE FUNCTION payments.payees_lock(p_tenant_id uuid, p_account_ids uuid[]) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM FROM payments.connected_accounts AS a
      WHERE a.tenant_id = p_tenant_id AND a.id = ANY (p_account_ids)
      ORDER BY a.id
        FOR KEY SHARE OF a;
    -- Only an account seen as closed is locked further: it must not open between this look and our
    -- commit, or nobody would release what we block. An open one may close; then Stripe refuses and
    -- the transfer is blocked there.
    PERFORM FROM payments.connected_accounts AS a
      WHERE a.tenant_id = p_tenant_id AND NOT a.transfers_enabled AND a.id = ANY (p_account_ids)
      ORDER BY a.id
        FOR SHARE OF a;
END
$$;
COMMENT ON FUNCTION payments.payees_lock(uuid, uuid[]) IS
    'Locks payees for this transaction before transfers to them are written or changed; those who '
    'can receive are shared with everybody who pays them.';
