"""Every module and name of the official SDK is found: those of published programs, and all that its versions had."""

from __future__ import annotations

import importlib
import pickle
import re
import subprocess
import sys
import typing
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

import mistral_async
from mistral_async import Unknown, compat
from mistral_async.compat import _distribution, _official
from mistral_async.compat import models as compat_models

PROGRAMS = """
from mistralai import ChatCompletionResponse, UNSET, CompletionEvent
from mistralai import SDKError
from mistralai import OCRResponse
from mistralai import UserMessage, SystemMessage
from mistralai import ImageURLChunk, ResponseFormat
from mistralai import models as mistral_models
from mistralai import models, utils
from mistralai import client
from mistralai import FunctionResultEntry, ConversationMessages
from mistralai import AssistantMessage, ContentChunk, Mistral, TextChunk, ThinkChunk
from mistralai import FunctionCall, MessagesTypedDict, Messages, ToolCall, ToolMessage
from mistralai import AgentHandoffDoneEvent, FunctionCallEvent, MessageOutputEvent, ResponseErrorEvent
from mistralai import ResponseDoneEvent, ToolExecutionStartedEvent, ResponseStartedEvent, ConversationUsageInfo
from mistralai import AgentsCompletionRequestMessages, AgentsCompletionRequestMessagesTypedDict, ImageURLChunkTypedDict
from mistralai import SystemMessageTypedDict, TextChunkTypedDict, ToolMessageTypedDict, UserMessageTypedDict
from mistralai import ChatCompletionStreamRequestMessagesTypedDict, CompletionResponseStreamChoice, ToolTypedDict
from mistralai import ChatCompletionStreamRequestMessages, TextChunkType
from mistralai import CompletionChunk, Content, ContentChunk, OptionalNullable, ToolChoiceEnum
from mistralai.models import AudioFormat, RealtimeTranscriptionError, RealtimeTranscriptionSessionCreated
from mistralai.models import TranscriptionStreamDone, TranscriptionStreamTextDelta
from mistralai.models import CodeInterpreterTool, FunctionTool, ImageGenerationTool, WebSearchTool
from mistralai.models import CompletionArgs, ConversationEvents, ConversationInputs, MessageInputEntry
from mistralai.models import ConversationResponse, ConversationStreamRequest
from mistralai.models import AssistantMessageTypedDict, ChatCompletionRequestToolChoiceTypedDict, ContentChunkTypedDict
from mistralai.models import FunctionTypedDict, ReferenceChunkTypedDict, ResponseFormatTypedDict, StopTypedDict
from mistralai.models import BatchJobOut, BatchJobsOut
from mistralai.models import SDKError, TimestampGranularity
from mistralai.models import FileChunk, ToolFileChunk, ToolReferenceChunk
from mistralai.models import ChatCompletionChoice, UsageInfo, AssistantMessage
from mistralai.models import FinishReason
from mistralai.models.assistantmessage import AssistantMessage, AssistantMessageContent
from mistralai.models.audiochunk import AudioChunk
from mistralai.models.chatcompletionchoice import ChatCompletionChoice, ChatCompletionChoiceTypedDict
from mistralai.models.chatcompletionchoice import FinishReason
from mistralai.models.chatcompletionrequest import Messages
from mistralai.models.chatcompletionresponse import ChatCompletionResponse
from mistralai.models.chatcompletionstreamrequest import ChatCompletionStreamRequest
from mistralai.models.completionargs import CompletionArgs
from mistralai.models.completionevent import CompletionEvent
from mistralai.models.contentchunk import TextChunk, ImageURLChunk
from mistralai.models.conversationresponse import ConversationResponse
from mistralai.models.deltamessage import DeltaMessage
from mistralai.models.documenturlchunk import DocumentURLChunk
from mistralai.models.embeddingresponse import EmbeddingResponse
from mistralai.models.file import File
from mistralai.models.filechunk import FileChunk
from mistralai.models.files_api_routes_upload_fileop import File
from mistralai.models.function import Function, FunctionTypedDict
from mistralai.models.httpvalidationerror import HTTPValidationError, HTTPValidationErrorData
from mistralai.models.imageurlchunk import ImageURLChunk
from mistralai.models.messageoutputentry import MessageOutputEntry
from mistralai.models.ocrimageobject import OCRImageObject
from mistralai.models.ocrpageobject import OCRPageObject
from mistralai.models.ocrresponse import OCRResponse
from mistralai.models.realtimetranscriptionsessionupdated import RealtimeTranscriptionSessionUpdated
from mistralai.models.referencechunk import ReferenceChunk
from mistralai.models.responseformat import ResponseFormat
from mistralai.models.systemmessage import SystemMessage
from mistralai.models.textchunk import TextChunk
from mistralai.models.tool import Tool
from mistralai.models.toolexecutionentry import ToolExecutionEntry
from mistralai.models.toolmessage import ToolMessage, ToolMessageContent, ToolMessageContentTypedDict, ToolMessageRole
from mistralai.models.transcriptionstreamdone import TranscriptionStreamDone
from mistralai.models.transcriptionstreamlanguage import TranscriptionStreamLanguage
from mistralai.models.usageinfo import UsageInfo
from mistralai.chat import Chat
from mistralai.types import BaseModel
from mistralai.types.basemodel import UNSET
from mistralai.utils import BackoffStrategy, RetryConfig, eventstreaming
from mistralai.utils import generate_url, get_security, get_security_from_env
from mistralai.utils.eventstreaming import EventStream
from mistralai.utils.eventstreaming import EventStreamAsync
from mistralai.utils.retries import BackoffStrategy, RetryConfig
from mistralai.utils.retries import PermanentError
from mistralai.sdkconfiguration import SDKConfiguration
from mistralai.httpclient import AsyncHttpClient
from mistralai.extra import response_format_from_pydantic_model
from mistralai.extra.exceptions import MistralClientException
from mistralai.extra.exceptions import MCPAuthException
from mistralai.extra.exceptions import DeferralReason, DeferredToolCallConfirmation, RunException
from mistralai.extra.exceptions import DeferredToolCallsException
from mistralai.extra.mcp.auth import OAuthParams, AsyncOAuth2Client
from mistralai.extra.mcp.base import MCPClientBase
from mistralai.extra.mcp.sse import MCPClientSSE, SSEServerParams
from mistralai.extra.mcp.stdio import MCPClientSTDIO
from mistralai.extra.observability import configure_telemetry, get_telemetry_tracer, set_tracer_provider
from mistralai.extra.observability import RegexRedactionPolicy
from mistralai.extra.observability.otel import get_or_create_otel_tracer, get_traced_response
from mistralai.extra.observability import DEFAULT_PII_SECRET_PATTERNS, AttributeRedactionPolicy
from mistralai.extra.observability.streaming import accumulate_chunks_to_response_dict
from mistralai.extra.observability.telemetry import MISTRAL_TELEMETRY_ENDPOINT
from mistralai.extra.realtime import UnknownRealtimeEvent
from mistralai.extra.run.context import RunContext
from mistralai.extra.run.result import RunResult, RunResultEvents
from mistralai.extra.struct_chat import ParsedChatCompletionResponse
from mistralai.extra.utils.response_format import pydantic_model_from_json, response_format_from_pydantic_model
from mistralai.extra.workflows.encoding import EncryptedStrField
from mistralai.extra.workflows.encoding.config import WorkflowEncodingConfig
from mistralai_azure import AssistantMessage, Function, MistralAzure
from mistralai_azure.utils.retries import BackoffStrategy, RetryConfig
from mistralai_gcp import MistralGoogleCloud
from mistralai_gcp import CompletionChunk, Content, ContentChunk, FunctionCall
from mistralai.azure.client import MistralAzure
from mistralai.azure.client.httpclient import HttpClient
from mistralai.azure.client.models import ChatCompletionRequestMessage, UserMessage
from mistralai.gcp.client import MistralGCP
from mistralai.gcp.client import models as gcp_models
from mistralai.gcp.client.types import basemodel as gcp_models_base
import mistralai
import mistralai.client
import mistralai.client.utils.security
from mistralai.client import Mistral as MistralClient
from mistralai.client import errors, models, utils
from mistralai.client._hooks.types import HookContext
from mistralai.client.chat import Chat
from mistralai.client.embeddings import Embeddings
from mistralai.client.errors import HTTPValidationError, NoResponseError, SDKError
from mistralai.client.errors import MistralError
from mistralai.client.errors.mistralerror import MistralError
from mistralai.client.models import AudioChunk, ChatCompletionRequest, TextChunk
from mistralai.client.models import ChatCompletionRequestMessage, ChatCompletionRequestToolTypedDict
from mistralai.client.models import CreateAgentRequestTool, CreateAgentRequestToolTypedDict
from mistralai.client.models import DeploymentLogType
from mistralai.client.models import FunctionName, JSONSchema, SystemMessageContentChunks
from mistralai.client.models import RealtimeTranscriptionSession, RealtimeTranscriptionSessionCreated
from mistralai.client.models import Security
from mistralai.client.models import SpeechStreamEvents
from mistralai.client.models import SystemMessageTypedDict, UserMessageTypedDict
from mistralai.client.models import VoiceResponse
from mistralai.client.models.assistantmessage import AssistantMessageTypedDict
from mistralai.client.models.audioformat import AudioFormat
from mistralai.client.models.chatcompletionchoice import ChatCompletionChoiceFinishReason
from mistralai.client.models.chatcompletionrequest import ChatCompletionRequestMessageTypedDict
from mistralai.client.models.completionargs import CompletionArgs
from mistralai.client.models.contentchunk import ContentChunk
from mistralai.client.models.documenturlchunk import DocumentURLChunkTypedDict
from mistralai.client.models.file import FileTypedDict
from mistralai.client.models.functioncallevent import FunctionCallEvent
from mistralai.client.models.imageurlchunk import ImageURLChunkTypedDict
from mistralai.client.models.jsonschema import JSONSchema
from mistralai.client.models.messageoutputevent import MessageOutputEvent
from mistralai.client.models.ocrrequest import DocumentURLChunk
from mistralai.client.models.ocrrequest import FileChunk
from mistralai.client.models.ocrtableobject import OCRTableObject
from mistralai.client.models.realtimetranscriptionerror import RealtimeTranscriptionError
from mistralai.client.models.responseerrorevent import ResponseErrorEvent
from mistralai.client.models.thinkchunk import ThinkChunk, Thinking
from mistralai.client.models.toolexecutionstartedevent import ToolExecutionStartedEvent
from mistralai.client.models.transcriptionstreamtextdelta import TranscriptionStreamTextDelta
from mistralai.client.models.usermessage import UserMessage
from mistralai.client.sdk import Mistral
from mistralai.client.sdkconfiguration import SDKConfiguration
from mistralai.client.types import OptionalNullable, UNSET
from mistralai.client.types import UNSET_SENTINEL
from mistralai.client.types import basemodel as models_base
from mistralai.client.types.basemodel import Unset
from mistralai.client.utils import BackoffStrategy, RetryConfig
from mistralai.client.utils import get_security_from_env
from mistralai.client.utils.eventstreaming import EventStreamAsync
from mistralai.client.utils.eventstreaming import MESSAGE_BOUNDARIES, ServerEvent
from mistralai.client.utils.logger import get_default_logger
from mistralai.client.utils.unmarshal_json_response import unmarshal_json_response
from mistralai.client.models import AssistantMessage as MistralAssistantMessage
from mistralai.client.models import ChatCompletionChoice as MistralChatCompletionChoice
from mistralai.client.models import CompletionChunk, CompletionEvent, ContentChunk, DocumentURLChunk, FileChunk
from mistralai.client.models import FunctionName, ImageURL, ImageURLChunk, ReferenceChunk, ThinkChunk, UsageInfo
from mistralai import CompletionChunk as MistralCompletionChunk, FunctionCall as MistralFunctionCall
from mistralai import CompletionEvent, Function, FunctionCall, Messages, Mistral, SDKError, SystemMessage, Tool
from mistralai.models import ChatCompletionResponse as MistralChatCompletionResponse
from mistralai.models import MessagesTypedDict, SystemMessageTypedDict, ToolCallTypedDict, ToolTypedDict
from mistralai.client.models import Function as MistralFunction
from mistralai.client.models import JSONSchema as MistralJSONSchema
from mistralai.client.models import ToolCall as WireToolCall
from mistralai.client.models import MessageOutputEntry, TextChunk, ToolReferenceChunk
from mistralai.client.models import ConversationResponse, ConversationUsageInfo, MessageOutputEntry
from mistralai.client.models import TranscriptionStreamTextDelta as TextDelta
from mistralai.client.models import GuardrailConfig, GuardrailConfigTypedDict, Prediction, PredictionTypedDict
from mistralai.client.models import ReasoningEffort as MistralReasoningEffort
from mistralai.client.models import DeltaMessage, SystemMessage, ToolMessage, UserMessage
from mistralai.client.models import Tool, ToolCall, ToolChoice, ToolChoiceEnum, ToolMessage
from mistralai.client.models import EmbeddingResponse
from mistralai.client.models.ocrresponse import OCRResponse
from mistralai.client.models.thinkchunk import Thinking as MistralThinking
from mistralai.client.models.toolmessage import ToolMessage as MistralToolMessage
from mistralai.client.errors import MistralError, SDKError
from mistralai.client.errors import HTTPValidationError, SDKError
from mistralai.client.types import UNSET, OptionalNullable as MistralOptionalNullable
from mistralai.client.types.basemodel import UNSET
from mistralai.client.types.basemodel import Unset as MistralUnset
from mistralai.client.types import BaseModel
from mistralai.client.utils.eventstreaming import EventStreamAsync as MistralEventStreamAsync
from mistralai.client.utils.retries import BackoffStrategy as _RealBackoffStrategy, RetryConfig as _RealRetryConfig
from mistralai.client import Mistral as MistralSDK
from mistralai.extra.realtime import UnknownRealtimeEvent as _RealUnknownRealtimeEvent
from mistralai.extra.realtime import AudioFormat, RealtimeConnection
from mistralai.extra.mcp.streamable_http import MCPClientStreamableHTTP
from mistralai import UNSET, Content as MistralContent, OptionalNullable as MistralOptionalNullable
from mistralai import Mistral, DocumentURLChunk, ImageURLChunk, ResponseFormat
from mistralai import Mistral as MistralClient
from mistralai import utils
from mistralai import Function, Tool
from mistralai.models import Messages as MistralMessages, Tool as MistralTool, ToolCall as MistralToolCall
from mistralai.models import ImageURL, ImageURLChunk, SystemMessage, TextChunk, ToolCall, ToolMessage, UserMessage
from mistralai.models import CompletionResponseStreamChoice, DeltaMessage, ToolCall
from mistralai.models import EmbeddingResponse
from mistralai.models import ResponseFormat
from mistralai.models import RealtimeTranscriptionSession
from mistralai.models import DetailedJobOut, WandbIntegration, TrainingParameters
from mistralai.models import OCRResponse
from mistralai.models import CompletionArgs, FunctionResultEntry, MessageInputEntry, MessageOutputEntry
from mistralai.models.conversationevents import ConversationEvents
from mistralai.models.responsestartedevent import ResponseStartedEvent
from mistralai.models.messageoutputevent import MessageOutputEvent
from mistralai.models.sdkerror import SDKError
from mistralai.models.toolcall import ToolCall
from mistralai.models.usermessage import UserMessage
from mistralai.sdk import Mistral
from mistralai.client.errors.httpvalidationerror import HTTPValidationError
from mistralai.client.models.documenturlchunk import DocumentURLChunkTypedDict
from mistralai.client.models import SpeechStreamEvents
from mistralai.client.sdkconfiguration import SDKConfiguration
from mistralai.client._hooks.tracing import TracingHook
from mistralai.utils import BackoffStrategy, RetryConfig, eventstreaming
from mistralai import Any, Mistral, ChatCompletionResponse
from mistralai import Any, cast
from mistralai import Dict, Mistral
from mistralai import Field, Mistral
from mistralai import Optional
from mistralai import Union
from mistralai import dataclass
from mistralai import httpx
from mistralai_azure import Any
from mistralai_azure import Optional
from mistralai import ContentChunkTypedDict, UsageInfo
from mistralai import JSONSchemaTypedDict, ResponseFormatTypedDict
from mistralai import ModerationResponse
from mistralai.client import UNSET
from mistralai.client import UNSET, Mistral
from mistralai.client import errors as mistral_errors
from mistralai.client._hooks import SDKHooks
from mistralai.client._hooks.types import AfterErrorHook
from mistralai.client._hooks.types import BeforeRequestHook, BeforeRequestContext, AfterSuccessContext, AfterSuccessHook
from mistralai._hooks.types import SDKInitHook
from mistralai._hooks import SDKHooks
from mistralai._hooks.types import BeforeRequestHook, BeforeRequestContext, Hooks
from mistralai._hooks.custom_user_agent import CustomUserAgentHook
from mistralai._hooks.deprecation_warning import DeprecationWarningHook
from mistralai._hooks.registration import init_hooks
from mistralai.client.httpclient import AsyncHttpClient
from mistralai.client.models import AssistantMessageContent, ChatCompletionStreamRequestToolChoice, FunctionCall
from mistralai.client.models import AudioFormat, RealtimeTranscriptionError, TranscriptionStreamDone
from mistralai.client.models import ChatCompletionRequestMessageTypedDict, ChatCompletionResponse
from mistralai.client.models import ChatCompletionResponse, ConversationRequest, CreateAgentRequest, EmbeddingRequest
from mistralai.client.models import OCRRequest, OCRResponse, ResponseFormat
from mistralai.client.models import CodeInterpreterTool, CompletionArgs, ConversationRequestTool, FunctionCallEntry
from mistralai.client.models import FunctionResultEntry, FunctionTool, InputEntries, MessageInputEntry
from mistralai.client.models import MessageOutputContentChunks, ToolExecutionEntry, WebSearchTool
from mistralai.client.models import CompletionResponseStreamChoiceFinishReason, FunctionCall
from mistralai.client.models import CredentialsResponse, PublicAuthenticationMethod
from mistralai.client.models import SpeechOutputFormat
from mistralai.client.models import RealtimeTranscriptionSessionUpdatePayload
from mistralai.client.models.chatcompletionresponse import ChatCompletionResponse
from mistralai.client.models.chatcompletionstreamrequest import ChatCompletionStreamRequestMessageTypedDict
from mistralai.client.models.completionevent import CompletionEvent
from mistralai.client.models.ocrpageobject import OCRPageObject, OCRPageObjectTypedDict
from mistralai.client.models.responseformat import ResponseFormatTypedDict
from mistralai.client.models.toolcall import ToolCall, ToolCallTypedDict
from mistralai.client.utils import eventstreaming
from mistralai.client.utils import match_content_type, match_response, serialize_request_body, unmarshal_json
from mistralai.client.utils.serializers import marshal_json, unmarshal
from mistralai.extra.mcp.streamable_http import StreamableHTTPServerParams
from mistralai.extra.observability import RedactingSpanExporter, default_redaction_policy
from mistralai.extra.observability.telemetry import configure_telemetry
from mistralai.extra.realtime.connection import RealtimeConnection
from mistralai.extra.realtime.transcription import RealtimeTranscription
from mistralai.extra.workflows.connector_auth import ConnectorAuthTaskState, execute_with_connector_auth_async
from mistralai.extra.workflows.connector_slot import ConnectorSlot
from mistralai.extra.workflows.encoding.config import PayloadCompressionConfig, PayloadEncryptionConfig
from mistralai.extra.exceptions import WorkflowPayloadEncryptionException
from mistralai.extra.run.tools import create_function_result, RunTool, RunFunction, RunCoroutine
from mistralai.extra.run.utils import run_requirements
from mistralai.extra.utils import response_format_from_pydantic_model
from mistralai.extra.utils._pydantic_helper import rec_strict_json_schema
from mistralai.extra.struct_chat import ParsedAssistantMessage, ParsedChatCompletionChoice
from mistralai.models import CompletionEvent, ContentChunk
from mistralai.models import DocumentURLChunk, FunctionCall
from mistralai.models import *
from mistralai import *
from mistralai.client.models import *
from mistralai.models import UNSET
from mistralai.models.chatcompletionrequest import ChatCompletionRequestToolChoice, Stop
from mistralai.models.embeddingresponsedata import EmbeddingResponseData
from mistralai.models.fimcompletionresponse import FIMCompletionResponse
from mistralai.models.batchjobout import BatchJobOut
from mistralai.models.agent import Agent, AgentTools
from mistralai.models.ocrrequest import Document, OCRRequest
from mistralai.models.prediction import Prediction
from mistralai.models.security import Security
from mistralai.models.uploadfileout import UploadFileOut
from mistralai.models.classificationresponse import ClassificationResponse
from mistralai.models.jobs_api_routes_batch_get_batch_jobsop import JobsAPIRoutesBatchGetBatchJobsRequest
from mistralai.models.thinkchunk import ThinkChunk
from mistralai.models.toolchoice import ToolChoice
from mistralai.models.toolchoiceenum import ToolChoiceEnum
from mistralai.types import OptionalNullable, UNSET, UNSET_SENTINEL, Nullable
from mistralai.types.basemodel import UnrecognizedStr, UnrecognizedInt
from mistralai.utils.logger import Logger, get_body_content, get_default_logger
from mistralai.utils.values import get_global_from_env, match_content_type
from mistralai.utils.retries import retry, retry_async, Retries, TemporaryError
from mistralai.utils.annotations import get_discriminator
from mistralai.utils.enums import OpenEnumMeta
from mistralai.utils.datetimes import parse_datetime
from mistralai.httpclient import HttpClient
from mistralai.basesdk import BaseSDK
from mistralai.conversations import Conversations
from mistralai.embeddings import Embeddings
from mistralai.files import Files
from mistralai.ocr import Ocr
from mistralai.fim import Fim
from mistralai.beta import Beta
from mistralai.agents import Agents
from mistralai.transcriptions import Transcriptions
from mistralai.classifiers import Classifiers
from mistralai.fine_tuning import FineTuning
from mistralai.jobs import Jobs
from mistralai.mistral_jobs import MistralJobs
from mistralai.models_ import Models
from mistralai.libraries import Libraries
from mistralai._version import __version__
from mistralai.client.basesdk import BaseSDK
from mistralai.client.errors.no_response_error import NoResponseError
from mistralai.client.errors.responsevalidationerror import ResponseValidationError
from mistralai.client.errors import ResponseValidationError
from mistralai.azure.client.sdk import MistralAzure
from mistralai.gcp.client.sdk import MistralGCP
from mistralai.azure.client.models import OCRResponse
from mistralai_gcp.models import UserMessage
from mistralai_azure.models import UserMessage, ChatCompletionResponse
import mistralai.models as m
import mistralai.models.chatcompletionresponse
import mistralai.extra.run.context as run_context
""".strip().splitlines()
"""Import lines of published programs, of versions 1 to 3."""

