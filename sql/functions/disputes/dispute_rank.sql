CREATE OR REPLACE FUNCTION payments.dispute_rank(p_status text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE p_status
        WHEN 'warning_needs_response' THEN 1
        WHEN 'warning_under_review' THEN 2
        WHEN 'warning_closed' THEN 3
        WHEN 'needs_response' THEN 4
        WHEN 'under_review' THEN 5
        WHEN 'appeal_needs_response' THEN 6
        WHEN 'appeal_under_review' THEN 7
        WHEN 'prevented' THEN 8
        WHEN 'lost' THEN 9
        -- A loss can be appealed and won; until then the money is gone.
        WHEN 'won' THEN 10 END
$$;
COMMENT ON FUNCTION payments.dispute_rank(text) IS
    'Order of a dispute''s statuses: events only move it up, so that their order does not matter. '
    'Null: a status we do not know.';
