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

/// Keeps payloads in Azure Blob Storage.
///
/// ```swift
/// let storage = try ExternalStorage(driver: AzureStorageDriver(container: "payloads", account: "myaccount"))
/// ```
///
/// No other Temporal SDK has a driver for Azure: type, names of blobs and claims are this project's own, laid out as those
/// for Google Cloud Storage are.
///
/// An identity needs the role *Storage Blob Data Contributor* on the container to write and *Storage Blob Data Reader* to
/// read. The driver never deletes a payload: a lifecycle rule does, after more than the longest run plus the namespace's
/// retention.
public final class AzureStorageDriver: StorageDriver {
    /// Chooses the container of one payload.
    ///
    /// Called once per payload, before anything is uploaded. The same payload and target should give the same container,
    /// or equal payloads are stored twice.
    public typealias ChooseContainer = @Sendable (StorageDriverStoreContext, Payload) async throws -> String

    /// The type of the driver, and its name unless it is given another.
    public static let defaultName = "azure.blobdriver"

    /// The name the driver is registered under.
    public var name: String { self.configuration.name }

    /// Always `azure.blobdriver`.
    public var type: String { Self.defaultName }

    let configuration: Configuration
    let engine: ObjectStoreEngine<AzureStore>
    let endpoint: AzureEndpoint
    private let containerChoice: ContainerChoice
    var fixedContainer: String? { self.containerChoice.fixed }

    /// Creates a driver for one container.
    ///
    /// Nothing is sent yet. Account and credentials that are not given are taken from `AZURE_STORAGE_CONNECTION_STRING`,
    /// else from `AZURE_STORAGE_ACCOUNT` and `AZURE_STORAGE_KEY` or `AZURE_STORAGE_SAS_TOKEN`; credentials that are not
    /// there either are ``AzureCredentials/environment``.
    ///
    /// - Parameters:
    ///   - container: The container's name.
    ///   - account: The storage account; nil for what the environment says.
    ///   - credentials: What requests are authorised with; nil for what the environment says.
    ///   - configuration: What the driver does beyond the common case.
    ///   - httpClient: Whose connections are used; it is not shut down. Nil for one that all drivers share.
    ///   - logger: Is told when credentials could not be refreshed and the present ones stay in use.
    /// - Throws: `ExternalStorageError` of code `invalidConfiguration` for an account, container, key, name, size or URL
    ///   that is missing or cannot be.
    public convenience init(
        container: String,
        account: String? = nil,
        credentials: AzureCredentials? = nil,
        configuration: Configuration = Configuration(),
        httpClient: HTTPClient? = nil,
        logger: Logger = .current
    ) throws {
        try Self.check(container: container)
        try self.init(
            .fixed(container),
            account: account,
            credentials: credentials,
            configuration: configuration,
            httpClient: httpClient,
            logger: logger
        )
    }

    /// Creates a driver that chooses a container for each payload.
    ///
    /// - Parameters:
    ///   - choosingContainer: Chooses; what it throws, `store` throws.
    ///   - account: The storage account; nil for what the environment says.
    ///   - credentials: What requests are authorised with; nil for what the environment says.
    ///   - configuration: What the driver does beyond the common case.
    ///   - httpClient: Whose connections are used; it is not shut down. Nil for one that all drivers share.
    ///   - logger: Is told when credentials could not be refreshed and the present ones stay in use.
    /// - Throws: `ExternalStorageError` of code `invalidConfiguration` for an account, key, name, size or URL that is
    ///   missing or cannot be.
    public convenience init(
        choosingContainer: @escaping ChooseContainer,
        account: String? = nil,
        credentials: AzureCredentials? = nil,
        configuration: Configuration = Configuration(),
        httpClient: HTTPClient? = nil,
        logger: Logger = .current
    ) throws {
        try self.init(
            .perPayload(choosingContainer),
            account: account,
            credentials: credentials,
            configuration: configuration,
            httpClient: httpClient,
            logger: logger
        )
    }

    /// Takes from the environment what is not given.
    private convenience init(
        _ containerChoice: ContainerChoice,
        account: String?,
        credentials: AzureCredentials?,
        configuration: Configuration,
        httpClient: HTTPClient?,
        logger: Logger
    ) throws {
        let surroundings = StoreSurroundings.live(httpClient)
        try self.init(
            containerChoice,
            connection: AzureConnection(
                account: account,
                credentials: credentials,
                environment: { surroundings.machine.value($0) }
            ),
            configuration: configuration,
            surroundings: surroundings,
            logger: logger
        )
    }

    /// Creates a driver for one container of the account that a connection string names.
    ///
    /// - Parameters:
    ///   - container: The container's name.
    ///   - connectionString: As the portal shows it: `AccountName=…;AccountKey=…`, or with `BlobEndpoint` and
    ///     `SharedAccessSignature`, or `UseDevelopmentStorage=true`. Without key and signature,
    ///     ``AzureCredentials/environment``.
    ///   - configuration: What the driver does beyond the common case.
    ///   - httpClient: Whose connections are used; it is not shut down. Nil for one that all drivers share.
    ///   - logger: Is told when credentials could not be refreshed and the present ones stay in use.
    /// - Throws: `ExternalStorageError` of code `invalidConfiguration`, in whose text nothing of the string stands.
    public convenience init(
        container: String,
        connectionString: String,
        configuration: Configuration = Configuration(),
        httpClient: HTTPClient? = nil,
        logger: Logger = .current
    ) throws {
        try Self.check(container: container)
        try self.init(
            .fixed(container),
            connection: AzureConnection(connectionString: connectionString),
            configuration: configuration,
            surroundings: .live(httpClient),
            logger: logger
        )
    }

