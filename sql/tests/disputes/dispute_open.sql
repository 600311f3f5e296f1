BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(1);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    $$ SELECT s
         FROM unnest(ARRAY['warning_needs_response', 'warning_under_review', 'warning_closed',
                           'needs_response', 'under_review',
        'appeal_needs_response', 'appeal_under_review', 'prevented', 'won', 'lost']) AS s
        WHERE payments.dispute_open(s) $$,
    ARRAY['needs_response', 'under_review', 'appeal_needs_response', 'appeal_under_review'],
    'a chargeback not yet decided is open; inquiries and decisions are not');

SELECT * FROM finish();
ROLLBACK;
