-- Before money moves on: fraud rules and what they decided, AML names and sums, and the queue of
-- what a person has to decide.
-- depends: 010_add_reconciliation

-- Both are trusted extensions: a database's owner may create them.
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS fuzzystrmatch WITH SCHEMA public;

SET LOCAL ROLE payments_owner;

CREATE TABLE payments.fraud_rulesets (
    tenant_id    uuid NOT NULL REFERENCES payments.tenants (tenant_id),
    version      integer NOT NULL CONSTRAINT ruleset_version_positive CHECK (version > 0),
    review_score integer NOT NULL CONSTRAINT ruleset_review_score_in_range
    CHECK (review_score BETWEEN 1 AND 100),
    block_score  integer NOT NULL CONSTRAINT ruleset_block_score_in_range
    CHECK (block_score BETWEEN 1 AND 100),
    created_at   timestamptz NOT NULL,
    created_by   text NOT NULL,
    PRIMARY KEY (tenant_id, version),
    CONSTRAINT ruleset_reviews_before_it_blocks CHECK (review_score <= block_score)
);
COMMENT ON TABLE payments.fraud_rulesets IS
    'A tenant''s fraud rules as a whole, one row per version; the newest is in force. Never '
    'edited: any change is a new version. None: nothing is checked.';
COMMENT ON COLUMN payments.fraud_rulesets.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.fraud_rulesets.version IS
    'Counts up; each decision names the one it used.';
COMMENT ON COLUMN payments.fraud_rulesets.review_score IS 'From this score on a person decides.';
COMMENT ON COLUMN payments.fraud_rulesets.block_score IS 'From this score on a payment is refused.';
COMMENT ON COLUMN payments.fraud_rulesets.created_at IS 'When set.';
COMMENT ON COLUMN payments.fraud_rulesets.created_by IS 'The database role that set it.';
ALTER TABLE payments.fraud_rulesets ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE TABLE payments.fraud_rules (
    tenant_id  uuid NOT NULL,
    version    integer NOT NULL,
    name       text NOT NULL CONSTRAINT fraud_rule_name_plain CHECK (name ~ '^[a-z0-9_]{1,64}$'),
    kind       text NOT NULL CONSTRAINT fraud_rule_kind_known
        CHECK (kind IN ('velocity', 'amount', 'blocklist', 'allowlist', 'provider_risk')),
    enabled    boolean NOT NULL,
    weight     integer NOT NULL CONSTRAINT fraud_rule_weight_in_range
    CHECK (weight BETWEEN 0 AND 100),
    threshold  integer NOT NULL CONSTRAINT fraud_rule_threshold_positive CHECK (threshold > 0),
    parameters jsonb NOT NULL CONSTRAINT fraud_rule_parameters_are_an_object
    CHECK (jsonb_typeof(parameters) = 'object'),
    PRIMARY KEY (tenant_id, version, name),
    FOREIGN KEY (tenant_id, version) REFERENCES payments.fraud_rulesets (tenant_id, version)
);
COMMENT ON TABLE payments.fraud_rules IS
    'The rules of each version of a tenant''s rule set. A rule measures one number; from its '
    'threshold on it adds its weight to the score.';
COMMENT ON COLUMN payments.fraud_rules.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.fraud_rules.version IS 'Version of the rule set.';
COMMENT ON COLUMN payments.fraud_rules.name IS 'Named as a reason in decisions.';
COMMENT ON COLUMN payments.fraud_rules.kind IS
    'velocity: events with the same signal in a window. amount: per cent of the average before. '
    'blocklist, allowlist: 1 when a signal is listed. provider_risk: Stripe''s level, 1 normal, 2 '
    'elevated, 3 highest.';
COMMENT ON COLUMN payments.fraud_rules.enabled IS 'Whether it counts.';
COMMENT ON COLUMN payments.fraud_rules.weight IS 'What it adds to the score, 0 to 100.';
COMMENT ON COLUMN payments.fraud_rules.threshold IS 'The measured number from which it strikes.';
COMMENT ON COLUMN payments.fraud_rules.parameters IS
    'velocity: signal (customer, card, device, ip, email_domain), event (payment, decline), '
    'seconds, ignore (values). amount: against (customer, tenant), minimum (payments before it '
    'judges).';
