-- Who and what is meant: the two tenants, the ids of what a script made, and when it is.

-- ── who ─────────────────────────────────────────────────────────────────────────────────────────

CREATE FUNCTION tap_helpers.tenant_a() RETURNS uuid LANGUAGE sql IMMUTABLE
AS $$ SELECT 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa'::uuid $$;
COMMENT ON FUNCTION tap_helpers.tenant_a() IS 'The tenant most scripts work in; registered.';

CREATE FUNCTION tap_helpers.tenant_b() RETURNS uuid LANGUAGE sql IMMUTABLE
AS $$ SELECT 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb'::uuid $$;
COMMENT ON FUNCTION tap_helpers.tenant_b() IS 'Another registered tenant.';

CREATE FUNCTION tap_helpers.enter(p_tenant_id uuid) RETURNS void
LANGUAGE plpgsql SECURITY INVOKER
AS $$
BEGIN
    PERFORM set_config('app.current_tenant_id', coalesce(p_tenant_id::text, ''), true);
END
$$;
COMMENT ON FUNCTION tap_helpers.enter(uuid) IS
    'Enters a tenant, leaving another one: what a new transaction would do. Null leaves.';

-- ── when ────────────────────────────────────────────────────────────────────────────────────────

CREATE FUNCTION tap_helpers.clock() RETURNS timestamptz LANGUAGE sql VOLATILE SECURITY DEFINER
AS $$ SELECT payments.clock() $$;
COMMENT ON FUNCTION tap_helpers.clock() IS 'payments.clock(), for any role.';

CREATE FUNCTION tap_helpers.advance(p_by interval) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
AS $$ BEGIN UPDATE payments.deployment SET clock_offset = clock_offset + p_by; END $$;
COMMENT ON FUNCTION tap_helpers.advance(interval) IS
    'Shifts payments.clock() for the rest of the transaction.';

CREATE FUNCTION tap_helpers.stop_clock() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tap_helpers.keep('stopped', payments.clock() - d.clock_offset)
       FROM payments.deployment AS d;
    CREATE OR REPLACE FUNCTION payments.clock() RETURNS timestamptz
    LANGUAGE sql VOLATILE SET search_path = payments, pg_temp
    RETURN current_setting('tap_kept.stopped')::timestamptz
           + (SELECT d.clock_offset FROM payments.deployment AS d);
END
$$;
COMMENT ON FUNCTION tap_helpers.stop_clock() IS
    'Lets payments.clock() move by advance() alone until the script ends: for who compares times '
    'that two statements read.';

-- ── names for what a script made ────────────────────────────────────────────────────────────────

CREATE FUNCTION tap_helpers.keep(p_name text, p_value anyelement) RETURNS void LANGUAGE plpgsql
AS $$ BEGIN PERFORM set_config('tap_kept.' || p_name, p_value::text, true); END $$;
COMMENT ON FUNCTION tap_helpers.keep(text, anyelement) IS
    'Keeps a value under a name until the script ends.';

CREATE FUNCTION tap_helpers.kept(p_name text) RETURNS text LANGUAGE sql STABLE
AS $$ SELECT current_setting('tap_kept.' || p_name) $$;
COMMENT ON FUNCTION tap_helpers.kept(text) IS 'A value that was kept.';

CREATE FUNCTION tap_helpers.the(p_name text) RETURNS uuid LANGUAGE sql STABLE
AS $$ SELECT tap_helpers.kept(p_name)::uuid $$;
COMMENT ON FUNCTION tap_helpers.the(text) IS 'A kept id.';

-- ── what belongs to what ────────────────────────────────────────────────────────────────────────

