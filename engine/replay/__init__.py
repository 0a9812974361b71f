"""A recorded run, decided anew: the machine hears what was recorded, and its decisions are compared; pure."""
