"""What people would use instead, on the same records: a stock list of REST framework, a stock changelist of the admin, Datasette.

The first two are small apps on the product's own tables, routed by nothing but the benchmark.
"""