OF_VERSION_0 = """
from mistralai.client import MistralClient
from mistralai.async_client import MistralAsyncClient
from mistralai import MistralClient
from mistralai.models import ChatMessage
from mistralai.models.chat_completion import ChatMessage, ToolChoice
from mistralai.models.chat_completion import ChatCompletionResponse as MistralModel
from mistralai.models.files import FileDeleted, FileObject
from mistralai.models.jobs import DetailedJob, IntegrationIn, Job, TrainingParameters
from mistralai.exceptions import MistralAPIException
from mistralai.exceptions import MistralAPIStatusException, MistralException
from mistralai.constants import ENDPOINT
""".strip().splitlines()

OF_NONE = """
from mistralai import Nothing
from mistralai.models import MCPServer
from mistralai.models.ocr import OcrDocument
from mistralai.models.usermessage import Nothing
from mistralai.client.models.usermessage import Nothing
from mistralai.extra.run.context import Nothing
from mistralai.utils.retries import Nothing
import mistralai.nothing
import mistralai.models.nothing
""".strip().splitlines()


def changed(line: str) -> str:
    """Change an import as the migration guide says."""
    line = re.sub(r"mistralai_(azure|gcp)", r"mistral_async.compat.\1", line)
    return re.sub(r"mistralai\b", "mistral_async.compat", line)


