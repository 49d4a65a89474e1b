// swift-tools-version: 6.2

import CompilerPluginSupport
import PackageDescription

let package = Package(
    name: "temporal-external-storage",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "AWSCredentials", targets: ["AWSCredentials"]),
        .library(name: "AWSSigning", targets: ["AWSSigning"]),
        .library(name: "BufferTransport", targets: ["BufferTransport"]),
        .library(name: "ExternalStorageAzure", targets: ["ExternalStorageAzure"]),
        .library(name: "ExternalStorageCodecServer", targets: ["ExternalStorageCodecServer"]),
        .library(name: "ExternalStorageCore", targets: ["ExternalStorageCore"]),
        .library(name: "ExternalStorageGCS", targets: ["ExternalStorageGCS"]),
        .library(name: "ExternalStorageGRPC", targets: ["ExternalStorageGRPC"]),
        .library(name: "ExternalStorageProxy", targets: ["ExternalStorageProxy"]),
        .library(name: "ExternalStorageS3", targets: ["ExternalStorageS3"]),
        .library(name: "ExternalStorageTesting", targets: ["ExternalStorageTesting"]),
        .library(name: "TemporalAPI", targets: ["TemporalAPI"]),
        .library(name: "TemporalNative", targets: ["TemporalNative"]),
        .library(name: "TemporalNativeTesting", targets: ["TemporalNativeTesting"]),
        .library(name: "TemporalProfiles", targets: ["TemporalProfiles"]),
        .library(name: "TemporalTransport", targets: ["TemporalTransport"]),
        .library(name: "TemporalWorkflows", targets: ["TemporalWorkflows"]),
        .executable(name: "temporal-storage", targets: ["temporal-storage"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1.git", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates.git", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(
            url: "https://github.com/apple/swift-configuration.git",
            from: "1.4.0",
            traits: ["JSON", "CommandLineArguments"]
        ),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-distributed-tracing.git", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-http2.git", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-protobuf.git", from: "1.39.0"),
        .package(url: "https://github.com/apple/swift-service-context.git", from: "1.5.1"),
        .package(url: "https://github.com/grpc/grpc-swift-2.git", from: "2.4.3"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport.git", from: "2.9.2"),
        .package(url: "https://github.com/grpc/grpc-swift-protobuf.git", from: "2.4.1"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
        .package(url: "https://github.com/LebJe/TOMLKit.git", from: "0.6.0"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess.git", from: "1.0.2", traits: []),
        .package(url: "https://github.com/swiftlang/swift-syntax.git", from: "603.0.1"),
        .package(url: "https://github.com/vapor/jwt-kit.git", from: "5.7.1"),
    ],
    targets: [
        // What everything stands on, and what knows nothing of storage, AWS, HTTP or Temporal: time, waiting, memory, texts.
        // Beside the standard library it has a lock and a queue, so that what is pure can stand on it too.
        .target(
            name: "Groundwork",
            dependencies: [
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
            ]
        ),
        .testTarget(
            name: "GroundworkTests",
            dependencies: ["Groundwork", .product(name: "NIOConcurrencyHelpers", package: "swift-nio")]
        ),
        // The part of it that needs an event loop.
        .target(
            name: "GroundworkNIO",
            dependencies: [
                "Groundwork",
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),
        .testTarget(
            name: "GroundworkNIOTests",
            dependencies: [
                "Groundwork",
                "GroundworkNIO",
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),
        // Settings from configuration, with errors that name the key.
        .target(
            name: "SettingsReading",
            dependencies: [.product(name: "Configuration", package: "swift-configuration")]
        ),
        // Protobuf on the wire: where a message holds payloads, and how to replace them. Synchronous.
        .target(
            name: "ExternalStorageWire",
            dependencies: [.product(name: "NIOCore", package: "swift-nio")]
        ),
        // The claim-check pipeline.
        .target(
            name: "ExternalStorageCore",
            dependencies: [
                "ExternalStorageWire",
                "Groundwork",
                "SettingsReading",
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]
        ),
        // AWS signatures, version 4 and 4A. Pure: no clock, no network.
        .target(
            name: "AWSSigning",
            dependencies: ["Groundwork", .product(name: "Crypto", package: "swift-crypto")]
        ),
        .testTarget(
            name: "AWSSigningTests",
            dependencies: ["AWSSigning", .product(name: "Crypto", package: "swift-crypto")]
        ),
        // Keeps credentials and tokens of any cloud, and fetches the next ones in time.
        .target(
            name: "CredentialRefresh",
            dependencies: ["Groundwork", .product(name: "Logging", package: "swift-log")]
        ),
        .testTarget(
            name: "CredentialRefreshTests",
            dependencies: ["CredentialRefresh", .product(name: "Logging", package: "swift-log")]
        ),
        // How sources of credentials reach what is outside: services over HTTP, commands.
        .target(
            name: "CredentialExchange",
            dependencies: [
                "Groundwork",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "_NIOFileSystem", package: "swift-nio"),
            ]
        ),
        // Where AWS credentials and regions come from: the chain of the AWS SDKs.
        .target(
            name: "AWSCredentials",
            dependencies: [
                "AWSSigning",
                "CredentialExchange",
                "CredentialRefresh",
                "Groundwork",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ]
        ),
        .testTarget(
            name: "AWSCredentialsTests",
            dependencies: [
                "AWSCredentials",
                "AWSSigning",
                "CredentialExchange",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),
        // What the clients of all object stores share: connections, repeating, putting objects together.
        .target(
            name: "StoreHTTP",
            dependencies: [
                "CredentialExchange",
                "ExternalStorageCore",
                "GroundworkNIO",
                "Groundwork",
                "ExternalStorageWire",
                "SettingsReading",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),
        // Amazon S3 and its relatives.
        .target(
            name: "ExternalStorageS3",
            dependencies: [
                "AWSCredentials",
                "AWSSigning",
                "CredentialExchange",
                "ExternalStorageCore",
                "Groundwork",
                "GroundworkNIO",
                "SettingsReading",
                "StoreHTTP",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),
        // An S3 that misbehaves on command, and one that verifies SigV4A. For tests.
        .target(
            name: "FakeS3",
            dependencies: [
                "AWSSigning",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            path: "Sources/TestSupport/FakeS3"
        ),
        .testTarget(
            name: "ExternalStorageS3Tests",
            dependencies: [
                "AWSCredentials",
                "AWSSigning",
                "ExternalStorageCore",
                "ExternalStorageS3",
                "ExternalStorageTesting",
                "FakeS3",
                "FakeStores",
                "Groundwork",
                "GroundworkNIO",
                "StoreHTTP",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]
        ),
        // What gRPC transports have in common whose messages are buffers; knows nothing of storage.
        .target(
            name: "BufferTransport",
            dependencies: [
                "Groundwork",
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]
        ),
        // Google Cloud Storage, and where tokens for it come from.
        .target(
            name: "ExternalStorageGCS",
            dependencies: [
                "AWSSigning",
                "CExternalStorageCRC32C",
                "CredentialExchange",
                "CredentialRefresh",
                "ExternalStorageCore",
                "Groundwork",
                "SettingsReading",
                "StoreHTTP",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]
        ),
        // The checksum of Google Cloud Storage, by the processor's instruction.
        .target(name: "CExternalStorageCRC32C"),
        // Stores and token endpoints that misbehave on command. For tests.
        .target(
            name: "FakeStores",
            dependencies: [
                "CExternalStorageCRC32C",
                "CredentialExchange",
                "ExternalStorageCore",
                "Groundwork",
                "StoreHTTP",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Sources/TestSupport/FakeStores"
        ),
        .testTarget(
            name: "ExternalStorageGCSTests",
            dependencies: [
                "AWSSigning",
                "CredentialExchange",
                "CredentialRefresh",
                "ExternalStorageCore",
                "ExternalStorageGCS",
                "ExternalStorageTesting",
                "FakeStores",
                "Groundwork",
                "StoreHTTP",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),
        // Azure Blob Storage, and where tokens for it come from.
        .target(
            name: "ExternalStorageAzure",
            dependencies: [
                "AWSSigning",
                "CredentialExchange",
                "CredentialRefresh",
                "ExternalStorageCore",
                "Groundwork",
                "SettingsReading",
                "StoreHTTP",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]
        ),
        .testTarget(
            name: "ExternalStorageAzureTests",
            dependencies: [
                "CredentialExchange",
                "CredentialRefresh",
                "ExternalStorageAzure",
                "ExternalStorageCore",
                "ExternalStorageTesting",
                "FakeStores",
                "Groundwork",
                "StoreHTTP",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]
        ),
        // What all drivers of object stores share, tested through two of them.
        .testTarget(
            name: "StoreHTTPTests",
            dependencies: [
                "ExternalStorageAzure",
                "ExternalStorageCore",
                "ExternalStorageGCS",
                "ExternalStorageTesting",
                "FakeStores",
            ]
        ),
        // The seam: a client transport that wraps another.
        .target(
            name: "ExternalStorageGRPC",
            dependencies: [
                "BufferTransport",
                "ExternalStorageCore",
                "ExternalStorageWire",
                "Groundwork",
                "GroundworkNIO",
                "SettingsReading",
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]
        ),
        // A peer that says what it is told to, frame by frame. For tests.
        .target(
            name: "RawHTTP2",
            dependencies: [
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Sources/TestSupport/RawHTTP2"
        ),
        // Certificates and keys that are loaded again when they change.
        .target(
            name: "TLSReloading",
            dependencies: [
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]
        ),
        // gRPC over HTTP/2 with as little per call as can be, for the sidecar and the native client.
        .target(
            name: "TemporalTransport",
            dependencies: [
                "BufferTransport",
                "CExternalStorageZlib",
                "Groundwork",
                "SettingsReading",
                "TLSReloading",
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
            ]
        ),
        .target(name: "CExternalStorageMalloc"),
        .target(name: "CExternalStorageZlib", linkerSettings: [.linkedLibrary("z")]),
        .testTarget(
            name: "TemporalTransportTests",
            dependencies: [
                "BufferTransport",
                "Groundwork",
                "GroundworkNIO",
                "RawHTTP2",
                "TemporalTransport",
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),
        // Every method of every service, forwarded by a transport; what that does with payloads is not known here.
        .target(
            name: "ExternalStorageProxy",
            dependencies: [
                "BufferTransport",
                "GroundworkNIO",
                "Groundwork",
                "SettingsReading",
                "TemporalTransport",
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        // External storage as a file of YAML or JSON describes it: drivers, rules, a default.
        .target(
            name: "ExternalStorageConfiguration",
            dependencies: [
                "ExternalStorageCore",
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "Yams", package: "Yams"),
            ]
        ),
        .testTarget(
            name: "ExternalStorageConfigurationTests",
            dependencies: [
                "ExternalStorageConfiguration",
                "ExternalStorageCore",
                "ExternalStorageTesting",
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]
        ),
        // What operators need: what is referenced, what is stored, and what of it belongs together.
        .target(
            name: "ExternalStorageOperations",
            dependencies: [
                "BufferTransport",
                "ExternalStorageCore",
                "ExternalStorageGRPC",
                "ExternalStorageWire",
                "Groundwork",
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]
        ),
        .testTarget(
            name: "ExternalStorageOperationsTests",
            dependencies: [
                "ExternalStorageCore",
                "ExternalStorageOperations",
                "ExternalStorageWire",
                "TemporalAPI",
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ]
        ),
        // What the Web UI and the CLI ask for decoded payloads.
        .target(
            name: "ExternalStorageCodecServer",
            dependencies: [
                "ExternalStorageCore",
                "Groundwork",
                "SettingsReading",
                "TLSReloading",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        .testTarget(
            name: "ExternalStorageCodecServerTests",
            dependencies: [
                "ExternalStorageCodecServer",
                "ExternalStorageCore",
                "ExternalStorageTesting",
                "Groundwork",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ]
        ),
        // A Temporal client and worker in Swift alone.
        .target(
            name: "TemporalNative",
            dependencies: [
                "BufferTransport",
                "ExternalStorageCore",
                "ExternalStorageGRPC",
                "Groundwork",
                "GroundworkNIO",
                "ExternalStorageWire",
                "SettingsReading",
                "TemporalAPI",
                "TemporalTransport",
                "WorkflowEngine",
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceContextModule", package: "swift-service-context"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]
        ),
        // Profiles of clients from temporal.toml. Apart, because of TOML, whose parser is C++.
        .target(
            name: "TemporalProfiles",
            dependencies: ["TemporalNative", .product(name: "TOMLKit", package: "TOMLKit")]
        ),
        .testTarget(
            name: "TemporalProfilesTests",
            dependencies: [
                "ExternalStorageCore",
                "TemporalNative",
                "TemporalProfiles",
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            exclude: ["profiles.py"]
        ),
        .testTarget(
            name: "TemporalNativeTests",
            dependencies: [
                "AWSSigning",
                "EncryptionCodec",
                "ExternalStorageCore",
                "ExternalStorageGRPC",
                "ExternalStorageS3",
                "ExternalStorageTesting",
                "FakeS3",
                "Groundwork",
                "native-worker",
                "TemporalAPI",
                "TemporalNative",
                "TemporalNativeTesting",
                "TemporalTransport",
                "TestSupport",
                "WorkflowEngine",
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]
        ),
        // The macros for workflows and activities, and everything that is used with them. Apart, because of swift-syntax.
        .target(name: "TemporalWorkflows", dependencies: ["TemporalNative", "TemporalWorkflowsMacros"]),
        .macro(
            name: "TemporalWorkflowsMacros",
            dependencies: [
                .product(name: "SwiftCompilerPlugin", package: "swift-syntax"),
                .product(name: "SwiftDiagnostics", package: "swift-syntax"),
                .product(name: "SwiftParser", package: "swift-syntax"),
                .product(name: "SwiftSyntax", package: "swift-syntax"),
                .product(name: "SwiftSyntaxBuilder", package: "swift-syntax"),
                .product(name: "SwiftSyntaxMacros", package: "swift-syntax"),
            ]
        ),
        // The macros' own sources are compiled into their tests, by links: a test that depends on a macro has SwiftPM build all
        // tests, and whatever they need, a second time, for the machine that compiles.
        .testTarget(
            name: "TemporalWorkflowsTests",
            dependencies: [
                "ExternalStorageCore",
                "ExternalStorageTesting",
                "TemporalWorkflows",
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SwiftDiagnostics", package: "swift-syntax"),
                .product(name: "SwiftParser", package: "swift-syntax"),
                .product(name: "SwiftSyntax", package: "swift-syntax"),
                .product(name: "SwiftSyntaxBuilder", package: "swift-syntax"),
                .product(name: "SwiftSyntaxMacroExpansion", package: "swift-syntax"),
                .product(name: "SwiftSyntaxMacros", package: "swift-syntax"),
                .product(name: "SwiftSyntaxMacrosGenericTestSupport", package: "swift-syntax"),
            ]
        ),
        // Workflows replayed from their histories: no I/O, no clock, no conversion of values.
        .target(
            name: "WorkflowEngine",
            dependencies: [
                "TemporalAPI",
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ]
        ),
        .testTarget(
            name: "WorkflowEngineTests",
            dependencies: [
                "TemporalAPI",
                "WorkflowEngine",
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ]
        ),
        // What README, articles and docstrings show: Scripts/snippets compares them with this.
        .target(
            name: "Snippets",
            dependencies: [
                "AWSSigning",
                "BufferTransport",
                "ExternalStorageAzure",
                "ExternalStorageCodecServer",
                "ExternalStorageCore",
                "ExternalStorageGCS",
                "ExternalStorageGRPC",
                "ExternalStorageProxy",
                "ExternalStorageS3",
                "TemporalNative",
                "TemporalTransport",
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "Examples/Snippets"
        ),
        // A payload codec, as an example that tests use.
        .target(
            name: "EncryptionCodec",
            dependencies: [
                "ExternalStorageCore",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            path: "Examples/EncryptionCodec"
        ),
        // For authors of drivers.
        .target(
            name: "ExternalStorageTesting",
            dependencies: [
                "ExternalStorageCore",
                "Groundwork",
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]
        ),
        // Generated messages and stubs; nothing by hand.
        .target(
            name: "TemporalAPI",
            dependencies: [
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ]
        ),
        // The same for the one service that only Temporal's test server has.
        .target(
            name: "TemporalTestServiceAPI",
            dependencies: [
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ]
        ),
        // For tests of workflows and activities.
        .target(
            name: "TemporalNativeTesting",
            dependencies: [
                "ExternalStorageCore",
                "TemporalNative",
                "TemporalTestServiceAPI",
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                .product(name: "_NIOFileSystem", package: "swift-nio"),
            ]
        ),
        .testTarget(
            name: "TemporalNativeTestingTests",
            dependencies: [
                "ExternalStorageCore",
                "ExternalStorageTesting",
                "TemporalNative",
                "TemporalNativeTesting",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]
        ),
        .executableTarget(
            name: "temporal-storage",
            dependencies: [
                "AWSCredentials",
                "AWSSigning",
                "BufferTransport",
                "CExternalStorageMalloc",
                "ExternalStorageAzure",
                "ExternalStorageCodecServer",
                "ExternalStorageConfiguration",
                "ExternalStorageCore",
                "ExternalStorageGCS",
                "ExternalStorageGRPC",
                "ExternalStorageOperations",
                "ExternalStorageProxy",
                "ExternalStorageS3",
                "ExternalStorageWire",
                "Groundwork",
                "StoreHTTP",
                "TLSReloading",
                "TemporalTransport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]
        ),
        // Fakes and oracles; not a product.
        .target(
            name: "TestSupport",
            dependencies: [
                "ExternalStorageWire",
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            exclude: ["FakeS3", "FakeStores", "RawHTTP2"]
        ),
        .executableTarget(
            name: "demo",
            dependencies: [
                "AWSCredentials",
                "ExternalStorageCore",
                "ExternalStorageS3",
                "TemporalNative",
                "TemporalProfiles",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            path: "Examples/Demo/Program"
        ),
        .executableTarget(
            name: "getting-started",
            dependencies: [
                "ExternalStorageCore",
                "TemporalNative",
                "TemporalProfiles",
            ],
            path: "Examples/GettingStarted"
        ),
        .executableTarget(
            name: "native-worker",
            dependencies: [
                "AWSCredentials",
                "ExternalStorageCore",
                "ExternalStorageS3",
                "TemporalNative",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "Examples/NativeWorker"
        ),
        .executableTarget(
            name: "stored-pipeline",
            dependencies: [
                "AWSCredentials",
                "ExternalStorageCore",
                "ExternalStorageS3",
                "TemporalNative",
                "TemporalProfiles",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            path: "Examples/StoredPipeline",
            exclude: ["by_reference.py", "pipeline.py"]
        ),
        .executableTarget(
            name: "migration",
            dependencies: [
                "AWSCredentials",
                "ExternalStorageCore",
                "ExternalStorageS3",
                "TemporalNative",
                "TemporalProfiles",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Examples/Migration",
            exclude: ["migration.py"]
        ),
        .executableTarget(
            name: "threshold",
            dependencies: [
                "AWSCredentials",
                "ExternalStorageCore",
                "ExternalStorageS3",
                "TemporalNative",
                "TemporalProfiles",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Examples/Threshold",
            exclude: ["threshold.py"]
        ),
        // A sidecar with a codec for references, for the integration tests.
        .executableTarget(
            name: "EncodedReferencesSidecar",
            dependencies: [
                "ExternalStorageCore",
                "ExternalStorageGRPC",
                "ExternalStorageProxy",
                "TemporalTransport",
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "Tests/Integration/EncodedReferencesSidecar"
        ),
        // A worker of random workflows, for Scripts/stress.
        .executableTarget(
            name: "WorkflowStress",
            dependencies: [
                "ExternalStorageCore",
                "ExternalStorageS3",
                "TemporalNative",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "Tests/Integration/WorkflowStress"
        ),
        // The double of Azure Blob Storage as a process, for the integration tests.
        .executableTarget(
            name: "AzureDouble",
            dependencies: ["FakeStores"],
            path: "Tests/Integration/AzureDouble"
        ),
        .executableTarget(
            name: "encrypting-codec-server",
            dependencies: [
                "ExternalStorageCodecServer",
                "ExternalStorageCore",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "Examples/EncryptingCodecServer"
        ),
        // Measured by Scripts/benchmark, which builds it in release.
        .executableTarget(
            name: "EngineBenchmark",
            dependencies: [
                "AllocationCounter",
                "ExternalStorageCore",
                "ExternalStorageGRPC",
                "ExternalStorageWire",
                "TemporalAPI",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            path: "Benchmarks/EngineBenchmark"
        ),
        // Measured by `Scripts/benchmark clouds`.
        .executableTarget(
            name: "CloudBenchmark",
            dependencies: [
                "ExternalStorageAzure",
                "ExternalStorageCore",
                "ExternalStorageGCS",
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            path: "Benchmarks/CloudBenchmark"
        ),
        // Measured by `Scripts/benchmark workflows`.
        .executableTarget(
            name: "WorkflowBenchmark",
            dependencies: [
                "ExternalStorageCore",
                "TemporalNative",
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Benchmarks/WorkflowBenchmark"
        ),
        .target(name: "AllocationCounter", path: "Benchmarks/AllocationCounter"),
        .testTarget(
            name: "ExternalStorageWireTests",
            dependencies: [
                "ExternalStorageWire",
                "TestSupport",
                .product(name: "NIOCore", package: "swift-nio"),
            ]
        ),
        .testTarget(
            name: "ExternalStorageCoreTests",
            dependencies: [
                "ExternalStorageCore",
                "ExternalStorageTesting",
                "Groundwork",
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]
        ),
        .testTarget(
            name: "ExternalStorageTestingTests",
            dependencies: [
                "ExternalStorageCore",
                "ExternalStorageTesting",
                "Snippets",
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]
        ),
        // The example of a driver of one's own, compiled as its users do: without what only this package may see.
        .target(
            name: "CustomDriver",
            dependencies: ["ExternalStorageCore", .product(name: "NIOCore", package: "swift-nio")],
            path: "Examples/CustomDriver/Sources/CustomDriver",
            packageAccess: false
        ),
        .testTarget(
            name: "CustomDriverTests",
            dependencies: [
                "CustomDriver",
                "ExternalStorageCore",
                "ExternalStorageTesting",
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            path: "Examples/CustomDriver/Tests/CustomDriverTests",
            packageAccess: false
        ),
        .testTarget(
            name: "ExternalStorageGRPCTests",
            dependencies: [
                "BufferTransport",
                "ExternalStorageCore",
                "ExternalStorageGRPC",
                "ExternalStorageTesting",
                "ExternalStorageWire",
                "Groundwork",
                "GroundworkNIO",
                "TemporalAPI",
                "TestSupport",
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ]
        ),
        .testTarget(
            name: "ExternalStorageProxyTests",
            dependencies: [
                "BufferTransport",
                "ExternalStorageCodecServer",
                "ExternalStorageCore",
                "ExternalStorageOperations",
                "ExternalStorageProxy",
                "RawHTTP2",
                "temporal-storage",
                "TemporalTransport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            exclude: ["Snapshots"]
        ),
    ],
    swiftLanguageModes: [.v6]
)

// libFuzzer brings the program's `main`, so its target is only there when Scripts/fuzz builds it.
if Context.environment["EXTERNAL_STORAGE_FUZZER"] != nil {
    package.targets.append(
        .executableTarget(
            name: "WireFuzzer",
            dependencies: ["ExternalStorageWire", "TestSupport"],
            path: "FuzzTesting/WireFuzzer",
            swiftSettings: [.unsafeFlags(["-parse-as-library"])]
        )
    )
}

// A part of the package, named by its targets: what they need stays, the rest is left out. The thread sanitizer needs a
// build of its own, which is then small: EXTERNAL_STORAGE_ONLY="ExternalStorageCoreTests" swift test --sanitize=thread
if let names = Context.environment["EXTERNAL_STORAGE_ONLY"] {
    var kept: Set<String> = []
    var open = names.split(separator: " ").map(String.init)
    while let name = open.popLast() {
        guard let target = package.targets.first(where: { $0.name == name }), kept.insert(name).inserted else {
            continue
        }
        for dependency in target.dependencies {
            if case .byNameItem(let name, _) = dependency { open.append(name) }
        }
    }
    package.targets.removeAll { !kept.contains($0.name) }
    package.products.removeAll { !kept.contains($0.name) }
}

/// Targets without settings of ours: a generator's habits are not our errors, C knows no Swift settings, and an example is
/// compiled as its package does.
let unsettled: Set<String> = [
    "AllocationCounter", "CExternalStorageCRC32C", "CExternalStorageMalloc", "CExternalStorageZlib", "CustomDriver",
    "CustomDriverTests", "TemporalAPI", "TemporalTestServiceAPI",
]

for target in package.targets where !unsettled.contains(target.name) {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("InferIsolatedConformances"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
            .strictMemorySafety(),
            .treatAllWarnings(as: .error),
        ]
}
