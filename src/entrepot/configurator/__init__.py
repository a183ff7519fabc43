"""The configurator: models of dynamic kits, their rules, the solver and the bill of material."""