ALTER TABLE payments.fraud_rules ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE TABLE payments.fraud_list_entries (
    tenant_id  uuid NOT NULL REFERENCES payments.tenants (tenant_id),
    list       text NOT NULL CONSTRAINT fraud_list_known CHECK (list IN ('block', 'allow')),
    signal     text NOT NULL CONSTRAINT fraud_list_signal_known
        CHECK (signal IN ('customer', 'card', 'device', 'ip', 'email', 'email_domain')),
    value      text NOT NULL CONSTRAINT fraud_list_value_bounded
    CHECK (length(value) BETWEEN 1 AND 500),
    note       text,
    active     boolean NOT NULL,
    expires_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by text NOT NULL,
    PRIMARY KEY (tenant_id, list, signal, value)
);
COMMENT ON TABLE payments.fraud_list_entries IS
    'Blocklist and allowlist of a tenant. An entry is switched off, not removed.';
COMMENT ON COLUMN payments.fraud_list_entries.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.fraud_list_entries.list IS 'block or allow.';
COMMENT ON COLUMN payments.fraud_list_entries.signal IS 'What is listed.';
COMMENT ON COLUMN payments.fraud_list_entries.value IS
    'Its value as fraud_signals writes it; an address of IPv6 as its /64.';
COMMENT ON COLUMN payments.fraud_list_entries.note IS 'Why.';
COMMENT ON COLUMN payments.fraud_list_entries.active IS 'Whether it counts.';
COMMENT ON COLUMN payments.fraud_list_entries.expires_at IS
    'First moment it no longer counts; null: open.';
COMMENT ON COLUMN payments.fraud_list_entries.created_at IS 'When first listed.';
COMMENT ON COLUMN payments.fraud_list_entries.updated_at IS 'When last changed.';
COMMENT ON COLUMN payments.fraud_list_entries.updated_by IS 'The database role that changed it.';
ALTER TABLE payments.fraud_list_entries ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- Every window is a range of the key, read without the table; the other index forgets by age. No
-- foreign key here and none of a check to its rule set: every payment would lock the same row.
CREATE TABLE payments.fraud_signals (
    tenant_id uuid NOT NULL,
    event     text NOT NULL CONSTRAINT fraud_signal_event_known
    CHECK (event IN ('payment', 'decline')),
    signal    text NOT NULL CONSTRAINT fraud_signal_known
    CHECK (signal IN ('customer', 'card', 'device', 'ip', 'email_domain')),
    value     text NOT NULL,
    seen_at   timestamptz NOT NULL,
    source_id text NOT NULL,
    PRIMARY KEY (tenant_id, event, signal, value, seen_at, source_id)
) WITH (autovacuum_vacuum_insert_scale_factor = 0.02);
COMMENT ON TABLE payments.fraud_signals IS
    'When which customer, card, device, address or mail domain paid or was declined; what velocity '
    'rules count. Written while a tenant has rules.';
COMMENT ON COLUMN payments.fraud_signals.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.fraud_signals.event IS
    'payment: one was asked for. decline: a charge failed.';
COMMENT ON COLUMN payments.fraud_signals.signal IS 'Kind of value.';
COMMENT ON COLUMN payments.fraud_signals.value IS
    'A customer''s id, Stripe''s card fingerprint, a device''s id, an address (IPv6: /64), a '
    'domain.';
COMMENT ON COLUMN payments.fraud_signals.seen_at IS 'When, by payments.clock().';
COMMENT ON COLUMN payments.fraud_signals.source_id IS 'The payment, or Stripe''s charge.';
ALTER TABLE payments.fraud_signals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE INDEX fraud_signals_by_age ON payments.fraud_signals (tenant_id, seen_at);

