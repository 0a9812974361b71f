"""The TimePay Agents API: what its answers mean, and the one client that speaks to it."""
