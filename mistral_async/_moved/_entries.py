"""Where pickles of 0.1 find what had arrived of a conversation."""

from mistral_async._results.accumulate_conversation import ConversationAccumulator as Entries

__all__ = ["Entries"]
