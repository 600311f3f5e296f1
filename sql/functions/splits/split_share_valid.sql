CREATE OR REPLACE FUNCTION payments.split_share_valid(p_share jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT coalesce(
        jsonb_typeof(p_share) = 'object'
        AND p_share ->> 'recipientType' IN ('venue', 'artist', 'promoter', 'seller', 'platform')
        AND length(p_share ->> 'recipientId') BETWEEN 1 AND 255
        AND num_nonnulls(p_share ->> 'amount', p_share ->> 'basisPoints') = 1
        AND jsonb_typeof(coalesce(p_share -> 'amount', p_share -> 'basisPoints')) = 'number'
        AND coalesce(p_share ->> 'amount', p_share ->> 'basisPoints') ~ '^[0-9]{1,12}$'
        AND coalesce((p_share ->> 'basisPoints')::numeric <= 10000, true), false)
$$;
COMMENT ON FUNCTION payments.split_share_valid(jsonb) IS
    'Whether one share is well formed: known recipient type, id, and exactly one of amount (minor '
    'units) or basisPoints (0 to 10,000).';
