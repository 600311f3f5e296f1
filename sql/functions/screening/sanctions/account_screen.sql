CREATE OR REPLACE FUNCTION payments.account_screen(
    p_tenant_id uuid, p_account_id uuid, p_name text, p_transliterated text, p_now timestamptz
) RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    c_name_score CONSTANT integer := 75;   -- of a tenant that has not chosen
    v_id CONSTANT uuid := gen_random_uuid();
    v_normal CONSTANT text := payments.name_normal(coalesce(p_transliterated, p_name));
    v_lists CONSTANT uuid[] := ARRAY(SELECT l.version_id FROM payments.sanctions_lists AS l
                                      ORDER BY l.version_id);
    v_settings record;
    v_found jsonb;
    v_score integer;
    v_reasons text[];
    v_decision text := 'unscreened';
BEGIN
    IF coalesce(v_normal, '') = '' THEN
        RETURN NULL;
    END IF;
    SELECT s.version, s.name_score INTO v_settings FROM payments.aml_settings AS s
     WHERE s.tenant_id = p_tenant_id ORDER BY s.version DESC LIMIT 1;
    SELECT coalesce(jsonb_agg(to_jsonb(m) ORDER BY m.score DESC, m.entry_id), '[]'),
           coalesce(max(m.score), 0), coalesce(array_agg(DISTINCT m.listed_as), '{}')
      INTO v_found, v_score, v_reasons
      FROM payments.sanctions_match(v_normal, coalesce(v_settings.name_score, c_name_score)) AS m;
    IF v_lists <> '{}' THEN
        v_decision := CASE WHEN payments.account_cleared(p_tenant_id, p_account_id, v_found)
                           THEN 'clear' ELSE 'review' END;
    END IF;
    IF v_decision = 'review' THEN
        -- Two screenings at once ask once: who comes second looks again.
        PERFORM FROM payments.connected_accounts AS a
          WHERE a.tenant_id = p_tenant_id AND a.id = p_account_id FOR UPDATE;
        v_decision := CASE WHEN payments.account_cleared(p_tenant_id, p_account_id, v_found)
                           THEN 'clear' ELSE 'review' END;
    END IF;
    INSERT INTO payments.aml_screenings
        (tenant_id, id, kind, connected_account_id, list_versions, settings_version, inputs,
         findings, decision, score, reasons, screened_at)
    VALUES (p_tenant_id, v_id, 'name', p_account_id, v_lists, v_settings.version,
            jsonb_build_object('name', p_name, 'transliterated', p_transliterated,
                               'normal', v_normal,
                               'nameScore', coalesce(v_settings.name_score, c_name_score)),
            v_found, v_decision, v_score, v_reasons, p_now);
    IF v_decision = 'review' THEN
        PERFORM payments.review_open(p_tenant_id, 'sanctions', v_id::text, p_account_id, v_score,
                                     v_reasons, p_now);
    END IF;
    RETURN v_decision;
END
$$;
COMMENT ON FUNCTION payments.account_screen(uuid, uuid, text, text, timestamptz) IS
    'Screens a payee''s name against the lists in force and stores the outcome; a likeness that '
    'nobody has looked at before opens a review. Returns clear, review or unscreened; null without '
    'a name.';
