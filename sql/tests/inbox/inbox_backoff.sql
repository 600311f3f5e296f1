BEGIN;
SELECT plan(4);

SET LOCAL ROLE payments_system;
SELECT is(payments.inbox_backoff('0'), '100 milliseconds'::interval,
          'a fresh event is looked at again after a moment: our own commit is just behind it');
SELECT is(payments.inbox_backoff('10 seconds'), '5 seconds'::interval,
          'an event waits half its age');
SELECT is(payments.inbox_backoff('1 hour'), '60 seconds'::interval,
          'no event waits longer than a minute');
SELECT is(payments.inbox_backoff('-1 hour'), '100 milliseconds'::interval,
          'a clock that stepped back does no harm');

SELECT * FROM finish();
ROLLBACK;
