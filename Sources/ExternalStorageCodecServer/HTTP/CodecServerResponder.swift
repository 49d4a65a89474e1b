//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

internal import ExternalStorageCore
internal import Groundwork
internal import HTTPTypes
internal import Hummingbird
internal import NIOConcurrencyHelpers
internal import NIOCore

/// Answers requests: looks at everything that needs no body first, then waits for memory, then works.
///
/// The order is: route, origin, preflight, method, caller, rate, namespace, type, size, body, for whose bytes memory is taken
/// as they arrive, memory, storage, response.
final class CodecServerResponder: HTTPResponder {
    typealias Context = CodecServerContext

    private let handler: PayloadHandler
    private let configuration: CodecServer.Configuration
    private let telemetry: CodecServerTelemetry
    let requestMemory: SharedMemory
    let responseMemory: SharedMemory
    private let rate: NIOLockedValueBox<RateLimiter>?
    private let start = ContinuousClock.now
    /// A body, what is decoded of it, and the payloads.
    fileprivate static let bodyFactor = 3

    init(storage: ExternalStorage?, configuration: CodecServer.Configuration, telemetry: CodecServerTelemetry) {
        self.configuration = configuration
        self.telemetry = telemetry
        self.handler = PayloadHandler(
            storage: storage,
            before: CodecChain(codecs: configuration.codecsBeforeStorage),
            after: CodecChain(codecs: configuration.codecsAfterStorage),
            referenceCodec: configuration.referenceCodec,
            policy: configuration.references,
            resolvedSizeLimit: configuration.limits.resolvedSizeInBytes
        )
        let limits = configuration.limits
        self.requestMemory = SharedMemory(
            capacity: limits.requestMemoryInBytes,
            partSize: max(
                limits.requestMemoryInBytes / 2,
                limits.bodySizeInBytes.multipliedClamped(by: Self.bodyFactor)
            )
        ) { telemetry.memory("request", $0) }
        self.responseMemory = SharedMemory(
            capacity: limits.responseMemoryInBytes,
            partSize: max(1, limits.responseMemoryInBytes / 2)
        ) { telemetry.memory("response", $0) }
        self.rate = configuration.rateLimit.map { NIOLockedValueBox(RateLimiter($0)) }
    }

    func respond(to request: Request, context: Context) async throws -> Response {
        var record = RequestRecord(
            id: RequestRecord.makeID(),
            method: request.method.rawValue,
            address: context.remoteAddress,
            origin: request.headers[.origin]
        )
        let began = ContinuousClock.now
        var response: Response
        do {
            response = try await self.answer(request, context, &record, began)
        } catch let failure as RequestFailure {
            response = self.response(to: failure, &record)
            if failure.leavesBody { response.headers[.connection] = "close" }
            self.end(record, began)
        } catch is CancellationError {
            record.reason = "cancelled"
            record.status = .init(code: 499, reasonPhrase: "Client Closed Request")
            self.telemetry.requestEnded(record, after: .now - began, isComplete: false)
            response = Response(status: .badRequest, headers: [.connection: "close"])
        }
        let origin = request.headers[.origin]
        for field in self.configuration.crossOrigin.fields(for: origin) where response.headers[field.name] == nil {
            response.headers[field.name] = field.value
        }
        response.headers[.requestID] = record.id
        response.headers[.cacheControl] = "no-store"
        response.headers[.xContentTypeOptions] = "nosniff"
        // A body here would be taken for the beginning of the next response.
        if request.method == .head { response.body = ResponseBody() }
        return response
    }

    private func end(_ record: RequestRecord, _ began: ContinuousClock.Instant) {
        self.telemetry.requestEnded(record, after: .now - began, isComplete: true)
    }

    private func response(to failure: RequestFailure, _ record: inout RequestRecord) -> Response {
        record.status = failure.status
        record.reason = failure.reason
        record.detail = failure.detail
        let body = ByteBuffer(string: "\(failure.text) (request \(record.id))\n")
        record.responseBytes = body.readableBytes
        var fields = failure.fields
        fields[.contentType] = "text/plain; charset=utf-8"
        fields[.contentLength] = "\(body.readableBytes)"
        return Response(status: failure.status, headers: fields, body: ResponseBody(byteBuffer: body))
    }

