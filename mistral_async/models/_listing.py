"""Which module of `models` has which names. The package loads a module when one of its names is first used."""

from __future__ import annotations

MODULES = {
    "accesses": (
        "ListSharingOut ListSharingResponse ShareEntityType ShareLevel Sharing SharingDelete SharingIn SharingOut "
        "SharingRequest"
    ),
    "agents": "AgentsCompletionOptions",
    "batch": (
        "APIEndpoint BatchError BatchJob BatchJobIn BatchJobOut BatchJobStatus BatchJobsOrderBy BatchJobsOut "
        "BatchListOptions BatchOptions BatchRequest CreateBatchJobRequest DeleteBatchJobResponse "
        "ListBatchJobsResponse"
    ),
    "beta_agents": (
        "Agent AgentAliasResponse AgentCreationRequest AgentFilter AgentListOptions AgentListPage AgentOptions "
        "AgentPagesOptions AgentUpdateRequest CreateAgentRequest RequestSource UpdateAgentRequest"
    ),
    "chat": (
        "ChatCompletionChoice ChatCompletionResponse ChatCompletionResponseChoiceLogprobs "
        "ChatCompletionResponseTokenLogprobs ChatCompletionResponseTokenLogprobsTopK ChatOptions ChatParsedOptions "
        "CompletionChunk CompletionEvent CompletionOptions CompletionResponseStreamChoice DeltaMessage "
        "ParsedOptions SamplingOptions SharedOptions"
    ),
    "classifiers": (
        "ClassificationResponse ClassificationTargetResult InstructRequest InstructRequestInput ModerationObject "
        "ModerationResponse"
    ),
    "content": (
        "AudioChunk ContentChunk DocumentURLChunk FileChunk ImageURL ImageURLChunk ReferenceChunk ResourceChunk "
        "ResourceChunkContent ResourceLinkChunk SystemMessageContentChunks TextChunk ThinkChunk ThinkPart "
        "ToolFileChunk ToolReferenceChunk"
    ),
    "conversation_events": (
        "AgentHandoffDoneEvent AgentHandoffStartedEvent ConversationEvents ConversationEventsData FunctionCallEvent "
        "MessageOutputEvent OutputContentChunks ResponseDoneEvent ResponseErrorEvent ResponseStartedEvent "
        "ToolExecutionDeltaEvent ToolExecutionDoneEvent ToolExecutionStartedEvent"
    ),
    "conversations": (
        "AgentConversation AgentHandoffEntry AppendConversationRequest AppendOptions Confirmation ConfirmationStatus "
        "Conversation ConversationAppendRequest ConversationAppendRequestBase ConversationHistory ConversationInputs "
        "ConversationMessages ConversationOptions ConversationRequest ConversationRequestTool ConversationResponse "
        "ConversationRestartRequest ConversationRestartRequestBase ConversationStartOptions ConversationUsageInfo "
        "Entry FunctionCallEntry FunctionResultEntry HandoffExecution InputEntries MessageEntries MessageEntry "
        "MessageInputEntry MessageInputRole MessageOutputEntry ModelConversation OutputEntry "
        "RestartConversationRequest RestartOptions ToolCallConfirmation ToolExecutionEntry"
    ),
    "documents": (
        "Attribute Document DocumentListOptions DocumentOut DocumentTextContent DocumentUpdateIn ListDocumentOut "
        "ListDocumentsResponse ProcessStatus ProcessingStatus ProcessingStatusOut SortOrder UpdateDocumentRequest"
    ),
    "embeddings": "EmbeddingDtype EmbeddingOptions EmbeddingResponse EmbeddingResponseData EncodingFormat",
    "enums": (
        "BuiltInConnectors ConfidenceScoresGranularity FilePurpose FileVisibility FinishReason ImageDetail "
        "MistralPromptMode ModerationAction ReasoningEffort RequestedServiceTier ResponseFormats SampleType Source "
        "TableFormat ToolChoiceEnum"
    ),
    "files": (
        "CreateFileResponse DeleteFileOut DeleteFileResponse File FileContent FileInput FileListOptions FileSchema "
        "FileSignedURL GetFileResponse GetSignedURLResponse GetSignedUrlResponse ListFilesOut ListFilesResponse "
        "RetrieveFileOut RetrieveFileResponse UploadFileOut UploadFileResponse"
    ),
    "fim": "FIMCompletionResponse FIMOptions",
    "fine_tuning": (
        "Checkpoint CheckpointOut ClassifierDetailedJobOut ClassifierFineTuningJob ClassifierFineTuningJobDetails "
        "ClassifierJobOut ClassifierLoss ClassifierTarget ClassifierTargetIn ClassifierTargetOut "
        "ClassifierTargetResult ClassifierTrainingParameters ClassifierTrainingParametersIn CompletionDetailedJobOut "
        "CompletionFineTuningJob CompletionFineTuningJobDetails CompletionJobOut CompletionTrainingParameters "
        "CompletionTrainingParametersIn CreateFineTuningJobRequest CreateFineTuningJobResponse Event EventOut "
        "FineTuneableModelType FineTuningJob FineTuningJobDetails FineTuningJobStatus FineTuningListOptions "
        "FineTuningOptions GithubRepository GithubRepositoryIn GithubRepositoryOut Integration JobIn JobMetadata "
        "JobMetadataOut JobsOut LegacyJobMetadata LegacyJobMetadataOut ListFineTuningJobsResponse Metric MetricOut "
        "Repository TrainingFile WandbIntegration WandbIntegrationOut WandbIntegrationResult"
    ),
    "formats": "CompletionArgs JSONSchema JsonSchema Prediction ResponseFormat ResponseFormatInput",
    "guardrails": (
        "GuardrailConfig ModerationLLMV1CategoryThresholds ModerationLLMV1Config ModerationLLMV2CategoryThresholds "
        "ModerationLLMV2Config ModerationLlmv1CategoryThresholds ModerationLlmv1Config "
        "ModerationLlmv2CategoryThresholds ModerationLlmv2Config"
    ),
    "libraries": (
        "CreateLibraryRequest Library LibraryIn LibraryInUpdate LibraryListOptions LibraryOptions LibraryOut "
        "ListLibrariesResponse ListLibraryOut OwnerType PaginationInfo UpdateLibraryRequest"
    ),
    "messages": (
        "AgentsCompletionRequestMessage AssistantMessage ChatCompletionRequestMessage InstructRequestMessage Message "
        "MessageInput Messages SystemMessage ToolMessage UserMessage"
    ),
    "models": (
        "ArchiveFTModelOut ArchiveModelResponse AudioSpeechCapabilities AudioTranscriptionCapabilities BaseModelCard "
        "ClassifierFTModelOut ClassifierFineTunedModel CompletionFTModelOut CompletionFineTunedModel DeleteModelOut "
        "DeleteModelResponse FTModelCapabilitiesOut FTModelCard FineTunedModel FineTunedModelCapabilities "
        "JobsAPIRoutesFineTuningUpdateFineTunedModelResponse ModelCapabilities ModelCard ModelList ModelListData "
        "ResponseRetrieveModelV1ModelsModelIDGet StreamingDelayRange UnarchiveFTModelOut UnarchiveModelResponse "
        "UpdateFTModelIn UpdateModelRequest"
    ),
    "ocr": (
        "Block OCRAsideTextBlock OCRBlockConfidenceScores OCRCaptionBlock OCRCodeBlock OCRConfidenceScore OCRDocument "
        "OCREquationBlock OCRFooterBlock OCRHeaderBlock OCRImageBlock OCRImageObject OCRListBlock OCROptions "
        "OCRPageConfidenceScores OCRPageDimensions OCRPageObject OCRParsedOptions OCRReferencesBlock OCRResponse "
        "OCRSignatureBlock OCRTableBlock OCRTableObject OCRTextBlock OCRTitleBlock OCRUsageInfo"
    ),
    "responses": (
        "CountResponseInputTokensRequest CountResponseInputTokensResponse CreateResponseRequest "
        "CreateResponseResponse ResponseInputOptions ResponseOptions ResponsesEffort ResponsesError ResponsesFormat "
        "ResponsesFormatJSONObject ResponsesFormatText ResponsesFormatTextJSONSchemaConfig ResponsesIncompleteDetails "
        "ResponsesInput ResponsesInputTokensDetails ResponsesOutputTokensDetails ResponsesResponseStatus "
        "ResponsesSupportedReasoning ResponsesTextConfig ResponsesToolChoice ResponsesUsage ResponsesVerbosity"
    ),
    "responses_events": (
        "ResponsesCompletedEvent ResponsesContentPartAddedEvent ResponsesContentPartDoneEvent ResponsesCreatedEvent "
        "ResponsesErrorEvent ResponsesFailedEvent ResponsesFunctionCallArgumentsDeltaEvent "
        "ResponsesFunctionCallArgumentsDoneEvent ResponsesInProgressEvent ResponsesIncompleteEvent "
        "ResponsesOutputItemAddedEvent ResponsesOutputItemDoneEvent ResponsesReasoningTextDeltaEvent "
        "ResponsesReasoningTextDoneEvent ResponsesStreamEvents ResponsesStreamFrameData ResponsesTextDeltaEvent "
        "ResponsesTextDoneEvent"
    ),
    "responses_items": (
        "AllowedCaller Annotation GrammarSyntax ResponsesAnnotationContainerFileCitation "
        "ResponsesAnnotationFileCitation ResponsesAnnotationFilePath ResponsesAnnotationURLCitation ResponsesCaller "
        "ResponsesCallerDirect ResponsesCallerProgram ResponsesContent ResponsesCustomTool ResponsesCustomToolFormat "
        "ResponsesDetail ResponsesEasyInputMessage ResponsesFunctionCallOutput "
        "ResponsesFunctionCallOutputCallerDirect ResponsesFunctionCallOutputCallerProgram ResponsesFunctionTool "
        "ResponsesFunctionToolCall ResponsesGrammar ResponsesInputContent ResponsesInputFile "
        "ResponsesInputFileContent ResponsesInputImage ResponsesInputImageContent ResponsesInputItem "
        "ResponsesInputText ResponsesInputTextContent ResponsesLogprob ResponsesMessage ResponsesNamespaceTool "
        "ResponsesOutputContent ResponsesOutputItem ResponsesOutputMessage ResponsesOutputRefusal ResponsesOutputText "
        "ResponsesPart ResponsesPartReasoningText ResponsesPhase ResponsesPromptCacheBreakpoint "
        "ResponsesReasoningItem ResponsesRole ResponsesStatus ResponsesSummary ResponsesText ResponsesTool "
        "ResponsesToolChoiceFunction ResponsesToolFunction ResponsesTopLogprob"
    ),
    "speech": (
        "ConversationHistoryUnion RawAudio SpeechAssistantTurn SpeechOptions SpeechOutputFormat SpeechRequest "
        "SpeechResponse SpeechStreamAudioDelta SpeechStreamDone SpeechStreamEvents SpeechUserTurn"
    ),
    "tools": (
        "APIKeyAuth AnyTool CodeInterpreterTool CustomConnector CustomConnectorAuthorization DocumentLibraryTool "
        "Function FunctionCall FunctionName FunctionTool ImageGenerationTool OAuth2TokenAuth Tool ToolCall ToolChoice "
        "ToolConfiguration WebSearchPremiumTool WebSearchTool"
    ),
    "transcriptions": (
        "AudioTranscriptionRequest TimestampGranularity TranscriptionOptions TranscriptionResponse "
        "TranscriptionSegmentChunk TranscriptionSettings TranscriptionStreamDone TranscriptionStreamEvents "
        "TranscriptionStreamEventsData TranscriptionStreamLanguage TranscriptionStreamSegmentDelta "
        "TranscriptionStreamTextDelta"
    ),
    "usage": "PromptTokensDetails UsageInfo",
    "vector": "Vector",
    "voices": (
        "VoiceCreateRequest VoiceGender VoiceKind VoiceListPage VoiceListResponse VoiceOptions VoiceResponse "
        "VoiceSearchOptions VoiceType VoiceUpdateRequest"
    ),
}