@pytest.mark.parametrize("line", PROGRAMS)
def test_the_imports_of_published_programs_work(line: str) -> None:
    exec(changed(line), {})


@pytest.mark.parametrize("line", OF_VERSION_0)
def test_what_only_version_0_had_is_an_error_with_the_way_out(line: str) -> None:
    with pytest.raises(ImportError, match=r"version 0 .*MIGRATION\.md"):  # Rule 5
        exec(changed(line), {})


@pytest.mark.parametrize(("module", "names"), [("", {"Mistral", "OCRResponse", "errors"}), (".models", {"SDKError"})])
def test_a_star_imports_what_the_sdk_has(module: str, names: set[str]) -> None:
    found: dict[str, Any] = {}
    exec(f"from mistral_async.compat{module} import *", found)
    assert found.keys() >= {*names, "UserMessage", "CompletionEvent", "UserMessageTypedDict"}
    assert found["UserMessage"] is compat_models.UserMessage


def test_modules_of_version_0_are_not_found() -> None:
    for name in ("models.chat_completion", "client.models.chat_completion", "exceptions"):
        with pytest.raises(ModuleNotFoundError, match="version 0"):  # programs of two generations catch it
            importlib.import_module(f"mistral_async.compat.{name}")


def test_modules_export_what_they_import() -> None:
    # Rule 8.
    from mistral_async.compat import beta, chat, conversations
    from mistral_async.compat.extra.run.result import RunResult

    assert (compat.Optional, chat.Dict, compat.SERVER_EU) == (typing.Optional, typing.Dict, "eu")  # noqa: UP006
    assert conversations.RunResult is RunResult
    assert beta.Libraries is compat.libraries.Libraries
    assert chat.models is compat_models
    version = importlib.import_module("mistral_async.compat._version")
    assert version.__version__ == compat.VERSION == compat.__version__ == _distribution.VERSION
    assert version.__gen_version__.count(".") == 2
    assert not hasattr(compat.chat, "__gen_version__")