CREATE TABLE payments.fraud_checks (
    tenant_id     uuid NOT NULL,
    id            uuid NOT NULL,
    payment_id    uuid NOT NULL,
    phase         text NOT NULL CONSTRAINT fraud_check_phase_known
    CHECK (phase IN ('request', 'charge')),
    rules_version integer NOT NULL,
    inputs        jsonb NOT NULL,
    facts         jsonb NOT NULL,
    decision      text NOT NULL CONSTRAINT fraud_decision_known
    CHECK (decision IN ('allow', 'review', 'block')),
    score         integer NOT NULL CONSTRAINT fraud_score_in_range CHECK (score BETWEEN 0 AND 100),
    reasons       text[] NOT NULL,
    checked_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, payment_id) REFERENCES payments.payment_transactions (tenant_id, id)
);
COMMENT ON TABLE payments.fraud_checks IS
    'Every decision with all that it rests on: version of the rules, what was known, what each '
    'rule measured. Append-only.';
COMMENT ON COLUMN payments.fraud_checks.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.fraud_checks.id IS 'Derived from the payment, or from Stripe''s charge.';
COMMENT ON COLUMN payments.fraud_checks.payment_id IS 'The payment.';
COMMENT ON COLUMN payments.fraud_checks.phase IS
    'request: before Stripe is asked. charge: when the card and Stripe''s own risk are known; then '
    'a block is a review, because the money may have moved.';
COMMENT ON COLUMN payments.fraud_checks.rules_version IS 'Version of the rule set.';
COMMENT ON COLUMN payments.fraud_checks.inputs IS
    'What was known: amount, currency, customer, device, ip, email_domain, card, risk_level.';
COMMENT ON COLUMN payments.fraud_checks.facts IS 'What each rule measured, by its name.';
COMMENT ON COLUMN payments.fraud_checks.decision IS 'allow, review or block.';
COMMENT ON COLUMN payments.fraud_checks.score IS
    'Sum of the weights of the rules that struck, 100 at most.';
COMMENT ON COLUMN payments.fraud_checks.reasons IS
    'Names of the rules that struck, heaviest first.';
COMMENT ON COLUMN payments.fraud_checks.checked_at IS 'When decided.';
ALTER TABLE payments.fraud_checks ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE INDEX fraud_checks_by_payment ON payments.fraud_checks (tenant_id, payment_id);

CREATE TABLE payments.sanctions_versions (
    version_id  uuid PRIMARY KEY,
    format      text NOT NULL CONSTRAINT sanctions_format_known
    CHECK (format IN ('ofac', 'opensanctions')),
    digest      bytea NOT NULL,
    names       bigint NOT NULL,
    imported_at timestamptz NOT NULL,
    imported_by text NOT NULL
);
COMMENT ON TABLE payments.sanctions_versions IS
    'Imported lists of sanctioned and politically exposed names. Reference data without a tenant.';
COMMENT ON COLUMN payments.sanctions_versions.version_id IS 'Named by every screening.';
COMMENT ON COLUMN payments.sanctions_versions.format IS
    'Layout of the file: ofac (SDN.CSV) or opensanctions (targets.simple.csv).';
COMMENT ON COLUMN payments.sanctions_versions.digest IS
    'SHA-256 of the file: the same file again is not imported again.';
COMMENT ON COLUMN payments.sanctions_versions.names IS 'How many names it holds, aliases included.';
COMMENT ON COLUMN payments.sanctions_versions.imported_at IS 'When.';
COMMENT ON COLUMN payments.sanctions_versions.imported_by IS 'The database role that did.';

CREATE TABLE payments.sanctions_lists (
    format       text PRIMARY KEY,
    version_id   uuid NOT NULL REFERENCES payments.sanctions_versions (version_id),
    activated_at timestamptz NOT NULL,
    activated_by text NOT NULL
);
COMMENT ON TABLE payments.sanctions_lists IS
    'Which version of each list names are screened against: switching is one row. Reference data '
    'without a tenant.';
COMMENT ON COLUMN payments.sanctions_lists.format IS 'The list.';
COMMENT ON COLUMN payments.sanctions_lists.version_id IS 'Its version in force.';
COMMENT ON COLUMN payments.sanctions_lists.activated_at IS 'Since when.';
COMMENT ON COLUMN payments.sanctions_lists.activated_by IS
    'The database role that put it in force.';

