BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(4);
SET LOCAL ROLE payments_definer;
SELECT is(
    (SELECT string_agg(s, ' ' ORDER BY payments.dispute_rank(s), s)
       FROM unnest(ARRAY['lost', 'needs_response', 'warning_closed', 'under_review',
                         'warning_needs_response',
        'warning_under_review', 'prevented', 'won']) AS s),
    'warning_needs_response warning_under_review warning_closed needs_response under_review '
    'prevented lost won', 'a dispute goes from inquiry over chargeback to a decision');
SELECT cmp_ok(payments.dispute_rank('lost'), '<', payments.dispute_rank('won'),
              'a loss may still be won on appeal, a win is final');
SELECT is(payments.dispute_rank('reopened'), NULL,
          'a status of a later version of Stripe has no rank');
SELECT is_empty(
    $$ SELECT s.found[1] FROM pg_constraint AS k,
              regexp_matches(pg_get_constraintdef(k.oid), '''([a-z_]+)''', 'g') AS s (found)
                    WHERE k.conname = 'dispute_status_known'
                      AND payments.dispute_rank(s.found[1]) IS NULL $$,
    'every status that the table allows has one');

SELECT * FROM finish();
ROLLBACK;