def test_keys_and_bodies_are_written_as_they_are_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", "of the environment")
    found = compat.utils.get_security_from_env(None, compat_models.Security)
    assert compat.utils.get_security(found) == ({"Authorization": "Bearer of the environment"}, {})
    assert repr(found) == "Security(api_key='***')"
    given = compat.Mistral(api_key="given").sdk_configuration.security
    assert compat.utils.get_security_from_env(given, compat_models.Security) is given
    assert compat.utils.get_security(given) == ({"Authorization": "Bearer given"}, {})
    monkeypatch.delenv("MISTRAL_API_KEY")
    assert compat.utils.get_security_from_env(None, compat_models.Security) is None
    assert compat.utils.get_security(None) == ({}, {})
    assert compat.utils.marshal_json(compat_models.TextChunk(text="hi"), dict) == '{"text":"hi","type":"text"}'


@pytest.mark.parametrize("line", OF_NONE)
def test_what_no_version_had_is_an_import_error(line: str) -> None:
    with pytest.raises(ImportError, match=r"cannot import name|No module named"):  # Rule 5
        exec(changed(line), {})


MODULES = [module for module in _official.table() if not module.startswith("0")]


def test_every_module_and_name_that_a_version_had_is_found() -> None:
    missing: list[str] = []
    found = 0
    for name in MODULES:
        module = importlib.import_module(f"{compat.__name__}.{name}".rstrip("."))
        names = set(_official.listed(name)) - set(_official.CLIENTS_OF_VERSION_0)
        found += len(names)
        missing += [f"{name}.{each}" for each in names if not hasattr(module, each)]
    assert not missing
    assert found > 9_000  # with each model at its module, in `models` and at the top


