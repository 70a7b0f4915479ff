"""The objects of the API, one module a domain. A module loads when one of its names is first used."""

# ruff: noqa: I001 - the names stand in lines, a page for all of them

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async._lazy import lazy
from mistral_async.models._listing import MODULES

# fmt: off
if TYPE_CHECKING:
    from mistral_async.models.accesses import (
        ListSharingOut as ListSharingOut, ListSharingResponse as ListSharingResponse,
        ShareEntityType as ShareEntityType, ShareLevel as ShareLevel, Sharing as Sharing,
        SharingDelete as SharingDelete, SharingIn as SharingIn, SharingOut as SharingOut,
        SharingRequest as SharingRequest,
    )
    from mistral_async.models.agents import AgentsCompletionOptions as AgentsCompletionOptions
    from mistral_async.models.batch import (
        APIEndpoint as APIEndpoint, BatchError as BatchError, BatchJob as BatchJob, BatchJobIn as BatchJobIn,
        BatchJobOut as BatchJobOut, BatchJobStatus as BatchJobStatus, BatchJobsOrderBy as BatchJobsOrderBy,
        BatchJobsOut as BatchJobsOut, BatchListOptions as BatchListOptions, BatchOptions as BatchOptions,
        BatchRequest as BatchRequest, CreateBatchJobRequest as CreateBatchJobRequest,
        DeleteBatchJobResponse as DeleteBatchJobResponse, ListBatchJobsResponse as ListBatchJobsResponse,
    )
    from mistral_async.models.beta_agents import (
        Agent as Agent, AgentAliasResponse as AgentAliasResponse, AgentCreationRequest as AgentCreationRequest,
        AgentFilter as AgentFilter, AgentListOptions as AgentListOptions, AgentListPage as AgentListPage,
        AgentOptions as AgentOptions, AgentPagesOptions as AgentPagesOptions,
        AgentUpdateRequest as AgentUpdateRequest, CreateAgentRequest as CreateAgentRequest,
        RequestSource as RequestSource, UpdateAgentRequest as UpdateAgentRequest,
    )
    from mistral_async.models.chat import (
        ChatCompletionChoice as ChatCompletionChoice, ChatCompletionResponse as ChatCompletionResponse,
        ChatCompletionResponseChoiceLogprobs as ChatCompletionResponseChoiceLogprobs,
        ChatCompletionResponseTokenLogprobs as ChatCompletionResponseTokenLogprobs,
        ChatCompletionResponseTokenLogprobsTopK as ChatCompletionResponseTokenLogprobsTopK,
        ChatOptions as ChatOptions, ChatParsedOptions as ChatParsedOptions,
        CompletionChunk as CompletionChunk, CompletionEvent as CompletionEvent,
        CompletionOptions as CompletionOptions,
        CompletionResponseStreamChoice as CompletionResponseStreamChoice, DeltaMessage as DeltaMessage,
        ParsedOptions as ParsedOptions, SamplingOptions as SamplingOptions, SharedOptions as SharedOptions,
    )
    from mistral_async.models.classifiers import (
        ClassificationResponse as ClassificationResponse,
        ClassificationTargetResult as ClassificationTargetResult, InstructRequest as InstructRequest,
        InstructRequestInput as InstructRequestInput, ModerationObject as ModerationObject,
        ModerationResponse as ModerationResponse,
    )
    from mistral_async.models.content import (
        AudioChunk as AudioChunk, ContentChunk as ContentChunk, DocumentURLChunk as DocumentURLChunk,
        FileChunk as FileChunk, ImageURL as ImageURL, ImageURLChunk as ImageURLChunk,
        ReferenceChunk as ReferenceChunk, ResourceChunk as ResourceChunk,
        ResourceChunkContent as ResourceChunkContent, ResourceLinkChunk as ResourceLinkChunk,
        SystemMessageContentChunks as SystemMessageContentChunks, TextChunk as TextChunk,
        ThinkChunk as ThinkChunk, ThinkPart as ThinkPart, ToolFileChunk as ToolFileChunk,
        ToolReferenceChunk as ToolReferenceChunk,
    )
    from mistral_async.models.conversation_events import (
        AgentHandoffDoneEvent as AgentHandoffDoneEvent, AgentHandoffStartedEvent as AgentHandoffStartedEvent,
        ConversationEvents as ConversationEvents, ConversationEventsData as ConversationEventsData,
        FunctionCallEvent as FunctionCallEvent, MessageOutputEvent as MessageOutputEvent,
        OutputContentChunks as OutputContentChunks, ResponseDoneEvent as ResponseDoneEvent,
        ResponseErrorEvent as ResponseErrorEvent, ResponseStartedEvent as ResponseStartedEvent,
        ToolExecutionDeltaEvent as ToolExecutionDeltaEvent, ToolExecutionDoneEvent as ToolExecutionDoneEvent,
        ToolExecutionStartedEvent as ToolExecutionStartedEvent,
    )
    from mistral_async.models.conversations import (
        AgentConversation as AgentConversation, AgentHandoffEntry as AgentHandoffEntry,
        AppendConversationRequest as AppendConversationRequest, AppendOptions as AppendOptions,
        Confirmation as Confirmation, ConfirmationStatus as ConfirmationStatus, Conversation as Conversation,
        ConversationAppendRequest as ConversationAppendRequest,
        ConversationAppendRequestBase as ConversationAppendRequestBase, ConversationHistory as ConversationHistory,
        ConversationInputs as ConversationInputs, ConversationMessages as ConversationMessages,
        ConversationOptions as ConversationOptions, ConversationRequest as ConversationRequest,
        ConversationRequestTool as ConversationRequestTool, ConversationResponse as ConversationResponse,
        ConversationRestartRequest as ConversationRestartRequest,
        ConversationRestartRequestBase as ConversationRestartRequestBase,
        ConversationStartOptions as ConversationStartOptions, ConversationUsageInfo as ConversationUsageInfo,
        Entry as Entry, FunctionCallEntry as FunctionCallEntry, FunctionResultEntry as FunctionResultEntry,
        HandoffExecution as HandoffExecution, InputEntries as InputEntries, MessageEntries as MessageEntries,
        MessageEntry as MessageEntry, MessageInputEntry as MessageInputEntry, MessageInputRole as MessageInputRole,
        MessageOutputEntry as MessageOutputEntry, ModelConversation as ModelConversation,
        OutputEntry as OutputEntry, RestartConversationRequest as RestartConversationRequest,
        RestartOptions as RestartOptions, ToolCallConfirmation as ToolCallConfirmation,
        ToolExecutionEntry as ToolExecutionEntry,
    )
    from mistral_async.models.documents import (
        Attribute as Attribute, Document as Document, DocumentListOptions as DocumentListOptions,
        DocumentOut as DocumentOut, DocumentTextContent as DocumentTextContent,
        DocumentUpdateIn as DocumentUpdateIn, ListDocumentOut as ListDocumentOut,
        ListDocumentsResponse as ListDocumentsResponse, ProcessStatus as ProcessStatus,
        ProcessingStatus as ProcessingStatus, ProcessingStatusOut as ProcessingStatusOut,
        SortOrder as SortOrder, UpdateDocumentRequest as UpdateDocumentRequest,
    )
    from mistral_async.models.embeddings import (
        EmbeddingDtype as EmbeddingDtype, EmbeddingOptions as EmbeddingOptions,
        EmbeddingResponse as EmbeddingResponse, EmbeddingResponseData as EmbeddingResponseData,
        EncodingFormat as EncodingFormat,
    )
    from mistral_async.models.enums import (
        BuiltInConnectors as BuiltInConnectors, ConfidenceScoresGranularity as ConfidenceScoresGranularity,
        FilePurpose as FilePurpose, FileVisibility as FileVisibility, FinishReason as FinishReason,
        ImageDetail as ImageDetail, MistralPromptMode as MistralPromptMode,
        ModerationAction as ModerationAction, ReasoningEffort as ReasoningEffort,
        RequestedServiceTier as RequestedServiceTier, ResponseFormats as ResponseFormats,
        SampleType as SampleType, Source as Source, TableFormat as TableFormat,
        ToolChoiceEnum as ToolChoiceEnum,
    )
    from mistral_async.models.files import (
        CreateFileResponse as CreateFileResponse, DeleteFileOut as DeleteFileOut,
        DeleteFileResponse as DeleteFileResponse, File as File, FileContent as FileContent,
        FileInput as FileInput, FileListOptions as FileListOptions, FileSchema as FileSchema,
        FileSignedURL as FileSignedURL, GetFileResponse as GetFileResponse,
        GetSignedURLResponse as GetSignedURLResponse, GetSignedUrlResponse as GetSignedUrlResponse,
        ListFilesOut as ListFilesOut, ListFilesResponse as ListFilesResponse,
        RetrieveFileOut as RetrieveFileOut, RetrieveFileResponse as RetrieveFileResponse,
        UploadFileOut as UploadFileOut, UploadFileResponse as UploadFileResponse,
    )
    from mistral_async.models.fim import FIMCompletionResponse as FIMCompletionResponse, FIMOptions as FIMOptions
    from mistral_async.models.fine_tuning import (
        Checkpoint as Checkpoint, CheckpointOut as CheckpointOut,
        ClassifierDetailedJobOut as ClassifierDetailedJobOut,
        ClassifierFineTuningJob as ClassifierFineTuningJob,
        ClassifierFineTuningJobDetails as ClassifierFineTuningJobDetails, ClassifierJobOut as ClassifierJobOut,
        ClassifierLoss as ClassifierLoss, ClassifierTarget as ClassifierTarget,
        ClassifierTargetIn as ClassifierTargetIn, ClassifierTargetOut as ClassifierTargetOut,
        ClassifierTargetResult as ClassifierTargetResult,
        ClassifierTrainingParameters as ClassifierTrainingParameters,
        ClassifierTrainingParametersIn as ClassifierTrainingParametersIn,
        CompletionDetailedJobOut as CompletionDetailedJobOut,
        CompletionFineTuningJob as CompletionFineTuningJob,
        CompletionFineTuningJobDetails as CompletionFineTuningJobDetails, CompletionJobOut as CompletionJobOut,
        CompletionTrainingParameters as CompletionTrainingParameters,
        CompletionTrainingParametersIn as CompletionTrainingParametersIn,
        CreateFineTuningJobRequest as CreateFineTuningJobRequest,
        CreateFineTuningJobResponse as CreateFineTuningJobResponse, Event as Event, EventOut as EventOut,
        FineTuneableModelType as FineTuneableModelType, FineTuningJob as FineTuningJob,
        FineTuningJobDetails as FineTuningJobDetails, FineTuningJobStatus as FineTuningJobStatus,
        FineTuningListOptions as FineTuningListOptions, FineTuningOptions as FineTuningOptions,
        GithubRepository as GithubRepository, GithubRepositoryIn as GithubRepositoryIn,
        GithubRepositoryOut as GithubRepositoryOut, Integration as Integration, JobIn as JobIn,
        JobMetadata as JobMetadata, JobMetadataOut as JobMetadataOut, JobsOut as JobsOut,
        LegacyJobMetadata as LegacyJobMetadata, LegacyJobMetadataOut as LegacyJobMetadataOut,
        ListFineTuningJobsResponse as ListFineTuningJobsResponse, Metric as Metric, MetricOut as MetricOut,
        Repository as Repository, TrainingFile as TrainingFile, WandbIntegration as WandbIntegration,
        WandbIntegrationOut as WandbIntegrationOut, WandbIntegrationResult as WandbIntegrationResult,
    )
    from mistral_async.models.formats import (
        CompletionArgs as CompletionArgs, JSONSchema as JSONSchema, JsonSchema as JsonSchema,
        Prediction as Prediction, ResponseFormat as ResponseFormat, ResponseFormatInput as ResponseFormatInput,
    )
    from mistral_async.models.guardrails import (
        GuardrailConfig as GuardrailConfig,
        ModerationLLMV1CategoryThresholds as ModerationLLMV1CategoryThresholds,
        ModerationLLMV1Config as ModerationLLMV1Config,
        ModerationLLMV2CategoryThresholds as ModerationLLMV2CategoryThresholds,
        ModerationLLMV2Config as ModerationLLMV2Config,
        ModerationLlmv1CategoryThresholds as ModerationLlmv1CategoryThresholds,
        ModerationLlmv1Config as ModerationLlmv1Config,
        ModerationLlmv2CategoryThresholds as ModerationLlmv2CategoryThresholds,
        ModerationLlmv2Config as ModerationLlmv2Config,
    )
    from mistral_async.models.libraries import (
        CreateLibraryRequest as CreateLibraryRequest, Library as Library, LibraryIn as LibraryIn,
        LibraryInUpdate as LibraryInUpdate, LibraryListOptions as LibraryListOptions,
        LibraryOptions as LibraryOptions, LibraryOut as LibraryOut,
        ListLibrariesResponse as ListLibrariesResponse, ListLibraryOut as ListLibraryOut,
        OwnerType as OwnerType, PaginationInfo as PaginationInfo, UpdateLibraryRequest as UpdateLibraryRequest,
    )
    from mistral_async.models.messages import (
        AgentsCompletionRequestMessage as AgentsCompletionRequestMessage, AssistantMessage as AssistantMessage,
        ChatCompletionRequestMessage as ChatCompletionRequestMessage,
        InstructRequestMessage as InstructRequestMessage, Message as Message, MessageInput as MessageInput,
        Messages as Messages, SystemMessage as SystemMessage, ToolMessage as ToolMessage,
        UserMessage as UserMessage,
    )
    from mistral_async.models.models import (
        ArchiveFTModelOut as ArchiveFTModelOut, ArchiveModelResponse as ArchiveModelResponse,
        AudioSpeechCapabilities as AudioSpeechCapabilities,
        AudioTranscriptionCapabilities as AudioTranscriptionCapabilities, BaseModelCard as BaseModelCard,
        ClassifierFTModelOut as ClassifierFTModelOut, ClassifierFineTunedModel as ClassifierFineTunedModel,
        CompletionFTModelOut as CompletionFTModelOut, CompletionFineTunedModel as CompletionFineTunedModel,
        DeleteModelOut as DeleteModelOut, DeleteModelResponse as DeleteModelResponse,
        FTModelCapabilitiesOut as FTModelCapabilitiesOut, FTModelCard as FTModelCard,
        FineTunedModel as FineTunedModel, FineTunedModelCapabilities as FineTunedModelCapabilities,
        JobsAPIRoutesFineTuningUpdateFineTunedModelResponse as JobsAPIRoutesFineTuningUpdateFineTunedModelResponse,
        ModelCapabilities as ModelCapabilities, ModelCard as ModelCard, ModelList as ModelList,
        ModelListData as ModelListData,
        ResponseRetrieveModelV1ModelsModelIDGet as ResponseRetrieveModelV1ModelsModelIDGet,
        StreamingDelayRange as StreamingDelayRange, UnarchiveFTModelOut as UnarchiveFTModelOut,
        UnarchiveModelResponse as UnarchiveModelResponse, UpdateFTModelIn as UpdateFTModelIn,
        UpdateModelRequest as UpdateModelRequest,
    )
    from mistral_async.models.ocr import (
        Block as Block, OCRAsideTextBlock as OCRAsideTextBlock,
        OCRBlockConfidenceScores as OCRBlockConfidenceScores, OCRCaptionBlock as OCRCaptionBlock,
        OCRCodeBlock as OCRCodeBlock, OCRConfidenceScore as OCRConfidenceScore, OCRDocument as OCRDocument,
        OCREquationBlock as OCREquationBlock, OCRFooterBlock as OCRFooterBlock,
        OCRHeaderBlock as OCRHeaderBlock, OCRImageBlock as OCRImageBlock, OCRImageObject as OCRImageObject,
        OCRListBlock as OCRListBlock, OCROptions as OCROptions,
        OCRPageConfidenceScores as OCRPageConfidenceScores, OCRPageDimensions as OCRPageDimensions,
        OCRPageObject as OCRPageObject, OCRParsedOptions as OCRParsedOptions,
        OCRReferencesBlock as OCRReferencesBlock, OCRResponse as OCRResponse,
        OCRSignatureBlock as OCRSignatureBlock, OCRTableBlock as OCRTableBlock,
        OCRTableObject as OCRTableObject, OCRTextBlock as OCRTextBlock, OCRTitleBlock as OCRTitleBlock,
        OCRUsageInfo as OCRUsageInfo,
    )
    from mistral_async.models.responses import (
        CountResponseInputTokensRequest as CountResponseInputTokensRequest,
        CountResponseInputTokensResponse as CountResponseInputTokensResponse,
        CreateResponseRequest as CreateResponseRequest, CreateResponseResponse as CreateResponseResponse,
        ResponseInputOptions as ResponseInputOptions, ResponseOptions as ResponseOptions,
        ResponsesEffort as ResponsesEffort, ResponsesError as ResponsesError,
        ResponsesFormat as ResponsesFormat, ResponsesFormatJSONObject as ResponsesFormatJSONObject,
        ResponsesFormatText as ResponsesFormatText,
        ResponsesFormatTextJSONSchemaConfig as ResponsesFormatTextJSONSchemaConfig,
        ResponsesIncompleteDetails as ResponsesIncompleteDetails, ResponsesInput as ResponsesInput,
        ResponsesInputTokensDetails as ResponsesInputTokensDetails,
        ResponsesOutputTokensDetails as ResponsesOutputTokensDetails,
        ResponsesResponseStatus as ResponsesResponseStatus,
        ResponsesSupportedReasoning as ResponsesSupportedReasoning, ResponsesTextConfig as ResponsesTextConfig,
        ResponsesToolChoice as ResponsesToolChoice, ResponsesUsage as ResponsesUsage,
        ResponsesVerbosity as ResponsesVerbosity,
    )
    from mistral_async.models.responses_events import (
        ResponsesCompletedEvent as ResponsesCompletedEvent,
        ResponsesContentPartAddedEvent as ResponsesContentPartAddedEvent,
        ResponsesContentPartDoneEvent as ResponsesContentPartDoneEvent,
        ResponsesCreatedEvent as ResponsesCreatedEvent, ResponsesErrorEvent as ResponsesErrorEvent,
        ResponsesFailedEvent as ResponsesFailedEvent,
        ResponsesFunctionCallArgumentsDeltaEvent as ResponsesFunctionCallArgumentsDeltaEvent,
        ResponsesFunctionCallArgumentsDoneEvent as ResponsesFunctionCallArgumentsDoneEvent,
        ResponsesInProgressEvent as ResponsesInProgressEvent,
        ResponsesIncompleteEvent as ResponsesIncompleteEvent,
        ResponsesOutputItemAddedEvent as ResponsesOutputItemAddedEvent,
        ResponsesOutputItemDoneEvent as ResponsesOutputItemDoneEvent,
        ResponsesReasoningTextDeltaEvent as ResponsesReasoningTextDeltaEvent,
        ResponsesReasoningTextDoneEvent as ResponsesReasoningTextDoneEvent,
        ResponsesStreamEvents as ResponsesStreamEvents, ResponsesStreamFrameData as ResponsesStreamFrameData,
        ResponsesTextDeltaEvent as ResponsesTextDeltaEvent, ResponsesTextDoneEvent as ResponsesTextDoneEvent,
    )
    from mistral_async.models.responses_items import (
        AllowedCaller as AllowedCaller, Annotation as Annotation, GrammarSyntax as GrammarSyntax,
        ResponsesAnnotationContainerFileCitation as ResponsesAnnotationContainerFileCitation,
        ResponsesAnnotationFileCitation as ResponsesAnnotationFileCitation,
        ResponsesAnnotationFilePath as ResponsesAnnotationFilePath,
        ResponsesAnnotationURLCitation as ResponsesAnnotationURLCitation, ResponsesCaller as ResponsesCaller,
        ResponsesCallerDirect as ResponsesCallerDirect, ResponsesCallerProgram as ResponsesCallerProgram,
        ResponsesContent as ResponsesContent, ResponsesCustomTool as ResponsesCustomTool,
        ResponsesCustomToolFormat as ResponsesCustomToolFormat, ResponsesDetail as ResponsesDetail,
        ResponsesEasyInputMessage as ResponsesEasyInputMessage,
        ResponsesFunctionCallOutput as ResponsesFunctionCallOutput,
        ResponsesFunctionCallOutputCallerDirect as ResponsesFunctionCallOutputCallerDirect,
        ResponsesFunctionCallOutputCallerProgram as ResponsesFunctionCallOutputCallerProgram,
        ResponsesFunctionTool as ResponsesFunctionTool, ResponsesFunctionToolCall as ResponsesFunctionToolCall,
        ResponsesGrammar as ResponsesGrammar, ResponsesInputContent as ResponsesInputContent,
        ResponsesInputFile as ResponsesInputFile, ResponsesInputFileContent as ResponsesInputFileContent,
        ResponsesInputImage as ResponsesInputImage, ResponsesInputImageContent as ResponsesInputImageContent,
        ResponsesInputItem as ResponsesInputItem, ResponsesInputText as ResponsesInputText,
        ResponsesInputTextContent as ResponsesInputTextContent, ResponsesLogprob as ResponsesLogprob,
        ResponsesMessage as ResponsesMessage, ResponsesNamespaceTool as ResponsesNamespaceTool,
        ResponsesOutputContent as ResponsesOutputContent, ResponsesOutputItem as ResponsesOutputItem,
        ResponsesOutputMessage as ResponsesOutputMessage, ResponsesOutputRefusal as ResponsesOutputRefusal,
        ResponsesOutputText as ResponsesOutputText, ResponsesPart as ResponsesPart,
        ResponsesPartReasoningText as ResponsesPartReasoningText, ResponsesPhase as ResponsesPhase,
        ResponsesPromptCacheBreakpoint as ResponsesPromptCacheBreakpoint,
        ResponsesReasoningItem as ResponsesReasoningItem, ResponsesRole as ResponsesRole,
        ResponsesStatus as ResponsesStatus, ResponsesSummary as ResponsesSummary,
        ResponsesText as ResponsesText, ResponsesTool as ResponsesTool,
        ResponsesToolChoiceFunction as ResponsesToolChoiceFunction,
        ResponsesToolFunction as ResponsesToolFunction, ResponsesTopLogprob as ResponsesTopLogprob,
    )
    from mistral_async.models.speech import (
        ConversationHistoryUnion as ConversationHistoryUnion, RawAudio as RawAudio,
        SpeechAssistantTurn as SpeechAssistantTurn, SpeechOptions as SpeechOptions,
        SpeechOutputFormat as SpeechOutputFormat, SpeechRequest as SpeechRequest,
        SpeechResponse as SpeechResponse, SpeechStreamAudioDelta as SpeechStreamAudioDelta,
        SpeechStreamDone as SpeechStreamDone, SpeechStreamEvents as SpeechStreamEvents,
        SpeechUserTurn as SpeechUserTurn,
    )
    from mistral_async.models.tools import (
        APIKeyAuth as APIKeyAuth, AnyTool as AnyTool, CodeInterpreterTool as CodeInterpreterTool,
        CustomConnector as CustomConnector, CustomConnectorAuthorization as CustomConnectorAuthorization,
        DocumentLibraryTool as DocumentLibraryTool, Function as Function, FunctionCall as FunctionCall,
        FunctionName as FunctionName, FunctionTool as FunctionTool, ImageGenerationTool as ImageGenerationTool,
        OAuth2TokenAuth as OAuth2TokenAuth, Tool as Tool, ToolCall as ToolCall, ToolChoice as ToolChoice,
        ToolConfiguration as ToolConfiguration, WebSearchPremiumTool as WebSearchPremiumTool,
        WebSearchTool as WebSearchTool,
    )
    from mistral_async.models.transcriptions import (
        AudioTranscriptionRequest as AudioTranscriptionRequest, TimestampGranularity as TimestampGranularity,
        TranscriptionOptions as TranscriptionOptions, TranscriptionResponse as TranscriptionResponse,
        TranscriptionSegmentChunk as TranscriptionSegmentChunk, TranscriptionSettings as TranscriptionSettings,
        TranscriptionStreamDone as TranscriptionStreamDone,
        TranscriptionStreamEvents as TranscriptionStreamEvents,
        TranscriptionStreamEventsData as TranscriptionStreamEventsData,
        TranscriptionStreamLanguage as TranscriptionStreamLanguage,
        TranscriptionStreamSegmentDelta as TranscriptionStreamSegmentDelta,
        TranscriptionStreamTextDelta as TranscriptionStreamTextDelta,
    )
    from mistral_async.models.usage import PromptTokensDetails as PromptTokensDetails, UsageInfo as UsageInfo
    from mistral_async.models.vector import Vector as Vector
    from mistral_async.models.voices import (
        VoiceCreateRequest as VoiceCreateRequest, VoiceGender as VoiceGender, VoiceKind as VoiceKind,
        VoiceListPage as VoiceListPage, VoiceListResponse as VoiceListResponse, VoiceOptions as VoiceOptions,
        VoiceResponse as VoiceResponse, VoiceSearchOptions as VoiceSearchOptions, VoiceType as VoiceType,
        VoiceUpdateRequest as VoiceUpdateRequest,
    )
else:
    __getattr__, __dir__, __all__ = lazy(__name__, MODULES)
# fmt: on
