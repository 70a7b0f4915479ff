"""Where pickles of 0.1 find what stores are asked."""

from mistral_async._ratelimit.store import Correction, Demand, Slot

__all__ = ["Correction", "Demand", "Slot"]
