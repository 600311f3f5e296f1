-- AML: names on sanctions and PEP lists, sums over time, and what was screened against which version of a list.
-- depends: 018_add_operator_verbs

-- Both are trusted extensions: a database's owner may create them.
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS fuzzystrmatch WITH SCHEMA public;

SET LOCAL ROLE payments_owner;

CREATE TABLE payments.sanctions_versions (
    version_id  uuid PRIMARY KEY,
    format      text NOT NULL CONSTRAINT sanctions_format_known CHECK (format IN ('ofac', 'opensanctions')),
    digest      bytea NOT NULL,
    names       bigint NOT NULL,
    imported_at timestamptz NOT NULL,
    imported_by text NOT NULL
);
COMMENT ON TABLE payments.sanctions_versions IS 'Imported lists of sanctioned and politically exposed names. Reference data without a tenant.';
COMMENT ON COLUMN payments.sanctions_versions.version_id IS 'Named by every screening.';
COMMENT ON COLUMN payments.sanctions_versions.format IS 'Layout of the file: ofac (SDN.CSV) or opensanctions (targets.simple.csv).';
COMMENT ON COLUMN payments.sanctions_versions.digest IS 'SHA-256 of the file: the same file again is not imported again.';
COMMENT ON COLUMN payments.sanctions_versions.names IS 'How many names it holds, aliases included.';
COMMENT ON COLUMN payments.sanctions_versions.imported_at IS 'When.';
COMMENT ON COLUMN payments.sanctions_versions.imported_by IS 'The database role that did.';

CREATE TABLE payments.sanctions_lists (
    format       text PRIMARY KEY,
    version_id   uuid NOT NULL REFERENCES payments.sanctions_versions (version_id),
    activated_at timestamptz NOT NULL,
    activated_by text NOT NULL
);
COMMENT ON TABLE payments.sanctions_lists IS 'Which version of each list names are screened against: switching is one row. Reference data without a tenant.';
COMMENT ON COLUMN payments.sanctions_lists.format IS 'The list.';
COMMENT ON COLUMN payments.sanctions_lists.version_id IS 'Its version in force.';
COMMENT ON COLUMN payments.sanctions_lists.activated_at IS 'Since when.';
COMMENT ON COLUMN payments.sanctions_lists.activated_by IS 'The database role that put it in force.';

CREATE TABLE payments.sanctions_entries (
    version_id uuid NOT NULL REFERENCES payments.sanctions_versions (version_id),
    entry_id   text NOT NULL,
    place      integer NOT NULL,
    name       text NOT NULL,
    normal     text NOT NULL,
    codes      text[] NOT NULL,
    listed_as  text NOT NULL CONSTRAINT sanctions_listed_as_known CHECK (listed_as IN ('sanction', 'pep', 'other')),
    note       text,
    PRIMARY KEY (version_id, entry_id, place)
);
COMMENT ON TABLE payments.sanctions_entries IS
    'Names and aliases of the lists, one a row. Reference data without a tenant: under row security the trigram index could not be used.';
COMMENT ON COLUMN payments.sanctions_entries.version_id IS 'Version of the list.';
COMMENT ON COLUMN payments.sanctions_entries.entry_id IS 'The list''s own id of the person or company.';
COMMENT ON COLUMN payments.sanctions_entries.place IS '0: the name; from 1 on its aliases.';
COMMENT ON COLUMN payments.sanctions_entries.name IS 'As the list has it.';
COMMENT ON COLUMN payments.sanctions_entries.normal IS 'Transliterated, lower case, without punctuation and legal forms; what is compared.';
COMMENT ON COLUMN payments.sanctions_entries.codes IS 'How its words sound (double metaphone).';
COMMENT ON COLUMN payments.sanctions_entries.listed_as IS 'sanction, pep (politically exposed) or other.';
COMMENT ON COLUMN payments.sanctions_entries.note IS 'Programme, countries, birth dates: what helps a person to decide.';
CREATE INDEX sanctions_entries_by_trigram ON payments.sanctions_entries USING gin (normal public.gin_trgm_ops) WITH (fastupdate = off);
CREATE INDEX sanctions_entries_by_sound ON payments.sanctions_entries USING gin (codes) WITH (fastupdate = off);

CREATE TABLE payments.aml_settings (
    tenant_id          uuid NOT NULL REFERENCES payments.tenants (tenant_id),
    version            integer NOT NULL CONSTRAINT aml_version_positive CHECK (version > 0),
    name_score         integer NOT NULL CONSTRAINT aml_name_score_in_range CHECK (name_score BETWEEN 50 AND 100),
    reporting_currency text,
    created_at         timestamptz NOT NULL,
    created_by         text NOT NULL,
    PRIMARY KEY (tenant_id, version)
);
COMMENT ON TABLE payments.aml_settings IS 'How a tenant screens, one row per version; the newest is in force. Never edited.';
COMMENT ON COLUMN payments.aml_settings.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.aml_settings.version IS 'Counts up; each screening names the one it used.';
COMMENT ON COLUMN payments.aml_settings.name_score IS 'From this likeness on (50 to 100) a person looks at a payee''s name.';
COMMENT ON COLUMN payments.aml_settings.reporting_currency IS 'In which sums over all currencies are made; null: in none.';
COMMENT ON COLUMN payments.aml_settings.created_at IS 'When set.';
COMMENT ON COLUMN payments.aml_settings.created_by IS 'The database role that set it.';
ALTER TABLE payments.aml_settings ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE TABLE payments.aml_limits (
    tenant_id         uuid NOT NULL,
    version           integer NOT NULL,
    currency          text NOT NULL,
    day_limit         bigint CONSTRAINT aml_day_limit_positive CHECK (day_limit > 0),
    month_limit       bigint CONSTRAINT aml_month_limit_positive CHECK (month_limit > 0),
    structuring_limit bigint CONSTRAINT aml_structuring_limit_positive CHECK (structuring_limit > 0),
    PRIMARY KEY (tenant_id, version, currency),
    FOREIGN KEY (tenant_id, version) REFERENCES payments.aml_settings (tenant_id, version)
);
COMMENT ON TABLE payments.aml_limits IS 'Sums per customer from which a person looks, per currency or, for currency all, in the reporting currency.';
COMMENT ON COLUMN payments.aml_limits.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.aml_limits.version IS 'Version of the settings.';
COMMENT ON COLUMN payments.aml_limits.currency IS 'ISO 4217, lower case; all: every currency, converted.';
COMMENT ON COLUMN payments.aml_limits.day_limit IS 'Sum of 24 hours, minor units; null: none.';
COMMENT ON COLUMN payments.aml_limits.month_limit IS 'Sum of 30 days, minor units; null: none.';
COMMENT ON COLUMN payments.aml_limits.structuring_limit IS
    'A threshold that somebody may stay below: three payments in 7 days of at least 90 per cent of it, but less than it; minor units; null: none.';
