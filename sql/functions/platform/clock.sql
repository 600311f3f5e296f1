CREATE OR REPLACE FUNCTION payments.clock() RETURNS timestamptz
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    RETURN clock_timestamp() + (SELECT d.clock_offset FROM payments.deployment AS d);
END
$$;
COMMENT ON FUNCTION payments.clock() IS
    'The time by which everything here waits: the database clock, shifted only in a development or '
    'test database.';
