BEGIN;
SELECT plan(13);

SET LOCAL ROLE payments_definer;
SELECT is(
    (SELECT array_agg(DISTINCT verdict)
       FROM unnest(ARRAY['intent', 'capture', 'cancel', 'account', 'account_link']) AS k,
           LATERAL payments.operation_failure_policy(k, 'anything', 1, '0')), '{fail}',
    'a call that somebody waits for is refused at once');
SELECT is(
    (SELECT array_agg(DISTINCT verdict)
       FROM unnest(ARRAY['insufficient_capabilities_for_transfer', 'transfers_not_allowed',
                         'account_invalid']) AS c,
           LATERAL payments.operation_failure_policy('transfer', c, 9, '30 days')), '{hold}',
    'a transfer whose payee cannot receive is held, however often it failed');
SELECT is(
    (SELECT verdict FROM payments.operation_failure_policy('fetch', 'account_invalid', 1, '0')),
    'fail',
    'an account that has left us is not asked for again');
SELECT is(
    (SELECT verdict FROM payments.operation_failure_policy('transfer', 'resource_missing', 4, '0')),
    'retry',
    'a transfer refused for the fourth time is tried again');
SELECT is(
    (SELECT verdict FROM payments.operation_failure_policy('transfer', 'resource_missing', 5, '0')),
    'fail',
    'a transfer refused for the fifth time is given up');
SELECT is((SELECT verdict FROM payments.operation_failure_policy('fetch', NULL, 19, '0')), 'retry',
    'a fetch that failed nineteen times is tried again');
SELECT is((SELECT verdict FROM payments.operation_failure_policy('fetch', NULL, 20, '0')), 'fail',
    'a fetch that failed for the twentieth time is given up');
SELECT is(
    (SELECT p::text FROM payments.operation_failure_policy('transfer', 'balance_insufficient', 50,
                                                           '7 days') AS p), '(retry,600,43200)',
    'a short balance is waited for, seldom, up to seven days (F24)');
SELECT is(
    (SELECT verdict FROM payments.operation_failure_policy('transfer', 'balance_insufficient', 1,
                                                           '7 days 1 second')), 'fail',
    'a balance short for more than seven days is given up');
SELECT is(
    (SELECT p::text FROM payments.operation_failure_policy('transfer', 'resource_missing', 1,
                                                           '0') AS p), '(retry,0,3600)',
    'an ordinary refusal backs off up to an hour');
SELECT is(
    (SELECT array_agg(DISTINCT verdict)
       FROM unnest(ARRAY['refund', 'evidence']) AS k,
            LATERAL payments.operation_failure_policy(k, 'anything', 1, '0')), '{fail}',
    'so is a refund, and evidence');
SELECT is(
    (SELECT verdict FROM payments.operation_failure_policy('reversal', 'balance_insufficient', 1,
                                                           '0')), 'fail',
    'a reversal that the payee''s balance does not cover is not waited for: it becomes a debt');
SELECT is((SELECT verdict FROM payments.operation_failure_policy('reversal', 'api_error', 4, '0')),
          'retry', 'refused otherwise it is tried again');

SELECT * FROM finish();
ROLLBACK;
