"""What leaves: the outbox, its claims, budgets and receipts."""
