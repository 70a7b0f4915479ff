"""Open enums: the values that are known, so that editors offer them; the server may send and take others."""

# ruff: noqa: PYI051 - a known value beside `str` is what an editor completes

from __future__ import annotations

from typing import Literal, TypeAlias

BuiltInConnectors: TypeAlias = (
    Literal[
        "web_search",
        "web_search_premium",
        "code_interpreter",
        "image_generation",
        "document_library",
        "mistral_mcp",
    ]
    | str
)
ConfidenceScoresGranularity: TypeAlias = Literal["word", "page", "block"] | str
FilePurpose: TypeAlias = Literal["fine-tune", "batch", "ocr", "agentic_safety"] | str
FileVisibility: TypeAlias = Literal["workspace", "user"] | str
FinishReason: TypeAlias = Literal["stop", "length", "model_length", "error", "tool_calls"] | str
ImageDetail: TypeAlias = Literal["low", "auto", "high"] | str
MistralPromptMode: TypeAlias = Literal["reasoning"] | str
ModerationAction: TypeAlias = Literal["none", "block"] | str
ReasoningEffort: TypeAlias = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | str
RequestedServiceTier: TypeAlias = Literal["auto", "standard_only"] | str
ResponseFormats: TypeAlias = Literal["text", "json_object", "json_schema"] | str
SampleType: TypeAlias = (
    Literal["pretrain", "instruct", "batch_request", "batch_result", "batch_error", "ocr_input"] | str
)
Source: TypeAlias = Literal["upload", "repository", "mistral"] | str
TableFormat: TypeAlias = Literal["markdown", "html"] | str
ToolChoiceEnum: TypeAlias = Literal["auto", "none", "any", "required"] | str
