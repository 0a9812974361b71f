"""What others test with: the contract of channels, and the fixtures of the pytest plugin."""
