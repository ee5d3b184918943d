"""
What Timbre costs, beside the floor of each path: `make bench`, or `make bench ONLY=reads` for one. Benchmarks drive the
whole system by its public doors on free ports and a folder of their own, check that the answers are right, and
assert nothing by time. Results are printed and kept as JSON in `bench/results/`; docs/performance.md reads them.
"""
