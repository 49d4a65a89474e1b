//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

package import ExternalStorageCore

/// Where in what a server answered something stands.
package struct ReferencePlace: Hashable, Sendable, Codable {
    /// The event, if it is in a history.
    package var eventID: Int64?
    /// The fields on the way, such as `activity_task_completed_event_attributes.result`.
    package var path: String
    /// The how-manieth reference of its event it is, from 0; of its message, if it is in no history.
    package var index: Int

    package init(eventID: Int64? = nil, path: String, index: Int) {
        self.eventID = eventID
        self.path = path
        self.index = index
    }
}

/// A reference, and where it was seen.
package struct ReferenceSighting: Hashable, Sendable {
    package var reference: StorageReference
    /// The size in bytes that the reference itself tells; not to be trusted, and often missing.
    package var claimedSizeInBytes: Int?
    package var place: ReferencePlace
    /// The reference as it stands there.
    package var payload: Payload
}

/// Why what was read is not known completely.
///
/// Each of them makes a pass incomplete (ES-G1): not knowing means keeping.
package struct ReadingProblem: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable {
        /// A marked reference that no codec decodes, or one that is not well-formed.
        case undecodable
        /// A reference of a driver that is not registered here.
        case unregisteredDriver
        /// A claim of which its driver can make nothing.
        case invalidClaim
        /// Something that looks like a reference, where none is known to stand.
        case unknownPlace
        /// An answer that is no protobuf message.
        case unreadable
        /// A call that failed, again and again.
        case failedCall
        /// The namespace is not, or no longer, the one that was to be read.
        case namespaceChanged
        /// There is more than could be read: archives, features of the server that are not known here.
        case beyondReach
    }

    package var kind: Kind
    /// What it is, in words; nothing secret, and nothing of a payload.
    package var text: String
    package var place: ReferencePlace?

    package init(_ kind: Kind, _ text: String, at place: ReferencePlace? = nil) {
        self.kind = kind
        self.text = text
        self.place = place
    }
}

/// What was found in one message.
package struct ReferenceFindings: Sendable {
    package var sightings: [ReferenceSighting] = []
    package var problems: [ReadingProblem] = []
}
