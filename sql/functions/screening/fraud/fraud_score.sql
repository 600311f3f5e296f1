-- Nothing is read here: the same rules and facts always give the same decision, which is how one is
-- replayed.
CREATE OR REPLACE FUNCTION payments.fraud_score(p_ruleset jsonb, p_facts jsonb, p_phase text)
RETURNS TABLE (decision text, score integer, reasons text[])
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = payments, pg_temp
AS $$
BEGIN
    SELECT least(100, coalesce(sum(CASE WHEN h.counts THEN h.weight END), 0)),
           coalesce(array_agg(h.name ORDER BY h.weight DESC, h.name) FILTER (WHERE h.named), '{}')
      INTO score, reasons
      FROM (SELECT s.name, s.weight,
                   s.kind = 'blocklist'
                       OR NOT bool_or(s.kind = 'allowlist') OVER () AS counts,
                   s.kind IN ('blocklist', 'allowlist')
                       OR NOT bool_or(s.kind = 'allowlist') OVER () AS named
              FROM (SELECT r ->> 'name' AS name, r ->> 'kind' AS kind,
                           (r ->> 'weight')::integer AS weight
                      FROM jsonb_array_elements(p_ruleset -> 'rules') AS r
                     WHERE (p_facts ->> (r ->> 'name'))::bigint
                           >= (r ->> 'threshold')::bigint) AS s) AS h;
    decision := CASE
        WHEN score >= (p_ruleset ->> 'block')::integer AND p_phase = 'request' THEN 'block'
        WHEN score >= (p_ruleset ->> 'review')::integer THEN 'review'
        ELSE 'allow'
    END;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION payments.fraud_score(jsonb, jsonb, text) IS
    'The decision that a rule set makes on what its rules measured: the weights of those that '
    'struck, 100 at most. An allowlist silences every rule but the blocklist; once there is a '
    'charge a block is a review.';
