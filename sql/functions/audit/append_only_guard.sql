-- owner: payments_owner
CREATE OR REPLACE FUNCTION payments.append_only_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = payments, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION '% keeps what it has: no %', TG_TABLE_NAME, TG_OP USING ERRCODE = 'PY060';
END
$$;
COMMENT ON FUNCTION payments.append_only_guard() IS
    'Refuses UPDATE, DELETE and TRUNCATE, to everybody. Raises PY060.';
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON payments.ledger_postings
    FOR EACH STATEMENT EXECUTE FUNCTION payments.append_only_guard();
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON payments.stripe_operation_attempts
    FOR EACH STATEMENT EXECUTE FUNCTION payments.append_only_guard();
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payments.audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION payments.append_only_guard();
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payments.audit_links
    FOR EACH STATEMENT EXECUTE FUNCTION payments.append_only_guard();
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payments.fraud_checks
    FOR EACH STATEMENT EXECUTE FUNCTION payments.append_only_guard();
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payments.aml_screenings
    FOR EACH STATEMENT EXECUTE FUNCTION payments.append_only_guard();
