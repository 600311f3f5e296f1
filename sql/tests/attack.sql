-- Every function, attacked as the logins of production with everything that is another tenant's.
-- Functions, arguments, tables and ids come from the catalog: a new one is attacked without anybody
-- naming it.
BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(13);
CREATE ROLE tap_atk_service LOGIN IN ROLE payments_api, payments_webhook, payments_worker;
CREATE ROLE tap_atk_analyst LOGIN IN ROLE payments_analyst;
CREATE ROLE tap_atk_operator LOGIN IN ROLE payments_operator;
SELECT everything();
SELECT enter(tenant_a());
SELECT ops.tenant_member_add(tenant_a(), r)
  FROM unnest(ARRAY['tap_atk_analyst', 'tap_atk_operator']) AS r;
SELECT enter(NULL);

-- ── what is theirs ───────────────────────────────────────────────────────────────────────────
CREATE TEMP TABLE found (tenant_id uuid, name text, id uuid, is_key boolean);
DO $$
DECLARE
    v_table text;
BEGIN
    FOR v_table IN SELECT t.name FROM tap_helpers.tenant_tables AS t LOOP
        EXECUTE format($q$
            INSERT INTO found SELECT DISTINCT r.tenant_id, %1$L, m.found[1]::uuid,
                   coalesce(m.found[1] = to_jsonb(r) ->> 'id', false)
              FROM payments.%1$I AS r
             CROSS JOIN LATERAL regexp_matches(r::text,
                                               '[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}', 'g')
                       AS m (found)
        $q$, v_table);
    END LOOP;
END
$$;
CREATE TEMP TABLE theirs AS
SELECT DISTINCT f.id FROM found AS f WHERE f.tenant_id = tenant_b() AND f.id <> tenant_b()
   AND NOT EXISTS (SELECT FROM found AS o WHERE o.tenant_id = tenant_a() AND o.id = f.id);
-- One id of each table to attack with, and one that nobody has.
CREATE TEMP TABLE loot AS
SELECT DISTINCT ON (f.name) f.name, f.id FROM found AS f JOIN theirs USING (id)
 WHERE f.tenant_id = tenant_b() ORDER BY f.name, f.is_key DESC, f.id;
SELECT set_eq('SELECT name FROM loot',
              $$ SELECT name FROM tap_helpers.tenant_tables
                  WHERE name IN (SELECT f.name FROM found AS f JOIN theirs USING (id)) $$,
    'there is something of theirs to take from every table that has ids');
SELECT cmp_ok((SELECT count(*) FROM loot), '>', 30::bigint, 'that is nearly every table');
-- Whoever changes a row of theirs is heard, even if it is undone.
CREATE FUNCTION tap_helpers.alarm() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF tap_helpers.tenant_b() IN (OLD.tenant_id, NEW.tenant_id) THEN
        RAISE EXCEPTION 'a row of theirs in %', TG_TABLE_NAME USING ERRCODE = 'TT666';
    END IF;
    RETURN NULL;
END
$$;
DO $$
DECLARE
    v_table regclass;
BEGIN
    FOR v_table IN SELECT t.oid FROM tap_helpers.tenant_tables AS t LOOP
        EXECUTE format(
            'CREATE TRIGGER tap_alarm AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE '
            'FUNCTION tap_helpers.alarm()', v_table);
    END LOOP;
END
$$;

-- ── how each function is called ──────────────────────────────────────────────────────────────
-- Every key that a function looks up in a document, filled with what is theirs.
CREATE TEMP TABLE document AS
SELECT jsonb_object_agg(k.key, CASE
           WHEN k.key IN ('request', 'result', 'object', 'data', 'evidence', 'metadata')
                        THEN '{"outcome": "failed"}'::jsonb
           WHEN k.key ~* '(amount|points|epoch|limit|count|score)$' THEN '1'
           WHEN k.key = 'currency' THEN '"usd"' WHEN k.key = 'fingerprint' THEN '"00"'
                        WHEN k.key = 'recipientType' THEN '"venue"'
           WHEN k.key ~ '(splits|transfers|shares|parts)$' THEN '[]'
           WHEN k.key ~ '(At|After|Before|Until)$' THEN to_jsonb(now())
           ELSE '"{id}"' END) AS filled
  FROM (SELECT DISTINCT m.found[1] AS key FROM pg_proc AS p
         CROSS JOIN LATERAL regexp_matches(p.prosrc, '->>? ''([A-Za-z_]+)''', 'g') AS m (found)
         WHERE p.pronamespace IN ('payments'::regnamespace, 'api'::regnamespace)) AS k;
