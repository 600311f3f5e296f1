-- Twelve times over about nine days: a payee that sells nothing more and whose account stays empty
-- is for a person.
CREATE OR REPLACE FUNCTION payments.receivable_next_retry(p_retries integer, p_now timestamptz)
RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT CASE WHEN p_retries < 12
             THEN p_now + least(interval '1 day', interval '1 hour' * power(2, p_retries)) END $$;
COMMENT ON FUNCTION payments.receivable_next_retry(integer, timestamptz) IS
    'When a reversal that the payee''s balance did not cover is asked for again, after so many '
    'repetitions; null: no more.';
