"""Commerce: members, catalog, prices, promotions, charges and the capture of carts, orders and quotes."""
