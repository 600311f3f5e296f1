-- owner: payments_owner
CREATE OR REPLACE FUNCTION payments.state_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = payments, pg_temp
AS $$
DECLARE
    v_from text;
    v_to text;
BEGIN
    IF TG_ARGV[0] = 'operation' THEN
        v_from := OLD.state;
        v_to := NEW.state;
    ELSE
        v_from := OLD.status;
        v_to := NEW.status;
    END IF;
    PERFORM FROM payments.state_transitions AS s
      WHERE s.machine = TG_ARGV[0] AND s.from_state = v_from AND s.to_state = v_to;
    IF NOT FOUND THEN
        RAISE EXCEPTION '% may not go from % to %', TG_ARGV[0], v_from, v_to
            USING ERRCODE = 'PY030';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION payments.state_guard() IS
    'Refuses a status change that state_transitions does not declare. Raises PY030.';
CREATE OR REPLACE TRIGGER state_guard BEFORE UPDATE OF status ON payments.payment_transactions
    FOR EACH ROW WHEN (OLD.status IS DISTINCT
                       FROM NEW.status) EXECUTE FUNCTION payments.state_guard('payment');
CREATE OR REPLACE TRIGGER state_guard BEFORE UPDATE OF status ON payments.stripe_transfers
    FOR EACH ROW WHEN (OLD.status IS DISTINCT
                       FROM NEW.status) EXECUTE FUNCTION payments.state_guard('transfer');
CREATE OR REPLACE TRIGGER state_guard BEFORE UPDATE OF state ON payments.stripe_operations
    FOR EACH ROW WHEN (OLD.state IS DISTINCT
                       FROM NEW.state) EXECUTE FUNCTION payments.state_guard('operation');