CREATE FUNCTION tap_helpers.payment_of(p_tenant_id uuid, p_key text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER
AS $$ SELECT payments.id_derive(p_tenant_id, 'payment', 'fixtures', p_key) $$;
COMMENT ON FUNCTION tap_helpers.payment_of(uuid, text) IS
    'The payment that a helper made under a key.';

CREATE FUNCTION tap_helpers.pay(p_key text) RETURNS uuid LANGUAGE sql STABLE
AS $$ SELECT tap_helpers.payment_of(tap_helpers.tenant_a(), p_key) $$;
COMMENT ON FUNCTION tap_helpers.pay(text) IS 'The payment of tenant A under a key.';

CREATE FUNCTION tap_helpers.account_of(p_tenant_id uuid, p_recipient_id text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER
AS $$
    SELECT a.id FROM payments.connected_accounts AS a
     WHERE a.tenant_id = p_tenant_id AND a.recipient_id = p_recipient_id
$$;
COMMENT ON FUNCTION tap_helpers.account_of(uuid, text) IS 'The connected account of a recipient.';

CREATE FUNCTION tap_helpers.operation_of(p_subject_id uuid, p_kind text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER
AS $$
    SELECT o.id FROM payments.stripe_operations AS o
     WHERE o.subject_id = p_subject_id AND o.kind = p_kind ORDER BY o.created_at DESC LIMIT 1
$$;
COMMENT ON FUNCTION tap_helpers.operation_of(uuid, text) IS
    'The newest operation of a kind that acts for a payment, transfer or account.';

CREATE FUNCTION tap_helpers.operation_row(p_operation_id uuid) RETURNS payments.stripe_operations
LANGUAGE sql STABLE SECURITY DEFINER
AS $$ SELECT o FROM payments.stripe_operations AS o WHERE o.id = p_operation_id $$;
COMMENT ON FUNCTION tap_helpers.operation_row(uuid) IS 'An operation as it is now.';

CREATE FUNCTION tap_helpers.transfer_of(p_payment_id uuid, p_recipient_id text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER
AS $$
    SELECT t.id FROM payments.stripe_transfers AS t
     WHERE t.payment_id = p_payment_id AND t.recipient_id = p_recipient_id
$$;
COMMENT ON FUNCTION tap_helpers.transfer_of(uuid, text) IS 'A payee''s transfer of a payment.';

CREATE FUNCTION tap_helpers.call_of(p_payment_id uuid, p_recipient_id text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER
AS $$
    SELECT tap_helpers.operation_of(tap_helpers.transfer_of(p_payment_id, p_recipient_id),
                                    'transfer')
$$;
COMMENT ON FUNCTION tap_helpers.call_of(uuid, text) IS
    'The operation that pays a payee''s transfer of a payment.';

CREATE FUNCTION tap_helpers.reversal_of(p_cause_id uuid, p_recipient_id text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER
AS $$
    SELECT v.id
      FROM payments.transfer_reversals AS v
      JOIN payments.stripe_transfers AS t ON t.id = v.transfer_id
     WHERE v.cause_id = p_cause_id AND t.recipient_id = p_recipient_id ORDER BY v.id LIMIT 1
$$;
COMMENT ON FUNCTION tap_helpers.reversal_of(uuid, text) IS
    'What a refund or dispute takes back from a payee''s transfer.';

CREATE FUNCTION tap_helpers.escrow_of(p_payment_id uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER
AS $$ SELECT e.id FROM payments.escrows AS e WHERE e.payment_id = p_payment_id $$;
COMMENT ON FUNCTION tap_helpers.escrow_of(uuid) IS 'The escrow of a payment.';

CREATE FUNCTION tap_helpers.dispute_of(p_payment_id uuid, p_name text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER
AS $$
    SELECT d.id FROM payments.disputes AS d
     WHERE d.stripe_dispute_id = 'dp_' || p_name || '_' || p_payment_id
$$;
COMMENT ON FUNCTION tap_helpers.dispute_of(uuid, text) IS 'A dispute by its name.';

CREATE FUNCTION tap_helpers.review_of(p_subject_id uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER
AS $$
    SELECT r.id FROM payments.reviews AS r
     WHERE p_subject_id IN (r.payment_id, r.connected_account_id)
     ORDER BY r.created_at DESC, r.source LIMIT 1
$$;
COMMENT ON FUNCTION tap_helpers.review_of(uuid) IS 'The newest review of a payment or payee.';
