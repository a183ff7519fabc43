"""The drawings of the demo store's pictures; `demo/draw.py` writes them."""