def test_models_of_the_sdk_are_ours_or_have_its_fields() -> None:
    kinds = {name: kind for name, kind in _official.listed("models").items() if kind.startswith("(")}
    assert len(kinds) > 400
    for name, kind in kinds.items():
        model = getattr(compat_models, name)
        if model is compat_models.find_own(name):
            continue  # ours: a model, an event of a stream, or a union
        assert issubclass(model, msgspec.Struct), name
        assert model.__struct_fields__ or kind == "()", name


def test_a_model_without_a_class_here_is_made_of_its_fields() -> None:
    request = compat_models.ConversationStreamRequest(inputs="hi", model="m")
    assert request.to_dict() == {"inputs": "hi", "stream": True, "model": "m"}  # what is always the same is set
    assert request.instructions is None
    assert pickle.loads(pickle.dumps(request)) == request
    call = mistral_async.calls.audio.sessions.create(agent_id="a", llm=compat_models.LibraryIn(name="n"))
    assert call.json == {"agent_id": "a", "llm": {"name": "n"}}  # taken as a dict is
    assert compat_models.ConversationStreamRequest(nothing=1) == compat_models.ConversationStreamRequest()


def test_other_types_serve_annotations() -> None:
    from mistral_async.compat.models import ocrrequest

    assert compat_models.UserMessageTypedDict(role="user", content="hi") == {"role": "user", "content": "hi"}
    assert compat_models.ChatCompletionChoiceFinishReason is str
    assert compat_models.AssistantMessageContent | None == Any | None
    assert compat_models.UnknownContentChunk is Unknown
    assert ocrrequest.Document is compat_models.OCRDocument  # Rule 6: a library's is `models.Document`
    assert compat_models.Document == mistral_async.models.Document
    assert compat_models.ChatCompletionStreamRequestMessages is mistral_async.models.Message


