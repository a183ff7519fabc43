"""What every part of the suite stands on: money, quantity, time, identity, errors, the database.

Small and stable. Knows no business context, so anything may import it and it imports nothing of ours.
"""
