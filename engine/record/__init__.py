"""Everybody's vocabulary: pure frozen types and their JSON."""
