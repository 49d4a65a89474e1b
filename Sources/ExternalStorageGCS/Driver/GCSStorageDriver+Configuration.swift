//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import StoreHTTP

extension GCSStorageDriver {
    /// What the driver does beyond the common case.
    ///
    /// All of it has defaults.
    public struct Configuration: Sendable {
        /// The name the driver is registered under; it must agree between all SDKs that share histories.
        public var name = GCSStorageDriver.defaultName

        /// The largest payload that is stored, in bytes of its serialized form; 50 MiB.
        ///
        /// Checked for all payloads of a call before the first upload (ES-P9). Reading accepts this size or 50 MiB,
        /// whichever is larger, so that what another worker stored with the default can be read.
        public var payloadSizeLimit = 50 * 1024 * 1024

        /// How old an object may be when it is used again; an older one is written again.
        ///
        /// Nil for any age. Set it if a lifecycle rule removes objects by age: the rule has to keep objects longer than
        /// this margin plus the longest run plus the namespace's retention. Needs `storage.objects.delete` too, without
        /// which Google lets nobody replace an object.
        public var refreshAfter: Duration?

        /// The size of the parts in which larger payloads are read at the same time, in bytes; nil to read in one go.
        public var downloadPartSizeInBytes: Int? = 16 * 1024 * 1024

        /// The only buckets that are read from, as claims name them; nil for any.
        ///
        /// Claims come out of histories, and whoever can write a history could name any bucket these credentials reach.
        public var readableBuckets: Set<String>?

        /// The address of the service, such as `https://storage-mine.p.googleapis.com`.
        ///
        /// Nil for the emulator that `STORAGE_EMULATOR_HOST` names, else for Google's own.
        public var endpointURL: String?

        /// The project that pays for requests, for buckets whose requester pays.
        public var userProject: String?

        /// The key of Cloud KMS that written objects are encrypted with:
        /// `projects/…/locations/…/keyRings/…/cryptoKeys/…`; nil for the bucket's default.
        public var kmsKeyName: String?

        /// How written objects are kept, such as `NEARLINE`; nil for the bucket's default.
        public var storageClass: String?

        /// How often a request is sent at most, the first time included; at least 1.
        ///
        /// Delays are random between zero and a bound that begins at a second and doubles with every retry. A quota that
        /// all requests of a driver share stops retries when most requests fail.
        public var maximumAttempts = 6

        /// For how long a request is repeated.
        public var retryTimeLimit: Duration = .seconds(120)

        /// How long one attempt may take, without the time for the bytes it moves.
        public var attemptTimeout: Duration = .seconds(30)

        /// The slowest transfer that is not given up, in bytes per second; adds to ``attemptTimeout``.
        public var minimumBytesPerSecond = 256 * 1024

        /// Creates the defaults.
        public init() {}
    }
}

extension GCSStorageDriver.Configuration: StoreDriverConfiguration {
    var options: GCSStore.Options {
        .init(userProject: self.userProject, kmsKeyName: self.kmsKeyName, storageClass: self.storageClass)
    }
}
