DELETE FROM payments.state_transitions WHERE machine = 'review';
DROP TABLE payments.reviews;
DROP TABLE payments.aml_screenings, payments.exchange_rates, payments.aml_limits,
    payments.aml_settings;
DROP TABLE payments.sanctions_entries, payments.sanctions_lists, payments.sanctions_versions;
DROP TABLE payments.fraud_checks, payments.fraud_signals, payments.fraud_list_entries,
    payments.fraud_rules, payments.fraud_rulesets;
DO $$
DECLARE
    v_extension name;
BEGIN
    -- What was there before us, made by somebody else, stays.
    FOR v_extension IN SELECT e.extname FROM pg_catalog.pg_extension AS e
                        WHERE e.extname IN ('pg_trgm', 'fuzzystrmatch')
                          AND pg_catalog.pg_has_role(session_user, e.extowner, 'MEMBER')
    LOOP
        EXECUTE format('DROP EXTENSION %I', v_extension);
    END LOOP;
END
$$;
