BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(7);
SELECT keep('run', api.reconcile_begin('hand', NULL, -5)::text);
SELECT api.reconcile_sort(kept('run')::jsonb, 'platform', 'payment_intents',
                          '[{"id": "pi_x", "amount": 5, "created": 1}, {"id": "pi_y", "created": '
                          '1}]');
UPDATE payments.unowned_objects SET state = 'closed' WHERE provider_id = 'pi_y';
SELECT remember();
SET LOCAL ROLE payments_operator;
SELECT throws_ok($$ SELECT ops.unowned_object_resolve('platform', 'pi_x', ' ') $$, 'PY020', NULL,
                 'an explanation says something');
SELECT throws_ok($$ SELECT ops.unowned_object_resolve('platform', 'pi_z', 'x') $$, 'PY010', NULL,
                 'of an object that is there');
SELECT throws_ok($$ SELECT ops.unowned_object_resolve('platform', 'pi_y', 'x') $$, 'PY010', NULL,
                 'and open');
RESET ROLE;
SELECT unchanged('a refused explanation changes nothing');
SET LOCAL ROLE payments_operator;
SELECT is(ops.unowned_object_resolve('platform', 'pi_x', 'the old shop'), 'resolved', 'explained');
RESET ROLE;
SELECT results_eq(
    $$ SELECT state, note, resolved_by = session_user
         FROM payments.unowned_objects WHERE provider_id = 'pi_x' $$,
    $$ VALUES ('resolved', 'the old shop', true) $$, 'with the note, and by whom');
SET LOCAL ROLE payments_operator;
SELECT throws_ok($$ SELECT ops.unowned_object_resolve('platform', 'pi_x', 'somebody else') $$,
                 'PY010', NULL, 'and nobody puts their own name over it');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
