CREATE OR REPLACE FUNCTION payments.invariant_amounts_are_exact()
    RETURNS TABLE (object_type text, object_id text, detail text)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'column', format('%s.%s', r.relname, a.attname),
           format('is of type %s', pg_catalog.format_type(a.atttypid, a.atttypmod))
      FROM pg_catalog.pg_class AS r
      JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0
       AND NOT a.attisdropped
     WHERE r.relnamespace = 'payments'::regnamespace AND r.relkind IN ('r', 'p', 'v', 'm')
       AND (a.atttypid IN ('real'::regtype, 'double precision'::regtype, 'money'::regtype)
            OR (a.attname ~ '(^|_)amount(_|$)'
                AND a.atttypid NOT IN ('bigint'::regtype, 'numeric'::regtype)))
$$;
COMMENT ON FUNCTION payments.invariant_amounts_are_exact() IS
    'Breaches of M24, by the catalog: no column can lose a fraction of a minor unit. That '
    'splitting rounds by its declared rule alone is proven in tests/properties/test_split.py.';