CREATE TABLE payments.sanctions_entries (
    version_id uuid NOT NULL REFERENCES payments.sanctions_versions (version_id),
    entry_id   text NOT NULL,
    place      integer NOT NULL,
    name       text NOT NULL,
    normal     text NOT NULL,
    codes      text[] NOT NULL,
    listed_as  text NOT NULL CONSTRAINT sanctions_listed_as_known
    CHECK (listed_as IN ('sanction', 'pep', 'other')),
    note       text,
    PRIMARY KEY (version_id, entry_id, place)
);
COMMENT ON TABLE payments.sanctions_entries IS
    'Names and aliases of the lists, one a row. Reference data without a tenant: under row '
    'security the trigram index could not be used.';
COMMENT ON COLUMN payments.sanctions_entries.version_id IS 'Version of the list.';
COMMENT ON COLUMN payments.sanctions_entries.entry_id IS
    'The list''s own id of the person or company.';
COMMENT ON COLUMN payments.sanctions_entries.place IS '0: the name; from 1 on its aliases.';
COMMENT ON COLUMN payments.sanctions_entries.name IS 'As the list has it.';
COMMENT ON COLUMN payments.sanctions_entries.normal IS
    'Transliterated, lower case, without punctuation and legal forms; what is compared.';
COMMENT ON COLUMN payments.sanctions_entries.codes IS 'How its words sound (double metaphone).';
COMMENT ON COLUMN payments.sanctions_entries.listed_as IS
    'sanction, pep (politically exposed) or other.';
COMMENT ON COLUMN payments.sanctions_entries.note IS
    'Programme, countries, birth dates: what helps a person to decide.';
CREATE INDEX sanctions_entries_by_trigram
    ON payments.sanctions_entries USING gin (normal public.gin_trgm_ops) WITH (fastupdate = off);
CREATE INDEX sanctions_entries_by_sound
    ON payments.sanctions_entries USING gin (codes) WITH (fastupdate = off);

CREATE TABLE payments.aml_settings (
    tenant_id          uuid NOT NULL REFERENCES payments.tenants (tenant_id),
    version            integer NOT NULL CONSTRAINT aml_version_positive CHECK (version > 0),
    name_score         integer NOT NULL CONSTRAINT aml_name_score_in_range
    CHECK (name_score BETWEEN 50 AND 100),
    reporting_currency text,
    created_at         timestamptz NOT NULL,
    created_by         text NOT NULL,
    PRIMARY KEY (tenant_id, version)
);
COMMENT ON TABLE payments.aml_settings IS
    'How a tenant screens, one row per version; the newest is in force. Never edited.';
COMMENT ON COLUMN payments.aml_settings.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.aml_settings.version IS
    'Counts up; each screening names the one it used.';
COMMENT ON COLUMN payments.aml_settings.name_score IS
    'From this likeness on (50 to 100) a person looks at a payee''s name.';
COMMENT ON COLUMN payments.aml_settings.reporting_currency IS
    'In which sums over all currencies are made; null: in none.';
COMMENT ON COLUMN payments.aml_settings.created_at IS 'When set.';
COMMENT ON COLUMN payments.aml_settings.created_by IS 'The database role that set it.';
ALTER TABLE payments.aml_settings ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE TABLE payments.aml_limits (
    tenant_id         uuid NOT NULL,
    version           integer NOT NULL,
    currency          text NOT NULL,
    day_limit         bigint CONSTRAINT aml_day_limit_positive CHECK (day_limit > 0),
    month_limit       bigint CONSTRAINT aml_month_limit_positive CHECK (month_limit > 0),
    structuring_limit bigint CONSTRAINT aml_structuring_limit_positive
    CHECK (structuring_limit > 0),
    PRIMARY KEY (tenant_id, version, currency),
    FOREIGN KEY (tenant_id, version) REFERENCES payments.aml_settings (tenant_id, version)
);
COMMENT ON TABLE payments.aml_limits IS
    'Sums per customer from which a person looks, per currency or, for currency all, in the '
    'reporting currency.';
COMMENT ON COLUMN payments.aml_limits.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.aml_limits.version IS 'Version of the settings.';
COMMENT ON COLUMN payments.aml_limits.currency IS
    'ISO 4217, lower case; all: every currency, converted.';
