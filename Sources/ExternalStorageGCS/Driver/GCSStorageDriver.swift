//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

public import AsyncHTTPClient
internal import CredentialExchange
public import ExternalStorageCore
public import Logging
internal import StoreHTTP

/// Keeps payloads in Google Cloud Storage.
///
/// ```swift
/// let storage = try ExternalStorage(driver: GCSStorageDriver(bucket: "payloads"))
/// ```
///
/// Objects, names and claims are those of the Google Cloud Storage drivers of the other SDKs: histories and buckets can be
/// shared with them (ES-D2).
///
/// The credentials need `storage.objects.create` and `storage.objects.get` on the bucket and nothing else. The driver
/// never deletes a payload: a lifecycle rule does, after more than the longest run plus the namespace's retention.
public final class GCSStorageDriver: StorageDriver {
    /// Chooses the bucket of one payload.
    ///
    /// Called once per payload, before anything is uploaded. The same payload and target should give the same bucket, or
    /// equal payloads are stored twice.
    public typealias ChooseBucket = @Sendable (StorageDriverStoreContext, Payload) async throws -> String

    /// The name all SDKs register their Google Cloud Storage driver under.
    public static let defaultName = "gcp.gcsdriver"

    /// The name the driver is registered under.
    public var name: String { self.configuration.name }

    /// Always `gcp.gcsdriver`.
    public var type: String { Self.defaultName }

    let configuration: Configuration
    let engine: ObjectStoreEngine<GCSStore>
    private let buckets: ContainerChoice
    var fixedBucket: String? { self.buckets.fixed }

    /// Creates a driver for one bucket.
    ///
    /// Nothing is sent and no file is read yet.
    ///
    /// - Parameters:
    ///   - bucket: The bucket's name.
    ///   - credentials: What requests are authorised with; nil for application default credentials, or for none if
    ///     `STORAGE_EMULATOR_HOST` names the endpoint.
    ///   - configuration: What the driver does beyond the common case.
    ///   - httpClient: Whose connections are used; it is not shut down. Nil for one that all drivers share.
    ///   - logger: Is told when credentials could not be refreshed and the present ones stay in use.
    /// - Throws: `ExternalStorageError` of code `invalidConfiguration` for a bucket, name, size or URL that cannot be.
    public convenience init(
        bucket: String,
        credentials: GoogleCredentials? = nil,
        configuration: Configuration = Configuration(),
        httpClient: HTTPClient? = nil,
        logger: Logger = .current
    ) throws {
        guard !bucket.isEmpty, bucket.utf8.allSatisfy({ 0x20 < $0 && $0 < 0x7f && $0 != UInt8(ascii: "/") }) else {
            throw ExternalStorageError(
                code: .invalidConfiguration,
                message: "\"\(bucket)\" is no name of a bucket; give the name alone, without gs://"
            )
        }
        try self.init(
            buckets: .fixed(bucket),
            credentials: credentials,
            configuration: configuration,
            surroundings: .live(httpClient),
            logger: logger
        )
    }

    /// Creates a driver that chooses a bucket for each payload (ES-D6).
    ///
    /// - Parameters:
    ///   - choosingBucket: Chooses; what it throws, `store` throws.
    ///   - credentials: What requests are authorised with; nil for application default credentials, or for none if
    ///     `STORAGE_EMULATOR_HOST` names the endpoint.
    ///   - configuration: What the driver does beyond the common case.
    ///   - httpClient: Whose connections are used; it is not shut down. Nil for one that all drivers share.
    ///   - logger: Is told when credentials could not be refreshed and the present ones stay in use.
    /// - Throws: `ExternalStorageError` of code `invalidConfiguration` for a name, size or URL that cannot be.
    public convenience init(
        choosingBucket: @escaping ChooseBucket,
        credentials: GoogleCredentials? = nil,
        configuration: Configuration = Configuration(),
        httpClient: HTTPClient? = nil,
        logger: Logger = .current
    ) throws {
        try self.init(
            buckets: .perPayload(choosingBucket),
            credentials: credentials,
            configuration: configuration,
            surroundings: .live(httpClient),
            logger: logger
        )
    }

    /// Creates a driver in surroundings of the caller's choice.
    init(
        buckets: ContainerChoice,
        credentials: GoogleCredentials?,
        configuration: Configuration,
        surroundings: StoreSurroundings,
        logger: Logger
    ) throws {
        let machine = surroundings.machine
        try configuration.checkWhatIsCommon()
        let endpoint = try GCSEndpoint(endpointURL: configuration.endpointURL, environment: machine.environment)
        let credentials = credentials ?? (endpoint.isEmulator ? .anonymous : .applicationDefault())
        guard endpoint.isPrivate || credentials.isAnonymous else {
            throw ExternalStorageError(
                code: .invalidConfiguration,
                message: "a token would go to \(endpoint.authority) in the clear: use https, or anonymous credentials"
            )
        }
        let service = GCSService(
            endpoint: endpoint,
            credentials: GoogleGrants(credentials, machine: machine, logger: logger)
        )
        let store = GCSStore(
            client: StoreHTTPClient(
                service,
                settings: configuration.clientSettings(baseDelay: .seconds(1)),
                lanes: try surroundings.lanes(to: endpoint.url("/", universe: GCSEndpoint.defaultUniverse)),
                clock: surroundings.clock,
                random: machine.random
            ),
            options: configuration.options
        )
        self.configuration = configuration
        self.engine = ObjectStoreEngine(store, settings: configuration.engineSettings(), now: machine.now)
        self.buckets = buckets
    }

