BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(6);
SELECT keep('old', api.reconcile_begin('hand', NULL, -5)::text);
SELECT api.reconcile_sort(kept('old')::jsonb, x, 'payment_intents',
                          jsonb_build_array(jsonb_build_object('id', 'pi_' || x, 'created', 1)))
                              FROM unnest(ARRAY['platform', 'acct_1']) AS x;
SELECT keep('run', api.reconcile_begin('hand', NULL, -5)::text),
       keep('late', api.reconcile_begin('hand', '2026-01-01Z', -5)::text);
SET LOCAL ROLE payments_worker;
SELECT api.reconcile_end(kept('run')::jsonb, '{}', 'Stripe is away');
RESET ROLE;
SELECT results_eq(
    $$ SELECT state, error
         FROM payments.reconciliation_runs WHERE id = (kept('run')::jsonb ->> 'id')::uuid $$,
    $$ VALUES ('failed', 'Stripe is away') $$, 'a run that could not read everything has failed');
SELECT is((SELECT count(*) FROM payments.unowned_objects WHERE state = 'open'), 2::bigint,
          'and closes nothing');
SELECT api.reconcile_end(kept('late')::jsonb || '{"since": "2026-01-01Z"}', '{}', NULL);
SELECT is((SELECT count(*) FROM payments.unowned_objects WHERE state = 'open'), 2::bigint,
          'nor does one that did not look so far back');
SELECT keep('run', api.reconcile_begin('hand', NULL, -5)::text);
SELECT api.reconcile_end(kept('run')::jsonb, ARRAY['acct_1'], NULL);
SELECT is((SELECT string_agg(provider_id, ' ') FROM payments.unowned_objects WHERE state = 'open'),
          'pi_acct_1',
          'a complete one closes what it did not see again, but for accounts it could not read');
SELECT is(
    (SELECT state FROM payments.reconciliation_runs WHERE id = (kept('run')::jsonb ->> 'id')::uuid),
    'finished', 'and is finished');
SELECT remember();
SELECT api.reconcile_end(kept('run')::jsonb, ARRAY['acct_1'], 'too late');
SELECT unchanged('a run ends once');

SELECT * FROM finish();
ROLLBACK;
