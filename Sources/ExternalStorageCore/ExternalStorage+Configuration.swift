//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

extension ExternalStorage {
    /// How external storage behaves.
    public struct Configuration: Sendable {
        /// The smallest serialized size of a payload that is offered to storage.
        public var threshold: PayloadSizeThreshold = .default
        /// How many requests the drivers may have under way for one message; at least 1 (ES-P7).
        public var requestsPerMessage = 8
        /// How many requests the drivers may have under way in all; at least 1 (ES-P7).
        public var requestsPerInstance = 64
        /// How references are written.
        ///
        /// Either way is read.
        public var references: References = .plain
        /// Whether references of early previews (`json/external-storage-reference`) are resolved (ES-W5).
        ///
        /// Off by default: there is such a thing as user data that looks like one.
        public var readsLegacyReferences = false
        /// What becomes of a reference whose driver is not registered here (ES-P8).
        ///
        /// By default it is an error.
        public var unregisteredDrivers = UnregisteredDrivers.fail
        /// What is remembered of recent payloads.
        public var cache = Cache()
        /// The largest request that is sent, in bytes: if a request would still be larger after the threshold has been
        /// applied, more of its payloads are stored, the largest first.
        ///
        /// Nil leaves requests as large as they are.
        ///
        /// The default is what a Temporal server takes by default (4 MiB) less 64 KiB for headers and the references.
        public var requestSizeLimit: Int? = 4 * 1_048_576 - 65_536
        /// The largest part of a request that the server judges by itself, in bytes: the input of a workflow or a
        /// signal, the result of an activity, one command of a workflow task.
        ///
        /// Payloads of a larger part are stored as with ``requestSizeLimit``. A part here is a field of the request, or
        /// one element of a repeated field. Nil leaves parts as large as they are; so does no ``requestSizeLimit``.
        ///
        /// The default is what a Temporal server takes by default (2 MiB, `limit.blobSize.error`) less 64 KiB.
        public var requestPartSizeLimit: Int? = 2 * 1_048_576 - 65_536

        /// The defaults.
        public init() {}
    }
}

extension ExternalStorage.Configuration {
    /// How references are written (ES-W4).
    public struct References: Sendable {
        /// Whether new references go through the codec.
        let writes: Bool
        let codec: (any PayloadCodec)?

        /// As they are: every released SDK reads these.
        public static let plain = Self(writes: false, codec: nil)

        /// Written as they are; marked ones are read through a codec.
        ///
        /// The first step of a fleet that moves to ``encoded(_:)``.
        ///
        /// - Parameter codec: The codec with which others write references.
        /// - Returns: A value for ``ExternalStorage/Configuration/references``.
        public static func plain(reading codec: any PayloadCodec) -> Self { Self(writes: false, codec: codec) }

        /// Through a codec and marked, so that history shows neither bucket nor key.
        ///
        /// Only for fleets whose SDKs all read marked references.
        ///
        /// - Parameter codec: The codec; whoever reads needs it too.
        /// - Returns: A value for ``ExternalStorage/Configuration/references``.
        public static func encoded(_ codec: any PayloadCodec) -> Self { Self(writes: true, codec: codec) }
    }

    /// What becomes of references whose driver is not registered (ES-P8).
    public struct UnregisteredDrivers: Hashable, Sendable {
        private enum Base: Hashable {
            case fail
            case leave
        }

        private let base: Base

        /// An error, which names the driver and the registered ones.
        public static let fail = Self(base: .fail)

        /// The reference goes on as it is; the rest of its message is resolved.
        ///
        /// For fleets whose SDKs have external storage of their own above this one: they know the driver. Anybody else
        /// takes the reference for a value.
        public static let leave = Self(base: .leave)
    }

    /// What is remembered of recent payloads, in memory.
    ///
    /// A payload that was just stored or retrieved is not downloaded again, and one that was just stored for the same
    /// target is not uploaded again.
    public struct Cache: Hashable, Sendable {
        /// The most that is kept, in bytes of payloads.
        ///
        /// 0 switches the cache off.
        public var sizeInBytes = 64 * 1_048_576
        /// The most payloads that are kept, and the most stores that are remembered.
        ///
        /// 0 switches the cache off.
        public var entries = 10_000
        /// For how long a store counts as recent.
        ///
        /// Keep it far below the age at which your store deletes objects: a payload that is remembered is not uploaded,
        /// however old its object is by now.
        public var storesAreRecentFor: Duration = .seconds(3_600)

        /// The defaults: 64 MiB, 10,000 entries, an hour.
        public init() {}

        /// No cache at all.
        public static var disabled: Self {
            var cache = Self()
            cache.sizeInBytes = 0
            cache.entries = 0
            return cache
        }

        var isEnabled: Bool { self.sizeInBytes > 0 && self.entries > 0 }
    }

    /// - Throws: `invalidConfiguration`, which names the setting (ES-P5).
    func validate() throws(ExternalStorageError) {
        guard self.threshold.sizeInBytes >= 0 else {
            throw .invalidConfiguration("threshold must not be negative, but is \(self.threshold.sizeInBytes) bytes")
        }
        guard self.requestsPerMessage >= 1 else {
            throw .invalidConfiguration("requestsPerMessage must be at least 1, but is \(self.requestsPerMessage)")
        }
        guard self.requestsPerInstance >= 1 else {
            throw .invalidConfiguration("requestsPerInstance must be at least 1, but is \(self.requestsPerInstance)")
        }
        guard self.cache.sizeInBytes >= 0, self.cache.entries >= 0, self.cache.storesAreRecentFor >= .zero else {
            throw .invalidConfiguration("cache sizes and times must not be negative")
        }
        if let limit = self.requestSizeLimit, limit < 1 {
            throw .invalidConfiguration("requestSizeLimit must be at least 1 byte or nil, but is \(limit)")
        }
        if let limit = self.requestPartSizeLimit, limit < 1 {
            throw .invalidConfiguration("requestPartSizeLimit must be at least 1 byte or nil, but is \(limit)")
        }
    }
}
