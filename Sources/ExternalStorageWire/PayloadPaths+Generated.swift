extension MessageType {
    package static let status = MessageType(rawValue: 0)
    package static let activityExecutionInfo = MessageType(rawValue: 1)
    package static let activityExecutionOutcome = MessageType(rawValue: 2)
    package static let callbackInfo = MessageType(rawValue: 3)
    package static let batchOperationReset = MessageType(rawValue: 4)
    package static let batchOperationSignal = MessageType(rawValue: 5)
    package static let batchOperationTermination = MessageType(rawValue: 6)
    package static let callbackCallbackInfo = MessageType(rawValue: 7)
    package static let cancelWorkflowExecutionCommandAttributes = MessageType(rawValue: 8)
    package static let command = MessageType(rawValue: 9)
    package static let completeWorkflowExecutionCommandAttributes = MessageType(rawValue: 10)
    package static let continueAsNewWorkflowExecutionCommandAttributes = MessageType(rawValue: 11)
    package static let failWorkflowExecutionCommandAttributes = MessageType(rawValue: 12)
    package static let modifyWorkflowPropertiesCommandAttributes = MessageType(rawValue: 13)
    package static let recordMarkerCommandAttributes = MessageType(rawValue: 14)
    package static let recordMarkerCommandAttributesDetailsEntry = MessageType(rawValue: 15)
    package static let scheduleActivityTaskCommandAttributes = MessageType(rawValue: 16)
    package static let scheduleNexusOperationCommandAttributes = MessageType(rawValue: 17)
    package static let signalExternalWorkflowExecutionCommandAttributes = MessageType(rawValue: 18)
    package static let startChildWorkflowExecutionCommandAttributes = MessageType(rawValue: 19)
    package static let callback = MessageType(rawValue: 20)
    package static let callbackNexusHandler = MessageType(rawValue: 21)
    package static let header = MessageType(rawValue: 22)
    package static let headerFieldsEntry = MessageType(rawValue: 23)
    package static let memo = MessageType(rawValue: 24)
    package static let memoFieldsEntry = MessageType(rawValue: 25)
    package static let payloads = MessageType(rawValue: 26)
    package static let computeConfig = MessageType(rawValue: 27)
    package static let computeConfigScalingGroupsEntry = MessageType(rawValue: 28)
    package static let computeConfigScalingGroup = MessageType(rawValue: 29)
    package static let computeConfigScalingGroupUpdate = MessageType(rawValue: 30)
    package static let computeProvider = MessageType(rawValue: 31)
    package static let computeScaler = MessageType(rawValue: 32)
    package static let deploymentInfo = MessageType(rawValue: 33)
    package static let deploymentInfoMetadataEntry = MessageType(rawValue: 34)
    package static let updateDeploymentMetadata = MessageType(rawValue: 35)
    package static let updateDeploymentMetadataUpsertEntriesEntry = MessageType(rawValue: 36)
    package static let versionMetadata = MessageType(rawValue: 37)
    package static let versionMetadataEntriesEntry = MessageType(rawValue: 38)
    package static let workerDeploymentVersionInfo = MessageType(rawValue: 39)
    package static let multiOperationExecutionFailure = MessageType(rawValue: 40)
    package static let multiOperationExecutionFailureOperationStatus = MessageType(rawValue: 41)
    package static let queryFailedFailure = MessageType(rawValue: 42)
    package static let applicationFailureInfo = MessageType(rawValue: 43)
    package static let canceledFailureInfo = MessageType(rawValue: 44)
    package static let failure = MessageType(rawValue: 45)
    package static let resetWorkflowFailureInfo = MessageType(rawValue: 46)
    package static let timeoutFailureInfo = MessageType(rawValue: 47)
    package static let activityTaskCanceledEventAttributes = MessageType(rawValue: 48)
    package static let activityTaskCompletedEventAttributes = MessageType(rawValue: 49)
    package static let activityTaskFailedEventAttributes = MessageType(rawValue: 50)
    package static let activityTaskScheduledEventAttributes = MessageType(rawValue: 51)
    package static let activityTaskStartedEventAttributes = MessageType(rawValue: 52)
    package static let activityTaskTimedOutEventAttributes = MessageType(rawValue: 53)
    package static let childWorkflowExecutionCanceledEventAttributes = MessageType(rawValue: 54)
    package static let childWorkflowExecutionCompletedEventAttributes = MessageType(rawValue: 55)
    package static let childWorkflowExecutionFailedEventAttributes = MessageType(rawValue: 56)
    package static let childWorkflowExecutionStartedEventAttributes = MessageType(rawValue: 57)
    package static let history = MessageType(rawValue: 58)
    package static let historyEvent = MessageType(rawValue: 59)
    package static let markerRecordedEventAttributes = MessageType(rawValue: 60)
    package static let markerRecordedEventAttributesDetailsEntry = MessageType(rawValue: 61)
    package static let nexusOperationCancelRequestFailedEventAttributes = MessageType(rawValue: 62)
    package static let nexusOperationCanceledEventAttributes = MessageType(rawValue: 63)
    package static let nexusOperationCompletedEventAttributes = MessageType(rawValue: 64)
    package static let nexusOperationFailedEventAttributes = MessageType(rawValue: 65)
    package static let nexusOperationScheduledEventAttributes = MessageType(rawValue: 66)
    package static let nexusOperationTimedOutEventAttributes = MessageType(rawValue: 67)
    package static let signalExternalWorkflowExecutionInitiatedEventAttributes = MessageType(rawValue: 68)
    package static let startChildWorkflowExecutionInitiatedEventAttributes = MessageType(rawValue: 69)
    package static let workflowExecutionCanceledEventAttributes = MessageType(rawValue: 70)
    package static let workflowExecutionCompletedEventAttributes = MessageType(rawValue: 71)
    package static let workflowExecutionContinuedAsNewEventAttributes = MessageType(rawValue: 72)
    package static let workflowExecutionFailedEventAttributes = MessageType(rawValue: 73)
    package static let workflowExecutionOptionsUpdatedEventAttributes = MessageType(rawValue: 74)
    package static let workflowExecutionOptionsUpdatedEventAttributesWorkflowUpdateOptionsUpdate = MessageType(
        rawValue: 75
    )
    package static let workflowExecutionSignaledEventAttributes = MessageType(rawValue: 76)
    package static let workflowExecutionStartedEventAttributes = MessageType(rawValue: 77)
    package static let workflowExecutionTerminatedEventAttributes = MessageType(rawValue: 78)
    package static let workflowExecutionUpdateAcceptedEventAttributes = MessageType(rawValue: 79)
    package static let workflowExecutionUpdateAdmittedEventAttributes = MessageType(rawValue: 80)
    package static let workflowExecutionUpdateCompletedEventAttributes = MessageType(rawValue: 81)
    package static let workflowExecutionUpdateRejectedEventAttributes = MessageType(rawValue: 82)
    package static let workflowPropertiesModifiedEventAttributes = MessageType(rawValue: 83)
    package static let workflowPropertiesModifiedExternallyEventAttributes = MessageType(rawValue: 84)
    package static let workflowTaskFailedEventAttributes = MessageType(rawValue: 85)
    package static let endpoint = MessageType(rawValue: 86)
    package static let endpointSpec = MessageType(rawValue: 87)
    package static let nexusOperationExecutionCancellationInfo = MessageType(rawValue: 88)
    package static let nexusOperationExecutionInfo = MessageType(rawValue: 89)
    package static let request = MessageType(rawValue: 90)
    package static let response = MessageType(rawValue: 91)
    package static let startOperationRequest = MessageType(rawValue: 92)
    package static let startOperationResponse = MessageType(rawValue: 93)
    package static let startOperationResponseSync = MessageType(rawValue: 94)
    package static let nexusoperationCallbackInfo = MessageType(rawValue: 95)
    package static let createNexusEndpointRequest = MessageType(rawValue: 96)
    package static let createNexusEndpointResponse = MessageType(rawValue: 97)
    package static let getNexusEndpointResponse = MessageType(rawValue: 98)
    package static let listNexusEndpointsResponse = MessageType(rawValue: 99)
    package static let updateNexusEndpointRequest = MessageType(rawValue: 100)
    package static let updateNexusEndpointResponse = MessageType(rawValue: 101)
    package static let message = MessageType(rawValue: 102)
    package static let workflowQuery = MessageType(rawValue: 103)
    package static let workflowQueryResult = MessageType(rawValue: 104)
    package static let schedule = MessageType(rawValue: 105)
    package static let scheduleAction = MessageType(rawValue: 106)
    package static let scheduleListEntry = MessageType(rawValue: 107)
    package static let eventGroupMarker = MessageType(rawValue: 108)
    package static let eventGroupMarkerLabel = MessageType(rawValue: 109)
    package static let userMetadata = MessageType(rawValue: 110)
    package static let acceptance = MessageType(rawValue: 111)
    package static let input = MessageType(rawValue: 112)
    package static let outcome = MessageType(rawValue: 113)
    package static let rejection = MessageType(rawValue: 114)
    package static let updateRequest = MessageType(rawValue: 115)
    package static let updateResponse = MessageType(rawValue: 116)
    package static let workflowCallbackInfo = MessageType(rawValue: 117)
    package static let newWorkflowExecutionInfo = MessageType(rawValue: 118)
    package static let nexusOperationCancellationInfo = MessageType(rawValue: 119)
    package static let pendingActivityInfo = MessageType(rawValue: 120)
    package static let pendingNexusOperationInfo = MessageType(rawValue: 121)
    package static let postResetOperation = MessageType(rawValue: 122)
    package static let postResetOperationSignalWorkflow = MessageType(rawValue: 123)
    package static let workflowExecutionConfig = MessageType(rawValue: 124)
    package static let workflowExecutionInfo = MessageType(rawValue: 125)
    package static let createScheduleRequest = MessageType(rawValue: 126)
    package static let createWorkerDeploymentVersionRequest = MessageType(rawValue: 127)
    package static let describeActivityExecutionResponse = MessageType(rawValue: 128)
    package static let describeDeploymentResponse = MessageType(rawValue: 129)
    package static let describeNexusOperationExecutionResponse = MessageType(rawValue: 130)
    package static let describeScheduleResponse = MessageType(rawValue: 131)
    package static let describeWorkerDeploymentVersionResponse = MessageType(rawValue: 132)
    package static let describeWorkflowExecutionResponse = MessageType(rawValue: 133)
    package static let executeMultiOperationRequest = MessageType(rawValue: 134)
    package static let executeMultiOperationRequestOperation = MessageType(rawValue: 135)
    package static let executeMultiOperationResponse = MessageType(rawValue: 136)
    package static let executeMultiOperationResponseResponse = MessageType(rawValue: 137)
    package static let getCurrentDeploymentResponse = MessageType(rawValue: 138)
    package static let getDeploymentReachabilityResponse = MessageType(rawValue: 139)
    package static let getWorkflowExecutionHistoryResponse = MessageType(rawValue: 140)
    package static let getWorkflowExecutionHistoryReverseResponse = MessageType(rawValue: 141)
    package static let listArchivedWorkflowExecutionsResponse = MessageType(rawValue: 142)
    package static let listClosedWorkflowExecutionsResponse = MessageType(rawValue: 143)
    package static let listOpenWorkflowExecutionsResponse = MessageType(rawValue: 144)
    package static let listSchedulesResponse = MessageType(rawValue: 145)
    package static let listWorkflowExecutionsResponse = MessageType(rawValue: 146)
    package static let pollActivityExecutionResponse = MessageType(rawValue: 147)
    package static let pollActivityTaskQueueResponse = MessageType(rawValue: 148)
    package static let pollNexusOperationExecutionResponse = MessageType(rawValue: 149)
    package static let pollNexusTaskQueueResponse = MessageType(rawValue: 150)
    package static let pollWorkflowExecutionUpdateResponse = MessageType(rawValue: 151)
    package static let pollWorkflowTaskQueueResponse = MessageType(rawValue: 152)
    package static let pollWorkflowTaskQueueResponseQueriesEntry = MessageType(rawValue: 153)
    package static let queryWorkflowRequest = MessageType(rawValue: 154)
    package static let queryWorkflowResponse = MessageType(rawValue: 155)
    package static let recordActivityTaskHeartbeatByIdRequest = MessageType(rawValue: 156)
    package static let recordActivityTaskHeartbeatRequest = MessageType(rawValue: 157)
    package static let resetWorkflowExecutionRequest = MessageType(rawValue: 158)
    package static let respondActivityTaskCanceledByIdRequest = MessageType(rawValue: 159)
    package static let respondActivityTaskCanceledRequest = MessageType(rawValue: 160)
    package static let respondActivityTaskCompletedByIdRequest = MessageType(rawValue: 161)
    package static let respondActivityTaskCompletedRequest = MessageType(rawValue: 162)
    package static let respondActivityTaskFailedByIdRequest = MessageType(rawValue: 163)
    package static let respondActivityTaskFailedByIdResponse = MessageType(rawValue: 164)
    package static let respondActivityTaskFailedRequest = MessageType(rawValue: 165)
    package static let respondActivityTaskFailedResponse = MessageType(rawValue: 166)
    package static let respondNexusTaskCompletedRequest = MessageType(rawValue: 167)
    package static let respondNexusTaskFailedRequest = MessageType(rawValue: 168)
    package static let respondQueryTaskCompletedRequest = MessageType(rawValue: 169)
    package static let respondWorkflowTaskCompletedRequest = MessageType(rawValue: 170)
    package static let respondWorkflowTaskCompletedRequestQueryResultsEntry = MessageType(rawValue: 171)
    package static let respondWorkflowTaskCompletedResponse = MessageType(rawValue: 172)
    package static let respondWorkflowTaskFailedRequest = MessageType(rawValue: 173)
    package static let scanWorkflowExecutionsResponse = MessageType(rawValue: 174)
    package static let setCurrentDeploymentRequest = MessageType(rawValue: 175)
    package static let setCurrentDeploymentResponse = MessageType(rawValue: 176)
    package static let signalWithStartWorkflowExecutionRequest = MessageType(rawValue: 177)
    package static let signalWorkflowExecutionRequest = MessageType(rawValue: 178)
    package static let startActivityExecutionRequest = MessageType(rawValue: 179)
    package static let startActivityExecutionResponse = MessageType(rawValue: 180)
    package static let startBatchOperationRequest = MessageType(rawValue: 181)
    package static let startNexusOperationExecutionRequest = MessageType(rawValue: 182)
    package static let startWorkflowExecutionRequest = MessageType(rawValue: 183)
    package static let startWorkflowExecutionResponse = MessageType(rawValue: 184)
    package static let terminateWorkflowExecutionRequest = MessageType(rawValue: 185)
    package static let updateScheduleRequest = MessageType(rawValue: 186)
    package static let updateWorkerDeploymentVersionComputeConfigRequest = MessageType(rawValue: 187)
    package static let updateWorkerDeploymentVersionComputeConfigRequestComputeConfigScalingGroupsEntry = MessageType(
        rawValue: 188
    )
    package static let updateWorkerDeploymentVersionMetadataRequest = MessageType(rawValue: 189)
    package static let updateWorkerDeploymentVersionMetadataRequestUpsertEntriesEntry = MessageType(rawValue: 190)
    package static let updateWorkerDeploymentVersionMetadataResponse = MessageType(rawValue: 191)
    package static let updateWorkflowExecutionRequest = MessageType(rawValue: 192)
    package static let updateWorkflowExecutionResponse = MessageType(rawValue: 193)
    package static let validateWorkerDeploymentVersionComputeConfigRequest = MessageType(rawValue: 194)
    package static let validateWorkerDeploymentVersionComputeConfigRequestComputeConfigScalingGroupsEntry = MessageType(
        rawValue: 195
    )
}
extension PayloadPaths {
    static let names: [StaticString] = [
        "google.rpc.Status",
        "temporal.api.activity.v1.ActivityExecutionInfo",
        "temporal.api.activity.v1.ActivityExecutionOutcome",
        "temporal.api.activity.v1.CallbackInfo",
        "temporal.api.batch.v1.BatchOperationReset",
        "temporal.api.batch.v1.BatchOperationSignal",
        "temporal.api.batch.v1.BatchOperationTermination",
        "temporal.api.callback.v1.CallbackInfo",
        "temporal.api.command.v1.CancelWorkflowExecutionCommandAttributes",
        "temporal.api.command.v1.Command",
        "temporal.api.command.v1.CompleteWorkflowExecutionCommandAttributes",
        "temporal.api.command.v1.ContinueAsNewWorkflowExecutionCommandAttributes",
        "temporal.api.command.v1.FailWorkflowExecutionCommandAttributes",
        "temporal.api.command.v1.ModifyWorkflowPropertiesCommandAttributes",
        "temporal.api.command.v1.RecordMarkerCommandAttributes",
        "temporal.api.command.v1.RecordMarkerCommandAttributes.DetailsEntry",
        "temporal.api.command.v1.ScheduleActivityTaskCommandAttributes",
        "temporal.api.command.v1.ScheduleNexusOperationCommandAttributes",
        "temporal.api.command.v1.SignalExternalWorkflowExecutionCommandAttributes",
        "temporal.api.command.v1.StartChildWorkflowExecutionCommandAttributes",
        "temporal.api.common.v1.Callback",
        "temporal.api.common.v1.Callback.NexusHandler",
        "temporal.api.common.v1.Header",
        "temporal.api.common.v1.Header.FieldsEntry",
        "temporal.api.common.v1.Memo",
        "temporal.api.common.v1.Memo.FieldsEntry",
        "temporal.api.common.v1.Payloads",
        "temporal.api.compute.v1.ComputeConfig",
        "temporal.api.compute.v1.ComputeConfig.ScalingGroupsEntry",
        "temporal.api.compute.v1.ComputeConfigScalingGroup",
        "temporal.api.compute.v1.ComputeConfigScalingGroupUpdate",
        "temporal.api.compute.v1.ComputeProvider",
        "temporal.api.compute.v1.ComputeScaler",
        "temporal.api.deployment.v1.DeploymentInfo",
        "temporal.api.deployment.v1.DeploymentInfo.MetadataEntry",
        "temporal.api.deployment.v1.UpdateDeploymentMetadata",
        "temporal.api.deployment.v1.UpdateDeploymentMetadata.UpsertEntriesEntry",
        "temporal.api.deployment.v1.VersionMetadata",
        "temporal.api.deployment.v1.VersionMetadata.EntriesEntry",
        "temporal.api.deployment.v1.WorkerDeploymentVersionInfo",
        "temporal.api.errordetails.v1.MultiOperationExecutionFailure",
        "temporal.api.errordetails.v1.MultiOperationExecutionFailure.OperationStatus",
        "temporal.api.errordetails.v1.QueryFailedFailure",
        "temporal.api.failure.v1.ApplicationFailureInfo",
        "temporal.api.failure.v1.CanceledFailureInfo",
        "temporal.api.failure.v1.Failure",
        "temporal.api.failure.v1.ResetWorkflowFailureInfo",
        "temporal.api.failure.v1.TimeoutFailureInfo",
        "temporal.api.history.v1.ActivityTaskCanceledEventAttributes",
        "temporal.api.history.v1.ActivityTaskCompletedEventAttributes",
        "temporal.api.history.v1.ActivityTaskFailedEventAttributes",
        "temporal.api.history.v1.ActivityTaskScheduledEventAttributes",
        "temporal.api.history.v1.ActivityTaskStartedEventAttributes",
        "temporal.api.history.v1.ActivityTaskTimedOutEventAttributes",
        "temporal.api.history.v1.ChildWorkflowExecutionCanceledEventAttributes",
        "temporal.api.history.v1.ChildWorkflowExecutionCompletedEventAttributes",
        "temporal.api.history.v1.ChildWorkflowExecutionFailedEventAttributes",
        "temporal.api.history.v1.ChildWorkflowExecutionStartedEventAttributes",
        "temporal.api.history.v1.History",
        "temporal.api.history.v1.HistoryEvent",
        "temporal.api.history.v1.MarkerRecordedEventAttributes",
        "temporal.api.history.v1.MarkerRecordedEventAttributes.DetailsEntry",
        "temporal.api.history.v1.NexusOperationCancelRequestFailedEventAttributes",
        "temporal.api.history.v1.NexusOperationCanceledEventAttributes",
        "temporal.api.history.v1.NexusOperationCompletedEventAttributes",
        "temporal.api.history.v1.NexusOperationFailedEventAttributes",
        "temporal.api.history.v1.NexusOperationScheduledEventAttributes",
        "temporal.api.history.v1.NexusOperationTimedOutEventAttributes",
        "temporal.api.history.v1.SignalExternalWorkflowExecutionInitiatedEventAttributes",
        "temporal.api.history.v1.StartChildWorkflowExecutionInitiatedEventAttributes",
        "temporal.api.history.v1.WorkflowExecutionCanceledEventAttributes",
        "temporal.api.history.v1.WorkflowExecutionCompletedEventAttributes",
        "temporal.api.history.v1.WorkflowExecutionContinuedAsNewEventAttributes",
        "temporal.api.history.v1.WorkflowExecutionFailedEventAttributes",
        "temporal.api.history.v1.WorkflowExecutionOptionsUpdatedEventAttributes",
        "temporal.api.history.v1.WorkflowExecutionOptionsUpdatedEventAttributes.WorkflowUpdateOptionsUpdate",
        "temporal.api.history.v1.WorkflowExecutionSignaledEventAttributes",
        "temporal.api.history.v1.WorkflowExecutionStartedEventAttributes",
        "temporal.api.history.v1.WorkflowExecutionTerminatedEventAttributes",
        "temporal.api.history.v1.WorkflowExecutionUpdateAcceptedEventAttributes",
        "temporal.api.history.v1.WorkflowExecutionUpdateAdmittedEventAttributes",
        "temporal.api.history.v1.WorkflowExecutionUpdateCompletedEventAttributes",
        "temporal.api.history.v1.WorkflowExecutionUpdateRejectedEventAttributes",
        "temporal.api.history.v1.WorkflowPropertiesModifiedEventAttributes",
        "temporal.api.history.v1.WorkflowPropertiesModifiedExternallyEventAttributes",
        "temporal.api.history.v1.WorkflowTaskFailedEventAttributes",
        "temporal.api.nexus.v1.Endpoint",
        "temporal.api.nexus.v1.EndpointSpec",
        "temporal.api.nexus.v1.NexusOperationExecutionCancellationInfo",
        "temporal.api.nexus.v1.NexusOperationExecutionInfo",
        "temporal.api.nexus.v1.Request",
        "temporal.api.nexus.v1.Response",
        "temporal.api.nexus.v1.StartOperationRequest",
        "temporal.api.nexus.v1.StartOperationResponse",
        "temporal.api.nexus.v1.StartOperationResponse.Sync",
        "temporal.api.nexusoperation.v1.CallbackInfo",
        "temporal.api.operatorservice.v1.CreateNexusEndpointRequest",
        "temporal.api.operatorservice.v1.CreateNexusEndpointResponse",
        "temporal.api.operatorservice.v1.GetNexusEndpointResponse",
        "temporal.api.operatorservice.v1.ListNexusEndpointsResponse",
        "temporal.api.operatorservice.v1.UpdateNexusEndpointRequest",
        "temporal.api.operatorservice.v1.UpdateNexusEndpointResponse",
        "temporal.api.protocol.v1.Message",
        "temporal.api.query.v1.WorkflowQuery",
        "temporal.api.query.v1.WorkflowQueryResult",
        "temporal.api.schedule.v1.Schedule",
        "temporal.api.schedule.v1.ScheduleAction",
        "temporal.api.schedule.v1.ScheduleListEntry",
        "temporal.api.sdk.v1.EventGroupMarker",
        "temporal.api.sdk.v1.EventGroupMarker.Label",
        "temporal.api.sdk.v1.UserMetadata",
        "temporal.api.update.v1.Acceptance",
        "temporal.api.update.v1.Input",
        "temporal.api.update.v1.Outcome",
        "temporal.api.update.v1.Rejection",
        "temporal.api.update.v1.Request",
        "temporal.api.update.v1.Response",
        "temporal.api.workflow.v1.CallbackInfo",
        "temporal.api.workflow.v1.NewWorkflowExecutionInfo",
        "temporal.api.workflow.v1.NexusOperationCancellationInfo",
        "temporal.api.workflow.v1.PendingActivityInfo",
        "temporal.api.workflow.v1.PendingNexusOperationInfo",
        "temporal.api.workflow.v1.PostResetOperation",
        "temporal.api.workflow.v1.PostResetOperation.SignalWorkflow",
        "temporal.api.workflow.v1.WorkflowExecutionConfig",
        "temporal.api.workflow.v1.WorkflowExecutionInfo",
        "temporal.api.workflowservice.v1.CreateScheduleRequest",
        "temporal.api.workflowservice.v1.CreateWorkerDeploymentVersionRequest",
        "temporal.api.workflowservice.v1.DescribeActivityExecutionResponse",
        "temporal.api.workflowservice.v1.DescribeDeploymentResponse",
        "temporal.api.workflowservice.v1.DescribeNexusOperationExecutionResponse",
        "temporal.api.workflowservice.v1.DescribeScheduleResponse",
        "temporal.api.workflowservice.v1.DescribeWorkerDeploymentVersionResponse",
        "temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse",
        "temporal.api.workflowservice.v1.ExecuteMultiOperationRequest",
        "temporal.api.workflowservice.v1.ExecuteMultiOperationRequest.Operation",
        "temporal.api.workflowservice.v1.ExecuteMultiOperationResponse",
        "temporal.api.workflowservice.v1.ExecuteMultiOperationResponse.Response",
        "temporal.api.workflowservice.v1.GetCurrentDeploymentResponse",
        "temporal.api.workflowservice.v1.GetDeploymentReachabilityResponse",
        "temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryResponse",
        "temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryReverseResponse",
        "temporal.api.workflowservice.v1.ListArchivedWorkflowExecutionsResponse",
        "temporal.api.workflowservice.v1.ListClosedWorkflowExecutionsResponse",
        "temporal.api.workflowservice.v1.ListOpenWorkflowExecutionsResponse",
        "temporal.api.workflowservice.v1.ListSchedulesResponse",
        "temporal.api.workflowservice.v1.ListWorkflowExecutionsResponse",
        "temporal.api.workflowservice.v1.PollActivityExecutionResponse",
        "temporal.api.workflowservice.v1.PollActivityTaskQueueResponse",
        "temporal.api.workflowservice.v1.PollNexusOperationExecutionResponse",
        "temporal.api.workflowservice.v1.PollNexusTaskQueueResponse",
        "temporal.api.workflowservice.v1.PollWorkflowExecutionUpdateResponse",
        "temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse",
        "temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse.QueriesEntry",
        "temporal.api.workflowservice.v1.QueryWorkflowRequest",
        "temporal.api.workflowservice.v1.QueryWorkflowResponse",
        "temporal.api.workflowservice.v1.RecordActivityTaskHeartbeatByIdRequest",
        "temporal.api.workflowservice.v1.RecordActivityTaskHeartbeatRequest",
        "temporal.api.workflowservice.v1.ResetWorkflowExecutionRequest",
        "temporal.api.workflowservice.v1.RespondActivityTaskCanceledByIdRequest",
        "temporal.api.workflowservice.v1.RespondActivityTaskCanceledRequest",
        "temporal.api.workflowservice.v1.RespondActivityTaskCompletedByIdRequest",
        "temporal.api.workflowservice.v1.RespondActivityTaskCompletedRequest",
        "temporal.api.workflowservice.v1.RespondActivityTaskFailedByIdRequest",
        "temporal.api.workflowservice.v1.RespondActivityTaskFailedByIdResponse",
        "temporal.api.workflowservice.v1.RespondActivityTaskFailedRequest",
        "temporal.api.workflowservice.v1.RespondActivityTaskFailedResponse",
        "temporal.api.workflowservice.v1.RespondNexusTaskCompletedRequest",
        "temporal.api.workflowservice.v1.RespondNexusTaskFailedRequest",
        "temporal.api.workflowservice.v1.RespondQueryTaskCompletedRequest",
        "temporal.api.workflowservice.v1.RespondWorkflowTaskCompletedRequest",
        "temporal.api.workflowservice.v1.RespondWorkflowTaskCompletedRequest.QueryResultsEntry",
        "temporal.api.workflowservice.v1.RespondWorkflowTaskCompletedResponse",
        "temporal.api.workflowservice.v1.RespondWorkflowTaskFailedRequest",
        "temporal.api.workflowservice.v1.ScanWorkflowExecutionsResponse",
        "temporal.api.workflowservice.v1.SetCurrentDeploymentRequest",
        "temporal.api.workflowservice.v1.SetCurrentDeploymentResponse",
        "temporal.api.workflowservice.v1.SignalWithStartWorkflowExecutionRequest",
        "temporal.api.workflowservice.v1.SignalWorkflowExecutionRequest",
        "temporal.api.workflowservice.v1.StartActivityExecutionRequest",
        "temporal.api.workflowservice.v1.StartActivityExecutionResponse",
        "temporal.api.workflowservice.v1.StartBatchOperationRequest",
        "temporal.api.workflowservice.v1.StartNexusOperationExecutionRequest",
        "temporal.api.workflowservice.v1.StartWorkflowExecutionRequest",
        "temporal.api.workflowservice.v1.StartWorkflowExecutionResponse",
        "temporal.api.workflowservice.v1.TerminateWorkflowExecutionRequest",
        "temporal.api.workflowservice.v1.UpdateScheduleRequest",
        "temporal.api.workflowservice.v1.UpdateWorkerDeploymentVersionComputeConfigRequest",
        "temporal.api.workflowservice.v1.UpdateWorkerDeploymentVersionComputeConfigRequest.ComputeConfigScalingGroupsEntry",
        "temporal.api.workflowservice.v1.UpdateWorkerDeploymentVersionMetadataRequest",
        "temporal.api.workflowservice.v1.UpdateWorkerDeploymentVersionMetadataRequest.UpsertEntriesEntry",
        "temporal.api.workflowservice.v1.UpdateWorkerDeploymentVersionMetadataResponse",
        "temporal.api.workflowservice.v1.UpdateWorkflowExecutionRequest",
        "temporal.api.workflowservice.v1.UpdateWorkflowExecutionResponse",
        "temporal.api.workflowservice.v1.ValidateWorkerDeploymentVersionComputeConfigRequest",
        "temporal.api.workflowservice.v1.ValidateWorkerDeploymentVersionComputeConfigRequest.ComputeConfigScalingGroupsEntry",
    ]
    static let fieldOffsets: [UInt16] = [
        0, 1, 5, 7, 8, 9, 11, 12, 14, 15, 27, 28, 33, 34, 35, 38, 39, 41, 42, 44, 47, 48, 49, 50, 51, 52, 53, 54, 55,
        56, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67, 69, 70, 71, 72, 73, 74, 80, 81, 82, 83, 84, 85, 87, 88, 89, 90, 91,
        92, 93, 94, 130, 133, 134, 135, 136, 137, 138, 139, 140, 142, 145, 146, 147, 152, 153, 155, 156, 158, 164, 165,
        166, 167, 168, 170, 171, 172, 173, 174, 175, 176, 179, 180, 181, 182, 184, 185, 186, 187, 188, 189, 190, 191,
        192, 193, 195, 197, 198, 199, 200, 201, 202, 204, 205, 207, 209, 211, 213, 214, 216, 220, 221, 223, 225, 226,
        228, 229, 230, 232, 233, 237, 238, 243, 245, 246, 251, 252, 254, 255, 257, 258, 259, 261, 262, 263, 264, 265,
        266, 267, 268, 272, 274, 276, 277, 282, 283, 284, 285, 286, 288, 289, 290, 292, 293, 295, 297, 298, 301, 302,
        304, 306, 309, 313, 314, 316, 319, 320, 321, 323, 328, 330, 334, 335, 338, 341, 348, 349, 350, 352, 353, 354,
        355, 356, 357, 358, 359, 360, 361,
    ]
    static let fields: [UInt64] = [
        0x12_ffff_0000_0003,
        0x1a_0000_000c,
        0x2d_0000_0014,
        0x16_0000_001e,
        0x6e_0000_001f,
        0x100_001a_0000_0001,
        0x100_002d_0000_0002,
        0x7_0000_0002,
        0x10_007a_0000_0005,
        0x1a_0000_0002,
        0x16_0000_0003,
        0x1a_0000_0001,
        0x14_0000_0001,
        0x2d_0000_0006,
        0x1a_0000_0001,
        0x100_0010_0000_0002,
        0x100_000a_0000_0004,
        0x100_000c_0000_0005,
        0x100_0008_0000_0008,
        0x100_000e_0000_000a,
        0x100_000b_0000_000b,
        0x100_0013_0000_000c,
        0x100_0012_0000_000d,
        0x100_000d_0000_0011,
        0x100_0011_0000_0012,
        0x6e_0000_012d,
        0x30_006c_0000_012e,
        0x1a_0000_0001,
        0x1a_0000_0003,
        0x2d_0000_0009,
        0x1a_0000_000a,
        0x16_0000_000c,
        0x18_0000_000d,
        0x2d_0000_0001,
        0x40_0018_0000_0001,
        0x10_000f_0000_0002,
        0x16_0000_0003,
        0x2d_0000_0004,
        0x1a_0000_0002,
        0x16_0000_0005,
        0x1a_0000_0006,
        0x1_ffff_0000_0004,
        0x1a_0000_0004,
        0x16_0000_0007,
        0x1a_0000_0005,
        0x16_0000_000e,
        0x18_0000_000f,
        0x100_0015_0000_0004,
        0x1_ffff_0000_0004,
        0x10_0017_0000_0001,
        0x1_ffff_0000_0002,
        0x10_0019_0000_0001,
        0x1_ffff_0000_0002,
        0x11_ffff_0000_0001,
        0x30_001c_0000_0001,
        0x20_001d_0000_0002,
        0x20_001f_0000_0003,
        0x20_0020_0000_0004,
        0x20_001d_0000_0001,
        0x21_ffff_0000_0002,
        0x21_ffff_0000_0002,
        0x10_0022_0000_0004,
        0x1_ffff_0000_0002,
        0x10_0024_0000_0001,
        0x1_ffff_0000_0002,
        0x10_0026_0000_0001,
        0x1_ffff_0000_0002,
        0x25_0000_000a,
        0x1b_0000_0010,
        0x10_0029_0000_0001,
        0x12_ffff_0000_0003,
        0x2d_0000_0001,
        0x1a_0000_0003,
        0x1a_0000_0001,
        0x2d_0000_0004,
        0x100_002b_0000_0005,
        0x100_002f_0000_0006,
        0x100_002c_0000_0007,
        0x100_002e_0000_000a,
        0x1_ffff_0000_0014,
        0x1a_0000_0001,
        0x1a_0000_0002,
        0x1a_0000_0001,
        0x1a_0000_0001,
        0x2d_0000_0001,
        0x16_0000_0005,
        0x1a_0000_0006,
        0x2d_0000_0005,
        0x2d_0000_0001,
        0x1a_0000_0001,
        0x1a_0000_0001,
        0x2d_0000_0001,
        0x16_0000_0005,
        0x10_003b_0000_0001,
        0x100_004d_0000_0006,
        0x100_0047_0000_0007,
        0x100_0049_0000_0008,
        0x100_0055_0000_000e,
        0x100_0033_0000_000f,
        0x100_0034_0000_0010,
        0x100_0031_0000_0011,
        0x100_0032_0000_0012,
        0x100_0035_0000_0013,
        0x100_0030_0000_0017,
        0x100_003c_0000_0019,
        0x100_004c_0000_001a,
        0x100_004e_0000_001b,
        0x100_0046_0000_001d,
        0x100_0048_0000_0021,
        0x100_0045_0000_0022,
        0x100_0039_0000_0024,
        0x100_0037_0000_0025,
        0x100_0038_0000_0026,
        0x100_0036_0000_0027,
        0x100_0044_0000_002a,
        0x100_004f_0000_002e,
        0x100_0052_0000_002f,
        0x100_0051_0000_0030,
        0x100_0054_0000_0031,
        0x100_0053_0000_0033,
        0x100_0050_0000_0034,
        0x100_0042_0000_0035,
        0x100_0040_0000_0037,
        0x100_0041_0000_0038,
        0x100_003f_0000_0039,
        0x100_0043_0000_003a,
        0x100_004a_0000_003c,
        0x100_003e_0000_003e,
        0x6e_0000_012d,
        0x30_006c_0000_0130,
        0x10_003d_0000_0002,
        0x16_0000_0004,
        0x2d_0000_0005,
        0x1a_0000_0002,
        0x2d_0000_0003,
        0x2d_0000_0002,
        0x1_ffff_0000_0002,
        0x2d_0000_0002,
        0x1_ffff_0000_0004,
        0x2d_0000_0002,
        0x1a_0000_0005,
        0x16_0000_0008,
        0x1a_0000_0005,
        0x16_0000_000f,
        0x18_0000_0010,
        0x1a_0000_0002,
        0x1a_0000_0001,
        0x1a_0000_0004,
        0x2d_0000_000a,
        0x1a_0000_000b,
        0x16_0000_000c,
        0x18_0000_000d,
        0x2d_0000_0001,
        0x10_0014_0000_0004,
        0x10_004b_0000_0008,
        0x10_0014_0000_0003,
        0x1a_0000_0002,
        0x16_0000_0004,
        0x1a_0000_0006,
        0x2d_0000_000c,
        0x1a_0000_000d,
        0x18_0000_0016,
        0x16_0000_0019,
        0x10_0014_0000_001e,
        0x1a_0000_0002,
        0x73_0000_0004,
        0x73_0000_0001,
        0x71_0000_0002,
        0x73_0000_0004,
        0x2d_0000_0005,
        0x18_0000_0002,
        0x18_0000_0005,
        0x2d_0000_0004,
        0x57_0000_0003,
        0x21_ffff_0000_0002,
        0x2d_0000_0005,
        0x2d_0000_0010,
        0x58_0000_0013,
        0x6e_0000_001a,
        0x100_005c_0000_0003,
        0x100_005d_0000_0001,
        0x1_ffff_0000_0005,
        0x100_005e_0000_0001,
        0x100_002d_0000_0004,
        0x1_ffff_0000_0001,
        0x7_0000_0002,
        0x57_0000_0001,
        0x56_0000_0001,
        0x56_0000_0001,
        0x10_0056_0000_0002,
        0x57_0000_0003,
        0x56_0000_0001,
        0x2_ffff_0000_0005,
        0x1a_0000_0002,
        0x16_0000_0003,
        0x1a_0000_0002,
        0x2d_0000_0004,
        0x6a_0000_0002,
        0x100_0076_0000_0001,
        0x18_0000_0002,
        0x100_006d_0000_0001,
        0x1_ffff_0000_0002,
        0x21_ffff_0000_0001,
        0x21_ffff_0000_0002,
        0x73_0000_0003,
        0x16_0000_0001,
        0x1a_0000_0003,
        0x100_001a_0000_0001,
        0x100_002d_0000_0002,
        0x73_0000_0003,
        0x2d_0000_0004,
        0x70_0000_0002,
        0x10_0014_0000_0004,
        0x71_0000_0002,
        0x14_0000_0001,
        0x2d_0000_0007,
        0x1a_0000_0004,
        0x18_0000_000b,
        0x16_0000_000d,
        0x6e_0000_000e,
        0x2d_0000_0005,
        0x1a_0000_0004,
        0x2d_0000_000b,
        0x2d_0000_000a,
        0x77_0000_000c,
        0x100_007b_0000_0001,
        0x1a_0000_0002,
        0x16_0000_0003,
        0x6e_0000_0005,
        0x18_0000_000a,
        0x69_0000_0003,
        0x20_0018_0000_0007,
        0x1b_0000_0004,
        0x1_0000_0002,
        0x1a_0000_0003,
        0x2_0000_0004,
        0x10_0003_0000_0006,
        0x21_0000_0001,
        0x59_0000_0002,
        0x1_ffff_0000_0003,
        0x101_ffff_0000_0004,
        0x100_002d_0000_0005,
        0x10_005f_0000_0007,
        0x69_0000_0001,
        0x18_0000_0003,
        0x27_0000_0001,
        0x7c_0000_0001,
        0x7d_0000_0002,
        0x10_0078_0000_0003,
        0x10_0075_0000_0006,
        0x10_0079_0000_0007,
        0x10_0087_0000_0002,
        0x100_00b7_0000_0001,
        0x100_00c0_0000_0002,
        0x10_0089_0000_0001,
        0x100_00b8_0000_0001,
        0x100_00c1_0000_0002,
        0x21_0000_0001,
        0x21_0000_0001,
        0x3a_0000_0001,
        0x14_ffff_0000_0002,
        0x3a_0000_0001,
        0x10_007d_0000_0001,
        0x10_007d_0000_0001,
        0x10_007d_0000_0001,
        0x10_006b_0000_0001,
        0x10_007d_0000_0001,
        0x2_0000_0002,
        0x3_ffff_0000_0001,
        0x16_0000_0007,
        0x1a_0000_0008,
        0x1a_0000_0009,
        0x101_ffff_0000_0004,
        0x100_002d_0000_0005,
        0x3_ffff_0000_0001,
        0x5a_0000_0002,
        0x71_0000_0001,
        0x3_ffff_0000_0001,
        0x3a_0000_0008,
        0x67_0000_000a,
        0x10_0099_0000_000e,
        0x10_0066_0000_000f,
        0x67_0000_0002,
        0x67_0000_0003,
        0x1a_0000_0001,
        0x1a_0000_0005,
        0x3_ffff_0000_0001,
        0x1a_0000_0002,
        0x10_007a_0000_0008,
        0x1a_0000_0005,
        0x3_ffff_0000_0001,
        0x1a_0000_0002,
        0x1a_0000_0005,
        0x3_ffff_0000_0001,
        0x1a_0000_0002,
        0x2d_0000_0005,
        0x1a_0000_0007,
        0x10_002d_0000_0001,
        0x3_ffff_0000_0001,
        0x2d_0000_0002,
        0x1a_0000_0005,
        0x10_002d_0000_0001,
        0x3_ffff_0000_0003,
        0x5b_0000_0004,
        0x3_ffff_0000_0003,
        0x2d_0000_0005,
        0x3_ffff_0000_0001,
        0x1a_0000_0003,
        0x2d_0000_0007,
        0x3_ffff_0000_0001,
        0x10_0009_0000_0002,
        0x10_00ab_0000_0008,
        0x10_0066_0000_000b,
        0x68_0000_0002,
        0x98_0000_0001,
        0x10_0094_0000_0002,
        0x3_ffff_0000_0001,
        0x2d_0000_0003,
        0x10_0066_0000_0007,
        0x10_007d_0000_0001,
        0x23_0000_0004,
        0x21_0000_0001,
        0x21_0000_0002,
        0x1a_0000_0005,
        0x1a_0000_000d,
        0x18_0000_0011,
        0x16_0000_0013,
        0x6e_0000_0017,
        0x1a_0000_0004,
        0x16_0000_0008,
        0x1a_0000_000c,
        0x16_0000_0010,
        0x6e_0000_0011,
        0x10_0014_0000_0013,
        0x94_0000_0004,
        0x100_0006_0000_000a,
        0x100_0005_0000_000b,
        0x100_0004_0000_000e,
        0x1_ffff_0000_000b,
        0x6e_0000_0010,
        0x10_0014_0000_0012,
        0x1a_0000_0005,
        0x18_0000_000e,
        0x16_0000_0010,
        0x2d_0000_0012,
        0x1a_0000_0013,
        0x10_0014_0000_0015,
        0x6e_0000_0017,
        0x98_0000_0002,
        0x1a_0000_0004,
        0x69_0000_0003,
        0x20_0018_0000_0008,
        0x30_00bc_0000_0006,
        0x20_001e_0000_0002,
        0x10_00be_0000_0003,
        0x1_ffff_0000_0002,
        0x25_0000_0001,
        0x73_0000_0005,
        0x71_0000_0002,
        0x30_00c3_0000_0006,
        0x20_001e_0000_0002,
    ]
    static let endpointField: [UInt8] = [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ]
    static let methods: [(path: StaticString, request: UInt16, response: UInt16)] = [
        ("/temporal.api.workflowservice.v1.WorkflowService/StartWorkflowExecution", 183, 184),
        ("/temporal.api.workflowservice.v1.WorkflowService/ExecuteMultiOperation", 134, 136),
        ("/temporal.api.workflowservice.v1.WorkflowService/GetWorkflowExecutionHistory", 65535, 140),
        ("/temporal.api.workflowservice.v1.WorkflowService/GetWorkflowExecutionHistoryReverse", 65535, 141),
        ("/temporal.api.workflowservice.v1.WorkflowService/PollWorkflowTaskQueue", 65535, 152),
        ("/temporal.api.workflowservice.v1.WorkflowService/RespondWorkflowTaskCompleted", 170, 172),
        ("/temporal.api.workflowservice.v1.WorkflowService/RespondWorkflowTaskFailed", 173, 65535),
        ("/temporal.api.workflowservice.v1.WorkflowService/PollActivityTaskQueue", 65535, 148),
        ("/temporal.api.workflowservice.v1.WorkflowService/RecordActivityTaskHeartbeat", 157, 65535),
        ("/temporal.api.workflowservice.v1.WorkflowService/RecordActivityTaskHeartbeatById", 156, 65535),
        ("/temporal.api.workflowservice.v1.WorkflowService/RespondActivityTaskCompleted", 162, 65535),
        ("/temporal.api.workflowservice.v1.WorkflowService/RespondActivityTaskCompletedById", 161, 65535),
        ("/temporal.api.workflowservice.v1.WorkflowService/RespondActivityTaskFailed", 165, 166),
        ("/temporal.api.workflowservice.v1.WorkflowService/RespondActivityTaskFailedById", 163, 164),
        ("/temporal.api.workflowservice.v1.WorkflowService/RespondActivityTaskCanceled", 160, 65535),
        ("/temporal.api.workflowservice.v1.WorkflowService/RespondActivityTaskCanceledById", 159, 65535),
        ("/temporal.api.workflowservice.v1.WorkflowService/SignalWorkflowExecution", 178, 65535),
        ("/temporal.api.workflowservice.v1.WorkflowService/SignalWithStartWorkflowExecution", 177, 65535),
        ("/temporal.api.workflowservice.v1.WorkflowService/ResetWorkflowExecution", 158, 65535),
        ("/temporal.api.workflowservice.v1.WorkflowService/TerminateWorkflowExecution", 185, 65535),
        ("/temporal.api.workflowservice.v1.WorkflowService/ListOpenWorkflowExecutions", 65535, 144),
        ("/temporal.api.workflowservice.v1.WorkflowService/ListClosedWorkflowExecutions", 65535, 143),
        ("/temporal.api.workflowservice.v1.WorkflowService/ListWorkflowExecutions", 65535, 146),
        ("/temporal.api.workflowservice.v1.WorkflowService/ListArchivedWorkflowExecutions", 65535, 142),
        ("/temporal.api.workflowservice.v1.WorkflowService/ScanWorkflowExecutions", 65535, 174),
        ("/temporal.api.workflowservice.v1.WorkflowService/RespondQueryTaskCompleted", 169, 65535),
        ("/temporal.api.workflowservice.v1.WorkflowService/QueryWorkflow", 154, 155),
        ("/temporal.api.workflowservice.v1.WorkflowService/DescribeWorkflowExecution", 65535, 133),
        ("/temporal.api.workflowservice.v1.WorkflowService/CreateSchedule", 126, 65535),
        ("/temporal.api.workflowservice.v1.WorkflowService/DescribeSchedule", 65535, 131),
        ("/temporal.api.workflowservice.v1.WorkflowService/UpdateSchedule", 186, 65535),
        ("/temporal.api.workflowservice.v1.WorkflowService/ListSchedules", 65535, 145),
        ("/temporal.api.workflowservice.v1.WorkflowService/DescribeDeployment", 65535, 129),
        ("/temporal.api.workflowservice.v1.WorkflowService/DescribeWorkerDeploymentVersion", 65535, 132),
        ("/temporal.api.workflowservice.v1.WorkflowService/GetDeploymentReachability", 65535, 139),
        ("/temporal.api.workflowservice.v1.WorkflowService/GetCurrentDeployment", 65535, 138),
        ("/temporal.api.workflowservice.v1.WorkflowService/SetCurrentDeployment", 175, 176),
        ("/temporal.api.workflowservice.v1.WorkflowService/CreateWorkerDeploymentVersion", 127, 65535),
        ("/temporal.api.workflowservice.v1.WorkflowService/UpdateWorkerDeploymentVersionComputeConfig", 187, 65535),
        ("/temporal.api.workflowservice.v1.WorkflowService/ValidateWorkerDeploymentVersionComputeConfig", 194, 65535),
        ("/temporal.api.workflowservice.v1.WorkflowService/UpdateWorkerDeploymentVersionMetadata", 189, 191),
        ("/temporal.api.workflowservice.v1.WorkflowService/UpdateWorkflowExecution", 192, 193),
        ("/temporal.api.workflowservice.v1.WorkflowService/PollWorkflowExecutionUpdate", 65535, 151),
        ("/temporal.api.workflowservice.v1.WorkflowService/StartBatchOperation", 181, 65535),
        ("/temporal.api.workflowservice.v1.WorkflowService/PollNexusTaskQueue", 65535, 150),
        ("/temporal.api.workflowservice.v1.WorkflowService/RespondNexusTaskCompleted", 167, 65535),
        ("/temporal.api.workflowservice.v1.WorkflowService/RespondNexusTaskFailed", 168, 65535),
        ("/temporal.api.workflowservice.v1.WorkflowService/StartActivityExecution", 179, 180),
        ("/temporal.api.workflowservice.v1.WorkflowService/StartNexusOperationExecution", 182, 65535),
        ("/temporal.api.workflowservice.v1.WorkflowService/DescribeActivityExecution", 65535, 128),
        ("/temporal.api.workflowservice.v1.WorkflowService/DescribeNexusOperationExecution", 65535, 130),
        ("/temporal.api.workflowservice.v1.WorkflowService/PollActivityExecution", 65535, 147),
        ("/temporal.api.workflowservice.v1.WorkflowService/PollNexusOperationExecution", 65535, 149),
        ("/temporal.api.operatorservice.v1.OperatorService/GetNexusEndpoint", 65535, 98),
        ("/temporal.api.operatorservice.v1.OperatorService/CreateNexusEndpoint", 96, 97),
        ("/temporal.api.operatorservice.v1.OperatorService/UpdateNexusEndpoint", 100, 101),
        ("/temporal.api.operatorservice.v1.OperatorService/ListNexusEndpoints", 65535, 99),
    ]
}