def test_one_module_has_all_of_its_names() -> None:
    exec("import mistral_async.compat.client.models.usermessage")  # Rule 1
    modules = [sys.modules[f"mistral_async.compat.{path}models.usermessage"] for path in ("client.", "")]
    assert modules[0] is modules[1]
    assert compat.client is compat
    assert modules[0].UserMessage == mistral_async.models.UserMessage


@pytest.mark.parametrize("name", ["chat", "embeddings", "files", "agents", "ocr"])
def test_a_module_is_an_attribute_of_the_top_before_it_is_imported(name: str) -> None:
    assert _official.find("", name) is importlib.import_module(f"mistral_async.compat.{name}")


def test_the_classes_of_groups_are_those_of_clients() -> None:
    from mistral_async.compat.client.beta_agents import BetaAgents
    from mistral_async.compat.client.chat import Chat
    from mistral_async.compat.conversations import Conversations

    client = compat.Mistral(api_key="key")
    assert isinstance(client.chat, Chat)
    assert isinstance(client.beta.conversations, Conversations)
    assert not isinstance(client.beta.agents, Chat)
    assert isinstance(client.beta.agents, BetaAgents)


def test_a_placeholder_says_that_it_is_not_here() -> None:
    placeholder: Any = _official.placeholder("extra.nowhere", "Thing")
    uses = [
        placeholder,
        lambda: placeholder.attribute,
        lambda: type("Derived", (placeholder,), {}),
        lambda: list(placeholder),
    ]
    for use in uses:
        with pytest.raises((NotImplementedError, AttributeError), match=r"extra\.nowhere\.Thing.*migration guide"):
            use()  # Rule 4
    assert not isinstance(1, placeholder)
    assert not hasattr(placeholder, "attribute")
    assert get_args(placeholder | None) == (placeholder, type(None))
    assert placeholder[int] is placeholder


