BEGIN;
SELECT plan(1);

SELECT keep('list', sanctions_list());
SELECT ops.sanctions_activate(the('list'));

SELECT keep('second', ops.sanctions_begin('ofac', '\x02'));
SELECT ops.sanctions_add(the('second'), '[{
    "entryId": "1", "place": 0, "name": "x", "transliterated": "x y", "listedAs": "sanction"}]');
SELECT ops.sanctions_activate(the('second'));
SET LOCAL ROLE payments_analyst;
SELECT set_eq($$ SELECT format, version_id, names, in_force FROM ops.sanctions_versions() $$,
              $$ VALUES ('ofac', the('second'), 1::bigint, true),
                        ('ofac', the('list'), 4, false) $$,
              'what was imported, and what is in force');

SELECT * FROM finish();
ROLLBACK;
