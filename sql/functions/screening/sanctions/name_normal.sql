-- The caller transliterates (anyascii): what is not ASCII here is only a separator.
CREATE OR REPLACE FUNCTION payments.name_normal(p_name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = payments, pg_temp
AS $$
DECLARE
    c_noise CONSTANT text[] := '{ltd,limited,llc,llp,inc,incorporated,corp,corporation,co,company,
        plc,gmbh,ag,sa,sarl,sas,srl,spa,bv,nv,oy,ab,as,ooo,oao,zao,pao,jsc,pjsc,fze,fzco,
        the,and,of,mr,mrs,ms,dr}';
    v_words text[] := regexp_split_to_array(
        btrim(regexp_replace(translate(lower(p_name), chr(39), ''), '[^a-z0-9]+', ' ', 'g')), ' ');
    v_kept text[] := ARRAY(SELECT u.w FROM unnest(v_words) WITH ORDINALITY AS u (w, n)
                            WHERE u.w <> ALL (c_noise) ORDER BY u.n);
BEGIN
    RETURN array_to_string(CASE WHEN v_kept = '{}' THEN v_words ELSE v_kept END, ' ');
END
$$;
COMMENT ON FUNCTION payments.name_normal(text) IS
    'A transliterated name as it is compared: lower case, words only, without legal forms and '
    'titles (unless there is nothing else).';
