BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(2);
SET LOCAL ROLE payments_worker;
SELECT api.scheduled_task_done('nobody knows it', 300);
SELECT is(api.scheduled_task_claim('nobody knows it', 300, 600), false,
          'to be done with an unknown task changes nothing: it is new');
SELECT api.scheduled_task_done('nobody knows it', 10), advance('11 seconds');
SELECT is(api.scheduled_task_claim('nobody knows it', 300, 600), true,
          'a task that is done is due after the time given');

SELECT * FROM finish();
ROLLBACK;