COMMENT ON COLUMN payments.aml_limits.day_limit IS 'Sum of 24 hours, minor units; null: none.';
COMMENT ON COLUMN payments.aml_limits.month_limit IS 'Sum of 30 days, minor units; null: none.';
COMMENT ON COLUMN payments.aml_limits.structuring_limit IS
    'A threshold that somebody may stay below: three payments in 7 days of at least 90 per cent of '
    'it, but less than it; minor units; null: none.';
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
COMMENT ON TABLE payments.exchange_rates IS
    'Rates a tenant declares, for sums in its reporting currency and for nothing else: no payment '
    'is converted.';
COMMENT ON COLUMN payments.exchange_rates.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.exchange_rates.currency IS 'From.';
COMMENT ON COLUMN payments.exchange_rates.reporting_currency IS 'To.';
COMMENT ON COLUMN payments.exchange_rates.valid_from IS
    'First moment it applies; until a newer one does.';
COMMENT ON COLUMN payments.exchange_rates.rate IS
    'Minor units of the reporting currency for one minor unit of the currency.';
COMMENT ON COLUMN payments.exchange_rates.created_at IS 'When declared.';
COMMENT ON COLUMN payments.exchange_rates.created_by IS 'The database role that declared it.';
ALTER TABLE payments.exchange_rates ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE TABLE payments.aml_screenings (
    tenant_id            uuid NOT NULL,
    id                   uuid NOT NULL,
    kind                 text NOT NULL CONSTRAINT screening_kind_known
    CHECK (kind IN ('name', 'amounts')),
    payment_id           uuid,
    connected_account_id uuid,
    list_versions        uuid[] NOT NULL,
    settings_version     integer,
    inputs               jsonb NOT NULL,
    findings             jsonb NOT NULL,
    decision             text NOT NULL CONSTRAINT screening_decision_known
    CHECK (decision IN ('clear', 'review', 'unscreened')),
    score                integer NOT NULL CONSTRAINT screening_score_in_range
    CHECK (score BETWEEN 0 AND 100),
    reasons              text[] NOT NULL,
    screened_at          timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, payment_id) REFERENCES payments.payment_transactions (tenant_id, id),
    FOREIGN KEY (tenant_id, connected_account_id)
    REFERENCES payments.connected_accounts (tenant_id, id),
    CONSTRAINT screening_is_about_one CHECK (num_nonnulls(payment_id, connected_account_id) = 1)
);
COMMENT ON TABLE payments.aml_screenings IS 'Every screening with what it rests on. Append-only.';
COMMENT ON COLUMN payments.aml_screenings.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.aml_screenings.id IS 'Row id.';
COMMENT ON COLUMN payments.aml_screenings.kind IS
    'name: a payee''s, against lists. amounts: a customer''s payments over time.';
COMMENT ON COLUMN payments.aml_screenings.payment_id IS 'The payment, for amounts.';
COMMENT ON COLUMN payments.aml_screenings.connected_account_id IS 'The payee, for a name.';
COMMENT ON COLUMN payments.aml_screenings.list_versions IS
    'Versions of the lists that were in force; empty: none was imported.';
COMMENT ON COLUMN payments.aml_screenings.settings_version IS
    'Version of the tenant''s settings; null: the defaults.';
COMMENT ON COLUMN payments.aml_screenings.inputs IS
    'What was screened: name as given and as compared, or customer, amount and currency.';
COMMENT ON COLUMN payments.aml_screenings.findings IS
    'Names found with their scores, or the sums per currency, minor units.';
COMMENT ON COLUMN payments.aml_screenings.decision IS
    'clear, review, or unscreened: no list was imported.';
COMMENT ON COLUMN payments.aml_screenings.score IS
    'Of the likest name, 0 to 100; 100 for a sum at its limit.';
COMMENT ON COLUMN payments.aml_screenings.reasons IS
    'sanction, pep, other; day_, month_, structuring_ and the currency.';
COMMENT ON COLUMN payments.aml_screenings.screened_at IS 'When.';
ALTER TABLE payments.aml_screenings ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE INDEX aml_screenings_by_account
    ON payments.aml_screenings (tenant_id, connected_account_id, screened_at DESC)
    WHERE connected_account_id IS NOT NULL;
