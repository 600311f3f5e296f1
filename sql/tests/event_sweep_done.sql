BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(0);
SET LOCAL ROLE payments_worker;
SELECT api.event_sweep_done('platform', '2026-01-02Z');
RESET ROLE;
SELECT is((SELECT swept_until FROM payments.event_sweeps WHERE provider_account = 'platform'), '2026-01-02Z'::timestamptz, 'how far an account was swept is kept');
SELECT remember();
SET LOCAL ROLE payments_worker;
SELECT api.event_sweep_done('platform', '2026-01-01Z');
RESET ROLE;
SELECT unchanged('a sweep that was overtaken by another takes nothing back');

SELECT * FROM finish();
ROLLBACK;
