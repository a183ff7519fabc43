"""Dataload."""