CREATE FUNCTION pg_temp.argument(p_function oid, p_name text, p_type oid, p_full boolean)
    RETURNS text LANGUAGE sql AS $$
    SELECT CASE
        WHEN p_name = 'p_tenant_id' THEN '''{tenant}'''
        WHEN p_type = 'uuid'::regtype THEN '''{id}'''
        WHEN p_type = 'uuid[]'::regtype THEN '''{{id}}'''
        WHEN p_type = 'text'::regtype THEN '''{id}'''
        WHEN p_type IN ('text[]'::regtype) THEN '''{"{id}"}'''
        WHEN p_type = 'jsonb[]'::regtype THEN 'ARRAY[jsonb_build_array(''{id}'')]'
        WHEN p_type = 'bytea[]'::regtype THEN 'ARRAY[''\x00''::bytea]'
        WHEN p_type = 'bytea'::regtype AND p_name = 'p_payload'
            THEN 'tap_helpers.event(''payment_intent.succeeded'', ''{"id": "pi_{id}"}'')'
        WHEN p_type = 'bytea'::regtype THEN '''\x00'''
        WHEN p_type = 'jsonb'::regtype AND p.prosrc ~ ('jsonb_array_elements\(' || p_name)
            THEN CASE WHEN NOT p_full THEN '''[]'''
                      ELSE quote_literal(jsonb_build_array(
                          d.filled || jsonb_build_object('request', d.filled, 'id', '{id}'))) END
        WHEN p_type = 'jsonb'::regtype
            THEN CASE WHEN p_full THEN quote_literal(d.filled) ELSE '''{}''' END
        -- Seconds are many: nothing becomes due while the attack runs.
        WHEN p_type = 'numeric'::regtype THEN '1000000'
        WHEN p_type IN ('integer'::regtype, 'bigint'::regtype) THEN '20'
        WHEN p_type = 'bigint[]'::regtype THEN '''{1}'''
        WHEN p_type = 'boolean'::regtype THEN 'true'
        WHEN p_type = 'interval'::regtype THEN '''1 day'''
        WHEN p_type = 'timestamptz'::regtype THEN 'now()'
        ELSE 'NULL' END || '::' || p_type::regtype
      FROM pg_proc AS p, document AS d WHERE p.oid = p_function
