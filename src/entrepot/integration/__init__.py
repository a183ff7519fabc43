"""Where the systems meet: the maps between their vocabularies, the user exits, the routes of their messages.

Commerce, the configurator and order management say the same things in different words on purpose, so that each
can be somebody else's. What one side's document becomes on the other is a table of paths in `maps`, one file a
pair; nothing else translates.
"""
