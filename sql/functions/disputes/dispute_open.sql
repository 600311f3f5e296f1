CREATE OR REPLACE FUNCTION payments.dispute_open(p_status text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT p_status IN ('needs_response', 'under_review', 'appeal_needs_response',
                          'appeal_under_review') $$;
COMMENT ON FUNCTION payments.dispute_open(text) IS
    'Whether a dispute in this status holds money: a chargeback not yet decided. Inquiries '
    '(warning_*) do not.';
