BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(12);
SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT keep('payment', settled_payment(tenant_a(), 'k'));
SELECT payments.review_open(tenant_a(), 'stripe', 'prv_1', the('payment'), 50, '{a}', clock());
SELECT remember();

-- Puts one row of a machine into every state and tries every other from there. The guard comes
-- first: what fails later on a CHECK has passed it.
CREATE FUNCTION pg_temp.passed(p_table regclass, p_column name, p_check name)
    RETURNS TABLE (from_state text, to_state text)
LANGUAGE plpgsql AS $$
DECLARE
    v_states text[] := ARRAY(
        SELECT m.found[1]
          FROM pg_constraint AS k,
               regexp_matches(pg_get_constraintdef(k.oid), '''([a-z_]+)''', 'g') AS m (found)
         WHERE k.conrelid = p_table AND k.conname = p_check);
    v_id uuid;
BEGIN
    EXECUTE format('SELECT id FROM %s ORDER BY id LIMIT 1', p_table) INTO v_id;
    FOR from_state, to_state IN SELECT f, t FROM unnest(v_states) AS f, unnest(v_states) AS t
        WHERE f <> t LOOP
        PERFORM tap_helpers.unchecked(format('UPDATE %s SET %I = %L WHERE id = %L', p_table,
                                             p_column, from_state, v_id));
        BEGIN
            EXECUTE format('UPDATE %s SET %I = %L WHERE id = %L', p_table, p_column, to_state,
                           v_id);
            RETURN NEXT;
        EXCEPTION WHEN SQLSTATE 'PY030' THEN
            NULL;
        END;
    END LOOP;
END
$$;
-- The graphs once more, by hand: a transition added to the reference table is noticed.
CREATE TEMP TABLE graph AS
SELECT g.machine, g.from_state, t AS to_state
  FROM (VALUES
    ('payment', 'created',
     '{requires_payment_method,requires_confirmation,requires_action,processing,requires_capture,
       succeeded,canceled,failed,blocked}'::text[]),
    ('payment', 'requires_payment_method',
     '{requires_confirmation,requires_action,processing,requires_capture,
       succeeded,canceled,failed}'),
    ('payment', 'requires_confirmation',
     '{requires_payment_method,requires_action,processing,requires_capture,
       succeeded,canceled,failed}'),
    ('payment', 'requires_action',
     '{requires_payment_method,requires_confirmation,processing,requires_capture,
       succeeded,canceled,failed}'),
    ('payment', 'processing',
     '{requires_payment_method,requires_confirmation,requires_action,requires_capture,
       succeeded,canceled,failed}'),
    ('payment', 'requires_capture', '{succeeded,canceled}'),
    ('transfer', 'pending', '{blocked,paid,failed,canceled}'),
    ('transfer', 'blocked', '{pending,paid,failed,canceled}'),
    ('transfer', 'failed', '{pending,paid,canceled}'),
    ('transfer', 'paid', '{partially_reversed,reversed}'),
    ('transfer', 'partially_reversed', '{reversed}'),
    ('refund', 'pending', '{succeeded,failed,canceled}'),
    ('refund', 'succeeded', '{failed}'),
    ('reversal', 'waiting', '{pending,failed,canceled}'),
    ('reversal', 'pending', '{succeeded,failed}'),
    ('reversal', 'failed', '{succeeded}'),
    ('escrow', 'pending', '{held,canceled,disputed}'),
    ('escrow', 'held', '{partially_released,released,canceled,disputed}'),
    ('escrow', 'partially_released', '{released,canceled,disputed}'),
    ('escrow', 'disputed', '{held,partially_released,released,canceled}'),
    ('escrow', 'canceled', '{held,partially_released}'),
    ('review', 'open', '{approved,rejected,canceled}'),
    ('operation', 'ready', '{leased,unknown,failed,succeeded}'),
    ('operation', 'leased', '{ready,succeeded,failed,unknown,dead}'),
    ('operation', 'unknown', '{leased,succeeded,dead}'),
    ('operation', 'failed', '{ready,leased}'),
    ('operation', 'dead', '{ready,unknown,succeeded}')) AS g (machine, from_state, to_states),
       unnest(g.to_states) AS t;
SELECT set_eq('SELECT machine, from_state, to_state FROM payments.state_transitions',
              'SELECT * FROM graph', 'the declared graphs are these');
SAVEPOINT machines;
ALTER TABLE payments.stripe_transfers DROP CONSTRAINT transfer_paid_has_stripe_id;
ALTER TABLE payments.stripe_operations DROP CONSTRAINT operation_outcome_when_resolved;
SELECT set_eq(
    $$ SELECT * FROM pg_temp.passed('payments.payment_transactions', 'status',
                                    'payment_status_known') $$,
    $$ SELECT g.from_state, g.to_state FROM graph AS g WHERE g.machine = 'payment' $$,
    'a payment goes just where its declared graph leads, even for a superuser');
SELECT set_eq(
    $$ SELECT * FROM pg_temp.passed('payments.stripe_transfers', 'status',
                                    'transfer_status_known') $$,
    $$ SELECT g.from_state, g.to_state FROM graph AS g WHERE g.machine = 'transfer' $$,
    'a transfer goes just where its declared graph leads');
SELECT set_eq(
    $$ SELECT * FROM pg_temp.passed('payments.stripe_operations', 'state',
                                    'operation_state_known') $$,
    $$ SELECT g.from_state, g.to_state FROM graph AS g WHERE g.machine = 'operation' $$,
    'an operation goes just where its declared graph leads');
ALTER TABLE payments.reviews DROP CONSTRAINT review_decided_when_over;
SELECT set_eq(
    $$ SELECT * FROM pg_temp.passed('payments.reviews', 'status', 'review_status_known') $$,
    $$ SELECT g.from_state, g.to_state FROM graph AS g WHERE g.machine = 'review' $$,
    'a review goes just where its declared graph leads: it is decided once');
ROLLBACK TO SAVEPOINT machines;

SELECT throws_ok($$ UPDATE payments.payment_transactions SET status = 'requires_capture' $$,
                 'PY030', NULL, 'a payment that succeeded cannot go back');
SELECT throws_ok($$ UPDATE payments.stripe_transfers SET status = 'reversed' $$, 'PY030', NULL,
    'a transfer that was not paid cannot be reversed');
SELECT throws_ok(
    $$ UPDATE payments.stripe_operations SET state = 'unknown' WHERE state = 'succeeded' $$,
    'PY030', NULL, 'a resolved operation cannot be in doubt again');
SELECT throws_ok($$ UPDATE payments.reviews SET status = 'lost' $$, 'PY030', NULL,
                 'a review cannot end as nobody declared');
SELECT throws_ok($$ UPDATE payments.payment_transactions SET status = 'lost' $$, 'PY030', NULL,
                 'a state that nobody declared is refused');
SELECT unchanged('every refused change left every row');
SELECT lives_ok($$ UPDATE payments.payment_transactions SET status = status $$,
                'the state a row has already is no change');

SELECT * FROM finish();
ROLLBACK;
