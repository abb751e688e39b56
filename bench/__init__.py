"""The benchmarks: one command each, printing ratios against peers."""
