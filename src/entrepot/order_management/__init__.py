"""Order management: inventory, orders, fulfillment and payments."""
