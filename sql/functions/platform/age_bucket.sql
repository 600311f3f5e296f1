CREATE OR REPLACE FUNCTION payments.age_bucket(p_age interval) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = payments, pg_temp
AS $$
    SELECT CASE WHEN p_age < interval '1 day' THEN '1: under a day' WHEN p_age < interval '7 days'
        THEN '2: under a week'
                WHEN p_age < interval '30 days' THEN '3: under 30 days'
                    WHEN p_age < interval '90 days' THEN '4: under 90 days'
                ELSE '5: 90 days and more' END
$$;
COMMENT ON FUNCTION payments.age_bucket(interval) IS
    'The line of an ageing report that something of this age belongs to; sorts by age. 90 days: '
    'longest that Stripe lets funds be held back.';
