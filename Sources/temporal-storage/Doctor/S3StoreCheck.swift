//===----------------------------------------------------------------------===//
// This source file is part of the Temporal External Storage for Swift project
// SPDX-License-Identifier: Apache-2.0
// Copyright (c) 2026 the Temporal External Storage for Swift project authors
//===----------------------------------------------------------------------===//

import AWSCredentials
import AWSSigning
import Configuration
import ExternalStorageConfiguration
import ExternalStorageCore
import ExternalStorageS3
import Logging
import NIOCore
import StoreHTTP

/// What a store of S3's protocol is needed for besides writing and reading.
struct S3StoreCheck {
    private var settings: S3HTTPClient.Configuration
    private var bucket: String
    private var allowsCommands: Bool
    private var client: S3HTTPClient
    private var regionOrigin: String
    private var logger: Logger

    /// - Parameters:
    ///   - section: The driver's section; a driver was made of it before.
    ///   - logger: For the client.
    /// - Throws: ``CommandError``.
    init(section: ConfigurationSection, logger: Logger) async throws {
        do {
            let type = StorageDriverTypes.DriverType.s3
            let found = try await type.findDefaults(section, logger)
            let reader = ConfigReader(providers: [section.provider, InMemoryProvider(values: found)])
            self.settings = try S3HTTPClient.Configuration(configReader: reader)
            self.bucket = reader.string(forKey: "bucket") ?? ""
            self.allowsCommands = reader.bool(forKey: "allowsCredentialProcess") ?? true
            self.client = S3HTTPClient(
                configuration: self.settings,
                credentials: AWSCredentialsChain.default(
                    profile: self.settings.profile,
                    region: self.settings.endpoint.region,
                    allowsCommands: self.allowsCommands,
                    logger: logger
                ),
                logger: logger
            )
            self.regionOrigin = section["region"]?.origin ?? "found where the AWS SDKs look"
        } catch let error as ConfigurationError {
            throw CommandError.usage(error.message)
        } catch let error as ExternalStorageError {
            throw CommandError.usage(error.message)
        }
        self.logger = logger
    }

    /// - Returns: Whether there are credentials.
    func checkCredentials(_ examination: Examination) async throws -> Bool {
        examination.good("region", "\(self.settings.endpoint.region ?? "none"), \(self.regionOrigin)")
        do {
            let (credentials, source) = try await AWSCredentialsChain.find(
                profile: self.settings.profile,
                region: self.settings.endpoint.region,
                allowsCommands: self.allowsCommands,
                logger: self.logger
            )
            return CredentialsCheck.report(
                "\(source), key \(credentials.accessKeyID)",
                expiration: credentials.expiration,
                examination
            )
        } catch let error as AWSCredentialsError {
            examination.bad("credentials", "\(error)")
            return false
        }
    }

    /// By how much the clocks differ.
    func checkClock(_ examination: Examination) async throws {
        // What the environment says of the address is known after a request, whatever becomes of it.
        _ = try? await self.client.head(bucket: self.bucket, key: "temporal-storage doctor")
        let endpoint = try self.client.endpoint(bucket: self.bucket)
        let lanes: HTTPLanes
        do {
            lanes = try await self.client.connections(to: endpoint)
        } catch {
            try Task.checkCancellation()
            examination.bad("connection", "\(error)")
            return
        }
        try await ClockCheck.run("\(endpoint.scheme)://\(endpoint.authority)/", by: lanes, examination)
    }

    /// Conditional writes and checksums, with the object that was written.
    func checkObject(_ claim: StorageDriverClaim, _ examination: Examination) async throws {
        guard let bucket = claim["bucket"], let key = claim["key"],
            let digest = claim["hash_value"].flatMap({ PayloadDigest(hexadecimal: $0) })
        else { return }
        do {
            let body = try await self.client.get(S3GetRequest(bucket: bucket, key: key, maximumSizeInBytes: 65_536))
                .body
            let request = S3PutRequest(bucket: bucket, key: key, body: body, digest: digest, onlyIfAbsent: true)
            switch try await self.client.put(request) {
            case .alreadyPresent: examination.good("conditional write", "the store keeps what is there (If-None-Match)")
            case .written:
                examination.doubtful(
                    "conditional write",
                    "the store writes over what is there, so that every payload is uploaded every time; set existenceCheck "
                        + "to head"
                )
            }
        } catch let failure as S3Failure where failure.kind == .unsupported {
            examination.doubtful(
                "conditional write",
                "the store does not know them; the driver asks with HEAD first, set existenceCheck to head to save a request"
            )
        } catch let failure as S3Failure {
            examination.bad("conditional write", "\(failure)")
        }
        do {
            let info = try await self.client.head(bucket: bucket, key: key)
            if info?.checksumSHA256 != nil {
                examination.good("checksum", "the store checked and kept the SHA-256")
            } else {
                examination.doubtful(
                    "checksum",
                    "the store takes the SHA-256 and does not keep it; the driver checks what it reads by itself"
                )
            }
        } catch let failure as S3Failure {
            examination.doubtful("checksum", "the store does not say: \(failure)")
        }
    }
}
