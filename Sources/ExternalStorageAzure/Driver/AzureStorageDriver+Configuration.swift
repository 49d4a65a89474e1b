//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import ExternalStorageCore
internal import StoreHTTP

extension AzureStorageDriver {
    /// What the driver does beyond the common case.
    ///
    /// All of it has defaults.
    public struct Configuration: Sendable {
        /// The name the driver is registered under; it must agree between all workers that share histories.
        public var name = AzureStorageDriver.defaultName

        /// The largest payload that is stored, in bytes of its serialized form; 50 MiB.
        ///
        /// Checked for all payloads of a call before the first upload (ES-P9). Reading accepts this size or 50 MiB,
        /// whichever is larger, so that what another worker stored with the default can be read.
        public var payloadSizeLimit = 50 * 1024 * 1024

        /// How old a blob may be when it is used again; an older one is written again.
        ///
        /// Nil for any age. Set it if a lifecycle rule removes blobs by age: the rule has to keep blobs longer than this
        /// margin plus the longest run plus the namespace's retention.
        public var refreshAfter: Duration?

        /// The size of the parts in which larger payloads are read at the same time, in bytes; nil to read in one go.
        public var downloadPartSizeInBytes: Int? = 16 * 1024 * 1024

        /// From this size on, in bytes, payloads are written in blocks; nil for never, if they are in memory.
        public var blockThresholdInBytes: Int? = 64 * 1024 * 1024

        /// The size of those blocks in bytes.
        public var blockSizeInBytes = 16 * 1024 * 1024

        /// How many blocks of a `StreamedPayload` are on their way at a time, at least 1.
        public var streamedBlocksAtATime = 2

        /// The only containers that are read from, as claims name them; nil for any.
        ///
        /// Claims come out of histories, and whoever can write a history could name any container these credentials
        /// reach.
        public var readableContainers: Set<String>?

        /// The address of the account's blobs, such as `https://myaccount.blob.core.chinacloudapi.cn`.
        ///
        /// Nil for what the connection string says, else `https://ACCOUNT.blob.core.windows.net`.
        public var endpointURL: String?

        /// The tier written blobs are kept in: `Hot`, `Cool` or `Cold`; nil for the account's default.
        ///
        /// What is in `Archive` cannot be read.
        public var accessTier: String?

        /// The encryption scope of written blobs; nil for the container's default.
        public var encryptionScope: String?

        /// How often a request is sent at most, the first time included; at least 1.
        ///
        /// Delays are random between zero and a bound that begins at 0.8 seconds and doubles with every retry. A quota
        /// that all requests of a driver share stops retries when most requests fail.
        public var maximumAttempts = 4

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

extension AzureStorageDriver.Configuration: StoreDriverConfiguration {
    var options: AzureStore.Options {
        .init(
            accessTier: self.accessTier,
            encryptionScope: self.encryptionScope,
            blockThresholdInBytes: self.blockThresholdInBytes,
            blockSizeInBytes: self.blockSizeInBytes,
            streamedBlocksAtATime: self.streamedBlocksAtATime
        )
    }

    func check() throws(ExternalStorageError) {
        func refuse(_ message: String) -> ExternalStorageError {
            ExternalStorageError(code: .invalidConfiguration, message: message)
        }
        try self.checkWhatIsCommon()
        for (name, value) in [
            ("blockSizeInBytes", self.blockSizeInBytes), ("streamedBlocksAtATime", self.streamedBlocksAtATime),
        ] {
            guard value > 0 else { throw refuse("\(name) is \(value), it has to be positive") }
        }
        guard self.accessTier?.lowercased() != "archive" else {
            throw refuse("what is in the tier Archive cannot be read")
        }
    }
}