    /// What is known of a request before its body.
    private enum Admission {
        case answered(Response)
        case admitted(RequestTarget, Admitted)
    }

    /// Who may do what where.
    struct Admitted: Sendable {
        /// Empty if the request names none, which is in order for codecs alone.
        var namespace: CodecServer.Namespace
        /// Who is counted.
        var caller: CallerKey
    }

    private func answer(
        _ request: Request,
        _ context: Context,
        _ record: inout RequestRecord,
        _ began: ContinuousClock.Instant
    ) async throws -> Response {
        let admission: Admission
        do {
            admission = try await self.admission(of: request, &record, began)
        } catch let failure as RequestFailure {
            throw await self.discardingBody(of: request, failure, &record)
        }
        switch admission {
        case .answered(let response): return response
        case .admitted(let target, let admitted):
            let connection = try await context.connection()
            // What was found out of the request is for the log, also if it fails.
            let seen = NIOLockedValueBox(record)
            defer { record = seen.withLockedValue { $0 } }
            let reply = try await connection.cancellingOnClose {
                try await self.reply(to: request, target, admitted, seen)
            }
            return self.stream(reply, seen.withLockedValue { $0 }, began)
        }
    }

    private func admission(
        of request: Request,
        _ record: inout RequestRecord,
        _ began: ContinuousClock.Instant
    ) async throws -> Admission {
        guard let target = RequestTarget(path: request.head.path ?? "") else { throw RequestFailure.unknownPath }
        record.route = target.route.rawValue
        let origin = request.headers[.origin]
        if target.route == .health { return .answered(try self.health(request, &record, began)) }
        guard self.configuration.crossOrigin.allows(origin) else { throw RequestFailure.foreignOrigin }
        if request.method == .options {
            record.status = .noContent
            self.end(record, began)
            return .answered(
                Response(
                    status: .noContent,
                    headers: self.configuration.crossOrigin.preflightFields(
                        for: origin,
                        asksForPrivateNetwork: request.headers[.accessControlRequestPrivateNetwork] == "true"
                    )
                )
            )
        }
        guard request.method == .post else { throw RequestFailure.wrongMethod }
        let admitted = try await self.admit(request, target, &record)
        try self.checkAnnouncedSize(request)
        return .admitted(target, admitted)
    }