    /// Uploads what is not in the bucket yet, all payloads at the same time under the limiter (ES-D4, ES-D5).
    ///
    /// One request per payload: it is created on condition that there is none, with a checksum that the store verifies.
    /// Nothing is sent before all sizes are checked and all buckets are chosen. The first failure cancels the other
    /// uploads and waits for them; objects already written stay, and the next attempt finds them.
    ///
    /// - Parameters:
    ///   - payloads: What to store.
    ///   - context: Whose payloads they are, and the limiter; one permit is taken per request and kept while the
    ///     request is repeated, so that a store in trouble is asked less.
    /// - Returns: One claim per payload, in order.
    /// - Throws: `ExternalStorageError`: `payloadTooLarge` before any upload, else classified by what the store said;
    ///   what the choice of the bucket throws; `CancellationError`.
    @concurrent
    public func store(
        _ payloads: [Payload],
        context: StorageDriverStoreContext
    ) async throws -> [StorageDriverClaim] {
        try await self.engine.store(payloads, context: context) { payload in
            try await self.object(payload, context)
        }.map(\.gcsClaim)
    }

    /// Downloads payloads, all at the same time under the limiter, and verifies each digest (ES-D3).
    ///
    /// All claims are checked before anything is sent. The first failure cancels the other downloads and waits for
    /// them.
    ///
    /// - Parameters:
    ///   - claims: Where to find the payloads; of any SDK.
    ///   - context: The limiter; one permit is taken per request.
    /// - Returns: One payload per claim, in order.
    /// - Throws: `ExternalStorageError`: `invalidClaim` before any download, `corrupted` if bytes do not match the
    ///   claim's digest (not repeated), else classified by what the store said; `CancellationError`.
    @concurrent
    public func retrieve(
        _ claims: [StorageDriverClaim],
        context: StorageDriverRetrieveContext
    ) async throws -> [Payload] {
        var objects: [ObjectPlace] = []
        for claim in claims { objects.append(try self.object(claim)) }
        return try await self.engine.retrieve(objects, context: context)
    }

    private func object(_ payload: Payload, _ context: StorageDriverStoreContext) async throws -> ObjectPlace {
        ObjectPlace(
            bucket: try await self.buckets.choose(context, payload),
            name: StorageObjectKey(digest: payload.digest, target: context.target, style: .googleCloud).text,
            digest: payload.digest
        )
    }

    private func object(_ claim: StorageDriverClaim) throws(ExternalStorageError) -> ObjectPlace {
        try ObjectPlace(gcsClaim: claim, readableBuckets: self.configuration.readableBuckets)
    }
}

extension GCSStorageDriver: StreamingStorageDriver {
    /// Uploads a payload as it is read, in one request, unless it is in the bucket already.
    ///
    /// The object appears when all of it has arrived, or not at all: on failure and cancellation nothing is left behind.
    /// A request that has to be repeated reads the source again from the start.
    ///
    /// - Parameters:
    ///   - payload: What to store.
    ///   - context: Whose it is, and the limiter; one permit per request.
    /// - Returns: The claim, the same as for the payload in memory (ES-D2).
    /// - Throws: `ExternalStorageError`: `payloadTooLarge` before anything is sent, `corrupted` if the source changed,
    ///   else classified by what the store said; what the choice of the bucket throws; `CancellationError`.
    @concurrent
    public func store(
        _ payload: StreamedPayload,
        context: StorageDriverStoreContext
    ) async throws -> StorageDriverClaim {
        try self.engine.checkSize(payload.sizeInBytes)
        let object = try await self.object(payload.outline, context)
        try await self.engine.store(payload, to: object, context: context)
        return object.gcsClaim
    }

    /// Reads an object range by range, and verifies its digest at the end (ES-D3).
    ///
    /// The ranges have ``Configuration/downloadPartSizeInBytes``, or 16 MiB. An object may be of any size: it is not in
    /// memory as a whole.
    ///
    /// - Parameters:
    ///   - claim: Where to find it; of any SDK.
    ///   - context: The limiter; one permit per range.
    /// - Returns: The chunks. Iterating throws `ExternalStorageError`: `corrupted` in place of the last chunk, else
    ///   classified by what the store said; `CancellationError`.
    /// - Throws: `ExternalStorageError`: `invalidClaim`.
    public func chunks(
        of claim: StorageDriverClaim,
        context: StorageDriverRetrieveContext
    ) async throws -> PayloadChunks {
        self.engine.chunks(of: try self.object(claim), context: context)
    }
}
