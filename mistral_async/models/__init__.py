"""The objects of the API, one module a domain. A module loads when one of its names is first used.

`python tests/derived.py` writes this file from what the modules define.
"""

# ruff: noqa: I001 - a name a line, a module once

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async._lazy import lazy

if TYPE_CHECKING:
    from mistral_async.models.accesses import (
        ListSharingOut as ListSharingOut,
        ListSharingResponse as ListSharingResponse,
        ShareEntityType as ShareEntityType,
        ShareLevel as ShareLevel,
        Sharing as Sharing,
        SharingDelete as SharingDelete,
        SharingIn as SharingIn,
        SharingOut as SharingOut,
        SharingRequest as SharingRequest,
    )
    from mistral_async.models.admin.api_keys import (
        APIKeyActions as APIKeyActions,
        APIKeyListOptions as APIKeyListOptions,
        ActionAvailable as ActionAvailable,
        ActionUnavailable as ActionUnavailable,
        AdminAPIKey as AdminAPIKey,
        CreateAPIKeyRequest as CreateAPIKeyRequest,
        CreateAPIKeyResponse as CreateAPIKeyResponse,
        DeleteAPIKeyResponse as DeleteAPIKeyResponse,
        ListAPIKeysResponse as ListAPIKeysResponse,
    )
    from mistral_async.models.admin.audit_logs import (
        AuditLog as AuditLog,
        AuditLogActorType as AuditLogActorType,
        AuditLogEventType as AuditLogEventType,
        AuditLogListOptions as AuditLogListOptions,
        AuditLogTargetType as AuditLogTargetType,
    )
    from mistral_async.models.admin.billing import (
        APIZone as APIZone,
        AccountRateLimits as AccountRateLimits,
        AccountUsage as AccountUsage,
        AccountUsageOptions as AccountUsageOptions,
        BillingEventType as BillingEventType,
        FineTuningUsageData as FineTuningUsageData,
        LibrariesUsageData as LibrariesUsageData,
        LimitsContext as LimitsContext,
        ModelUsageData as ModelUsageData,
        PriceData as PriceData,
        SpendLimits as SpendLimits,
        TokenLimitsByModel as TokenLimitsByModel,
        UpdateSpendLimitRequest as UpdateSpendLimitRequest,
        UsageLimits as UsageLimits,
        VibeCodeUsageData as VibeCodeUsageData,
    )
    from mistral_async.models.admin.scim import (
        ScimSyncConfig as ScimSyncConfig,
        ScimSyncGroupAction as ScimSyncGroupAction,
        ScimSyncGroupRef as ScimSyncGroupRef,
        ScimSyncGroupUpdateAction as ScimSyncGroupUpdateAction,
        ScimSyncGroupsSummary as ScimSyncGroupsSummary,
        ScimSyncMembershipAction as ScimSyncMembershipAction,
        ScimSyncRequest as ScimSyncRequest,
        ScimSyncResponse as ScimSyncResponse,
        ScimSyncRun as ScimSyncRun,
        ScimSyncRunStatus as ScimSyncRunStatus,
        ScimSyncSummary as ScimSyncSummary,
        ScimSyncUserAction as ScimSyncUserAction,
        ScimSyncUserRef as ScimSyncUserRef,
        ScimSyncUsersSummary as ScimSyncUsersSummary,
    )
    from mistral_async.models.admin.user_groups import (
        AddGroupToWorkspaceRequest as AddGroupToWorkspaceRequest,
        CreateUserGroupRequest as CreateUserGroupRequest,
        GroupWorkspaceAssignment as GroupWorkspaceAssignment,
        ListGroupWorkspacesResponse as ListGroupWorkspacesResponse,
        ListUserGroupMembersResponse as ListUserGroupMembersResponse,
        ListUserGroupsResponse as ListUserGroupsResponse,
        NestedGroupRef as NestedGroupRef,
        NestedGroups as NestedGroups,
        ProvisionGroupRequest as ProvisionGroupRequest,
        SetNestedGroupsRequest as SetNestedGroupsRequest,
        SetOrganizationRoleRequest as SetOrganizationRoleRequest,
        UpdateGroupWorkspaceRequest as UpdateGroupWorkspaceRequest,
        UpdateUserGroupRequest as UpdateUserGroupRequest,
        UserGroup as UserGroup,
        UserGroupListOptions as UserGroupListOptions,
        UserGroupMember as UserGroupMember,
        UserGroupMembersRequest as UserGroupMembersRequest,
        UserGroupTargetType as UserGroupTargetType,
        WorkspaceRoleRef as WorkspaceRoleRef,
    )
    from mistral_async.models.admin.users import (
        AdminDeleteResponse as AdminDeleteResponse,
        AdminRole as AdminRole,
        CreateInviteRequest as CreateInviteRequest,
        CreateInviteResponse as CreateInviteResponse,
        CreateOrganizationMembersResponse as CreateOrganizationMembersResponse,
        EmailLanguage as EmailLanguage,
        InviteOptions as InviteOptions,
        ListAdminRolesResponse as ListAdminRolesResponse,
        ListOrganizationMembersResponse as ListOrganizationMembersResponse,
        MemberSubscription as MemberSubscription,
        MemberWorkspaceInfo as MemberWorkspaceInfo,
        OrganizationInvite as OrganizationInvite,
        OrganizationMember as OrganizationMember,
        OrganizationMemberCreate as OrganizationMemberCreate,
        OrganizationMemberListOptions as OrganizationMemberListOptions,
        OrganizationRoleName as OrganizationRoleName,
        OrganizationUser as OrganizationUser,
        OrganizationUserInvite as OrganizationUserInvite,
        PlanType as PlanType,
        SeatType as SeatType,
        SubscriptionStatus as SubscriptionStatus,
        UpdateOrganizationMemberRequest as UpdateOrganizationMemberRequest,
        WorkspaceRoleName as WorkspaceRoleName,
    )
    from mistral_async.models.admin.vibe_code_analytics import (
        VibeActiveUsersStat as VibeActiveUsersStat,
        VibeConsumedTokensStat as VibeConsumedTokensStat,
        VibeNextEditActiveUsersStat as VibeNextEditActiveUsersStat,
        VibeNextEditModifiedLOCStat as VibeNextEditModifiedLOCStat,
        VibeNextEditSuggestionStat as VibeNextEditSuggestionStat,
        VibeOrganizationStats as VibeOrganizationStats,
        VibeSessionDurationStat as VibeSessionDurationStat,
        VibeSessionStat as VibeSessionStat,
        VibeToolCallsByNameStat as VibeToolCallsByNameStat,
        VibeToolCallsStat as VibeToolCallsStat,
        VibeUserPromptsStat as VibeUserPromptsStat,
        VibeWorkspaceStats as VibeWorkspaceStats,
    )
    from mistral_async.models.admin.vibe_work_analytics import (
        VibeWorkByAgentStat as VibeWorkByAgentStat,
        VibeWorkByAgentStats as VibeWorkByAgentStats,
        VibeWorkByTimeStat as VibeWorkByTimeStat,
        VibeWorkByTimeStats as VibeWorkByTimeStats,
        VibeWorkByUserStat as VibeWorkByUserStat,
        VibeWorkByUserStats as VibeWorkByUserStats,
        VibeWorkGranularity as VibeWorkGranularity,
    )
    from mistral_async.models.admin.workspaces import (
        AddWorkspaceMembersResponse as AddWorkspaceMembersResponse,
        AdminWorkspace as AdminWorkspace,
        CreateWorkspaceRequest as CreateWorkspaceRequest,
        CreateWorkspaceResponse as CreateWorkspaceResponse,
        ListAdminWorkspacesResponse as ListAdminWorkspacesResponse,
        RemoveWorkspaceMembersRequest as RemoveWorkspaceMembersRequest,
        RemoveWorkspaceMembersResponse as RemoveWorkspaceMembersResponse,
        UpdateWorkspaceMembersResponse as UpdateWorkspaceMembersResponse,
        UpdateWorkspaceRequest as UpdateWorkspaceRequest,
        WorkspaceListOptions as WorkspaceListOptions,
        WorkspaceMember as WorkspaceMember,
        WorkspaceMemberRef as WorkspaceMemberRef,
        WorkspaceMembersRequest as WorkspaceMembersRequest,
        WorkspaceSpendLimit as WorkspaceSpendLimit,
    )
    from mistral_async.models.agents import (
        AgentsCompletionOptions as AgentsCompletionOptions,
    )
    from mistral_async.models.audio_agents import (
        AudioAgentConfigurationRequest as AudioAgentConfigurationRequest,
        AudioAgentConfigurationResponseConfig as AudioAgentConfigurationResponseConfig,
        AudioAgentCreateRequest as AudioAgentCreateRequest,
        AudioAgentListOptions as AudioAgentListOptions,
        AudioAgentListPage as AudioAgentListPage,
        AudioAgentResponse as AudioAgentResponse,
        AudioAgentSessionListPage as AudioAgentSessionListPage,
        AudioAgentSessionSummary as AudioAgentSessionSummary,
        AudioAgentUpdateRequest as AudioAgentUpdateRequest,
        VoiceAgentTool as VoiceAgentTool,
    )
    from mistral_async.models.audio_sessions import (
        AudioAssistantTranscriptTurn as AudioAssistantTranscriptTurn,
        AudioInactivityConfig as AudioInactivityConfig,
        AudioLLMConfig as AudioLLMConfig,
        AudioLatencyBreakdownAssistant as AudioLatencyBreakdownAssistant,
        AudioLatencyBreakdownUser as AudioLatencyBreakdownUser,
        AudioSTTConfig as AudioSTTConfig,
        AudioSessionCreateRequest as AudioSessionCreateRequest,
        AudioSessionCreateResponse as AudioSessionCreateResponse,
        AudioSessionPhoneCall as AudioSessionPhoneCall,
        AudioSessionPhoneNumber as AudioSessionPhoneNumber,
        AudioSessionResponse as AudioSessionResponse,
        AudioTTSConfig as AudioTTSConfig,
        AudioToolCall as AudioToolCall,
        AudioToolTranscriptTurn as AudioToolTranscriptTurn,
        AudioTurnConfig as AudioTurnConfig,
        AudioTurnDetectionConfig as AudioTurnDetectionConfig,
        AudioUserTranscriptTurn as AudioUserTranscriptTurn,
        ConnectorAuthorization as ConnectorAuthorization,
        FunctionRequest as FunctionRequest,
        HangUpTool as HangUpTool,
        PhoneDestination as PhoneDestination,
        SipDestination as SipDestination,
        StaticToolFiller as StaticToolFiller,
        TranscriptTurn as TranscriptTurn,
        TransferCallTool as TransferCallTool,
        TransferDestination as TransferDestination,
        TransferTarget as TransferTarget,
        VoiceAgentCustomConnector as VoiceAgentCustomConnector,
        VoiceAgentDocumentLibraryTool as VoiceAgentDocumentLibraryTool,
        VoiceAgentFunctionTool as VoiceAgentFunctionTool,
        VoiceAgentFunctionToolRequest as VoiceAgentFunctionToolRequest,
        VoiceAgentToolRequest as VoiceAgentToolRequest,
        VoiceAgentWebSearchTool as VoiceAgentWebSearchTool,
        WorkerToken as WorkerToken,
    )
    from mistral_async.models.batch import (
        APIEndpoint as APIEndpoint,
        BatchError as BatchError,
        BatchJob as BatchJob,
        BatchJobIn as BatchJobIn,
        BatchJobOut as BatchJobOut,
        BatchJobStatus as BatchJobStatus,
        BatchJobsOrderBy as BatchJobsOrderBy,
        BatchJobsOut as BatchJobsOut,
        BatchListOptions as BatchListOptions,
        BatchOptions as BatchOptions,
        BatchOutput as BatchOutput,
        BatchOutputResponse as BatchOutputResponse,
        BatchRequest as BatchRequest,
        CreateBatchJobRequest as CreateBatchJobRequest,
        DeleteBatchJobResponse as DeleteBatchJobResponse,
        ListBatchJobsResponse as ListBatchJobsResponse,
    )
    from mistral_async.models.beta_agents import (
        Agent as Agent,
        AgentAliasResponse as AgentAliasResponse,
        AgentCreationRequest as AgentCreationRequest,
        AgentFilter as AgentFilter,
        AgentListOptions as AgentListOptions,
        AgentListPage as AgentListPage,
        AgentOptions as AgentOptions,
        AgentPagesOptions as AgentPagesOptions,
        AgentUpdateRequest as AgentUpdateRequest,
        CreateAgentRequest as CreateAgentRequest,
        RequestSource as RequestSource,
        UpdateAgentRequest as UpdateAgentRequest,
    )
    from mistral_async.models.chat import (
        ChatCompletionChoice as ChatCompletionChoice,
        ChatCompletionResponse as ChatCompletionResponse,
        ChatCompletionResponseChoiceLogprobs as ChatCompletionResponseChoiceLogprobs,
        ChatCompletionResponseTokenLogprobs as ChatCompletionResponseTokenLogprobs,
        ChatCompletionResponseTokenLogprobsTopK as ChatCompletionResponseTokenLogprobsTopK,
        ChatOptions as ChatOptions,
        ChatParsedOptions as ChatParsedOptions,
        CompletionChunk as CompletionChunk,
        CompletionEvent as CompletionEvent,
        CompletionOptions as CompletionOptions,
        CompletionResponseStreamChoice as CompletionResponseStreamChoice,
        DeltaMessage as DeltaMessage,
        ParsedOptions as ParsedOptions,
        SamplingOptions as SamplingOptions,
        SharedOptions as SharedOptions,
    )
    from mistral_async.models.classifiers import (
        ClassificationResponse as ClassificationResponse,
        ClassificationTargetResult as ClassificationTargetResult,
        InstructRequest as InstructRequest,
        InstructRequestInput as InstructRequestInput,
        ModerationObject as ModerationObject,
        ModerationResponse as ModerationResponse,
    )
    from mistral_async.models.connectors import (
        AuthURLOptions as AuthURLOptions,
        AuthURLResponse as AuthURLResponse,
        AuthenticationConfiguration as AuthenticationConfiguration,
        ConnectionCredentials as ConnectionCredentials,
        ConnectionPreference as ConnectionPreference,
        Connector as Connector,
        ConnectorAuthData as ConnectorAuthData,
        ConnectorAuthMethod as ConnectorAuthMethod,
        ConnectorAuthType as ConnectorAuthType,
        ConnectorAuthenticationHeader as ConnectorAuthenticationHeader,
        ConnectorGrantType as ConnectorGrantType,
        ConnectorLocale as ConnectorLocale,
        ConnectorOpenAPISpec as ConnectorOpenAPISpec,
        ConnectorOptions as ConnectorOptions,
        ConnectorProtocol as ConnectorProtocol,
        ConnectorTool as ConnectorTool,
        ConnectorToolsOptions as ConnectorToolsOptions,
        ConnectorVisibility as ConnectorVisibility,
        ConnectorsPagination as ConnectorsPagination,
        ConnectorsQueryFilters as ConnectorsQueryFilters,
        ConsumerScope as ConsumerScope,
        ConsumerType as ConsumerType,
        CreateConnectorRequest as CreateConnectorRequest,
        CredentialsCreateOrUpdate as CredentialsCreateOrUpdate,
        CredentialsOptions as CredentialsOptions,
        CredentialsResponse as CredentialsResponse,
        CredentialsStatus as CredentialsStatus,
        ExtendedOAuthServerMetadata as ExtendedOAuthServerMetadata,
        GlobalHeaderValue as GlobalHeaderValue,
        HTTPConnector as HTTPConnector,
        LogicalExpression as LogicalExpression,
        MCPConnector as MCPConnector,
        MessageResponse as MessageResponse,
        OAuth2ClientCredentials as OAuth2ClientCredentials,
        OAuth2MetadataSecrets as OAuth2MetadataSecrets,
        OpenAPIFileSource as OpenAPIFileSource,
        OpenAPISpecSource as OpenAPISpecSource,
        OpenAPIURLSource as OpenAPIURLSource,
        PaginatedConnectors as PaginatedConnectors,
        PublicAuthenticationMethod as PublicAuthenticationMethod,
        TokenEndpointAuthMethod as TokenEndpointAuthMethod,
        ToolCondition as ToolCondition,
        ToolExecutionConfiguration as ToolExecutionConfiguration,
        ToolProperties as ToolProperties,
        UpdateConnectorRequest as UpdateConnectorRequest,
    )
    from mistral_async.models.content import (
        AudioChunk as AudioChunk,
        ContentChunk as ContentChunk,
        DocumentURLChunk as DocumentURLChunk,
        FileChunk as FileChunk,
        ImageURL as ImageURL,
        ImageURLChunk as ImageURLChunk,
        ReferenceChunk as ReferenceChunk,
        ResourceChunk as ResourceChunk,
        ResourceChunkContent as ResourceChunkContent,
        ResourceLinkChunk as ResourceLinkChunk,
        SystemMessageContentChunks as SystemMessageContentChunks,
        TextChunk as TextChunk,
        ThinkChunk as ThinkChunk,
        ThinkPart as ThinkPart,
        ToolFileChunk as ToolFileChunk,
        ToolReferenceChunk as ToolReferenceChunk,
    )
    from mistral_async.models.conversation_events import (
        AgentHandoffDoneEvent as AgentHandoffDoneEvent,
        AgentHandoffStartedEvent as AgentHandoffStartedEvent,
        ConversationEvents as ConversationEvents,
        ConversationEventsData as ConversationEventsData,
        FunctionCallEvent as FunctionCallEvent,
        MessageOutputEvent as MessageOutputEvent,
        OutputContentChunks as OutputContentChunks,
        ResponseDoneEvent as ResponseDoneEvent,
        ResponseErrorEvent as ResponseErrorEvent,
        ResponseStartedEvent as ResponseStartedEvent,
        ToolExecutionDeltaEvent as ToolExecutionDeltaEvent,
        ToolExecutionDoneEvent as ToolExecutionDoneEvent,
        ToolExecutionStartedEvent as ToolExecutionStartedEvent,
    )
    from mistral_async.models.conversations import (
        AgentConversation as AgentConversation,
        AgentHandoffEntry as AgentHandoffEntry,
        AppendConversationRequest as AppendConversationRequest,
        AppendOptions as AppendOptions,
        Confirmation as Confirmation,
        ConfirmationStatus as ConfirmationStatus,
        Conversation as Conversation,
        ConversationAppendRequest as ConversationAppendRequest,
        ConversationAppendRequestBase as ConversationAppendRequestBase,
        ConversationHistory as ConversationHistory,
        ConversationInputs as ConversationInputs,
        ConversationMessages as ConversationMessages,
        ConversationOptions as ConversationOptions,
        ConversationRequest as ConversationRequest,
        ConversationRequestTool as ConversationRequestTool,
        ConversationResponse as ConversationResponse,
        ConversationRestartRequest as ConversationRestartRequest,
        ConversationRestartRequestBase as ConversationRestartRequestBase,
        ConversationStartOptions as ConversationStartOptions,
        ConversationUsageInfo as ConversationUsageInfo,
        Entry as Entry,
        FunctionCallEntry as FunctionCallEntry,
        FunctionResultEntry as FunctionResultEntry,
        HandoffExecution as HandoffExecution,
        InputEntries as InputEntries,
        MessageEntries as MessageEntries,
        MessageEntry as MessageEntry,
        MessageInputEntry as MessageInputEntry,
        MessageInputRole as MessageInputRole,
        MessageOutputEntry as MessageOutputEntry,
        ModelConversation as ModelConversation,
        OutputEntry as OutputEntry,
        RestartConversationRequest as RestartConversationRequest,
        RestartOptions as RestartOptions,
        ToolCallConfirmation as ToolCallConfirmation,
        ToolExecutionEntry as ToolExecutionEntry,
    )
    from mistral_async.models.documents import (
        Attribute as Attribute,
        Document as Document,
        DocumentListOptions as DocumentListOptions,
        DocumentOut as DocumentOut,
        DocumentTextContent as DocumentTextContent,
        DocumentUpdateIn as DocumentUpdateIn,
        ListDocumentOut as ListDocumentOut,
        ListDocumentsResponse as ListDocumentsResponse,
        ProcessStatus as ProcessStatus,
        ProcessingStatus as ProcessingStatus,
        ProcessingStatusOut as ProcessingStatusOut,
        SortOrder as SortOrder,
        UpdateDocumentRequest as UpdateDocumentRequest,
    )
    from mistral_async.models.embeddings import (
        EmbeddingDtype as EmbeddingDtype,
        EmbeddingOptions as EmbeddingOptions,
        EmbeddingResponse as EmbeddingResponse,
        EmbeddingResponseData as EmbeddingResponseData,
        EncodingFormat as EncodingFormat,
    )
    from mistral_async.models.enums import (
        BuiltInConnectors as BuiltInConnectors,
        ConfidenceScoresGranularity as ConfidenceScoresGranularity,
        FilePurpose as FilePurpose,
        FileVisibility as FileVisibility,
        FinishReason as FinishReason,
        ImageDetail as ImageDetail,
        MistralPromptMode as MistralPromptMode,
        ModerationAction as ModerationAction,
        ReasoningEffort as ReasoningEffort,
        RequestedServiceTier as RequestedServiceTier,
        ResponseFormats as ResponseFormats,
        SampleType as SampleType,
        Source as Source,
        TableFormat as TableFormat,
        ToolChoiceEnum as ToolChoiceEnum,
    )
    from mistral_async.models.files import (
        CreateFileResponse as CreateFileResponse,
        DeleteFileOut as DeleteFileOut,
        DeleteFileResponse as DeleteFileResponse,
        File as File,
        FileContent as FileContent,
        FileInput as FileInput,
        FileListOptions as FileListOptions,
        FileSchema as FileSchema,
        FileSignedURL as FileSignedURL,
        GetFileResponse as GetFileResponse,
        GetSignedURLResponse as GetSignedURLResponse,
        GetSignedUrlResponse as GetSignedUrlResponse,
        ListFilesOut as ListFilesOut,
        ListFilesResponse as ListFilesResponse,
        RetrieveFileOut as RetrieveFileOut,
        RetrieveFileResponse as RetrieveFileResponse,
        UploadFileOut as UploadFileOut,
        UploadFileResponse as UploadFileResponse,
    )
    from mistral_async.models.fim import (
        FIMCompletionResponse as FIMCompletionResponse,
        FIMOptions as FIMOptions,
    )
    from mistral_async.models.fine_tuning import (
        Checkpoint as Checkpoint,
        CheckpointOut as CheckpointOut,
        ClassifierDetailedJobOut as ClassifierDetailedJobOut,
        ClassifierFineTuningJob as ClassifierFineTuningJob,
        ClassifierFineTuningJobDetails as ClassifierFineTuningJobDetails,
        ClassifierJobOut as ClassifierJobOut,
        ClassifierLoss as ClassifierLoss,
        ClassifierTarget as ClassifierTarget,
        ClassifierTargetIn as ClassifierTargetIn,
        ClassifierTargetOut as ClassifierTargetOut,
        ClassifierTargetResult as ClassifierTargetResult,
        ClassifierTrainingParameters as ClassifierTrainingParameters,
        ClassifierTrainingParametersIn as ClassifierTrainingParametersIn,
        CompletionDetailedJobOut as CompletionDetailedJobOut,
        CompletionFineTuningJob as CompletionFineTuningJob,
        CompletionFineTuningJobDetails as CompletionFineTuningJobDetails,
        CompletionJobOut as CompletionJobOut,
        CompletionTrainingParameters as CompletionTrainingParameters,
        CompletionTrainingParametersIn as CompletionTrainingParametersIn,
        CreateFineTuningJobRequest as CreateFineTuningJobRequest,
        CreateFineTuningJobResponse as CreateFineTuningJobResponse,
        Event as Event,
        EventOut as EventOut,
        FineTuneableModelType as FineTuneableModelType,
        FineTuningJob as FineTuningJob,
        FineTuningJobDetails as FineTuningJobDetails,
        FineTuningJobStatus as FineTuningJobStatus,
        FineTuningListOptions as FineTuningListOptions,
        FineTuningOptions as FineTuningOptions,
        GithubRepository as GithubRepository,
        GithubRepositoryIn as GithubRepositoryIn,
        GithubRepositoryOut as GithubRepositoryOut,
        Integration as Integration,
        JobIn as JobIn,
        JobMetadata as JobMetadata,
        JobMetadataOut as JobMetadataOut,
        JobsOut as JobsOut,
        LegacyJobMetadata as LegacyJobMetadata,
        LegacyJobMetadataOut as LegacyJobMetadataOut,
        ListFineTuningJobsResponse as ListFineTuningJobsResponse,
        Metric as Metric,
        MetricOut as MetricOut,
        Repository as Repository,
        TrainingFile as TrainingFile,
        WandbIntegration as WandbIntegration,
        WandbIntegrationOut as WandbIntegrationOut,
        WandbIntegrationResult as WandbIntegrationResult,
    )
    from mistral_async.models.formats import (
        CompletionArgs as CompletionArgs,
        JSONSchema as JSONSchema,
        JsonSchema as JsonSchema,
        Prediction as Prediction,
        ResponseFormat as ResponseFormat,
        ResponseFormatInput as ResponseFormatInput,
    )
    from mistral_async.models.guardrails import (
        GuardrailCategoryResult as GuardrailCategoryResult,
        GuardrailConfig as GuardrailConfig,
        GuardrailFinding as GuardrailFinding,
        GuardrailResult as GuardrailResult,
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
        CreateLibraryRequest as CreateLibraryRequest,
        Library as Library,
        LibraryIn as LibraryIn,
        LibraryInUpdate as LibraryInUpdate,
        LibraryListOptions as LibraryListOptions,
        LibraryOptions as LibraryOptions,
        LibraryOut as LibraryOut,
        ListLibrariesResponse as ListLibrariesResponse,
        ListLibraryOut as ListLibraryOut,
        OwnerType as OwnerType,
        PaginationInfo as PaginationInfo,
        UpdateLibraryRequest as UpdateLibraryRequest,
    )
    from mistral_async.models.mcp import (
        ConnectorToolCallMetadata as ConnectorToolCallMetadata,
        ConnectorToolCallResponse as ConnectorToolCallResponse,
        MCPAnnotations as MCPAnnotations,
        MCPAudioContent as MCPAudioContent,
        MCPBlobResource as MCPBlobResource,
        MCPClientCapabilities as MCPClientCapabilities,
        MCPClientTasks as MCPClientTasks,
        MCPContent as MCPContent,
        MCPElicitation as MCPElicitation,
        MCPEmbeddedResource as MCPEmbeddedResource,
        MCPImageContent as MCPImageContent,
        MCPListCapability as MCPListCapability,
        MCPPrompt as MCPPrompt,
        MCPPromptArgument as MCPPromptArgument,
        MCPResource as MCPResource,
        MCPResourceLink as MCPResourceLink,
        MCPResourcesCapability as MCPResourcesCapability,
        MCPResultMetadata as MCPResultMetadata,
        MCPSampling as MCPSampling,
        MCPServerAuthenticationRequirement as MCPServerAuthenticationRequirement,
        MCPServerCapabilities as MCPServerCapabilities,
        MCPServerCard as MCPServerCard,
        MCPServerCardMeta as MCPServerCardMeta,
        MCPServerIcon as MCPServerIcon,
        MCPServerRemote as MCPServerRemote,
        MCPServerRemoteHeader as MCPServerRemoteHeader,
        MCPServerRepository as MCPServerRepository,
        MCPServerTasks as MCPServerTasks,
        MCPTextContent as MCPTextContent,
        MCPTextResource as MCPTextResource,
        MCPTool as MCPTool,
        MCPToolAnnotations as MCPToolAnnotations,
        MCPToolExecution as MCPToolExecution,
        MCPToolMeta as MCPToolMeta,
        MCPUIToolMeta as MCPUIToolMeta,
        TurbineLocale as TurbineLocale,
        TurbineMeta as TurbineMeta,
        TurbineToolMeta as TurbineToolMeta,
        TurbineToolType as TurbineToolType,
    )
    from mistral_async.models.messages import (
        AgentsCompletionRequestMessage as AgentsCompletionRequestMessage,
        AssistantMessage as AssistantMessage,
        ChatCompletionRequestMessage as ChatCompletionRequestMessage,
        InstructRequestMessage as InstructRequestMessage,
        Message as Message,
        MessageInput as MessageInput,
        Messages as Messages,
        SystemMessage as SystemMessage,
        ToolMessage as ToolMessage,
        UserMessage as UserMessage,
    )
    from mistral_async.models.models import (
        ArchiveFTModelOut as ArchiveFTModelOut,
        ArchiveModelResponse as ArchiveModelResponse,
        AudioSpeechCapabilities as AudioSpeechCapabilities,
        AudioTranscriptionCapabilities as AudioTranscriptionCapabilities,
        BaseModelCard as BaseModelCard,
        ClassifierFTModelOut as ClassifierFTModelOut,
        ClassifierFineTunedModel as ClassifierFineTunedModel,
        CompletionFTModelOut as CompletionFTModelOut,
        CompletionFineTunedModel as CompletionFineTunedModel,
        DeleteModelOut as DeleteModelOut,
        DeleteModelResponse as DeleteModelResponse,
        FTModelCapabilitiesOut as FTModelCapabilitiesOut,
        FTModelCard as FTModelCard,
        FineTunedModel as FineTunedModel,
        FineTunedModelCapabilities as FineTunedModelCapabilities,
        JobsAPIRoutesFineTuningUpdateFineTunedModelResponse as JobsAPIRoutesFineTuningUpdateFineTunedModelResponse,
        ModelCapabilities as ModelCapabilities,
        ModelCard as ModelCard,
        ModelList as ModelList,
        ModelListData as ModelListData,
        ResponseRetrieveModelV1ModelsModelIDGet as ResponseRetrieveModelV1ModelsModelIDGet,
        StreamingDelayRange as StreamingDelayRange,
        UnarchiveFTModelOut as UnarchiveFTModelOut,
        UnarchiveModelResponse as UnarchiveModelResponse,
        UpdateFTModelIn as UpdateFTModelIn,
        UpdateModelRequest as UpdateModelRequest,
    )
    from mistral_async.models.observability.campaigns import (
        Campaign as Campaign,
        CreateCampaignRequest as CreateCampaignRequest,
        FetchCampaignStatusResponse as FetchCampaignStatusResponse,
        ListCampaignSelectedEventsResponse as ListCampaignSelectedEventsResponse,
        ListCampaignsResponse as ListCampaignsResponse,
        PaginatedResultCampaignPreview as PaginatedResultCampaignPreview,
        PaginatedResultChatCompletionEventPreview as PaginatedResultChatCompletionEventPreview,
    )
    from mistral_async.models.observability.chat_completion_events import (
        ChatCompletionEvent as ChatCompletionEvent,
        ChatCompletionEventPreview as ChatCompletionEventPreview,
        ChatTranscriptionEvent as ChatTranscriptionEvent,
        EventFieldValue as EventFieldValue,
        FeedResultChatCompletionEventPreview as FeedResultChatCompletionEventPreview,
        JudgeChatCompletionEventRequest as JudgeChatCompletionEventRequest,
        SearchChatCompletionEventIdsRequest as SearchChatCompletionEventIdsRequest,
        SearchChatCompletionEventIdsResponse as SearchChatCompletionEventIdsResponse,
        SearchChatCompletionEventsRequest as SearchChatCompletionEventsRequest,
        SearchChatCompletionEventsResponse as SearchChatCompletionEventsResponse,
    )
    from mistral_async.models.observability.chat_completion_fields import (
        BaseFieldDefinition as BaseFieldDefinition,
        FetchChatCompletionFieldOptionsResponse as FetchChatCompletionFieldOptionsResponse,
        FetchFieldOptionCountsRequest as FetchFieldOptionCountsRequest,
        FetchFieldOptionCountsResponse as FetchFieldOptionCountsResponse,
        FieldGroup as FieldGroup,
        FieldOptionCountItem as FieldOptionCountItem,
        ListChatCompletionFieldsResponse as ListChatCompletionFieldsResponse,
    )
    from mistral_async.models.observability.dataset_records import (
        DeleteDatasetRecordsRequest as DeleteDatasetRecordsRequest,
        JudgeDatasetRecordRequest as JudgeDatasetRecordRequest,
        UpdateDatasetRecordPayloadRequest as UpdateDatasetRecordPayloadRequest,
        UpdateDatasetRecordPropertiesRequest as UpdateDatasetRecordPropertiesRequest,
    )
    from mistral_async.models.observability.datasets import (
        CreateDatasetRecordRequest as CreateDatasetRecordRequest,
        CreateDatasetRequest as CreateDatasetRequest,
        Dataset as Dataset,
        DatasetImportResult as DatasetImportResult,
        DatasetImportTask as DatasetImportTask,
        DatasetPreview as DatasetPreview,
        DatasetRecord as DatasetRecord,
        DatasetRecordSource as DatasetRecordSource,
        ExportDatasetResponse as ExportDatasetResponse,
        ImportDatasetFromCampaignRequest as ImportDatasetFromCampaignRequest,
        ImportDatasetFromDatasetRequest as ImportDatasetFromDatasetRequest,
        ImportDatasetFromExplorerRequest as ImportDatasetFromExplorerRequest,
        ImportDatasetFromFileRequest as ImportDatasetFromFileRequest,
        ImportDatasetFromPlaygroundRequest as ImportDatasetFromPlaygroundRequest,
        ImportDatasetFromSpansRequest as ImportDatasetFromSpansRequest,
        ListDatasetImportTasksResponse as ListDatasetImportTasksResponse,
        ListDatasetRecordsResponse as ListDatasetRecordsResponse,
        ListDatasetsResponse as ListDatasetsResponse,
        NewDatasetRecordSource as NewDatasetRecordSource,
        PaginatedResultDatasetImportTask as PaginatedResultDatasetImportTask,
        PaginatedResultDatasetPreview as PaginatedResultDatasetPreview,
        PaginatedResultDatasetRecord as PaginatedResultDatasetRecord,
        SpanDatasetMapping as SpanDatasetMapping,
        SpanDatasetMappingContract as SpanDatasetMappingContract,
        SpanDatasetSourceReference as SpanDatasetSourceReference,
        TelemetrySpanReference as TelemetrySpanReference,
        UpdateDatasetRequest as UpdateDatasetRequest,
    )
    from mistral_async.models.observability.evaluation_projects import (
        PaginatedResultProject as PaginatedResultProject,
        Project as Project,
        ProjectEvaluationSummary as ProjectEvaluationSummary,
        Projects as Projects,
    )
    from mistral_async.models.observability.evaluation_records import (
        ContentSearchFilter as ContentSearchFilter,
        ContentSearchFilterGroup as ContentSearchFilterGroup,
        EvaluationRunGenerationV2 as EvaluationRunGenerationV2,
        EvaluationRunOutputRecordV2 as EvaluationRunOutputRecordV2,
        EvaluationRunRecordFilterInput as EvaluationRunRecordFilterInput,
        EvaluationRunRecordV2Response as EvaluationRunRecordV2Response,
        FieldSortInput as FieldSortInput,
        ListEvaluationRunRecordsResponse as ListEvaluationRunRecordsResponse,
        PaginatedResultEvaluationRunRecordV2Response as PaginatedResultEvaluationRunRecordV2Response,
        RecordSort as RecordSort,
        ScoreSortInput as ScoreSortInput,
    )
    from mistral_async.models.observability.evaluation_runs import (
        CategoricalStatistics as CategoricalStatistics,
        ConfusionMatrix as ConfusionMatrix,
        EvaluationRunFilterInput as EvaluationRunFilterInput,
        EvaluationRunScoreV2 as EvaluationRunScoreV2,
        EvaluationRunV2Response as EvaluationRunV2Response,
        EvaluationRunV2WithRefsResponse as EvaluationRunV2WithRefsResponse,
        EvaluatorStatistics as EvaluatorStatistics,
        EvaluatorV2 as EvaluatorV2,
        GoalResult as GoalResult,
        GoalResultItem as GoalResultItem,
        GoalSpec as GoalSpec,
        GoalStatusFilter as GoalStatusFilter,
        GoalStatusFilterGroup as GoalStatusFilterGroup,
        ListEvaluationRunsResponse as ListEvaluationRunsResponse,
        MetadataFilter as MetadataFilter,
        MetadataFilterGroup as MetadataFilterGroup,
        NumericStatistics as NumericStatistics,
        PaginatedResultEvaluationRunV2Response as PaginatedResultEvaluationRunV2Response,
        PaginatedResultEvaluationRunV2WithRefsResponse as PaginatedResultEvaluationRunV2WithRefsResponse,
        ParamFilterOperator as ParamFilterOperator,
        RunEvaluationSummary as RunEvaluationSummary,
        RunOptimizationRef as RunOptimizationRef,
        RunOwnershipFilter as RunOwnershipFilter,
        RunProjectSummary as RunProjectSummary,
        RunStatisticsResponse as RunStatisticsResponse,
        ScalarStatisticValue as ScalarStatisticValue,
        ScoreFilter as ScoreFilter,
        ScoreFilterGroup as ScoreFilterGroup,
        ScoreFilterOperator as ScoreFilterOperator,
        SearchAllEvaluationRunsResponse as SearchAllEvaluationRunsResponse,
        StatisticKind as StatisticKind,
        StatisticSpec as StatisticSpec,
        SystemFilter as SystemFilter,
        SystemNameFilter as SystemNameFilter,
        SystemNameFilterGroup as SystemNameFilterGroup,
        SystemParamFilter as SystemParamFilter,
        SystemParamFilterGroup as SystemParamFilterGroup,
        SystemV2 as SystemV2,
        TagFilter as TagFilter,
        UnsupportedStatistics as UnsupportedStatistics,
    )
    from mistral_async.models.observability.evaluations import (
        AttributeHashSampling as AttributeHashSampling,
        CreatePipelineRequest as CreatePipelineRequest,
        DetectionDefinitionV1 as DetectionDefinitionV1,
        DetectionPattern as DetectionPattern,
        EvaluationBooleanResultSpec as EvaluationBooleanResultSpec,
        EvaluationCategoricalResultSpec as EvaluationCategoricalResultSpec,
        EvaluationNumericResultSpec as EvaluationNumericResultSpec,
        EvaluationResultSpec as EvaluationResultSpec,
        EvaluationV2 as EvaluationV2,
        EvaluationsV2 as EvaluationsV2,
        ExportDefinitionV1 as ExportDefinitionV1,
        JudgeDefinitionV1 as JudgeDefinitionV1,
        LlmJudgeReference as LlmJudgeReference,
        ModerationDefinitionV1 as ModerationDefinitionV1,
        OTLPDestination as OTLPDestination,
        PaginatedResultEvaluationV2 as PaginatedResultEvaluationV2,
        PaginatedResultPipeline as PaginatedResultPipeline,
        Pipeline as Pipeline,
        PipelineConfig as PipelineConfig,
        PipelineConfigHeader as PipelineConfigHeader,
        PipelineConfigSelector as PipelineConfigSelector,
        PipelineDefinition as PipelineDefinition,
        PipelineListOptions as PipelineListOptions,
        PipelineSampling as PipelineSampling,
        PipelinesResponse as PipelinesResponse,
        ProbabilisticSampling as ProbabilisticSampling,
        UpdatePipelineRequest as UpdatePipelineRequest,
    )
    from mistral_async.models.observability.judges import (
        CreateJudgeRequest as CreateJudgeRequest,
        Judge as Judge,
        JudgeClassificationOutput as JudgeClassificationOutput,
        JudgeClassificationOutputOption as JudgeClassificationOutputOption,
        JudgeConversationRequest as JudgeConversationRequest,
        JudgeListOptions as JudgeListOptions,
        JudgeOutput as JudgeOutput,
        JudgeOutputType as JudgeOutputType,
        JudgeOutputUnion as JudgeOutputUnion,
        JudgeRegressionOutput as JudgeRegressionOutput,
        ListJudgesResponse as ListJudgesResponse,
        PaginatedResultJudgePreview as PaginatedResultJudgePreview,
        UpdateJudgeRequest as UpdateJudgeRequest,
    )
    from mistral_async.models.observability.logs import (
        FeedResultGetLog as FeedResultGetLog,
        GetLog as GetLog,
        GetLogFieldOptions as GetLogFieldOptions,
        GetLogFields as GetLogFields,
        GetLogs as GetLogs,
        LogsRequest as LogsRequest,
    )
    from mistral_async.models.observability.optimizations import (
        ListOptimizationTrialsResponse as ListOptimizationTrialsResponse,
        ListOptimizationsResponse as ListOptimizationsResponse,
        Optimization as Optimization,
        OptimizationDetail as OptimizationDetail,
        OptimizationListOptions as OptimizationListOptions,
        OptimizationReference as OptimizationReference,
        OptimizationTrialObservation as OptimizationTrialObservation,
        OptimizationTrialWithObservations as OptimizationTrialWithObservations,
        PaginatedResultOptimization as PaginatedResultOptimization,
        PaginatedResultOptimizationTrialWithObservations as PaginatedResultOptimizationTrialWithObservations,
    )
    from mistral_async.models.observability.searches import (
        FilterCondition as FilterCondition,
        FilterConditionOp as FilterConditionOp,
        FilterGroup as FilterGroup,
        FilterItem as FilterItem,
        FilterPayload as FilterPayload,
        ObservabilityFieldType as ObservabilityFieldType,
        ObservabilityListOptions as ObservabilityListOptions,
        ObservabilityPageOptions as ObservabilityPageOptions,
        ObservabilityTaskStatus as ObservabilityTaskStatus,
    )
    from mistral_async.models.observability.spans import (
        FeedResultGetPipelineResult as FeedResultGetPipelineResult,
        FeedResultGetSpan as FeedResultGetSpan,
        FeedResultGetSpanEvaluation as FeedResultGetSpanEvaluation,
        GetPipelineResults as GetPipelineResults,
        GetSpan as GetSpan,
        GetSpanEvaluation as GetSpanEvaluation,
        GetSpanEvaluationFieldOptions as GetSpanEvaluationFieldOptions,
        GetSpanEvaluationFields as GetSpanEvaluationFields,
        GetSpanEvaluations as GetSpanEvaluations,
        GetSpanFieldOptions as GetSpanFieldOptions,
        GetSpanFields as GetSpanFields,
        GetSpans as GetSpans,
        PipelineResult as PipelineResult,
        PipelineResultsRequest as PipelineResultsRequest,
        SpanEvaluationsRequest as SpanEvaluationsRequest,
        SpansRequest as SpansRequest,
    )
    from mistral_async.models.observability.telemetry import (
        Aggregation as Aggregation,
        AggregationMeta as AggregationMeta,
        AggregationOptions as AggregationOptions,
        AggregationRequest as AggregationRequest,
        AggregationRow as AggregationRow,
        MetricDefinition as MetricDefinition,
        OrderByClause as OrderByClause,
        OtelFieldDefinition as OtelFieldDefinition,
        TelemetryAggregation as TelemetryAggregation,
        TelemetryFieldOperator as TelemetryFieldOperator,
        TelemetryGranularity as TelemetryGranularity,
        TelemetryOrder as TelemetryOrder,
        TelemetrySearchOptions as TelemetrySearchOptions,
        TelemetryWindow as TelemetryWindow,
        TimeDimension as TimeDimension,
    )
    from mistral_async.models.observability.traces import (
        FeedResultGetTrace as FeedResultGetTrace,
        GetTrace as GetTrace,
        GetTraceFieldOptions as GetTraceFieldOptions,
        GetTraceFields as GetTraceFields,
        GetTraces as GetTraces,
        TracesRequest as TracesRequest,
    )
    from mistral_async.models.ocr import (
        Block as Block,
        OCRAsideTextBlock as OCRAsideTextBlock,
        OCRBlockConfidenceScores as OCRBlockConfidenceScores,
        OCRCaptionBlock as OCRCaptionBlock,
        OCRCodeBlock as OCRCodeBlock,
        OCRConfidenceScore as OCRConfidenceScore,
        OCRDocument as OCRDocument,
        OCREquationBlock as OCREquationBlock,
        OCRFooterBlock as OCRFooterBlock,
        OCRHeaderBlock as OCRHeaderBlock,
        OCRImageBlock as OCRImageBlock,
        OCRImageObject as OCRImageObject,
        OCRListBlock as OCRListBlock,
        OCROptions as OCROptions,
        OCRPageConfidenceScores as OCRPageConfidenceScores,
        OCRPageDimensions as OCRPageDimensions,
        OCRPageObject as OCRPageObject,
        OCRParsedOptions as OCRParsedOptions,
        OCRReferencesBlock as OCRReferencesBlock,
        OCRResponse as OCRResponse,
        OCRSignatureBlock as OCRSignatureBlock,
        OCRTableBlock as OCRTableBlock,
        OCRTableObject as OCRTableObject,
        OCRTextBlock as OCRTextBlock,
        OCRTitleBlock as OCRTitleBlock,
        OCRUsageInfo as OCRUsageInfo,
    )
    from mistral_async.models.prompts import (
        AliasList as AliasList,
        CreatePromptRequest as CreatePromptRequest,
        CreatePromptVersionRequest as CreatePromptVersionRequest,
        CreatePromptVersionResponse as CreatePromptVersionResponse,
        DeletePromptResponse as DeletePromptResponse,
        ListPromptVersionsResponse as ListPromptVersionsResponse,
        ListPromptsResponse as ListPromptsResponse,
        ListSortDirection as ListSortDirection,
        ListSortField as ListSortField,
        Prompt as Prompt,
        PromptDefinition as PromptDefinition,
        PromptOptions as PromptOptions,
        PromptVariable as PromptVariable,
        PromptVersion as PromptVersion,
        RegistryListOptions as RegistryListOptions,
        ShareRelation as ShareRelation,
        SharingScope as SharingScope,
        UpdatePromptRequest as UpdatePromptRequest,
        UpdatePromptVersionRequest as UpdatePromptVersionRequest,
    )
    from mistral_async.models.rag import (
        CreateIngestionPipelineConfigurationRequest as CreateIngestionPipelineConfigurationRequest,
        GetDeploymentSummariesResponse as GetDeploymentSummariesResponse,
        GetDeploymentSummariesResponseDeployment as GetDeploymentSummariesResponseDeployment,
        GetDeploymentSummariesResponseVespaDeployment as GetDeploymentSummariesResponseVespaDeployment,
        GetDeploymentSummariesResponseVespaIndex as GetDeploymentSummariesResponseVespaIndex,
        IngestionPipelineConfiguration as IngestionPipelineConfiguration,
        IngestionPipelineTargetIndexRef as IngestionPipelineTargetIndexRef,
        MetricsData as MetricsData,
        RAGDeploymentStatus as RAGDeploymentStatus,
        RegisterDeploymentRequestDeployment as RegisterDeploymentRequestDeployment,
        RegisterDeploymentRequestVespaDeployment as RegisterDeploymentRequestVespaDeployment,
        RegisterDeploymentRequestVespaField as RegisterDeploymentRequestVespaField,
        RegisterDeploymentRequestVespaIndex as RegisterDeploymentRequestVespaIndex,
        RegisterSearchIndexResponseIndex as RegisterSearchIndexResponseIndex,
        UpdateMetricsRequestDeploymentMetricsOffline as UpdateMetricsRequestDeploymentMetricsOffline,
        UpdateMetricsRequestDeploymentMetricsOnline as UpdateMetricsRequestDeploymentMetricsOnline,
        UpdateMetricsRequestIndexMetrics as UpdateMetricsRequestIndexMetrics,
        UpdateRunInfo as UpdateRunInfo,
        VespaFieldRanking as VespaFieldRanking,
        VespaFieldType as VespaFieldType,
    )
    from mistral_async.models.realtime import (
        AudioEncoding as AudioEncoding,
        AudioFormat as AudioFormat,
        RealtimeConnectOptions as RealtimeConnectOptions,
        RealtimeErrorDetail as RealtimeErrorDetail,
        RealtimeEvent as RealtimeEvent,
        RealtimeReconnected as RealtimeReconnected,
        RealtimeSpeechError as RealtimeSpeechError,
        RealtimeSpeechErrorDetail as RealtimeSpeechErrorDetail,
        RealtimeSpeechEvent as RealtimeSpeechEvent,
        RealtimeSpeechOptions as RealtimeSpeechOptions,
        RealtimeSpeechSession as RealtimeSpeechSession,
        RealtimeSpeechSessionCreated as RealtimeSpeechSessionCreated,
        RealtimeSpeechSessionUpdated as RealtimeSpeechSessionUpdated,
        RealtimeSpeechSettings as RealtimeSpeechSettings,
        RealtimeSpeechStreamingMode as RealtimeSpeechStreamingMode,
        RealtimeTranscriptionError as RealtimeTranscriptionError,
        RealtimeTranscriptionErrorDetail as RealtimeTranscriptionErrorDetail,
        RealtimeTranscriptionOptions as RealtimeTranscriptionOptions,
        RealtimeTranscriptionSession as RealtimeTranscriptionSession,
        RealtimeTranscriptionSessionCreated as RealtimeTranscriptionSessionCreated,
        RealtimeTranscriptionSessionUpdated as RealtimeTranscriptionSessionUpdated,
        RealtimeTranscriptionSettings as RealtimeTranscriptionSettings,
        Reconnect as Reconnect,
        TurnDetectionConfig as TurnDetectionConfig,
        TurnDetectionEagerEndEvent as TurnDetectionEagerEndEvent,
        TurnDetectionEndEvent as TurnDetectionEndEvent,
        TurnDetectionEndReason as TurnDetectionEndReason,
        TurnDetectionResumeEvent as TurnDetectionResumeEvent,
        TurnDetectionStartEvent as TurnDetectionStartEvent,
        UnknownRealtimeEvent as UnknownRealtimeEvent,
    )
    from mistral_async.models.realtime_sessions import (
        ClientSecret as ClientSecret,
        CreateRealtimeSessionResponse as CreateRealtimeSessionResponse,
    )
    from mistral_async.models.responses import (
        CountResponseInputTokensRequest as CountResponseInputTokensRequest,
        CountResponseInputTokensResponse as CountResponseInputTokensResponse,
        CreateResponseRequest as CreateResponseRequest,
        CreateResponseResponse as CreateResponseResponse,
        ResponseInputOptions as ResponseInputOptions,
        ResponseOptions as ResponseOptions,
        ResponsesEffort as ResponsesEffort,
        ResponsesError as ResponsesError,
        ResponsesFormat as ResponsesFormat,
        ResponsesFormatJSONObject as ResponsesFormatJSONObject,
        ResponsesFormatText as ResponsesFormatText,
        ResponsesFormatTextJSONSchemaConfig as ResponsesFormatTextJSONSchemaConfig,
        ResponsesIncompleteDetails as ResponsesIncompleteDetails,
        ResponsesInput as ResponsesInput,
        ResponsesInputTokensDetails as ResponsesInputTokensDetails,
        ResponsesOutputTokensDetails as ResponsesOutputTokensDetails,
        ResponsesResponseStatus as ResponsesResponseStatus,
        ResponsesSupportedReasoning as ResponsesSupportedReasoning,
        ResponsesTextConfig as ResponsesTextConfig,
        ResponsesToolChoice as ResponsesToolChoice,
        ResponsesUsage as ResponsesUsage,
        ResponsesVerbosity as ResponsesVerbosity,
    )
    from mistral_async.models.responses_events import (
        ResponsesCompletedEvent as ResponsesCompletedEvent,
        ResponsesContentPartAddedEvent as ResponsesContentPartAddedEvent,
        ResponsesContentPartDoneEvent as ResponsesContentPartDoneEvent,
        ResponsesCreatedEvent as ResponsesCreatedEvent,
        ResponsesErrorEvent as ResponsesErrorEvent,
        ResponsesFailedEvent as ResponsesFailedEvent,
        ResponsesFunctionCallArgumentsDeltaEvent as ResponsesFunctionCallArgumentsDeltaEvent,
        ResponsesFunctionCallArgumentsDoneEvent as ResponsesFunctionCallArgumentsDoneEvent,
        ResponsesInProgressEvent as ResponsesInProgressEvent,
        ResponsesIncompleteEvent as ResponsesIncompleteEvent,
        ResponsesOutputItemAddedEvent as ResponsesOutputItemAddedEvent,
        ResponsesOutputItemDoneEvent as ResponsesOutputItemDoneEvent,
        ResponsesReasoningTextDeltaEvent as ResponsesReasoningTextDeltaEvent,
        ResponsesReasoningTextDoneEvent as ResponsesReasoningTextDoneEvent,
        ResponsesStreamEvents as ResponsesStreamEvents,
        ResponsesStreamFrameData as ResponsesStreamFrameData,
        ResponsesTextDeltaEvent as ResponsesTextDeltaEvent,
        ResponsesTextDoneEvent as ResponsesTextDoneEvent,
    )
    from mistral_async.models.responses_items import (
        AllowedCaller as AllowedCaller,
        Annotation as Annotation,
        GrammarSyntax as GrammarSyntax,
        ResponsesAnnotationContainerFileCitation as ResponsesAnnotationContainerFileCitation,
        ResponsesAnnotationFileCitation as ResponsesAnnotationFileCitation,
        ResponsesAnnotationFilePath as ResponsesAnnotationFilePath,
        ResponsesAnnotationURLCitation as ResponsesAnnotationURLCitation,
        ResponsesCaller as ResponsesCaller,
        ResponsesCallerDirect as ResponsesCallerDirect,
        ResponsesCallerProgram as ResponsesCallerProgram,
        ResponsesContent as ResponsesContent,
        ResponsesCustomTool as ResponsesCustomTool,
        ResponsesCustomToolFormat as ResponsesCustomToolFormat,
        ResponsesDetail as ResponsesDetail,
        ResponsesEasyInputMessage as ResponsesEasyInputMessage,
        ResponsesFunctionCallOutput as ResponsesFunctionCallOutput,
        ResponsesFunctionCallOutputCallerDirect as ResponsesFunctionCallOutputCallerDirect,
        ResponsesFunctionCallOutputCallerProgram as ResponsesFunctionCallOutputCallerProgram,
        ResponsesFunctionTool as ResponsesFunctionTool,
        ResponsesFunctionToolCall as ResponsesFunctionToolCall,
        ResponsesGrammar as ResponsesGrammar,
        ResponsesInputContent as ResponsesInputContent,
        ResponsesInputFile as ResponsesInputFile,
        ResponsesInputFileContent as ResponsesInputFileContent,
        ResponsesInputImage as ResponsesInputImage,
        ResponsesInputImageContent as ResponsesInputImageContent,
        ResponsesInputItem as ResponsesInputItem,
        ResponsesInputText as ResponsesInputText,
        ResponsesInputTextContent as ResponsesInputTextContent,
        ResponsesLogprob as ResponsesLogprob,
        ResponsesMessage as ResponsesMessage,
        ResponsesNamespaceTool as ResponsesNamespaceTool,
        ResponsesOutputContent as ResponsesOutputContent,
        ResponsesOutputItem as ResponsesOutputItem,
        ResponsesOutputMessage as ResponsesOutputMessage,
        ResponsesOutputRefusal as ResponsesOutputRefusal,
        ResponsesOutputText as ResponsesOutputText,
        ResponsesPart as ResponsesPart,
        ResponsesPartReasoningText as ResponsesPartReasoningText,
        ResponsesPhase as ResponsesPhase,
        ResponsesPromptCacheBreakpoint as ResponsesPromptCacheBreakpoint,
        ResponsesReasoningItem as ResponsesReasoningItem,
        ResponsesRole as ResponsesRole,
        ResponsesStatus as ResponsesStatus,
        ResponsesSummary as ResponsesSummary,
        ResponsesText as ResponsesText,
        ResponsesTool as ResponsesTool,
        ResponsesToolChoiceFunction as ResponsesToolChoiceFunction,
        ResponsesToolFunction as ResponsesToolFunction,
        ResponsesTopLogprob as ResponsesTopLogprob,
    )
    from mistral_async.models.search_indexes import (
        AcceptedDocumentResponse as AcceptedDocumentResponse,
        And as And,
        BoolArrayFieldDefinition as BoolArrayFieldDefinition,
        BoolFieldDefinition as BoolFieldDefinition,
        CreateManagedIndexRequest as CreateManagedIndexRequest,
        CustomEmbeddingModel as CustomEmbeddingModel,
        DeleteDocumentsRequest as DeleteDocumentsRequest,
        DeleteDocumentsResponse as DeleteDocumentsResponse,
        DeleteManagedIndexResponse as DeleteManagedIndexResponse,
        DenseVectorFieldDefinition as DenseVectorFieldDefinition,
        DocumentFieldErrorResponse as DocumentFieldErrorResponse,
        Equal as Equal,
        FloatArrayFieldDefinition as FloatArrayFieldDefinition,
        FloatFieldDefinition as FloatFieldDefinition,
        GetSummaryResponseSummary as GetSummaryResponseSummary,
        GrepMode as GrepMode,
        GrepRequest as GrepRequest,
        In as In,
        IndexEmbedding as IndexEmbedding,
        IndexField as IndexField,
        IngestDocumentsRequest as IngestDocumentsRequest,
        IngestDocumentsResponse as IngestDocumentsResponse,
        IngestResult as IngestResult,
        IntArrayFieldDefinition as IntArrayFieldDefinition,
        IntFieldDefinition as IntFieldDefinition,
        JSONFieldDefinition as JSONFieldDefinition,
        KeywordArrayFieldDefinition as KeywordArrayFieldDefinition,
        KeywordFieldDefinition as KeywordFieldDefinition,
        KeywordRetriever as KeywordRetriever,
        ListManagedIndexesResponse as ListManagedIndexesResponse,
        LongArrayFieldDefinition as LongArrayFieldDefinition,
        LongFieldDefinition as LongFieldDefinition,
        ManagedIndexConfig as ManagedIndexConfig,
        ManagedIndexFields as ManagedIndexFields,
        ManagedIndexResponse as ManagedIndexResponse,
        MistralEmbeddingModel as MistralEmbeddingModel,
        NavigateDirection as NavigateDirection,
        NavigateRequest as NavigateRequest,
        NavigationChunkResponse as NavigationChunkResponse,
        NavigationResponse as NavigationResponse,
        NearestNeighbourRetriever as NearestNeighbourRetriever,
        Not as Not,
        Or as Or,
        RRFRetriever as RRFRetriever,
        Range as Range,
        RankedRetriever as RankedRetriever,
        ReadOptions as ReadOptions,
        ReadRequest as ReadRequest,
        RejectedDocumentResponse as RejectedDocumentResponse,
        Retriever as Retriever,
        SearchChunkResponse as SearchChunkResponse,
        SearchFilter as SearchFilter,
        SearchHitResponse as SearchHitResponse,
        SearchIndexListOptions as SearchIndexListOptions,
        SearchIndexStatus as SearchIndexStatus,
        SearchRequest as SearchRequest,
        SearchResponse as SearchResponse,
        SummaryChunk as SummaryChunk,
        SummaryError as SummaryError,
        SummaryMetadata as SummaryMetadata,
        SummaryStatus as SummaryStatus,
        SummaryStreamTypes as SummaryStreamTypes,
        TextArrayFieldDefinition as TextArrayFieldDefinition,
        TextFieldDefinition as TextFieldDefinition,
        TimestampArrayFieldDefinition as TimestampArrayFieldDefinition,
        TimestampFieldDefinition as TimestampFieldDefinition,
        UpdateManagedIndexRequest as UpdateManagedIndexRequest,
        UpdateSummaryRequestSummary as UpdateSummaryRequestSummary,
    )
    from mistral_async.models.service_accounts import (
        AssignableServiceAccountRole as AssignableServiceAccountRole,
        CreateServiceAccountRequest as CreateServiceAccountRequest,
        ListAssignableServiceAccountRolesResponse as ListAssignableServiceAccountRolesResponse,
        ListServiceAccountRolesResponse as ListServiceAccountRolesResponse,
        ListServiceAccountsResponse as ListServiceAccountsResponse,
        ServiceAccount as ServiceAccount,
        ServiceAccountListOptions as ServiceAccountListOptions,
        ServiceAccountRole as ServiceAccountRole,
        SetServiceAccountRolesRequest as SetServiceAccountRolesRequest,
        UpdateServiceAccountRequest as UpdateServiceAccountRequest,
    )
    from mistral_async.models.skills import (
        CreateSkillRequest as CreateSkillRequest,
        CreateSkillVersionRequest as CreateSkillVersionRequest,
        CreateSkillVersionResponse as CreateSkillVersionResponse,
        DeleteSkillResponse as DeleteSkillResponse,
        ListSkillVersionsResponse as ListSkillVersionsResponse,
        ListSkillsResponse as ListSkillsResponse,
        RawContent as RawContent,
        Skill as Skill,
        SkillAssetContentTextContent as SkillAssetContentTextContent,
        SkillDefinition as SkillDefinition,
        SkillOptions as SkillOptions,
        SkillVersion as SkillVersion,
        UpdateSkillRequest as UpdateSkillRequest,
        UpdateSkillVersionRequest as UpdateSkillVersionRequest,
    )
    from mistral_async.models.speech import (
        ConversationHistoryUnion as ConversationHistoryUnion,
        RawAudio as RawAudio,
        SpeechAssistantTurn as SpeechAssistantTurn,
        SpeechOptions as SpeechOptions,
        SpeechOutputFormat as SpeechOutputFormat,
        SpeechRequest as SpeechRequest,
        SpeechResponse as SpeechResponse,
        SpeechStreamAudioDelta as SpeechStreamAudioDelta,
        SpeechStreamDone as SpeechStreamDone,
        SpeechStreamEvents as SpeechStreamEvents,
        SpeechUserTurn as SpeechUserTurn,
    )
    from mistral_async.models.tools import (
        APIKeyAuth as APIKeyAuth,
        AnyTool as AnyTool,
        CodeInterpreterTool as CodeInterpreterTool,
        CustomConnector as CustomConnector,
        CustomConnectorAuthorization as CustomConnectorAuthorization,
        DocumentLibraryTool as DocumentLibraryTool,
        Function as Function,
        FunctionCall as FunctionCall,
        FunctionName as FunctionName,
        FunctionTool as FunctionTool,
        ImageGenerationTool as ImageGenerationTool,
        OAuth2TokenAuth as OAuth2TokenAuth,
        Tool as Tool,
        ToolCall as ToolCall,
        ToolChoice as ToolChoice,
        ToolConfiguration as ToolConfiguration,
        WebSearchPremiumTool as WebSearchPremiumTool,
        WebSearchTool as WebSearchTool,
    )
    from mistral_async.models.transcriptions import (
        AudioTranscriptionRequest as AudioTranscriptionRequest,
        TimestampGranularity as TimestampGranularity,
        TranscriptionOptions as TranscriptionOptions,
        TranscriptionResponse as TranscriptionResponse,
        TranscriptionSegmentChunk as TranscriptionSegmentChunk,
        TranscriptionSettings as TranscriptionSettings,
        TranscriptionStreamDone as TranscriptionStreamDone,
        TranscriptionStreamEvents as TranscriptionStreamEvents,
        TranscriptionStreamEventsData as TranscriptionStreamEventsData,
        TranscriptionStreamLanguage as TranscriptionStreamLanguage,
        TranscriptionStreamSegmentDelta as TranscriptionStreamSegmentDelta,
        TranscriptionStreamTextDelta as TranscriptionStreamTextDelta,
    )
    from mistral_async.models.triggers import (
        CreateTrigger as CreateTrigger,
        Trigger as Trigger,
        TriggerAction as TriggerAction,
        TriggerActionType as TriggerActionType,
        TriggerEvent as TriggerEvent,
        TriggerEventList as TriggerEventList,
        TriggerHandler as TriggerHandler,
        TriggerListOptions as TriggerListOptions,
        TriggerOwnerType as TriggerOwnerType,
    )
    from mistral_async.models.usage import (
        MessageTokens as MessageTokens,
        PromptTokensDetails as PromptTokensDetails,
        UsageInfo as UsageInfo,
    )
    from mistral_async.models.users import (
        ListOrganizationsResponse as ListOrganizationsResponse,
        ListWorkspacesResponse as ListWorkspacesResponse,
        Principal as Principal,
        UserIdentity as UserIdentity,
        UserIdentityAPIKey as UserIdentityAPIKey,
        UserIdentityOrganization as UserIdentityOrganization,
        UserIdentityWorkspace as UserIdentityWorkspace,
        UserOrganization as UserOrganization,
        UserWorkspace as UserWorkspace,
        WhoamiOrganization as WhoamiOrganization,
        WhoamiResponse as WhoamiResponse,
        WhoamiServiceAccountPrincipal as WhoamiServiceAccountPrincipal,
        WhoamiUserPrincipal as WhoamiUserPrincipal,
    )
    from mistral_async.models.vector import (
        Vector as Vector,
    )
    from mistral_async.models.voices import (
        VoiceCreateRequest as VoiceCreateRequest,
        VoiceGender as VoiceGender,
        VoiceKind as VoiceKind,
        VoiceListPage as VoiceListPage,
        VoiceListResponse as VoiceListResponse,
        VoiceOptions as VoiceOptions,
        VoiceResponse as VoiceResponse,
        VoiceSearchOptions as VoiceSearchOptions,
        VoiceType as VoiceType,
        VoiceUpdateRequest as VoiceUpdateRequest,
    )
    from mistral_async.models.webhooks import (
        CreateWebhook as CreateWebhook,
        CreateWebhookOptions as CreateWebhookOptions,
        SignatureEncoding as SignatureEncoding,
        SignatureHashAlgorithm as SignatureHashAlgorithm,
        Webhook as Webhook,
        WebhookOwnerType as WebhookOwnerType,
        WebhookProvider as WebhookProvider,
        WebhookSigningSecret as WebhookSigningSecret,
    )
    from mistral_async.models.workflows.deployments import (
        BackendSpec as BackendSpec,
        CreateDeploymentRequest as CreateDeploymentRequest,
        DeploymentArchiveResponse as DeploymentArchiveResponse,
        DeploymentBuildState as DeploymentBuildState,
        DeploymentDetailResponse as DeploymentDetailResponse,
        DeploymentK8sBackendSpec as DeploymentK8sBackendSpec,
        DeploymentListResponse as DeploymentListResponse,
        DeploymentLocation as DeploymentLocation,
        DeploymentLocationType as DeploymentLocationType,
        DeploymentLogRecord as DeploymentLogRecord,
        DeploymentLogSearchResponse as DeploymentLogSearchResponse,
        DeploymentLogType as DeploymentLogType,
        DeploymentMistralCloudBackendSpec as DeploymentMistralCloudBackendSpec,
        DeploymentObservedState as DeploymentObservedState,
        DeploymentOrderBy as DeploymentOrderBy,
        DeploymentResourceConfig as DeploymentResourceConfig,
        DeploymentResourceConfigUpdate as DeploymentResourceConfigUpdate,
        DeploymentResponse as DeploymentResponse,
        DeploymentSecretBinding as DeploymentSecretBinding,
        DeploymentWorkerListResponse as DeploymentWorkerListResponse,
        DeploymentWorkerResponse as DeploymentWorkerResponse,
        DeploymentWorkerSpecInput as DeploymentWorkerSpecInput,
        DeploymentWorkerSpecResponse as DeploymentWorkerSpecResponse,
        DeploymentWorkerStatus as DeploymentWorkerStatus,
        GetDeploymentLogsOptions as GetDeploymentLogsOptions,
        GitCommitAuthor as GitCommitAuthor,
        GitCommitMetadata as GitCommitMetadata,
        ListDeploymentsOptions as ListDeploymentsOptions,
        ManagedDeploymentResponse as ManagedDeploymentResponse,
        StreamDeploymentLogsOptions as StreamDeploymentLogsOptions,
        UpdateDeploymentRequest as UpdateDeploymentRequest,
        WorkflowsWorkerSpecUpdate as WorkflowsWorkerSpecUpdate,
    )
    from mistral_async.models.workflows.events import (
        ActivityTaskCompletedAttributesResponse as ActivityTaskCompletedAttributesResponse,
        ActivityTaskCompletedResponse as ActivityTaskCompletedResponse,
        ActivityTaskFailedAttributes as ActivityTaskFailedAttributes,
        ActivityTaskFailedResponse as ActivityTaskFailedResponse,
        ActivityTaskRetryingAttributes as ActivityTaskRetryingAttributes,
        ActivityTaskRetryingResponse as ActivityTaskRetryingResponse,
        ActivityTaskStartedAttributesResponse as ActivityTaskStartedAttributesResponse,
        ActivityTaskStartedResponse as ActivityTaskStartedResponse,
        CustomTaskCanceledAttributes as CustomTaskCanceledAttributes,
        CustomTaskCanceledResponse as CustomTaskCanceledResponse,
        CustomTaskCompletedAttributesResponse as CustomTaskCompletedAttributesResponse,
        CustomTaskCompletedResponse as CustomTaskCompletedResponse,
        CustomTaskFailedAttributes as CustomTaskFailedAttributes,
        CustomTaskFailedResponse as CustomTaskFailedResponse,
        CustomTaskInProgressAttributesResponse as CustomTaskInProgressAttributesResponse,
        CustomTaskInProgressResponse as CustomTaskInProgressResponse,
        CustomTaskStartedAttributesResponse as CustomTaskStartedAttributesResponse,
        CustomTaskStartedResponse as CustomTaskStartedResponse,
        CustomTaskTimedOutAttributes as CustomTaskTimedOutAttributes,
        CustomTaskTimedOutResponse as CustomTaskTimedOutResponse,
        EncryptedPatchValue as EncryptedPatchValue,
        GetStreamEventsOptions as GetStreamEventsOptions,
        GetWorkflowEventsOptions as GetWorkflowEventsOptions,
        JSONPatch as JSONPatch,
        JSONPatchAdd as JSONPatchAdd,
        JSONPatchAppend as JSONPatchAppend,
        JSONPatchPayloadResponse as JSONPatchPayloadResponse,
        JSONPatchRemove as JSONPatchRemove,
        JSONPatchReplace as JSONPatchReplace,
        JSONPayloadResponse as JSONPayloadResponse,
        ListWorkflowEventResponse as ListWorkflowEventResponse,
        StreamEventSsePayload as StreamEventSsePayload,
        StreamEventWorkflowContext as StreamEventWorkflowContext,
        WorkflowEvent as WorkflowEvent,
        WorkflowEventScope as WorkflowEventScope,
        WorkflowEventType as WorkflowEventType,
        WorkflowExecutionCanceledAttributes as WorkflowExecutionCanceledAttributes,
        WorkflowExecutionCanceledResponse as WorkflowExecutionCanceledResponse,
        WorkflowExecutionCompletedAttributesResponse as WorkflowExecutionCompletedAttributesResponse,
        WorkflowExecutionCompletedResponse as WorkflowExecutionCompletedResponse,
        WorkflowExecutionContinuedAsNewAttributesResponse as WorkflowExecutionContinuedAsNewAttributesResponse,
        WorkflowExecutionContinuedAsNewResponse as WorkflowExecutionContinuedAsNewResponse,
        WorkflowExecutionFailedAttributes as WorkflowExecutionFailedAttributes,
        WorkflowExecutionFailedResponse as WorkflowExecutionFailedResponse,
        WorkflowExecutionStartedAttributesResponse as WorkflowExecutionStartedAttributesResponse,
        WorkflowExecutionStartedResponse as WorkflowExecutionStartedResponse,
        WorkflowFailure as WorkflowFailure,
        WorkflowPayload as WorkflowPayload,
        WorkflowTaskFailedAttributes as WorkflowTaskFailedAttributes,
        WorkflowTaskFailedResponse as WorkflowTaskFailedResponse,
        WorkflowTaskTimedOutAttributes as WorkflowTaskTimedOutAttributes,
        WorkflowTaskTimedOutResponse as WorkflowTaskTimedOutResponse,
    )
    from mistral_async.models.workflows.executions import (
        BatchExecutionBody as BatchExecutionBody,
        BatchExecutionResponse as BatchExecutionResponse,
        BatchExecutionResult as BatchExecutionResult,
        ExecutionLogRecord as ExecutionLogRecord,
        ExecutionLogSearchResponse as ExecutionLogSearchResponse,
        ExecutionTraceInfoResponse as ExecutionTraceInfoResponse,
        GetWorkflowExecutionLogsOptions as GetWorkflowExecutionLogsOptions,
        QueryInvocationBody as QueryInvocationBody,
        QueryWorkflowResponse as QueryWorkflowResponse,
        ResetInvocationBody as ResetInvocationBody,
        SignalInvocationBody as SignalInvocationBody,
        SignalInvocationBodyNetworkEncodedInput as SignalInvocationBodyNetworkEncodedInput,
        SignalWorkflowResponse as SignalWorkflowResponse,
        StreamExecutionEventSource as StreamExecutionEventSource,
        StreamWorkflowExecutionLogsOptions as StreamWorkflowExecutionLogsOptions,
        TempoGetTraceResponse as TempoGetTraceResponse,
        TempoTraceAttribute as TempoTraceAttribute,
        TempoTraceAttributeArrayContainer as TempoTraceAttributeArrayContainer,
        TempoTraceAttributeArrayElement as TempoTraceAttributeArrayElement,
        TempoTraceAttributeArrayValue as TempoTraceAttributeArrayValue,
        TempoTraceAttributeBoolValue as TempoTraceAttributeBoolValue,
        TempoTraceAttributeDoubleValue as TempoTraceAttributeDoubleValue,
        TempoTraceAttributeIntValue as TempoTraceAttributeIntValue,
        TempoTraceAttributeStringValue as TempoTraceAttributeStringValue,
        TempoTraceAttributeValue as TempoTraceAttributeValue,
        TempoTraceBatch as TempoTraceBatch,
        TempoTraceEvent as TempoTraceEvent,
        TempoTraceResource as TempoTraceResource,
        TempoTraceScope as TempoTraceScope,
        TempoTraceScopeSpan as TempoTraceScopeSpan,
        TempoTraceSpan as TempoTraceSpan,
        TraceAttributeValue as TraceAttributeValue,
        UpdateInvocationBody as UpdateInvocationBody,
        UpdateWorkflowResponse as UpdateWorkflowResponse,
        WorkflowExecutionProgressTraceEvent as WorkflowExecutionProgressTraceEvent,
        WorkflowExecutionTraceEvent as WorkflowExecutionTraceEvent,
        WorkflowExecutionTraceEventsResponse as WorkflowExecutionTraceEventsResponse,
        WorkflowExecutionTraceOTelResponse as WorkflowExecutionTraceOTelResponse,
        WorkflowExecutionTraceSummaryResponse as WorkflowExecutionTraceSummaryResponse,
        WorkflowExecutionTraceSummarySpan as WorkflowExecutionTraceSummarySpan,
        WorkflowTraceEvent as WorkflowTraceEvent,
    )
    from mistral_async.models.workflows.metrics import (
        ScalarMetric as ScalarMetric,
        TimeSeriesMetric as TimeSeriesMetric,
        WorkflowMetrics as WorkflowMetrics,
    )
    from mistral_async.models.workflows.runs import (
        ListRunsOptions as ListRunsOptions,
        RunSortBy as RunSortBy,
        WorkflowExecutionListResponse as WorkflowExecutionListResponse,
    )
    from mistral_async.models.workflows.schedules import (
        GetSchedulesOptions as GetSchedulesOptions,
        PartialScheduleDefinition as PartialScheduleDefinition,
        ScheduleCalendar as ScheduleCalendar,
        ScheduleDefinition as ScheduleDefinition,
        ScheduleDefinitionOutput as ScheduleDefinitionOutput,
        ScheduleFutureExecution as ScheduleFutureExecution,
        ScheduleInterval as ScheduleInterval,
        ScheduleOverlapPolicy as ScheduleOverlapPolicy,
        SchedulePolicy as SchedulePolicy,
        ScheduleRange as ScheduleRange,
        ScheduleRecentExecution as ScheduleRecentExecution,
        ScheduleStatus as ScheduleStatus,
        WorkflowScheduleListResponse as WorkflowScheduleListResponse,
        WorkflowScheduleOptions as WorkflowScheduleOptions,
        WorkflowSchedulePauseRequest as WorkflowSchedulePauseRequest,
        WorkflowScheduleRequest as WorkflowScheduleRequest,
        WorkflowScheduleResponse as WorkflowScheduleResponse,
        WorkflowScheduleTriggerRequest as WorkflowScheduleTriggerRequest,
        WorkflowScheduleUpdateRequest as WorkflowScheduleUpdateRequest,
    )
    from mistral_async.models.workflows.workers import (
        WorkerInfo as WorkerInfo,
    )
    from mistral_async.models.workflows.workflows import (
        ConnectorAuthTaskState as ConnectorAuthTaskState,
        ConnectorBindings as ConnectorBindings,
        ConnectorExtension as ConnectorExtension,
        ConnectorSlot as ConnectorSlot,
        GetWorkflowRegistrationsOptions as GetWorkflowRegistrationsOptions,
        GetWorkflowsOptions as GetWorkflowsOptions,
        NetworkEncodedInput as NetworkEncodedInput,
        QueryDefinition as QueryDefinition,
        SignalDefinition as SignalDefinition,
        UpdateDefinition as UpdateDefinition,
        Workflow as Workflow,
        WorkflowArchiveResponse as WorkflowArchiveResponse,
        WorkflowBasicDefinition as WorkflowBasicDefinition,
        WorkflowBulkArchiveRequest as WorkflowBulkArchiveRequest,
        WorkflowBulkArchiveResponse as WorkflowBulkArchiveResponse,
        WorkflowBulkError as WorkflowBulkError,
        WorkflowBulkUnarchiveRequest as WorkflowBulkUnarchiveRequest,
        WorkflowBulkUnarchiveResponse as WorkflowBulkUnarchiveResponse,
        WorkflowCodeDefinition as WorkflowCodeDefinition,
        WorkflowDeploymentStatus as WorkflowDeploymentStatus,
        WorkflowExecuteResponse as WorkflowExecuteResponse,
        WorkflowExecutionOptions as WorkflowExecutionOptions,
        WorkflowExecutionRequest as WorkflowExecutionRequest,
        WorkflowExecutionResponse as WorkflowExecutionResponse,
        WorkflowExecutionStatus as WorkflowExecutionStatus,
        WorkflowExecutionSyncResponse as WorkflowExecutionSyncResponse,
        WorkflowExecutionWithoutResultResponse as WorkflowExecutionWithoutResultResponse,
        WorkflowExtensions as WorkflowExtensions,
        WorkflowGetResponse as WorkflowGetResponse,
        WorkflowListResponse as WorkflowListResponse,
        WorkflowMetadata as WorkflowMetadata,
        WorkflowRegistration as WorkflowRegistration,
        WorkflowRegistrationGetResponse as WorkflowRegistrationGetResponse,
        WorkflowRegistrationListResponse as WorkflowRegistrationListResponse,
        WorkflowRegistrationWithWorkerStatus as WorkflowRegistrationWithWorkerStatus,
        WorkflowRunOptions as WorkflowRunOptions,
        WorkflowSortBy as WorkflowSortBy,
        WorkflowTagsAddRequest as WorkflowTagsAddRequest,
        WorkflowUnarchiveResponse as WorkflowUnarchiveResponse,
        WorkflowUpdateRequest as WorkflowUpdateRequest,
        WorkflowUpdateResponse as WorkflowUpdateResponse,
        WorkflowWithWorkerStatus as WorkflowWithWorkerStatus,
    )