ALTER TABLE payments.aml_limits ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE TABLE payments.exchange_rates (
    tenant_id          uuid NOT NULL REFERENCES payments.tenants (tenant_id),
    currency           text NOT NULL,
    reporting_currency text NOT NULL,
    valid_from         timestamptz NOT NULL,
    rate               numeric NOT NULL CONSTRAINT exchange_rate_positive CHECK (rate > 0),
    created_at         timestamptz NOT NULL,
    created_by         text NOT NULL,
    PRIMARY KEY (tenant_id, currency, reporting_currency, valid_from)
);
COMMENT ON TABLE payments.exchange_rates IS 'Rates a tenant declares, for sums in its reporting currency and for nothing else: no payment is converted.';
COMMENT ON COLUMN payments.exchange_rates.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.exchange_rates.currency IS 'From.';
COMMENT ON COLUMN payments.exchange_rates.reporting_currency IS 'To.';
COMMENT ON COLUMN payments.exchange_rates.valid_from IS 'First moment it applies; until a newer one does.';
COMMENT ON COLUMN payments.exchange_rates.rate IS 'Minor units of the reporting currency for one minor unit of the currency.';
COMMENT ON COLUMN payments.exchange_rates.created_at IS 'When declared.';
COMMENT ON COLUMN payments.exchange_rates.created_by IS 'The database role that declared it.';
ALTER TABLE payments.exchange_rates ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE TABLE payments.aml_screenings (
    tenant_id            uuid NOT NULL,
    id                   uuid NOT NULL,
    kind                 text NOT NULL CONSTRAINT screening_kind_known CHECK (kind IN ('name', 'amounts')),
    payment_id           uuid,
    connected_account_id uuid,
    list_versions        uuid[] NOT NULL,
    settings_version     integer,
    inputs               jsonb NOT NULL,
    findings             jsonb NOT NULL,
    decision             text NOT NULL CONSTRAINT screening_decision_known CHECK (decision IN ('clear', 'review', 'unscreened')),
    score                integer NOT NULL CONSTRAINT screening_score_in_range CHECK (score BETWEEN 0 AND 100),
    reasons              text[] NOT NULL,
    screened_at          timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, payment_id) REFERENCES payments.payment_transactions (tenant_id, id),
    FOREIGN KEY (tenant_id, connected_account_id) REFERENCES payments.connected_accounts (tenant_id, id),
    CONSTRAINT screening_is_about_one CHECK (num_nonnulls(payment_id, connected_account_id) = 1)
);
COMMENT ON TABLE payments.aml_screenings IS 'Every screening with what it rests on. Append-only.';
COMMENT ON COLUMN payments.aml_screenings.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.aml_screenings.id IS 'Row id.';
COMMENT ON COLUMN payments.aml_screenings.kind IS 'name: a payee''s, against lists. amounts: a customer''s payments over time.';
COMMENT ON COLUMN payments.aml_screenings.payment_id IS 'The payment, for amounts.';
COMMENT ON COLUMN payments.aml_screenings.connected_account_id IS 'The payee, for a name.';
COMMENT ON COLUMN payments.aml_screenings.list_versions IS 'Versions of the lists that were in force; empty: none was imported.';
COMMENT ON COLUMN payments.aml_screenings.settings_version IS 'Version of the tenant''s settings; null: the defaults.';
COMMENT ON COLUMN payments.aml_screenings.inputs IS 'What was screened: name as given and as compared, or customer, amount and currency.';
COMMENT ON COLUMN payments.aml_screenings.findings IS 'Names found with their scores, or the sums per currency, minor units.';
COMMENT ON COLUMN payments.aml_screenings.decision IS 'clear, review, or unscreened: no list was imported.';
COMMENT ON COLUMN payments.aml_screenings.score IS 'Of the likest name, 0 to 100; 100 for a sum at its limit.';
COMMENT ON COLUMN payments.aml_screenings.reasons IS 'sanction, pep, other; day_, month_, structuring_ and the currency.';
COMMENT ON COLUMN payments.aml_screenings.screened_at IS 'When.';
ALTER TABLE payments.aml_screenings ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE INDEX aml_screenings_by_account ON payments.aml_screenings (tenant_id, connected_account_id, screened_at DESC)
    WHERE connected_account_id IS NOT NULL;
CREATE INDEX aml_screenings_by_payment ON payments.aml_screenings (tenant_id, payment_id) WHERE payment_id IS NOT NULL;
