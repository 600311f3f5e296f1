BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(11);
SET LOCAL ROLE payments_worker;
SELECT is(api.scheduled_task_claim('sweep', 300, 600), false, 'a task that is new is not due yet');
SELECT advance('299 seconds');
SELECT is(api.scheduled_task_claim('sweep', 300, 600), false, 'nor before its time');
SELECT advance('2 seconds');
SELECT is(api.scheduled_task_claim('sweep', 300, 600), true, 'when it is due, one worker gets it');
SELECT is(api.scheduled_task_claim('sweep', 300, 600), false, 'and no other');
SELECT is(api.scheduled_task_claim('poll', 300, 600), false, 'each task has a time of its own');
SELECT advance('601 seconds');
SELECT is(api.scheduled_task_claim('sweep', 300, 600), true,
          'a task whose worker died is somebody else''s when the lease is over');
SELECT lives_ok($$ SELECT api.scheduled_task_done('sweep', 300) $$, 'it is done');
SELECT advance('301 seconds');
SELECT is(api.scheduled_task_claim('sweep', 300, 600), true, 'and due again after its time');
SELECT api.scheduled_task_done('sweep', 86400);
SELECT is(api.scheduled_task_claim('sweep', 300, 600), true,
          'a task that is to be done more often from now on does not wait for its old time');
SELECT throws_ok($$ SELECT api.scheduled_task_claim('', 300, 600) $$, '23514', NULL,
                 'a task has a name');
SET LOCAL ROLE payments_api;
SELECT throws_ok($$ SELECT api.scheduled_task_claim('sweep', 300, 600) $$, '42501', NULL,
                 'scheduled tasks are the workers'' affair');

SELECT * FROM finish();
ROLLBACK;
