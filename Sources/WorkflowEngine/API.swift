//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import TemporalAPI

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// Short names for the messages that the engine speaks.
package enum API {
    package typealias Command = Temporal_Api_Command_V1_Command
    package typealias ActivityType = Temporal_Api_Common_V1_ActivityType
    package typealias WorkflowType = Temporal_Api_Common_V1_WorkflowType
    package typealias CommandType = Temporal_Api_Enums_V1_CommandType
    package typealias Event = Temporal_Api_History_V1_HistoryEvent
    package typealias Started = Temporal_Api_History_V1_WorkflowExecutionStartedEventAttributes
    package typealias Payload = Temporal_Api_Common_V1_Payload
    package typealias Payloads = Temporal_Api_Common_V1_Payloads
    package typealias RetryPolicy = Temporal_Api_Common_V1_RetryPolicy
    package typealias Failure = Temporal_Api_Failure_V1_Failure
    package typealias TaskFailedCause = Temporal_Api_Enums_V1_WorkflowTaskFailedCause
    package typealias WorkflowTask = Temporal_Api_Workflowservice_V1_PollWorkflowTaskQueueResponse
    package typealias PageToken = Data
    package typealias ProtocolMessage = Temporal_Api_Protocol_V1_Message
    package typealias UpdateRequest = Temporal_Api_Update_V1_Request
    package typealias Query = Temporal_Api_Query_V1_WorkflowQuery
    package typealias QueryResult = Temporal_Api_Query_V1_WorkflowQueryResult
    package typealias TaskMetadata = Temporal_Api_Sdk_V1_WorkflowTaskCompletedMetadata
    package typealias Signal = Temporal_Api_History_V1_WorkflowExecutionSignaledEventAttributes
    package typealias ScheduleActivity = Temporal_Api_Command_V1_ScheduleActivityTaskCommandAttributes
    package typealias StartChild = Temporal_Api_Command_V1_StartChildWorkflowExecutionCommandAttributes
    package typealias SignalExternal = Temporal_Api_Command_V1_SignalExternalWorkflowExecutionCommandAttributes
    package typealias CancelExternal =
        Temporal_Api_Command_V1_RequestCancelExternalWorkflowExecutionCommandAttributes
    package typealias ScheduleNexusOperation = Temporal_Api_Command_V1_ScheduleNexusOperationCommandAttributes
    package typealias ContinueAsNew = Temporal_Api_Command_V1_ContinueAsNewWorkflowExecutionCommandAttributes
    package typealias SearchAttributes = Temporal_Api_Common_V1_SearchAttributes
}