    private func health(_ request: Request, _ record: inout RequestRecord, _ began: ContinuousClock.Instant) throws
        -> Response
    {
        guard request.method == .get || request.method == .head else { throw RequestFailure.wrongMethod }
        self.end(record, began)
        return Response(
            status: .ok,
            headers: [.contentType: "text/plain; charset=utf-8", .contentLength: "3"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: "ok\n"))
        )
    }

    /// Finds out who calls, and whether that caller may.
    private func admit(_ request: Request, _ target: RequestTarget, _ record: inout RequestRecord) async throws
        -> Admitted
    {
        let namespace = try self.namespace(request, target)
        record.namespace = namespace?.description
        var caller = CallerKey.address(record.address)
        if let authenticator = self.configuration.authenticator {
            let identity: CodecServer.Caller
            do {
                identity = try await self.authenticate(request, authenticator)
            } catch let failure as RequestFailure {
                // Whoever tries tokens is slowed down like others, by address.
                try self.count(caller)
                throw failure
            }
            record.subject = identity.subject
            record.issuer = identity.issuer
            caller = CallerKey(identity, address: record.address)
            guard let namespace else { throw RequestFailure.missingNamespace() }
            let wanted: CodecServer.Caller.Permissions = target.route == .encode ? .write : .read
            guard identity.may(wanted, in: namespace) else { throw RequestFailure.notPermitted(target.route) }
        }
        try self.count(caller)
        guard request.headers[.contentType].map(Self.isJSON) ?? false else { throw RequestFailure.wrongType }
        return Admitted(namespace: namespace ?? "", caller: caller)
    }

    private func namespace(_ request: Request, _ target: RequestTarget) throws -> CodecServer.Namespace? {
        let header = request.headers[.xNamespace].flatMap { $0.isEmpty ? nil : CodecServer.Namespace($0) }
        guard self.configuration.readsNamespaceFromPath else { return header }
        guard let path = target.namespace.map({ CodecServer.Namespace($0) }) else {
            throw RequestFailure.missingPathNamespace
        }
        guard header == nil || header == path else { throw RequestFailure.twoNamespaces }
        return path
    }

    private func authenticate(
        _ request: Request,
        _ authenticator: any CodecServerAuthenticator
    ) async throws -> CodecServer.Caller {
        let credentials = CodecServer.Credentials(
            authorization: request.headers[.authorization],
            authorizationExtras: request.headers[.authorizationExtras],
            cookie: request.headers[.cookie]
        )
        do {
            return try await authenticator.authenticate(credentials)
        } catch let error as CodecServer.AuthenticationError {
            throw RequestFailure.unauthenticated(error.message, detail: error.detail)
        } catch let error as CancellationError {
            throw error
        } catch {
            throw RequestFailure.unauthenticated("Who calls cannot be checked.", detail: String(reflecting: error))
        }
    }

    private func count(_ caller: CallerKey) throws {
        guard let rate = self.rate else { return }
        let time = ContinuousClock.now - self.start
        if let wait = rate.withLockedValue({ $0.take(caller, at: time) }) { throw RequestFailure.tooMany(wait) }
    }

    private static func isJSON(_ type: String) -> Bool {
        let name = type.prefix { $0 != ";" }
        return name.trimmingPrefix { $0 == " " }.lowercased().split(separator: " ").first == "application/json"
    }

    private func checkAnnouncedSize(_ request: Request) throws {
        let limit = self.configuration.limits.bodySizeInBytes
        guard let length = request.headers[.contentLength] else { return }
        guard let size = Int(length), size >= 0 else { throw RequestFailure.emptyBody }
        guard size <= limit else { throw RequestFailure.bodyTooLarge(limit) }
    }
}

/// A result, and the memory that it keeps.
struct Reply: Sendable {
    var body: PayloadsBody
    var requestMemory: SharedMemory.Share
    var responseMemory: SharedMemory.Share
    /// How many times a payload counts.
    var factor: Int
}

extension CodecServerResponder {
    /// Reads the body and works on it.
    private func reply(
        to request: Request,
        _ target: RequestTarget,
        _ admitted: Admitted,
        _ seen: NIOLockedValueBox<RequestRecord>
    ) async throws -> Reply {
        let requestShare = try await self.requestMemory.share(of: admitted.caller)
        let payloads = try await self.payloads(in: request, requestShare, seen)
        let responseShare = try await self.responseMemory.share(of: admitted.caller)
        let factor = self.handler.before.isEmpty ? 1 : 2
        let admission: PayloadHandler.Admission = { size in
            try await self.grow(responseShare, by: size.multipliedClamped(by: factor))
        }
        let handler = self.handler
        let namespace = admitted.namespace
        let results = try await withTimeLimit(
            self.configuration.timeouts.processing + self.configuration.timeouts.admission
        ) {
            switch target.route {
            case .encode:
                guard handler.storage == nil || namespace != "" else { throw RequestFailure.missingNamespace() }
                return try await handler.encode(payloads, namespace: namespace)
            case .decode:
                return try await handler.decode(
                    payloads,
                    namespace: namespace,
                    preservesReferences: target.preservesReferences,
                    admission: admission
                )
            case .download, .health:
                return try await handler.download(payloads, namespace: namespace, admission: admission)
            }
        } onTimeout: {
            RequestFailure.tooSlow
        }
        return Reply(
            body: PayloadsBody(results),
            requestMemory: requestShare,
            responseMemory: responseShare,
            factor: factor
        )
    }

    /// Takes memory, and waits for it as long as a request may.
    private func grow(_ share: SharedMemory.Share, by bytes: Int) async throws {
        if share.growIfAvailable(by: bytes) { return }
        do {
            try await withTimeLimit(self.configuration.timeouts.admission) {
                try await share.grow(by: bytes)
            } onTimeout: {
                RequestFailure.busy
            }
        } catch is ByteBudgetError {
            throw RequestFailure.busy
        }
    }

