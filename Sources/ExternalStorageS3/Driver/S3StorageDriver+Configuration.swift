//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

extension S3StorageDriver {
    /// How the driver finds out whether a payload is in the bucket already (ES-D4).
    public struct ExistenceCheck: Sendable, Hashable {
        private enum Base { case conditionalWrite, head }
        private let base: Base

        /// Writes with `If-None-Match: *`: one request, atomic, and needs no right to list.
        ///
        /// For a store that does not know it the driver goes over to ``head`` by itself, and says so once in the log.
        public static let conditionalWrite = Self(base: .conditionalWrite)

        /// Asks first and writes if there is nothing: two requests, and on AWS the right `s3:ListBucket`.
        ///
        /// Without that right AWS says *forbidden* for what is missing; then every payload is written every time.
        public static let head = Self(base: .head)
    }

    /// What the driver does beyond the common case.
    ///
    /// All of it has defaults.
    public struct Configuration: Sendable {
        /// The name the driver is registered under; it must agree between all SDKs that share histories.
        public var name = S3StorageDriver.defaultName

        /// The largest payload that is stored, in bytes of its serialized form; 50 MiB.
        ///
        /// Checked for all payloads of a call before the first upload (ES-P9). Reading accepts this size or 50 MiB,
        /// whichever is larger, so that what another worker stored with the default can be read.
        public var payloadSizeLimit = 50 * 1024 * 1024

        /// How the driver finds out whether a payload is in the bucket already.
        public var existenceCheck = ExistenceCheck.conditionalWrite

        /// How old an object may be when it is used again; an older one is written again.
        ///
        /// Nil for any age.
        ///
        /// Set it if a lifecycle rule removes objects by age: a payload that is stored again for a young workflow
        /// would otherwise vanish with the old one's age. The rule has to keep objects longer than this margin plus
        /// the longest run plus the namespace's retention.
        public var refreshAfter: Duration?

        /// The size of the parts in which larger payloads are read at the same time, in bytes; nil to read in one go.
        ///
        /// Where one stream turns out to be fast (150 MiB/s), larger payloads are read in one go as well.
        public var downloadPartSizeInBytes: Int? = 16 * 1024 * 1024

        /// From this size on, in bytes, payloads are written in parts, if the client can; nil for never.
        public var multipartThresholdInBytes: Int? = 64 * 1024 * 1024

        /// The size of those parts in bytes, at least 5 MiB.
        public var uploadPartSizeInBytes = 16 * 1024 * 1024

        /// How many parts of a `StreamedPayload` are on their way at a time, at least 1.
        ///
        /// Its upload has up to two parts more in memory: about 64 MiB with the defaults.
        public var streamedPartsAtATime = 2

        /// The only buckets that are read from, as claims name them; nil for any.
        ///
        /// Claims come out of histories, and whoever can write a history could name any bucket these credentials reach.
        public var readableBuckets: Set<String>?

        /// Where the objects of a bucket are now, by the name that claims have for it.
        ///
        /// References in histories cannot be rewritten: after the objects have been copied, the old name leads to the new
        /// bucket. It is applied once, so a chain of moves has an entry per name. ``readableBuckets`` is of the names in
        /// claims.
        public var movedBuckets: [String: String] = [:]

        /// Where else an object may be that the bucket of its claim does not have or cannot give, in the order to ask.
        ///
        /// The members of a Multi-Region Access Point, or copies of a bucket in other regions. They are only read from,
        /// with the same credentials and settings; what they give is verified like everything else (ES-D3).
        public var replicaBuckets: [S3ReplicaBucket] = []

        /// How long a bucket may take to the first byte of its answer before its replicas are asked.
        ///
        /// A bucket that was silent for that long is left alone for half a minute, as long as a replica has the object.
        public var replicaPatience: Duration = .seconds(2)

        /// Creates the defaults.
        public init() {}

        var maximumRetrievalSizeInBytes: Int { max(self.payloadSizeLimit, 50 * 1024 * 1024) }
    }
}
