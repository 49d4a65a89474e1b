//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import ExternalStorageCore

extension CodecServer {
    /// Which references the server follows.
    ///
    /// A reference comes from the caller, who may have written it. So before any driver is asked, its key has to be one
    /// of the caller's namespace, and its bucket one of those that the server may read from. The layout of keys is that of
    /// all Temporal SDKs: `v0/ns/<namespace>/…/d/sha256/<digest>`.
    public struct ReferencePolicy: Sendable {
        /// A bucket, or the part of it under a prefix.
        public struct Place: Hashable, Sendable {
            /// The bucket as it stands in references: a name or an ARN.
            public var bucket: String
            /// What keys have to begin with; empty for all of the bucket.
            public var prefix: String

            /// A place that may be read from.
            ///
            /// - Parameters:
            ///   - bucket: The bucket as it stands in references.
            ///   - prefix: What keys have to begin with; empty for all of the bucket.
            public init(bucket: String, prefix: String = "") {
                self.bucket = bucket
                self.prefix = prefix
            }

            /// Whether both are the same bytes.
            ///
            /// - Parameters:
            ///   - left: One place.
            ///   - right: Another one.
            /// - Returns: True if no byte differs.
            public static func == (left: Self, right: Self) -> Bool {
                isSame(left.bucket, right.bucket) && isSame(left.prefix, right.prefix)
            }

            /// Feeds the bytes.
            ///
            /// - Parameter hasher: Takes them.
            public func hash(into hasher: inout Hasher) {
                hasher.combine(Array(self.bucket.utf8))
                hasher.combine(Array(self.prefix.utf8))
            }

            /// Whether an object is here.
            func holds(bucket: String, key: String) -> Bool {
                isSame(self.bucket, bucket) && key.utf8.starts(with: self.prefix.utf8)
            }
        }

        /// The buckets that may be read from.
        ///
        /// A reference that names a bucket is refused if this does not; one that names none, such as those of the driver
        /// `local-disk`, needs no entry.
        public var places: Set<Place>

        /// Whether references with a key of no namespace (`v0/d/sha256/<digest>`) are followed; false by default.
        ///
        /// SDKs write such keys where they know no target: heartbeats of the Go SDK, Nexus operations, and `/encode` of
        /// other codec servers (here it writes the caller's namespace). They belong to nobody, so that whoever knows the
        /// digest of a payload, and may call this server for any namespace at all, can read it.
        public var acceptsKeysWithoutNamespace = false

        /// References are followed within the caller's namespace and these places only.
        ///
        /// - Parameter places: The buckets that may be read from.
        public init(places: Set<Place> = []) {
            self.places = places
        }
    }
}

extension CodecServer.ReferencePolicy {
    /// - Throws: ``RequestFailure`` with status 403, whose text does not say what the reference names.
    func check(_ reference: StorageReference, namespace: CodecServer.Namespace) throws(RequestFailure) {
        let claim = reference.claim
        // As several drivers and SDKs name it. If there are more than one, none may lead elsewhere.
        let keys = claim.objectNames
        guard !keys.isEmpty else {
            throw .refusedReference(
                "noKey",
                "A reference has no key, so that its namespace cannot be checked.",
                detail: "\(reference)"
            )
        }
        for key in keys { try self.check(key: key, of: claim, namespace: namespace) }
        guard let bucket = claim["bucket"] ?? claim["container"] else { return }
        // A claim with two places would be checked by one and followed by the other.
        guard claim["container"] == nil || claim["bucket"] == nil,
            self.places.contains(where: { place in
                keys.allSatisfy { place.holds(bucket: bucket, key: $0) }
            })
        else {
            throw .refusedReference(
                "foreignBucket",
                "A reference leads to a place that this codec server may not read from. Its operator can allow it.",
                detail: "\(claim)"
            )
        }
    }

    private func check(
        key: String,
        of claim: StorageDriverClaim,
        namespace: CodecServer.Namespace
    ) throws(RequestFailure) {
        let owner: ObjectKeyOwner
        do throws(ObjectKeyOwner.Malformed) {
            owner = try ObjectKeyOwner(key: key, digest: claim["hash_value"] ?? claim["hashValue"])
        } catch {
            throw .refusedReference(
                "malformedKey",
                "A reference has a key that is not of the layout of the SDKs, so that its namespace cannot be checked.",
                detail: "\(error.reason) \(claim)"
            )
        }
        switch owner {
        case .namespace(namespace): return
        case .namespace:
            throw .refusedReference(
                "foreignNamespace",
                "A reference belongs to another namespace than the request.",
                detail: "namespace \(namespace) \(claim)"
            )
        case .nobody:
            guard !self.acceptsKeysWithoutNamespace else { return }
            throw .refusedReference(
                "keyWithoutNamespace",
                "A reference belongs to no namespace. The operator of the codec server can allow such references.",
                detail: "\(claim)"
            )
        }
    }
}
