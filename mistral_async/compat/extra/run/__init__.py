"""Runs of conversations: functions are called until the model has finished."""
