"""The tour: one order and one phone call through the whole suite, over real HTTP and the real queue.

Every step says what happened and which facts hold; the tour fails when one does not. It runs on a temporary data
folder with the demo store in it and leaves nothing behind.
"""

from entrepot.tour.whole import take_tour

__all__ = ["take_tour"]
