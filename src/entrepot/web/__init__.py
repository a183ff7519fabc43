"""The edges people and programs use: routes, pages, forms. No rules live here.

A handler opens the transaction, calls one or two operations, commits, and shows what came back. Every route
declares who may use it; the application does not start when one forgets.
"""