    /// Reads the body; its bytes are charged as they arrive, so that nobody reserves memory by an announcement alone.
    private func payloads(
        in request: Request,
        _ share: SharedMemory.Share,
        _ seen: NIOLockedValueBox<RequestRecord>
    ) async throws -> [Payload] {
        let limits = self.configuration.limits
        var body = ByteBuffer()
        do {
            for try await part in request.body {
                seen.withLockedValue { $0.requestBytes += part.readableBytes }
                guard body.readableBytes + part.readableBytes <= limits.bodySizeInBytes else {
                    throw RequestFailure.bodyTooLarge(limits.bodySizeInBytes)
                }
                try await self.grow(share, by: part.readableBytes)
                body.writeImmutableBuffer(part)
            }
        } catch var failure as RequestFailure {
            failure.leavesBody = true
            throw failure
        }
        guard body.readableBytes > 0 else { throw RequestFailure.emptyBody }
        try await self.grow(share, by: body.readableBytes.multipliedClamped(by: Self.bodyFactor - 1))
        do {
            let payloads = try PayloadsJSON.payloads(
                in: body,
                limits: .init(count: limits.payloads, payloadSizeInBytes: limits.payloadSizeInBytes)
            )
            seen.withLockedValue { $0.payloads = payloads.count }
            return payloads
        } catch {
            throw RequestFailure.malformedBody(error)
        }
    }

    /// Reads the body of a request that is refused, and keeps nothing of it.
    ///
    /// A client that gets its answer while it still sends may fail and lose the answer. So what a client has sent in a
    /// moment is awaited; of a larger body the rest is discarded after the answer.
    ///
    /// - Returns: The failure, which says whether the body was read to its end.
    private func discardingBody(
        of request: Request,
        _ failure: RequestFailure,
        _ record: inout RequestRecord
    ) async -> RequestFailure {
        var failure = failure
        guard request.headers[.expect] == nil else {
            // This client waits for the answer before it sends.
            failure.leavesBody = true
            return failure
        }
        do {
            for try await part in request.body {
                record.requestBytes += part.readableBytes
                guard record.requestBytes <= 1_048_576 else {
                    failure.leavesBody = true
                    break
                }
            }
        } catch {
            failure.leavesBody = true
        }
        return failure
    }

    /// A response whose memory is given back when its last byte is on its way, or when nobody wants it any more.
    private func stream(_ reply: Reply, _ record: RequestRecord, _ began: ContinuousClock.Instant) -> Response {
        var record = record
        record.responseBytes = reply.body.sizeInBytes
        let ended = record
        let size = reply.body.sizeInBytes
        // Taken out when it is written, so that what is on its way is not kept here as well.
        let rest = NIOLockedValueBox<Reply?>(reply)
        let body = ResponseBody(contentLength: size) { writer in
            do {
                if var reply = rest.withLockedValue({ $0.take() }) {
                    while let piece = reply.body.next() {
                        try await writer.write(piece)
                        reply.responseMemory.shrink(to: reply.body.retainedBytes.multipliedClamped(by: reply.factor))
                    }
                    withExtendedLifetime(reply.requestMemory) {}
                }
                try await writer.finish(nil)
            } catch {
                self.telemetry.requestEnded(ended, after: .now - began, isComplete: false)
                throw error
            }
            self.end(ended, began)
        }
        return Response(
            status: .ok,
            headers: [.contentType: "application/json", .contentLength: "\(size)"],
            body: body
        )
    }
}

extension Int {
    /// The product, or the largest number there is.
    fileprivate func multipliedClamped(by factor: Int) -> Int {
        let (product, overflow) = self.multipliedReportingOverflow(by: factor)
        return overflow ? .max : product
    }
}

extension HTTPField.Name {
    /// The namespace, as the Web UI and the CLI send it.
    // The names below are tokens of letters and dashes, which is all that it takes.
    static let xNamespace = Self("X-Namespace")!
    static let authorizationExtras = Self("Authorization-Extras")!
    static let requestID = Self("X-Request-Id")!
    static let accessControlRequestPrivateNetwork = Self("Access-Control-Request-Private-Network")!
    static let accessControlAllowPrivateNetwork = Self("Access-Control-Allow-Private-Network")!
}