def test_a_placeholder_catches_nothing() -> None:
    def fail() -> None:
        try:
            raise KeyError
        except _official.placeholder("extra.nowhere", "Thing"):  # type: ignore[misc] # its type is a metaclass
            pytest.fail("caught")

    with pytest.raises(KeyError):  # Rule 4
        fail()


def test_no_name_is_a_placeholder_where_another_module_has_it() -> None:
    here: set[str] = set()
    placeholders: set[str] = set()
    for module in _official.table():
        if not module.startswith("0"):
            own = importlib.import_module(f"{_official.HERE}.{module}".rstrip("."))
            for name in _official.listed(module).keys() - {*_official.CLIENTS_OF_VERSION_0}:
                missing = isinstance(getattr(own, name), _official.Placeholder)
                (placeholders if missing else here).add(name)
    assert here & placeholders == set()  # Rule 3
    assert placeholders


@pytest.mark.parametrize(
    ("module", "name", "definition"),
    [
        ("extra.run.deferred", "RunException", "extra.exceptions"),
        ("extra.mcp.sse", "MCPAuthException", "extra.exceptions"),
        ("extra.run.context", "RunResult", "extra.run.result"),
        ("extra.run.context", "create_tool_call", "extra.run.tools"),
        ("sdkconfiguration", "SDKConfiguration", "_configuration"),
    ],
)
def test_a_name_is_that_of_the_module_that_defines_it(module: str, name: str, definition: str) -> None:
    found = getattr(importlib.import_module(f"{_official.HERE}.{module}"), name)
    assert found is getattr(importlib.import_module(f"{_official.HERE}.{definition}"), name)  # Rule 3