else:
    __getattr__, __dir__, __all__ = lazy(
        __name__,
        {
            "mistral_async.models.accesses": """
                ListSharingOut ListSharingResponse ShareEntityType ShareLevel Sharing SharingDelete SharingIn SharingOut
                SharingRequest
            """,
            "mistral_async.models.admin.api_keys": """
                APIKeyActions APIKeyListOptions ActionAvailable ActionUnavailable AdminAPIKey CreateAPIKeyRequest
                CreateAPIKeyResponse DeleteAPIKeyResponse ListAPIKeysResponse
            """,
            "mistral_async.models.admin.audit_logs": """
                AuditLog AuditLogActorType AuditLogEventType AuditLogListOptions AuditLogTargetType
            """,
            "mistral_async.models.admin.billing": """
                APIZone AccountRateLimits AccountUsage AccountUsageOptions BillingEventType FineTuningUsageData
                LibrariesUsageData LimitsContext ModelUsageData PriceData SpendLimits TokenLimitsByModel
                UpdateSpendLimitRequest UsageLimits VibeCodeUsageData
            """,
            "mistral_async.models.admin.scim": """
                ScimSyncConfig ScimSyncGroupAction ScimSyncGroupRef ScimSyncGroupUpdateAction ScimSyncGroupsSummary
                ScimSyncMembershipAction ScimSyncRequest ScimSyncResponse ScimSyncRun ScimSyncRunStatus ScimSyncSummary
                ScimSyncUserAction ScimSyncUserRef ScimSyncUsersSummary
            """,
            "mistral_async.models.admin.user_groups": """
                AddGroupToWorkspaceRequest CreateUserGroupRequest GroupWorkspaceAssignment ListGroupWorkspacesResponse
                ListUserGroupMembersResponse ListUserGroupsResponse NestedGroupRef NestedGroups ProvisionGroupRequest
                SetNestedGroupsRequest SetOrganizationRoleRequest UpdateGroupWorkspaceRequest UpdateUserGroupRequest
                UserGroup UserGroupListOptions UserGroupMember UserGroupMembersRequest UserGroupTargetType
                WorkspaceRoleRef
            """,
            "mistral_async.models.admin.users": """
                AdminDeleteResponse AdminRole CreateInviteRequest CreateInviteResponse CreateOrganizationMembersResponse
                EmailLanguage InviteOptions ListAdminRolesResponse ListOrganizationMembersResponse MemberSubscription
                MemberWorkspaceInfo OrganizationInvite OrganizationMember OrganizationMemberCreate
                OrganizationMemberListOptions OrganizationRoleName OrganizationUser OrganizationUserInvite PlanType
                SeatType SubscriptionStatus UpdateOrganizationMemberRequest WorkspaceRoleName
            """,
            "mistral_async.models.admin.vibe_code_analytics": """
                VibeActiveUsersStat VibeConsumedTokensStat VibeNextEditActiveUsersStat VibeNextEditModifiedLOCStat
                VibeNextEditSuggestionStat VibeOrganizationStats VibeSessionDurationStat VibeSessionStat
                VibeToolCallsByNameStat VibeToolCallsStat VibeUserPromptsStat VibeWorkspaceStats
            """,
            "mistral_async.models.admin.vibe_work_analytics": """
                VibeWorkByAgentStat VibeWorkByAgentStats VibeWorkByTimeStat VibeWorkByTimeStats VibeWorkByUserStat
                VibeWorkByUserStats VibeWorkGranularity
            """,
            "mistral_async.models.admin.workspaces": """
                AddWorkspaceMembersResponse AdminWorkspace CreateWorkspaceRequest CreateWorkspaceResponse
                ListAdminWorkspacesResponse RemoveWorkspaceMembersRequest RemoveWorkspaceMembersResponse
                UpdateWorkspaceMembersResponse UpdateWorkspaceRequest WorkspaceListOptions WorkspaceMember
                WorkspaceMemberRef WorkspaceMembersRequest WorkspaceSpendLimit
            """,
            "mistral_async.models.agents": "AgentsCompletionOptions",
            "mistral_async.models.audio_agents": """
                AudioAgentConfigurationRequest AudioAgentConfigurationResponseConfig AudioAgentCreateRequest
                AudioAgentListOptions AudioAgentListPage AudioAgentResponse AudioAgentSessionListPage
                AudioAgentSessionSummary AudioAgentUpdateRequest VoiceAgentTool
            """,
            "mistral_async.models.audio_sessions": """
                AudioAssistantTranscriptTurn AudioInactivityConfig AudioLLMConfig AudioLatencyBreakdownAssistant
                AudioLatencyBreakdownUser AudioSTTConfig AudioSessionCreateRequest AudioSessionCreateResponse
                AudioSessionPhoneCall AudioSessionPhoneNumber AudioSessionResponse AudioTTSConfig AudioToolCall
                AudioToolTranscriptTurn AudioTurnConfig AudioTurnDetectionConfig AudioUserTranscriptTurn
                ConnectorAuthorization FunctionRequest HangUpTool PhoneDestination SipDestination StaticToolFiller
                TranscriptTurn TransferCallTool TransferDestination TransferTarget VoiceAgentCustomConnector
                VoiceAgentDocumentLibraryTool VoiceAgentFunctionTool VoiceAgentFunctionToolRequest VoiceAgentToolRequest
                VoiceAgentWebSearchTool WorkerToken
            """,
            "mistral_async.models.batch": """
                APIEndpoint BatchError BatchJob BatchJobIn BatchJobOut BatchJobStatus BatchJobsOrderBy BatchJobsOut
                BatchListOptions BatchOptions BatchOutput BatchOutputResponse BatchRequest CreateBatchJobRequest
                DeleteBatchJobResponse ListBatchJobsResponse
            """,
            "mistral_async.models.beta_agents": """
                Agent AgentAliasResponse AgentCreationRequest AgentFilter AgentListOptions AgentListPage AgentOptions
                AgentPagesOptions AgentUpdateRequest CreateAgentRequest RequestSource UpdateAgentRequest
            """,
            "mistral_async.models.chat": """
                ChatCompletionChoice ChatCompletionResponse ChatCompletionResponseChoiceLogprobs
                ChatCompletionResponseTokenLogprobs ChatCompletionResponseTokenLogprobsTopK ChatOptions
                ChatParsedOptions CompletionChunk CompletionEvent CompletionOptions CompletionResponseStreamChoice
                DeltaMessage ParsedOptions SamplingOptions SharedOptions
            """,
            "mistral_async.models.classifiers": """
                ClassificationResponse ClassificationTargetResult InstructRequest InstructRequestInput ModerationObject
                ModerationResponse
            """,
            "mistral_async.models.connectors": """
                AuthURLOptions AuthURLResponse AuthenticationConfiguration ConnectionCredentials ConnectionPreference
                Connector ConnectorAuthData ConnectorAuthMethod ConnectorAuthType ConnectorAuthenticationHeader
                ConnectorGrantType ConnectorLocale ConnectorOpenAPISpec ConnectorOptions ConnectorProtocol ConnectorTool
                ConnectorToolsOptions ConnectorVisibility ConnectorsPagination ConnectorsQueryFilters ConsumerScope
                ConsumerType CreateConnectorRequest CredentialsCreateOrUpdate CredentialsOptions CredentialsResponse
                CredentialsStatus ExtendedOAuthServerMetadata GlobalHeaderValue HTTPConnector LogicalExpression
                MCPConnector MessageResponse OAuth2ClientCredentials OAuth2MetadataSecrets OpenAPIFileSource
                OpenAPISpecSource OpenAPIURLSource PaginatedConnectors PublicAuthenticationMethod
                TokenEndpointAuthMethod ToolCondition ToolExecutionConfiguration ToolProperties UpdateConnectorRequest
            """,
            "mistral_async.models.content": """
                AudioChunk ContentChunk DocumentURLChunk FileChunk ImageURL ImageURLChunk ReferenceChunk ResourceChunk
                ResourceChunkContent ResourceLinkChunk SystemMessageContentChunks TextChunk ThinkChunk ThinkPart
                ToolFileChunk ToolReferenceChunk
            """,
            "mistral_async.models.conversation_events": """
                AgentHandoffDoneEvent AgentHandoffStartedEvent ConversationEvents ConversationEventsData
                FunctionCallEvent MessageOutputEvent OutputContentChunks ResponseDoneEvent ResponseErrorEvent
                ResponseStartedEvent ToolExecutionDeltaEvent ToolExecutionDoneEvent ToolExecutionStartedEvent
            """,
            "mistral_async.models.conversations": """
                AgentConversation AgentHandoffEntry AppendConversationRequest AppendOptions Confirmation
                ConfirmationStatus Conversation ConversationAppendRequest ConversationAppendRequestBase
                ConversationHistory ConversationInputs ConversationMessages ConversationOptions ConversationRequest
                ConversationRequestTool ConversationResponse ConversationRestartRequest ConversationRestartRequestBase
                ConversationStartOptions ConversationUsageInfo Entry FunctionCallEntry FunctionResultEntry
                HandoffExecution InputEntries MessageEntries MessageEntry MessageInputEntry MessageInputRole
                MessageOutputEntry ModelConversation OutputEntry RestartConversationRequest RestartOptions
                ToolCallConfirmation ToolExecutionEntry
            """,
            "mistral_async.models.documents": """
                Attribute Document DocumentListOptions DocumentOut DocumentTextContent DocumentUpdateIn ListDocumentOut
                ListDocumentsResponse ProcessStatus ProcessingStatus ProcessingStatusOut SortOrder UpdateDocumentRequest
            """,
            "mistral_async.models.embeddings": """
                EmbeddingDtype EmbeddingOptions EmbeddingResponse EmbeddingResponseData EncodingFormat
            """,
            "mistral_async.models.enums": """
                BuiltInConnectors ConfidenceScoresGranularity FilePurpose FileVisibility FinishReason ImageDetail
                MistralPromptMode ModerationAction ReasoningEffort RequestedServiceTier ResponseFormats SampleType
                Source TableFormat ToolChoiceEnum
            """,
            "mistral_async.models.files": """
                CreateFileResponse DeleteFileOut DeleteFileResponse File FileContent FileInput FileListOptions
                FileSchema FileSignedURL GetFileResponse GetSignedURLResponse GetSignedUrlResponse ListFilesOut
                ListFilesResponse RetrieveFileOut RetrieveFileResponse UploadFileOut UploadFileResponse
            """,
            "mistral_async.models.fim": "FIMCompletionResponse FIMOptions",
            "mistral_async.models.fine_tuning": """
                Checkpoint CheckpointOut ClassifierDetailedJobOut ClassifierFineTuningJob ClassifierFineTuningJobDetails
                ClassifierJobOut ClassifierLoss ClassifierTarget ClassifierTargetIn ClassifierTargetOut
                ClassifierTargetResult ClassifierTrainingParameters ClassifierTrainingParametersIn
                CompletionDetailedJobOut CompletionFineTuningJob CompletionFineTuningJobDetails CompletionJobOut
                CompletionTrainingParameters CompletionTrainingParametersIn CreateFineTuningJobRequest
                CreateFineTuningJobResponse Event EventOut FineTuneableModelType FineTuningJob FineTuningJobDetails
                FineTuningJobStatus FineTuningListOptions FineTuningOptions GithubRepository GithubRepositoryIn
                GithubRepositoryOut Integration JobIn JobMetadata JobMetadataOut JobsOut LegacyJobMetadata
                LegacyJobMetadataOut ListFineTuningJobsResponse Metric MetricOut Repository TrainingFile
                WandbIntegration WandbIntegrationOut WandbIntegrationResult
            """,
            "mistral_async.models.formats": """
                CompletionArgs JSONSchema JsonSchema Prediction ResponseFormat ResponseFormatInput
            """,
            "mistral_async.models.guardrails": """
                GuardrailCategoryResult GuardrailConfig GuardrailFinding GuardrailResult
                ModerationLLMV1CategoryThresholds ModerationLLMV1Config ModerationLLMV2CategoryThresholds
                ModerationLLMV2Config ModerationLlmv1CategoryThresholds ModerationLlmv1Config
                ModerationLlmv2CategoryThresholds ModerationLlmv2Config
            """,
            "mistral_async.models.libraries": """
                CreateLibraryRequest Library LibraryIn LibraryInUpdate LibraryListOptions LibraryOptions LibraryOut
                ListLibrariesResponse ListLibraryOut OwnerType PaginationInfo UpdateLibraryRequest
            """,
            "mistral_async.models.mcp": """
                ConnectorToolCallMetadata ConnectorToolCallResponse MCPAnnotations MCPAudioContent MCPBlobResource
                MCPClientCapabilities MCPClientTasks MCPContent MCPElicitation MCPEmbeddedResource MCPImageContent
                MCPListCapability MCPPrompt MCPPromptArgument MCPResource MCPResourceLink MCPResourcesCapability
                MCPResultMetadata MCPSampling MCPServerAuthenticationRequirement MCPServerCapabilities MCPServerCard
                MCPServerCardMeta MCPServerIcon MCPServerRemote MCPServerRemoteHeader MCPServerRepository MCPServerTasks
                MCPTextContent MCPTextResource MCPTool MCPToolAnnotations MCPToolExecution MCPToolMeta MCPUIToolMeta
                TurbineLocale TurbineMeta TurbineToolMeta TurbineToolType
            """,
            "mistral_async.models.messages": """
                AgentsCompletionRequestMessage AssistantMessage ChatCompletionRequestMessage InstructRequestMessage
                Message MessageInput Messages SystemMessage ToolMessage UserMessage
            """,
            "mistral_async.models.models": """
                ArchiveFTModelOut ArchiveModelResponse AudioSpeechCapabilities AudioTranscriptionCapabilities
                BaseModelCard ClassifierFTModelOut ClassifierFineTunedModel CompletionFTModelOut
                CompletionFineTunedModel DeleteModelOut DeleteModelResponse FTModelCapabilitiesOut FTModelCard
                FineTunedModel FineTunedModelCapabilities JobsAPIRoutesFineTuningUpdateFineTunedModelResponse
                ModelCapabilities ModelCard ModelList ModelListData ResponseRetrieveModelV1ModelsModelIDGet
                StreamingDelayRange UnarchiveFTModelOut UnarchiveModelResponse UpdateFTModelIn UpdateModelRequest
            """,
            "mistral_async.models.observability.campaigns": """
                Campaign CreateCampaignRequest FetchCampaignStatusResponse ListCampaignSelectedEventsResponse
                ListCampaignsResponse PaginatedResultCampaignPreview PaginatedResultChatCompletionEventPreview
            """,
            "mistral_async.models.observability.chat_completion_events": """
                ChatCompletionEvent ChatCompletionEventPreview ChatTranscriptionEvent EventFieldValue
                FeedResultChatCompletionEventPreview JudgeChatCompletionEventRequest SearchChatCompletionEventIdsRequest
                SearchChatCompletionEventIdsResponse SearchChatCompletionEventsRequest
                SearchChatCompletionEventsResponse
            """,
            "mistral_async.models.observability.chat_completion_fields": """
                BaseFieldDefinition FetchChatCompletionFieldOptionsResponse FetchFieldOptionCountsRequest
                FetchFieldOptionCountsResponse FieldGroup FieldOptionCountItem ListChatCompletionFieldsResponse
            """,
            "mistral_async.models.observability.dataset_records": """
                DeleteDatasetRecordsRequest JudgeDatasetRecordRequest UpdateDatasetRecordPayloadRequest
                UpdateDatasetRecordPropertiesRequest
            """,
            "mistral_async.models.observability.datasets": """
                CreateDatasetRecordRequest CreateDatasetRequest Dataset DatasetImportResult DatasetImportTask
                DatasetPreview DatasetRecord DatasetRecordSource ExportDatasetResponse ImportDatasetFromCampaignRequest
                ImportDatasetFromDatasetRequest ImportDatasetFromExplorerRequest ImportDatasetFromFileRequest
                ImportDatasetFromPlaygroundRequest ImportDatasetFromSpansRequest ListDatasetImportTasksResponse
                ListDatasetRecordsResponse ListDatasetsResponse NewDatasetRecordSource PaginatedResultDatasetImportTask
                PaginatedResultDatasetPreview PaginatedResultDatasetRecord SpanDatasetMapping SpanDatasetMappingContract
                SpanDatasetSourceReference TelemetrySpanReference UpdateDatasetRequest
            """,
            "mistral_async.models.observability.evaluation_projects": """
                PaginatedResultProject Project ProjectEvaluationSummary Projects
            """,
            "mistral_async.models.observability.evaluation_records": """
                ContentSearchFilter ContentSearchFilterGroup EvaluationRunGenerationV2 EvaluationRunOutputRecordV2
                EvaluationRunRecordFilterInput EvaluationRunRecordV2Response FieldSortInput
                ListEvaluationRunRecordsResponse PaginatedResultEvaluationRunRecordV2Response RecordSort ScoreSortInput
            """,
            "mistral_async.models.observability.evaluation_runs": """
                CategoricalStatistics ConfusionMatrix EvaluationRunFilterInput EvaluationRunScoreV2
                EvaluationRunV2Response EvaluationRunV2WithRefsResponse EvaluatorStatistics EvaluatorV2 GoalResult
                GoalResultItem GoalSpec GoalStatusFilter GoalStatusFilterGroup ListEvaluationRunsResponse MetadataFilter
                MetadataFilterGroup NumericStatistics PaginatedResultEvaluationRunV2Response
                PaginatedResultEvaluationRunV2WithRefsResponse ParamFilterOperator RunEvaluationSummary
                RunOptimizationRef RunOwnershipFilter RunProjectSummary RunStatisticsResponse ScalarStatisticValue
                ScoreFilter ScoreFilterGroup ScoreFilterOperator SearchAllEvaluationRunsResponse StatisticKind
                StatisticSpec SystemFilter SystemNameFilter SystemNameFilterGroup SystemParamFilter
                SystemParamFilterGroup SystemV2 TagFilter UnsupportedStatistics
            """,
            "mistral_async.models.observability.evaluations": """
                AttributeHashSampling CreatePipelineRequest DetectionDefinitionV1 DetectionPattern
                EvaluationBooleanResultSpec EvaluationCategoricalResultSpec EvaluationNumericResultSpec
                EvaluationResultSpec EvaluationV2 EvaluationsV2 ExportDefinitionV1 JudgeDefinitionV1 LlmJudgeReference
                ModerationDefinitionV1 OTLPDestination PaginatedResultEvaluationV2 PaginatedResultPipeline Pipeline
                PipelineConfig PipelineConfigHeader PipelineConfigSelector PipelineDefinition PipelineListOptions
                PipelineSampling PipelinesResponse ProbabilisticSampling UpdatePipelineRequest
            """,
            "mistral_async.models.observability.judges": """
                CreateJudgeRequest Judge JudgeClassificationOutput JudgeClassificationOutputOption
                JudgeConversationRequest JudgeListOptions JudgeOutput JudgeOutputType JudgeOutputUnion
                JudgeRegressionOutput ListJudgesResponse PaginatedResultJudgePreview UpdateJudgeRequest
            """,
            "mistral_async.models.observability.logs": """
                FeedResultGetLog GetLog GetLogFieldOptions GetLogFields GetLogs LogsRequest
            """,
            "mistral_async.models.observability.optimizations": """
                ListOptimizationTrialsResponse ListOptimizationsResponse Optimization OptimizationDetail
                OptimizationListOptions OptimizationReference OptimizationTrialObservation
                OptimizationTrialWithObservations PaginatedResultOptimization
                PaginatedResultOptimizationTrialWithObservations
            """,
            "mistral_async.models.observability.searches": """
                FilterCondition FilterConditionOp FilterGroup FilterItem FilterPayload ObservabilityFieldType
                ObservabilityListOptions ObservabilityPageOptions ObservabilityTaskStatus
            """,
            "mistral_async.models.observability.spans": """
                FeedResultGetPipelineResult FeedResultGetSpan FeedResultGetSpanEvaluation GetPipelineResults GetSpan
                GetSpanEvaluation GetSpanEvaluationFieldOptions GetSpanEvaluationFields GetSpanEvaluations
                GetSpanFieldOptions GetSpanFields GetSpans PipelineResult PipelineResultsRequest SpanEvaluationsRequest
                SpansRequest
            """,
            "mistral_async.models.observability.telemetry": """
                Aggregation AggregationMeta AggregationOptions AggregationRequest AggregationRow MetricDefinition
                OrderByClause OtelFieldDefinition TelemetryAggregation TelemetryFieldOperator TelemetryGranularity
                TelemetryOrder TelemetrySearchOptions TelemetryWindow TimeDimension
            """,
            "mistral_async.models.observability.traces": """
                FeedResultGetTrace GetTrace GetTraceFieldOptions GetTraceFields GetTraces TracesRequest
            """,
            "mistral_async.models.ocr": """
                Block OCRAsideTextBlock OCRBlockConfidenceScores OCRCaptionBlock OCRCodeBlock OCRConfidenceScore
                OCRDocument OCREquationBlock OCRFooterBlock OCRHeaderBlock OCRImageBlock OCRImageObject OCRListBlock
                OCROptions OCRPageConfidenceScores OCRPageDimensions OCRPageObject OCRParsedOptions OCRReferencesBlock
                OCRResponse OCRSignatureBlock OCRTableBlock OCRTableObject OCRTextBlock OCRTitleBlock OCRUsageInfo
            """,
            "mistral_async.models.prompts": """
                AliasList CreatePromptRequest CreatePromptVersionRequest CreatePromptVersionResponse
                DeletePromptResponse ListPromptVersionsResponse ListPromptsResponse ListSortDirection ListSortField
                Prompt PromptDefinition PromptOptions PromptVariable PromptVersion RegistryListOptions ShareRelation
                SharingScope UpdatePromptRequest UpdatePromptVersionRequest
            """,
            "mistral_async.models.rag": """
                CreateIngestionPipelineConfigurationRequest GetDeploymentSummariesResponse
                GetDeploymentSummariesResponseDeployment GetDeploymentSummariesResponseVespaDeployment
                GetDeploymentSummariesResponseVespaIndex IngestionPipelineConfiguration IngestionPipelineTargetIndexRef
                MetricsData RAGDeploymentStatus RegisterDeploymentRequestDeployment
                RegisterDeploymentRequestVespaDeployment RegisterDeploymentRequestVespaField
                RegisterDeploymentRequestVespaIndex RegisterSearchIndexResponseIndex
                UpdateMetricsRequestDeploymentMetricsOffline UpdateMetricsRequestDeploymentMetricsOnline
                UpdateMetricsRequestIndexMetrics UpdateRunInfo VespaFieldRanking VespaFieldType
            """,
            "mistral_async.models.realtime": """
                AudioEncoding AudioFormat RealtimeConnectOptions RealtimeErrorDetail RealtimeEvent RealtimeReconnected
                RealtimeSpeechError RealtimeSpeechErrorDetail RealtimeSpeechEvent RealtimeSpeechOptions
                RealtimeSpeechSession RealtimeSpeechSessionCreated RealtimeSpeechSessionUpdated RealtimeSpeechSettings
                RealtimeSpeechStreamingMode RealtimeTranscriptionError RealtimeTranscriptionErrorDetail
                RealtimeTranscriptionOptions RealtimeTranscriptionSession RealtimeTranscriptionSessionCreated
                RealtimeTranscriptionSessionUpdated RealtimeTranscriptionSettings Reconnect TurnDetectionConfig
                TurnDetectionEagerEndEvent TurnDetectionEndEvent TurnDetectionEndReason TurnDetectionResumeEvent
                TurnDetectionStartEvent UnknownRealtimeEvent
            """,
            "mistral_async.models.realtime_sessions": "ClientSecret CreateRealtimeSessionResponse",
            "mistral_async.models.responses": """
                CountResponseInputTokensRequest CountResponseInputTokensResponse CreateResponseRequest
                CreateResponseResponse ResponseInputOptions ResponseOptions ResponsesEffort ResponsesError
                ResponsesFormat ResponsesFormatJSONObject ResponsesFormatText ResponsesFormatTextJSONSchemaConfig
                ResponsesIncompleteDetails ResponsesInput ResponsesInputTokensDetails ResponsesOutputTokensDetails
                ResponsesResponseStatus ResponsesSupportedReasoning ResponsesTextConfig ResponsesToolChoice
                ResponsesUsage ResponsesVerbosity
            """,
            "mistral_async.models.responses_events": """
                ResponsesCompletedEvent ResponsesContentPartAddedEvent ResponsesContentPartDoneEvent
                ResponsesCreatedEvent ResponsesErrorEvent ResponsesFailedEvent ResponsesFunctionCallArgumentsDeltaEvent
                ResponsesFunctionCallArgumentsDoneEvent ResponsesInProgressEvent ResponsesIncompleteEvent
                ResponsesOutputItemAddedEvent ResponsesOutputItemDoneEvent ResponsesReasoningTextDeltaEvent
                ResponsesReasoningTextDoneEvent ResponsesStreamEvents ResponsesStreamFrameData ResponsesTextDeltaEvent
                ResponsesTextDoneEvent
            """,
            "mistral_async.models.responses_items": """
                AllowedCaller Annotation GrammarSyntax ResponsesAnnotationContainerFileCitation
                ResponsesAnnotationFileCitation ResponsesAnnotationFilePath ResponsesAnnotationURLCitation
                ResponsesCaller ResponsesCallerDirect ResponsesCallerProgram ResponsesContent ResponsesCustomTool
                ResponsesCustomToolFormat ResponsesDetail ResponsesEasyInputMessage ResponsesFunctionCallOutput
                ResponsesFunctionCallOutputCallerDirect ResponsesFunctionCallOutputCallerProgram ResponsesFunctionTool
                ResponsesFunctionToolCall ResponsesGrammar ResponsesInputContent ResponsesInputFile
                ResponsesInputFileContent ResponsesInputImage ResponsesInputImageContent ResponsesInputItem
                ResponsesInputText ResponsesInputTextContent ResponsesLogprob ResponsesMessage ResponsesNamespaceTool
                ResponsesOutputContent ResponsesOutputItem ResponsesOutputMessage ResponsesOutputRefusal
                ResponsesOutputText ResponsesPart ResponsesPartReasoningText ResponsesPhase
                ResponsesPromptCacheBreakpoint ResponsesReasoningItem ResponsesRole ResponsesStatus ResponsesSummary
                ResponsesText ResponsesTool ResponsesToolChoiceFunction ResponsesToolFunction ResponsesTopLogprob
            """,
            "mistral_async.models.search_indexes": """
                AcceptedDocumentResponse And BoolArrayFieldDefinition BoolFieldDefinition CreateManagedIndexRequest
                CustomEmbeddingModel DeleteDocumentsRequest DeleteDocumentsResponse DeleteManagedIndexResponse
                DenseVectorFieldDefinition DocumentFieldErrorResponse Equal FloatArrayFieldDefinition
                FloatFieldDefinition GetSummaryResponseSummary GrepMode GrepRequest In IndexEmbedding IndexField
                IngestDocumentsRequest IngestDocumentsResponse IngestResult IntArrayFieldDefinition IntFieldDefinition
                JSONFieldDefinition KeywordArrayFieldDefinition KeywordFieldDefinition KeywordRetriever
                ListManagedIndexesResponse LongArrayFieldDefinition LongFieldDefinition ManagedIndexConfig
                ManagedIndexFields ManagedIndexResponse MistralEmbeddingModel NavigateDirection NavigateRequest
                NavigationChunkResponse NavigationResponse NearestNeighbourRetriever Not Or RRFRetriever Range
                RankedRetriever ReadOptions ReadRequest RejectedDocumentResponse Retriever SearchChunkResponse
                SearchFilter SearchHitResponse SearchIndexListOptions SearchIndexStatus SearchRequest SearchResponse
                SummaryChunk SummaryError SummaryMetadata SummaryStatus SummaryStreamTypes TextArrayFieldDefinition
                TextFieldDefinition TimestampArrayFieldDefinition TimestampFieldDefinition UpdateManagedIndexRequest
                UpdateSummaryRequestSummary
            """,
            "mistral_async.models.service_accounts": """
                AssignableServiceAccountRole CreateServiceAccountRequest ListAssignableServiceAccountRolesResponse
                ListServiceAccountRolesResponse ListServiceAccountsResponse ServiceAccount ServiceAccountListOptions
                ServiceAccountRole SetServiceAccountRolesRequest UpdateServiceAccountRequest
            """,
            "mistral_async.models.skills": """
                CreateSkillRequest CreateSkillVersionRequest CreateSkillVersionResponse DeleteSkillResponse
                ListSkillVersionsResponse ListSkillsResponse RawContent Skill SkillAssetContentTextContent
                SkillDefinition SkillOptions SkillVersion UpdateSkillRequest UpdateSkillVersionRequest
            """,
            "mistral_async.models.speech": """
                ConversationHistoryUnion RawAudio SpeechAssistantTurn SpeechOptions SpeechOutputFormat SpeechRequest
                SpeechResponse SpeechStreamAudioDelta SpeechStreamDone SpeechStreamEvents SpeechUserTurn
            """,
            "mistral_async.models.tools": """
                APIKeyAuth AnyTool CodeInterpreterTool CustomConnector CustomConnectorAuthorization DocumentLibraryTool
                Function FunctionCall FunctionName FunctionTool ImageGenerationTool OAuth2TokenAuth Tool ToolCall
                ToolChoice ToolConfiguration WebSearchPremiumTool WebSearchTool
            """,
            "mistral_async.models.transcriptions": """
                AudioTranscriptionRequest TimestampGranularity TranscriptionOptions TranscriptionResponse
                TranscriptionSegmentChunk TranscriptionSettings TranscriptionStreamDone TranscriptionStreamEvents
                TranscriptionStreamEventsData TranscriptionStreamLanguage TranscriptionStreamSegmentDelta
                TranscriptionStreamTextDelta
            """,
            "mistral_async.models.triggers": """
                CreateTrigger Trigger TriggerAction TriggerActionType TriggerEvent TriggerEventList TriggerHandler
                TriggerListOptions TriggerOwnerType
            """,
            "mistral_async.models.usage": "MessageTokens PromptTokensDetails UsageInfo",
            "mistral_async.models.users": """
                ListOrganizationsResponse ListWorkspacesResponse Principal UserIdentity UserIdentityAPIKey
                UserIdentityOrganization UserIdentityWorkspace UserOrganization UserWorkspace WhoamiOrganization
                WhoamiResponse WhoamiServiceAccountPrincipal WhoamiUserPrincipal
            """,
            "mistral_async.models.vector": "Vector",
            "mistral_async.models.voices": """
                VoiceCreateRequest VoiceGender VoiceKind VoiceListPage VoiceListResponse VoiceOptions VoiceResponse
                VoiceSearchOptions VoiceType VoiceUpdateRequest
            """,
            "mistral_async.models.webhooks": """
                CreateWebhook CreateWebhookOptions SignatureEncoding SignatureHashAlgorithm Webhook WebhookOwnerType
                WebhookProvider WebhookSigningSecret
            """,
            "mistral_async.models.workflows.deployments": """
                BackendSpec CreateDeploymentRequest DeploymentArchiveResponse DeploymentBuildState
                DeploymentDetailResponse DeploymentK8sBackendSpec DeploymentListResponse DeploymentLocation
                DeploymentLocationType DeploymentLogRecord DeploymentLogSearchResponse DeploymentLogType
                DeploymentMistralCloudBackendSpec DeploymentObservedState DeploymentOrderBy DeploymentResourceConfig
                DeploymentResourceConfigUpdate DeploymentResponse DeploymentSecretBinding DeploymentWorkerListResponse
                DeploymentWorkerResponse DeploymentWorkerSpecInput DeploymentWorkerSpecResponse DeploymentWorkerStatus
                GetDeploymentLogsOptions GitCommitAuthor GitCommitMetadata ListDeploymentsOptions
                ManagedDeploymentResponse StreamDeploymentLogsOptions UpdateDeploymentRequest WorkflowsWorkerSpecUpdate
            """,
            "mistral_async.models.workflows.events": """
                ActivityTaskCompletedAttributesResponse ActivityTaskCompletedResponse ActivityTaskFailedAttributes
                ActivityTaskFailedResponse ActivityTaskRetryingAttributes ActivityTaskRetryingResponse
                ActivityTaskStartedAttributesResponse ActivityTaskStartedResponse CustomTaskCanceledAttributes
                CustomTaskCanceledResponse CustomTaskCompletedAttributesResponse CustomTaskCompletedResponse
                CustomTaskFailedAttributes CustomTaskFailedResponse CustomTaskInProgressAttributesResponse
                CustomTaskInProgressResponse CustomTaskStartedAttributesResponse CustomTaskStartedResponse
                CustomTaskTimedOutAttributes CustomTaskTimedOutResponse EncryptedPatchValue GetStreamEventsOptions
                GetWorkflowEventsOptions JSONPatch JSONPatchAdd JSONPatchAppend JSONPatchPayloadResponse JSONPatchRemove
                JSONPatchReplace JSONPayloadResponse ListWorkflowEventResponse StreamEventSsePayload
                StreamEventWorkflowContext WorkflowEvent WorkflowEventScope WorkflowEventType
                WorkflowExecutionCanceledAttributes WorkflowExecutionCanceledResponse
                WorkflowExecutionCompletedAttributesResponse WorkflowExecutionCompletedResponse
                WorkflowExecutionContinuedAsNewAttributesResponse WorkflowExecutionContinuedAsNewResponse
                WorkflowExecutionFailedAttributes WorkflowExecutionFailedResponse
                WorkflowExecutionStartedAttributesResponse WorkflowExecutionStartedResponse WorkflowFailure
                WorkflowPayload WorkflowTaskFailedAttributes WorkflowTaskFailedResponse WorkflowTaskTimedOutAttributes
                WorkflowTaskTimedOutResponse
            """,
            "mistral_async.models.workflows.executions": """
                BatchExecutionBody BatchExecutionResponse BatchExecutionResult ExecutionLogRecord
                ExecutionLogSearchResponse ExecutionTraceInfoResponse GetWorkflowExecutionLogsOptions
                QueryInvocationBody QueryWorkflowResponse ResetInvocationBody SignalInvocationBody
                SignalInvocationBodyNetworkEncodedInput SignalWorkflowResponse StreamExecutionEventSource
                StreamWorkflowExecutionLogsOptions TempoGetTraceResponse TempoTraceAttribute
                TempoTraceAttributeArrayContainer TempoTraceAttributeArrayElement TempoTraceAttributeArrayValue
                TempoTraceAttributeBoolValue TempoTraceAttributeDoubleValue TempoTraceAttributeIntValue
                TempoTraceAttributeStringValue TempoTraceAttributeValue TempoTraceBatch TempoTraceEvent
                TempoTraceResource TempoTraceScope TempoTraceScopeSpan TempoTraceSpan TraceAttributeValue
                UpdateInvocationBody UpdateWorkflowResponse WorkflowExecutionProgressTraceEvent
                WorkflowExecutionTraceEvent WorkflowExecutionTraceEventsResponse WorkflowExecutionTraceOTelResponse
                WorkflowExecutionTraceSummaryResponse WorkflowExecutionTraceSummarySpan WorkflowTraceEvent
            """,
            "mistral_async.models.workflows.metrics": "ScalarMetric TimeSeriesMetric WorkflowMetrics",
            "mistral_async.models.workflows.runs": "ListRunsOptions RunSortBy WorkflowExecutionListResponse",
            "mistral_async.models.workflows.schedules": """
                GetSchedulesOptions PartialScheduleDefinition ScheduleCalendar ScheduleDefinition
                ScheduleDefinitionOutput ScheduleFutureExecution ScheduleInterval ScheduleOverlapPolicy SchedulePolicy
                ScheduleRange ScheduleRecentExecution ScheduleStatus WorkflowScheduleListResponse
                WorkflowScheduleOptions WorkflowSchedulePauseRequest WorkflowScheduleRequest WorkflowScheduleResponse
                WorkflowScheduleTriggerRequest WorkflowScheduleUpdateRequest
            """,
            "mistral_async.models.workflows.workers": "WorkerInfo",
            "mistral_async.models.workflows.workflows": """
                ConnectorAuthTaskState ConnectorBindings ConnectorExtension ConnectorSlot
                GetWorkflowRegistrationsOptions GetWorkflowsOptions NetworkEncodedInput QueryDefinition SignalDefinition
                UpdateDefinition Workflow WorkflowArchiveResponse WorkflowBasicDefinition WorkflowBulkArchiveRequest
                WorkflowBulkArchiveResponse WorkflowBulkError WorkflowBulkUnarchiveRequest WorkflowBulkUnarchiveResponse
                WorkflowCodeDefinition WorkflowDeploymentStatus WorkflowExecuteResponse WorkflowExecutionOptions
                WorkflowExecutionRequest WorkflowExecutionResponse WorkflowExecutionStatus WorkflowExecutionSyncResponse
                WorkflowExecutionWithoutResultResponse WorkflowExtensions WorkflowGetResponse WorkflowListResponse
                WorkflowMetadata WorkflowRegistration WorkflowRegistrationGetResponse WorkflowRegistrationListResponse
                WorkflowRegistrationWithWorkerStatus WorkflowRunOptions WorkflowSortBy WorkflowTagsAddRequest
                WorkflowUnarchiveResponse WorkflowUpdateRequest WorkflowUpdateResponse WorkflowWithWorkerStatus
            """,
        },
    )