CREATE INDEX aml_screenings_by_payment ON payments.aml_screenings (tenant_id, payment_id)
    WHERE payment_id IS NOT NULL;

CREATE TABLE payments.reviews (
    tenant_id            uuid NOT NULL REFERENCES payments.tenants (tenant_id),
    id                   uuid NOT NULL,
    kind                 text NOT NULL CONSTRAINT review_kind_known
    CHECK (kind IN ('fraud', 'aml')),
    source               text NOT NULL CONSTRAINT review_source_known
        CHECK (source IN ('rules', 'stripe', 'early_warning', 'sanctions', 'amounts', 'operator')),
    source_id            text NOT NULL,
    payment_id           uuid,
    connected_account_id uuid,
    score                integer NOT NULL CONSTRAINT review_score_in_range
    CHECK (score BETWEEN 0 AND 100),
    reasons              text[] NOT NULL,
    status               text NOT NULL CONSTRAINT review_status_known
    CHECK (status IN ('open', 'approved', 'rejected', 'canceled')),
    note                 text,
    decided_by           text,
    decided_at           timestamptz,
    created_at           timestamptz NOT NULL,
    updated_at           timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT review_once UNIQUE (tenant_id, source, source_id),
    FOREIGN KEY (tenant_id, payment_id) REFERENCES payments.payment_transactions (tenant_id, id),
    FOREIGN KEY (tenant_id, connected_account_id)
    REFERENCES payments.connected_accounts (tenant_id, id),
    CONSTRAINT review_is_about_one CHECK (num_nonnulls(payment_id, connected_account_id) = 1),
    CONSTRAINT review_decided_when_over
    CHECK ((status = 'open') = (decided_at IS NULL) AND (status = 'open') = (decided_by IS NULL))
);
COMMENT ON TABLE payments.reviews IS
    'What a person has to decide, about a payment or a payee. While one is open, or was rejected, '
    'nothing of it is paid out.';
COMMENT ON COLUMN payments.reviews.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.reviews.id IS 'The {id} of the API; derived from source and source_id.';
COMMENT ON COLUMN payments.reviews.kind IS 'fraud or aml.';
COMMENT ON COLUMN payments.reviews.source IS
    'rules: our fraud rules. stripe: a review of Stripe''s. early_warning: of the card''s bank. '
    'sanctions: a name like one on a list. amounts: sums that have to be looked at. operator: '
    'disabled by hand.';
COMMENT ON COLUMN payments.reviews.source_id IS
    'The check or screening, Stripe''s review (prv_…) or early fraud warning (issfr_…).';
COMMENT ON COLUMN payments.reviews.payment_id IS 'The payment, if it is about one.';
COMMENT ON COLUMN payments.reviews.connected_account_id IS 'The payee, if it is about one.';
COMMENT ON COLUMN payments.reviews.score IS 'How strong the suspicion is, 0 to 100.';
COMMENT ON COLUMN payments.reviews.reasons IS 'Why, heaviest first.';
COMMENT ON COLUMN payments.reviews.status IS
    'open: waits for a person. approved: goes on. rejected: canceled or refunded. canceled: '
    'nothing left to decide.';
COMMENT ON COLUMN payments.reviews.note IS 'What the person said.';
COMMENT ON COLUMN payments.reviews.decided_by IS 'Token''s subject, database role, or stripe.';
COMMENT ON COLUMN payments.reviews.decided_at IS 'When it ended.';
COMMENT ON COLUMN payments.reviews.created_at IS 'When opened.';
COMMENT ON COLUMN payments.reviews.updated_at IS 'When last changed.';
ALTER TABLE payments.reviews ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE INDEX reviews_by_created ON payments.reviews (tenant_id, created_at DESC, id DESC);
CREATE INDEX reviews_by_payment ON payments.reviews (tenant_id, payment_id)
    WHERE payment_id IS NOT NULL;
CREATE INDEX reviews_by_account ON payments.reviews (tenant_id, connected_account_id)
    WHERE connected_account_id IS NOT NULL;

INSERT INTO payments.state_transitions (machine, from_state, to_state)
VALUES ('review', 'open', 'approved'), ('review', 'open', 'rejected'),
       ('review', 'open', 'canceled');
