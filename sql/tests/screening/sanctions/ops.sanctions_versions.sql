BEGIN;
SELECT plan(1);

SELECT keep('list', ops.sanctions_begin('ofac', '\x01'));
SELECT ops.sanctions_add(the('list'),
                         '[{"entryId": "1", "place": 0, "name": "SMITH, John Paul", '
                         '"transliterated": "SMITH, John Paul", "listedAs": "sanction", "note": '
                         '"SDGT"},
    {"entryId": "2", "place": 0, "name": "Владимир Петров", "transliterated": "Vladimir Petrov", "listedAs": "pep", "note": ""},
    {"entryId": "2", "place": 1, "name": "Wladimir Petroff", "transliterated": "Wladimir Petroff", "listedAs": "pep", "note": ""},
    {"entryId": "3", "place": 0, "name": "Golden Star Trading Co., Ltd.", "transliterated": "Golden Star Trading Co., Ltd.", "listedAs": "sanction", "note": ""}]');
SELECT ops.sanctions_activate(the('list'));

SELECT keep('second', ops.sanctions_begin('ofac', '\x02'));
SELECT ops.sanctions_add(the('second'),
                         '[{"entryId": "1", "place": 0, "name": "x", "transliterated": "x y", '
                         '"listedAs": "sanction"}]'), ops.sanctions_activate(the('second'));
SET LOCAL ROLE payments_analyst;
SELECT set_eq($$ SELECT format, version_id, names, in_force FROM ops.sanctions_versions() $$,
              $$ VALUES ('ofac', the('second'), 1::bigint, true),
                        ('ofac', the('list'), 4, false) $$,
              'what was imported, and what is in force');

SELECT * FROM finish();
ROLLBACK;
