"""The Python interface: load, plan and run as functions; ``import engine`` names all of it."""
