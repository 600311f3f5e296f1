DROP TABLE payments.payouts, payments.refund_batch_items, payments.refund_batches;