    /// Creates a driver in surroundings of the caller's choice.
    init(
        _ containerChoice: ContainerChoice,
        connection: AzureConnection,
        configuration: Configuration,
        surroundings: StoreSurroundings,
        logger: Logger
    ) throws {
        let machine = surroundings.machine
        try configuration.check()
        guard let account = connection.account else {
            throw ExternalStorageError(
                code: .invalidConfiguration,
                message: "the storage account is not set: give it, or set AZURE_STORAGE_ACCOUNT or "
                    + "AZURE_STORAGE_CONNECTION_STRING"
            )
        }
        let endpoint = try AzureEndpoint(
            account: account,
            endpointURL: configuration.endpointURL ?? connection.endpointURL,
            suffix: connection.suffix ?? "core.windows.net"
        )
        let credentials = connection.credentials ?? .environment
        guard endpoint.isPrivate || !credentials.sendsSecrets else {
            throw ExternalStorageError(
                code: .invalidConfiguration,
                message: "a token or signature would go to \(endpoint.url.authority) in the clear: use https"
            )
        }
        let service = AzureService(
            endpoint: endpoint,
            grants: try AzureGrants(credentials, account: account, machine: machine, logger: logger),
            now: machine.now
        )
        let store = AzureStore(
            client: StoreHTTPClient(
                service,
                settings: configuration.clientSettings(baseDelay: .milliseconds(800)),
                lanes: try surroundings.lanes(to: endpoint.url.description),
                clock: surroundings.clock,
                random: machine.random
            ),
            options: configuration.options
        )
        self.configuration = configuration
        self.endpoint = endpoint
        self.engine = ObjectStoreEngine(store, settings: configuration.engineSettings(), now: machine.now)
        self.containerChoice = containerChoice
    }

    private static func check(container: String) throws(ExternalStorageError) {
        let isName = { (byte: UInt8) in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "-")
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        guard (3...63).contains(container.utf8.count), container.utf8.allSatisfy(isName) else {
            throw ExternalStorageError(
                code: .invalidConfiguration,
                message: "\"\(container)\" is no name of a container: 3 to 63 lower-case letters, digits and hyphens"
            )
        }
    }

    /// Uploads what is not in the container yet, all payloads at the same time under the limiter (ES-D4, ES-D5).
    ///
    /// One request per payload: it is created on condition that there is none, with a checksum that the store verifies.
    /// Larger payloads go in blocks, as ``Configuration/blockThresholdInBytes`` says. Nothing is sent before all sizes are
    /// checked and all containers are chosen. The first failure cancels the other uploads and waits for them; blobs
    /// already written stay, and the next attempt finds them.
    ///
    /// - Parameters:
    ///   - payloads: What to store.
    ///   - context: Whose payloads they are, and the limiter; one permit is taken per request and kept while the
    ///     request is repeated, so that a store in trouble is asked less.
    /// - Returns: One claim per payload, in order.
    /// - Throws: `ExternalStorageError`: `payloadTooLarge` before any upload, else classified by what the store said;
    ///   what the choice of the container throws; `CancellationError`.
    @concurrent
    public func store(
        _ payloads: [Payload],
        context: StorageDriverStoreContext
    ) async throws -> [StorageDriverClaim] {
        try await self.engine.store(payloads, context: context) { payload in
            try await self.object(payload, context)
        }.map { $0.azureClaim(account: self.endpoint.account) }
    }

    /// Downloads payloads, all at the same time under the limiter, and verifies each digest (ES-D3).
    ///
    /// All claims are checked before anything is sent. The first failure cancels the other downloads and waits for
    /// them.
    ///
    /// - Parameters:
    ///   - claims: Where to find the payloads.
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
            bucket: try await self.containerChoice.choose(context, payload),
            name: ObjectPlace.blobName(digest: payload.digest, target: context.target),
            digest: payload.digest
        )
    }

    private func object(_ claim: StorageDriverClaim) throws(ExternalStorageError) -> ObjectPlace {
        try ObjectPlace(azureClaim: claim, readableContainers: self.configuration.readableContainers)
    }
}

extension AzureStorageDriver: StreamingStorageDriver {
    /// Uploads a payload in blocks, reading it as they are sent, unless it is in the container already.
    ///
    /// A payload that fits into one block is read into memory and written in one request. The blob appears when all of it
    /// has arrived, or not at all; blocks that were sent before a failure are seen by nobody and vanish after a week.
    ///
    /// - Parameters:
    ///   - payload: What to store.
    ///   - context: Whose it is, and the limiter; one permit per request.
    /// - Returns: The claim, the same as for the payload in memory.
    /// - Throws: `ExternalStorageError`: `payloadTooLarge` before anything is sent, `corrupted` if the source changed,
    ///   else classified by what the store said; what the choice of the container throws; `CancellationError`.
    @concurrent
    public func store(
        _ payload: StreamedPayload,
        context: StorageDriverStoreContext
    ) async throws -> StorageDriverClaim {
        try self.engine.checkSize(payload.sizeInBytes)
        let object = try await self.object(payload.outline, context)
        try await self.engine.store(payload, to: object, context: context)
        return object.azureClaim(account: self.endpoint.account)
    }

    /// Reads a blob range by range, and verifies its digest at the end (ES-D3).
    ///
    /// The ranges have ``Configuration/downloadPartSizeInBytes``, or 16 MiB. A blob may be of any size: it is not in memory
    /// as a whole.
    ///
    /// - Parameters:
    ///   - claim: Where to find it.
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
