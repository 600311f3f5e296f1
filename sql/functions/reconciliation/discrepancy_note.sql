CREATE OR REPLACE FUNCTION payments.discrepancy_note(
    p_tenant_id uuid, p_account text, p_class text, p_object_type text, p_provider_id text,
    p_object_id uuid, p_at_provider text,
    p_ours text, p_unexplained bigint, p_currency text, p_occurred_at timestamptz
) RETURNS void
LANGUAGE sql VOLATILE SET search_path = payments, pg_temp
AS $$
    INSERT INTO payments.discrepancies AS d
        (tenant_id, id, class, provider_account, object_type, provider_id, object_id, at_provider,
         ours, unexplained, currency,
         occurred_at, opened_at, last_seen_at, state)
    SELECT p_tenant_id, payments.id_derive(p_tenant_id, 'discrepancy', p_class, p_account,
                                           p_provider_id), p_class, p_account,
           p_object_type, p_provider_id, p_object_id, p_at_provider, p_ours, p_unexplained,
           CASE WHEN p_unexplained <> 0 THEN p_currency END, p_occurred_at, c.now, c.now, 'open'
      FROM (SELECT payments.clock() AS now) AS c
    ON CONFLICT (tenant_id, id) DO UPDATE
        SET last_seen_at = excluded.last_seen_at, object_id = excluded.object_id,
            at_provider = excluded.at_provider,
            ours = excluded.ours, unexplained = excluded.unexplained,
            -- What a person has explained stays explained as long as nothing about it changes.
            (state, opened_at, ended_at, resolved_by, note) = (
                SELECT k.state, k.opened_at, k.ended_at, k.resolved_by, k.note
                  FROM (VALUES (d.state = 'open' OR (d.state = 'resolved'
                                    AND (d.at_provider, d.ours) IS NOT DISTINCT
                                   FROM (excluded.at_provider, excluded.ours)),
                                d.state, d.opened_at, d.ended_at, d.resolved_by, d.note),
                               (true, 'open', excluded.opened_at, NULL, NULL, NULL))
                AS k (holds, state, opened_at, ended_at, resolved_by, note)
                 WHERE k.holds LIMIT 1)
$$;
COMMENT ON FUNCTION payments.discrepancy_note(uuid, text, text, text, text, uuid, text, text,
                                              bigint, text, timestamptz) IS
    'Notes what does not agree, once per class and object: found again it keeps its age; closed, '
    'or resolved with other figures, it is opened anew. Unexplained in minor units.';
