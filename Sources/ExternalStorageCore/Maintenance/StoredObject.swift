//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

/// Where an object is: a bucket (or the like) and a key.
public struct StoredObjectLocation: Hashable, Sendable {
    /// The bucket as claims name it; empty for a store that has only one place.
    public var container: String
    /// The key as it is stored.
    public var key: String

    /// Creates a location.
    ///
    /// - Parameters:
    ///   - container: The bucket; empty for a store that has only one place.
    ///   - key: The key as it is stored.
    public init(container: String, key: String) {
        self.container = container
        self.key = key
    }
}

/// What a store says of an object.
public struct StoredObject: Hashable, Sendable {
    /// Where it is.
    public var location: StoredObjectLocation
    /// Its size in bytes.
    public var sizeInBytes: Int
    /// When it was written last, in seconds since 1970 by the clock of the store; nil if the store did not say.
    public var lastModified: Int64?
    /// Differs between two looks at a location if anything was written there in between.
    ///
    /// The same whether it comes from a listing or from a description.
    public var revision: String

    /// Creates a description.
    ///
    /// - Parameters:
    ///   - location: Where it is.
    ///   - sizeInBytes: Its size in bytes.
    ///   - lastModified: When it was written last, in seconds since 1970 by the clock of the store.
    ///   - revision: Differs if anything was written in between.
    public init(location: StoredObjectLocation, sizeInBytes: Int, lastModified: Int64?, revision: String) {
        self.location = location
        self.sizeInBytes = sizeInBytes
        self.lastModified = lastModified
        self.revision = revision
    }
}

/// A part of a listing.
public struct StoredObjectPage: Sendable {
    /// The objects, in the order of the UTF-8 bytes of their keys.
    public var objects: [StoredObject]
    /// What to ask for the next page with; nil if this was the last one.
    public var continuation: String?

    /// Creates a page.
    ///
    /// - Parameters:
    ///   - objects: The objects, in order.
    ///   - continuation: What to ask for the next page with.
    public init(objects: [StoredObject], continuation: String? = nil) {
        self.objects = objects
        self.continuation = continuation
    }
}

/// What became of an object that was to be deleted if nothing had happened to it.
public enum StoredObjectDeletion: Hashable, Sendable {
    /// It is gone; nothing that was written since the look at it was deleted with it.
    case deleted
    /// It is gone; the store cannot tell an object from the same bytes written again, so a write in the milliseconds
    /// between the last look at it and the request has gone with it.
    case deletedAfterLastLook
    /// It was gone already.
    case missing
    /// Something was written there since: it is still there.
    case changed
}
