DROP TABLE payments.audit_heads, payments.audit_links, payments.audit_log;
