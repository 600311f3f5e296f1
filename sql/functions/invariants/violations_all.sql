-- M19 and M24 are the catalog's and have no tenant: ops.money_violations adds them. M27 is Redis's:
-- no row of ours counts requests; tests of the limiter prove it.
CREATE OR REPLACE FUNCTION payments.violations_all(p_tenant_id uuid,
                                                   p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (invariant text, object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
        SELECT 'M01', v.* FROM payments.invariant_captured_within_amount(p_tenant_id,
            p_payment_ids) AS v
        UNION ALL SELECT 'M02', v.*
          FROM payments.invariant_refunds_within_captured(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M03', v.*
          FROM payments.invariant_shares_equal_captured(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M04', v.*
          FROM payments.invariant_transfers_within_shares(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M05', v.*
          FROM payments.invariant_reversals_within_transfer(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M06', v.*
          FROM payments.invariant_clawbacks_follow_total(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M07', v.*
          FROM payments.invariant_one_transfer_per_purpose(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M08', v.*
          FROM payments.invariant_one_intent_per_key(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M09', v.*
          FROM payments.invariant_one_refund_per_operation(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M10', v.*
          FROM payments.invariant_rows_match_stripe(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M11', v.*
          FROM payments.invariant_postings_are_final(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M12', v.*, NULL::uuid
          FROM payments.invariant_balances_equal_postings(p_tenant_id) AS v
         WHERE p_payment_ids IS NULL
        UNION ALL SELECT 'M13', v.*
          FROM payments.invariant_payment_money_conserved(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M14', v.*
          FROM payments.invariant_receivables_add_up(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M15', v.*
          FROM payments.invariant_ended_states_stay(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M16', v.*
          FROM payments.invariant_end_matches_events(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M17', v.*, NULL::uuid
          FROM payments.invariant_events_reach_an_end(p_tenant_id) AS v WHERE p_payment_ids IS NULL
        UNION ALL SELECT 'M18', v.*, NULL::uuid
          FROM payments.invariant_references_stay_in_tenant(p_tenant_id) AS v
         WHERE p_payment_ids IS NULL
        UNION ALL SELECT 'M20', v.*
          FROM payments.invariant_one_unresolved_call_per_object(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M21', v.*
          FROM payments.invariant_each_lease_counts_once(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M22', v.*
          FROM payments.invariant_nothing_waits_forever(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M23', v.*
          FROM payments.invariant_one_currency_per_payment(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M25', v.*
          FROM payments.invariant_refused_is_not_applied(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M26', v.*
          FROM payments.invariant_times_are_in_order(p_tenant_id, p_payment_ids) AS v
        UNION ALL SELECT 'M28', v.*
          FROM payments.invariant_escrow_adds_up(p_tenant_id, p_payment_ids) AS v
$$;
COMMENT ON FUNCTION payments.violations_all(uuid, uuid[]) IS
    'Every breach of a money invariant in the tenant entered; with payments named, those that hang '
    'on these payments.';
