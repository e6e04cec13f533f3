"""How fast the software is, beside what is possible on the same tables and what others would use instead (``manage.py benchmark``).

Nothing of the product imports this package, and nothing of it is routed but while it measures.
"""
