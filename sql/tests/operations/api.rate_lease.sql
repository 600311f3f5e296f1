BEGIN;
SELECT plan(18);

-- A bucket filled in the future does not refill, so that the counts below do not depend on how fast
-- this runs.
CREATE FUNCTION pg_temp.bucket(p_account text, p_tokens numeric, p_filled interval DEFAULT '1 hour',
                               p_reserved numeric DEFAULT 0) RETURNS void
                                   LANGUAGE sql SECURITY DEFINER AS $$
    INSERT INTO payments.provider_rates
    VALUES (p_account, p_tokens, clock_timestamp() + p_filled, p_reserved)
    ON CONFLICT (provider_account) DO UPDATE
       SET tokens = excluded.tokens, refilled_at = excluded.refilled_at
$$;
SET LOCAL ROLE payments_service;
SELECT is((SELECT granted FROM api.rate_lease('new', 20, 3, false)), 3,
          'an account seen for the first time has a full bucket');
SELECT pg_temp.bucket('acct', 100);
SELECT is((SELECT r::text FROM api.rate_lease('acct', 20, 100, false) AS r), '(5,0)',
          'a bucket holds a quarter of a second, and a grant asks for no wait');
SELECT is((SELECT r::text FROM api.rate_lease('acct', 20, 1, false) AS r), '(0,0.050)',
          'an empty bucket grants nothing, and says when a token is there');
SELECT is((SELECT granted FROM api.rate_lease('acct', 20, 1, true)), 1,
          'a request that a buyer waits for goes into debt');
SELECT is((SELECT granted FROM api.rate_lease('acct', 20, 100, true)), 19,
          'the debt is at most one second');
SELECT is((SELECT r::text FROM api.rate_lease('acct', 20, 1, true) AS r), '(0,1.050)',
          'after that even a buyer waits');
SELECT is((SELECT r::text FROM api.rate_lease('acct', 20, 1, false) AS r), '(0,0.500)',
          'the queue waits for its share');
SELECT pg_temp.bucket('sale', -20, '1 hour', 2);
SELECT is((SELECT granted FROM api.rate_lease('sale', 20, 1, true)), 0,
          'what is the queue''s no request takes');
SELECT is((SELECT granted FROM api.rate_lease('sale', 20, 5, false)), 2,
          'and the queue takes it though requests are ahead of the rate');
SELECT pg_temp.bucket('lasting', -20, '-10 seconds', 0);
SELECT is((SELECT granted FROM api.rate_lease('lasting', 2, 9, false)), 1,
          'a share that nobody asked for is saved up for a second, not longer');
SELECT is((SELECT granted FROM api.rate_lease('other', 20, 1, false)), 1,
          'each Stripe account has its own bucket');
SELECT is((SELECT granted FROM api.rate_lease('slow', 1, 5, false)), 1,
          'a slow rate still grants one at a time');
SELECT pg_temp.bucket('half', 0.5);
SELECT is((SELECT r::text FROM api.rate_lease('half', 20, 1, false) AS r), '(0,0.025)',
          'half a token is none');
SELECT pg_temp.bucket('tenth', -100, '-5.1 seconds');
SELECT is((SELECT granted FROM api.rate_lease('tenth', 20, 100, false)) BETWEEN 2 AND 5, true,
          'time refills the bucket by the rate');
SELECT pg_temp.bucket('quiet', 0, '-1 hour');
SELECT is((SELECT granted FROM api.rate_lease('quiet', 20, 100, false)), 7,
          'an hour of quiet saves up no more than a full bucket, and a second of the queue''s '
          'share');
SELECT pg_temp.bucket('back', 1);
SELECT is((SELECT granted FROM api.rate_lease('back', 20, 100, false)), 1,
          'a clock that stepped back takes no token away');
SELECT throws_ok($$ SELECT * FROM payments.provider_rates $$, '42501', NULL,
                 'the service does not see the buckets');
RESET ROLE;
SELECT cmp_ok((SELECT refilled_at FROM payments.provider_rates WHERE provider_account = 'back'),
              '>', clock_timestamp(), 'nor is anything refilled twice');

SELECT * FROM finish();
ROLLBACK;
