DROP TABLE payments.refund_batch_items, payments.refund_batches;