$$;
CREATE TEMP TABLE calls AS
SELECT p.oid, p.proname::text AS name, c.by_tenant, c.by_id, v.is_full,
       format('SELECT coalesce(string_agg(r::text, '' ''), '''') FROM %s(%s) AS r', p.oid::regproc,
              (SELECT string_agg(format('%s => %s', a.name,
                                        pg_temp.argument(p.oid, a.name, a.type, v.is_full)), ', ')
                 FROM unnest(p.proargnames[:p.pronargs], p.proargtypes::oid[]) WITH ORDINALITY
                      AS a (name, type, n)
                WHERE a.n <= p.pronargs - p.pronargdefaults
                   OR a.type IN ('uuid'::regtype, 'uuid[]'::regtype)
                  AND a.name <> 'p_tenant_id')) AS text
  FROM pg_proc AS p
  JOIN pg_namespace AS n ON n.oid = p.pronamespace AND n.nspname IN ('api', 'ops')
 CROSS JOIN LATERAL (SELECT coalesce('p_tenant_id' = ANY (p.proargnames), false) AS by_tenant,
                            -- A tenant is not theirs to hide, nor is a worker's own name.
                            EXISTS (SELECT FROM unnest(p.proargnames[:p.pronargs],
                                                       p.proargtypes::oid[]) AS a (name, type)
                                     WHERE a.name NOT IN ('p_tenant_id', 'p_worker')
                                       AND a.type = ANY (ARRAY['uuid', 'uuid[]', 'text', 'text[]',
                                           'jsonb', 'jsonb[]',
                                           'bytea']::regtype[]::oid[])) AS by_id) AS c
 CROSS JOIN LATERAL (SELECT true UNION SELECT false
                      WHERE 'jsonb'::regtype = ANY (p.proargtypes::oid[])) AS v (is_full);
SELECT is_empty(
    $$ SELECT p.oid::regprocedure FROM pg_proc AS p
        WHERE p.pronamespace IN ('api'::regnamespace, 'ops'::regnamespace)
                    AND NOT EXISTS (SELECT FROM calls AS c WHERE c.oid = p.oid
                                       AND c.text IS NOT NULL) $$,
    'every function of api and ops is attacked');

-- One call, undone. Ids in what comes back are counted if they are theirs and were not given, and
-- made alike.
CREATE FUNCTION pg_temp.strike(p_text text, p_tenant uuid, p_id uuid, p_entered uuid DEFAULT NULL)
RETURNS TABLE (state text, answer text, leaked bigint, scans text) LANGUAGE plpgsql AS $$
DECLARE
    v_before bigint[];
BEGIN
    PERFORM set_config('app.current_tenant_id', coalesce(p_entered::text, ''), true);
    SELECT ARRAY[sum(s.seq_scan), sum(s.idx_scan), sum(s.seq_tup_read), sum(s.idx_tup_fetch)]
      INTO v_before FROM pg_stat_xact_user_tables AS s WHERE s.schemaname = 'payments';
    BEGIN
        EXECUTE replace(replace(p_text, '{tenant}', p_tenant::text), '{id}', p_id::text)
            INTO answer;
        RAISE EXCEPTION 'undo' USING ERRCODE = 'TT001';
    EXCEPTION
        WHEN SQLSTATE 'TT001' THEN
            state := 'answered';
        WHEN OTHERS THEN
            state := SQLSTATE;
            answer := SQLERRM;
    END;
    -- Before 18 rows fetched by an index count dead ones, and every attack leaves some.
    SELECT concat_ws(' ', sum(s.seq_scan) - v_before[1], sum(s.idx_scan) - v_before[2],
                     sum(s.seq_tup_read) - v_before[3],
                     CASE WHEN current_setting('server_version_num')::integer >= 180000
                     THEN sum(s.idx_tup_fetch) - v_before[4] END) INTO scans
                         FROM pg_stat_xact_user_tables AS s WHERE s.schemaname = 'payments';
    SELECT count(*) INTO leaked FROM regexp_matches(answer,
                                                    '[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}',
                                                    'g') AS m (found)
      JOIN theirs AS t ON t.id = m.found[1]::uuid AND t.id <> p_id;
    answer := regexp_replace(regexp_replace(answer, '[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}',
                                            'ID', 'g'), '(\d{4}-\d\d-\d\d.)?\d\d:\d\d:\d\d(\.\d+)?',
                             'TIME', 'g');
    RETURN NEXT;
END
$$;
GRANT SELECT ON theirs, loot, calls TO PUBLIC;
GRANT CREATE, USAGE ON SCHEMA tap_helpers TO PUBLIC;
CREATE TEMP TABLE seen (who text, name text, by_id boolean, is_full boolean, loot text, state text,
                        answer text, leaked bigint, scans text);
GRANT INSERT ON seen TO PUBLIC;
-- Everything that a login may call, for our tenant, with what is theirs and with what is not there.
CREATE FUNCTION pg_temp.attack() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO seen
    SELECT session_user, c.name, c.by_tenant AND c.by_id, c.is_full, l.name, s.*
      FROM calls AS c
      JOIN (SELECT l.name, l.id FROM loot AS l UNION ALL
            VALUES ('nothing', 'dddddddd-dddd-4ddd-8ddd-dddddddddddd'::uuid)) AS l
        ON c.by_id AND c.is_full OR l.name IN ('nothing', 'payment_transactions')
     CROSS JOIN LATERAL pg_temp.strike(c.text, tap_helpers.tenant_a(), l.id) AS s
     WHERE has_function_privilege(c.oid, 'EXECUTE');
END
$$;
SELECT remember();
-- Plans are not to change between the first call and the sixth, nor to be what another script of
-- this session has left: one of those is made anew in the middle, and then the scans differ.
SET LOCAL plan_cache_mode = force_generic_plan;
DISCARD PLANS;
SET LOCAL SESSION AUTHORIZATION tap_atk_service;
SELECT pg_temp.attack();
RESET SESSION AUTHORIZATION;
SET LOCAL SESSION AUTHORIZATION tap_atk_analyst;
SELECT pg_temp.attack();
RESET SESSION AUTHORIZATION;
SET LOCAL SESSION AUTHORIZATION tap_atk_operator;
SELECT pg_temp.attack();
RESET SESSION AUTHORIZATION;
SELECT enter(NULL);

-- ── what came of it ──────────────────────────────────────────────────────────────────────────
SELECT set_eq('SELECT DISTINCT who FROM seen',
              $$ VALUES ('tap_atk_service'), ('tap_atk_analyst'), ('tap_atk_operator') $$,
              'all three logins had their turn');
SELECT is_empty($$ SELECT who, name, loot, answer FROM seen WHERE leaked > 0 $$,
                'no answer and no error holds an id of theirs that was not given');
SELECT is_empty($$ SELECT who, name, loot, answer FROM seen WHERE state = 'TT666' $$,
                'no call touches a row of theirs, not even to undo it');
SELECT is_empty(
    $$ SELECT DISTINCT who, name, state, left(answer, 80) FROM seen
        WHERE state NOT IN ('answered', '42501') AND state !~ '^(PY0|22|23)' $$,
    'no call fails by accident');
SELECT is_empty($$
    SELECT s.who, s.name, s.is_full, s.loot, s.state, left(s.answer, 60), n.state,
           left(n.answer, 60)
      FROM seen AS s JOIN seen AS n ON n.loot = 'nothing'
       AND (n.who, n.name, n.is_full) = (s.who, s.name, s.is_full)
     -- What is no number or time is refused before anything is looked up.
     WHERE s.by_id AND s.state !~ '^22' AND (s.state, s.answer) IS DISTINCT FROM (n.state, n.answer)
$$, 'to a tenant what is theirs is answered, word for word, as what is not there');
SELECT is_empty($$
    SELECT s.who, s.name, s.is_full, s.loot, s.scans, n.scans
      FROM seen AS s JOIN seen AS n ON n.loot = 'nothing'
       AND (n.who, n.name, n.is_full) = (s.who, s.name, s.is_full)
     WHERE s.by_id AND s.scans <> n.scans
$$, 'and by the same way: as many scans, as many rows, so that time tells nothing');
SELECT unchanged('nothing stayed');

-- Their tenant, asked for by somebody who has another.
CREATE FUNCTION pg_temp.states(p_tenant uuid, p_entered uuid)
    RETURNS TABLE (name text, state text, answer text) LANGUAGE sql AS $$
    SELECT c.name, s.state, s.answer FROM calls AS c
     CROSS JOIN LATERAL pg_temp.strike(c.text, p_tenant, 'dddddddd-dddd-4ddd-8ddd-dddddddddddd',
                                       p_entered) AS s
     WHERE c.by_tenant AND has_function_privilege(c.oid, 'EXECUTE')
$$;
SET LOCAL SESSION AUTHORIZATION tap_atk_service;
SELECT is_empty(
    $$ SELECT * FROM pg_temp.states(tap_helpers.tenant_b(), tap_helpers.tenant_a())
        WHERE state <> 'PY002'
         UNION ALL SELECT * FROM pg_temp.states(tap_helpers.tenant_a(), tap_helpers.tenant_b())
          WHERE state <> 'PY002' $$,
    'whichever tenant is entered first, no function goes on to another in the same transaction');
RESET SESSION AUTHORIZATION;
SET LOCAL SESSION AUTHORIZATION tap_atk_analyst;
SELECT is_empty(
    $$ SELECT * FROM pg_temp.states(tap_helpers.tenant_b(), NULL) WHERE state <> 'PY070'
          AND (name, state, answer) <> ('money_violations', 'answered', '') $$,
    'an analyst gets nothing of a tenant they are no member of, from any function');
RESET SESSION AUTHORIZATION;
SET LOCAL SESSION AUTHORIZATION tap_atk_operator;
SELECT is_empty(
    $$ SELECT * FROM pg_temp.states(tap_helpers.tenant_b(), NULL) WHERE state <> 'PY070'
          AND (name, state, answer) <> ('money_violations', 'answered', '') $$,
    'nor does an operator');
RESET SESSION AUTHORIZATION;

SELECT * FROM finish();
ROLLBACK;