def test_the_settings_of_a_client_are_of_their_class() -> None:
    from mistral_async.compat import SDKConfiguration

    assert isinstance(compat.Mistral(api_key="key").sdk_configuration, SDKConfiguration)


def test_the_native_package_says_where_models_are() -> None:
    for name in ("UserMessage", "ChatCompletionResponse"):
        with pytest.raises(ImportError, match=f"from mistral_async.models import {name}"):
            exec(f"from mistral_async import {name}", {})
    with pytest.raises(ImportError, match=r"from mistral_async\.errors import SDKError"):
        exec("from mistral_async import SDKError", {})
    with pytest.raises(ImportError, match="cannot import name"):
        exec("from mistral_async import Nothing", {})
    assert not hasattr(mistral_async, "Nothing")
    assert not hasattr(mistral_async, "messages")


PROGRAM = """
import sys
sys.path.insert(0, "")  # the folder that another `mistralai` is in
from mistral_async.compat import install
install()
install()
import mistralai.client.models.usermessage
import mistralai_azure.models
from mistralai import Mistral
from mistralai.client.utils.retries import RetryConfig
from mistral_async import compat
assert mistralai is compat and mistralai.Mistral is Mistral is compat.Mistral
assert sys.modules["mistralai.client.models.usermessage"].UserMessage is compat.models.UserMessage
assert sys.modules["mistralai_azure"] is compat.azure
import mistralai.search
from mistralai.workflows.steps import STEPS
assert STEPS == mistralai.search.KINDS == []
from importlib.metadata import PackageNotFoundError, distribution, version
assert version("mistralai") > "3" and distribution("mistralai").metadata["Name"] == "mistralai" != version("msgspec")
try:
    version("mistralai-nothing")
except PackageNotFoundError:
    pass
"""


def run(program: str, folder: Path) -> str:
    for name, content in {
        "workflows/__init__.py": "",
        "workflows/steps.py": "STEPS = []",
        "search.py": "from mistralai.client import Mistral\nKINDS = []",
    }.items():  # other distributions are in the same package
        path = folder / "mistralai" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False)
    return done.stderr.strip().rpartition("\n")[2]


def test_programs_that_are_not_edited_run_after_install(tmp_path: Path) -> None:
    assert run(PROGRAM, tmp_path) == ""


def test_install_comes_before_the_first_import(tmp_path: Path) -> None:
    error = run(PROGRAM.replace("\ninstall()\n", "\nimport mistralai\ninstall()\n", 1), tmp_path)
    assert error.startswith("RuntimeError: mistralai is already imported")


def test_the_table_has_all_names_of_the_installed_sdk() -> None:
    """Compare with the official SDK where it is installed (`nox -s beside`)."""
    pytest.importorskip("mistralai.client", reason="the official SDK is not installed")
    official = importlib.import_module("mistralai.client.models")
    assert set(official.__all__) <= set(_official.listed("models"))
    for name in ("errors", "types", "utils"):
        module = importlib.import_module(f"mistralai.client.{name}")
        assert set(module.__all__) <= set(_official.listed(name)) | set(vars(getattr(compat, name)))
