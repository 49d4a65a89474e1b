// swift-tools-version: 6.2

import PackageDescription

let package = Package(
    name: "temporal-external-storage",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "AWSCredentials", targets: ["AWSCredentials"]),
        .library(name: "AWSSigning", targets: ["AWSSigning"]),
        .library(name: "ExternalStorageCodecServer", targets: ["ExternalStorageCodecServer"]),
        .library(name: "ExternalStorageCore", targets: ["ExternalStorageCore"]),
        .library(name: "ExternalStorageGRPC", targets: ["ExternalStorageGRPC"]),
        .library(name: "ExternalStorageProxy", targets: ["ExternalStorageProxy"]),
        .library(name: "ExternalStorageS3", targets: ["ExternalStorageS3"]),
        .library(name: "ExternalStorageTesting", targets: ["ExternalStorageTesting"]),
        .library(name: "TemporalAPI", targets: ["TemporalAPI"]),
        .library(name: "TemporalNative", targets: ["TemporalNative"]),
        .library(name: "TemporalTransport", targets: ["TemporalTransport"]),
        .executable(name: "temporal-storage", targets: ["temporal-storage"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1.git", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates.git", from: "1.21.1"),
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
        .package(url: "https://github.com/grpc/grpc-swift-2.git", from: "2.4.3"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport.git", from: "2.9.2"),
        .package(url: "https://github.com/grpc/grpc-swift-protobuf.git", from: "2.4.1"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess.git", from: "1.0.2", traits: []),
        .package(url: "https://github.com/vapor/jwt-kit.git", from: "5.7.1"),
    ],
    targets: [
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
                .product(name: "Configuration", package: "swift-configuration"),
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
            dependencies: [.product(name: "Crypto", package: "swift-crypto")]
        ),
        .testTarget(
            name: "AWSSigningTests",
            dependencies: ["AWSSigning", .product(name: "Crypto", package: "swift-crypto")]
        ),
        // Where AWS credentials and regions come from: the chain of the AWS SDKs.
        .target(
            name: "AWSCredentials",
            dependencies: [
                "AWSSigning",
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
                .product(name: "Logging", package: "swift-log"),
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
                "ExternalStorageCore",
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
                "AWSSigning",
                "ExternalStorageCore",
                "ExternalStorageS3",
                "ExternalStorageTesting",
                "FakeS3",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]
        ),
        // The seam: a client transport that wraps another.
        .target(
            name: "ExternalStorageGRPC",
            dependencies: [
                "ExternalStorageCore",
                "ExternalStorageWire",
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]
        ),
        // gRPC over HTTP/2 with as little per call as can be, for the sidecar and the native client.
        .target(
            name: "TemporalTransport",
            dependencies: [
                "CExternalStorageZlib",
                "ExternalStorageGRPC",
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]
        ),
        .target(name: "CExternalStorageZlib", linkerSettings: [.linkedLibrary("z")]),
        .testTarget(
            name: "TemporalTransportTests",
            dependencies: [
                "ExternalStorageGRPC",
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
        // Every method of every service, forwarded.
        .target(
            name: "ExternalStorageProxy",
            dependencies: [
                "ExternalStorageGRPC",
                "TemporalTransport",
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        // What the Web UI and the CLI ask for decoded payloads.
        .target(
            name: "ExternalStorageCodecServer",
            dependencies: [
                "ExternalStorageCore",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
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
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
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
            ]
        ),
        // A Temporal client and worker in Swift alone.
        .target(
            name: "TemporalNative",
            dependencies: [
                "ExternalStorageCore",
                "ExternalStorageGRPC",
                "TemporalAPI",
                "TemporalTransport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]
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
                "TemporalAPI",
                "TemporalNative",
                "TemporalTransport",
                "TestSupport",
                "native-worker",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]
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
        .executableTarget(
            name: "temporal-storage",
            dependencies: [
                "AWSCredentials",
                "ExternalStorageCodecServer",
                "ExternalStorageCore",
                "ExternalStorageGRPC",
                "ExternalStorageProxy",
                "ExternalStorageS3",
                "TemporalTransport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
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
            exclude: ["FakeS3"]
        ),
        .executableTarget(
            name: "demo",
            dependencies: [
                "AWSCredentials",
                "ExternalStorageCore",
                "ExternalStorageS3",
                "TemporalNative",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            path: "Examples/Demo/Program"
        ),
        .executableTarget(
            name: "native-worker",
            dependencies: [
                "AWSCredentials",
                "ExternalStorageCore",
                "ExternalStorageS3",
                "TemporalNative",
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
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
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
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
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
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
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
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
                .product(name: "NIOCore", package: "swift-nio"),
            ]
        ),
        .testTarget(
            name: "ExternalStorageGRPCTests",
            dependencies: [
                "ExternalStorageCore",
                "ExternalStorageGRPC",
                "ExternalStorageTesting",
                "TemporalAPI",
                "TestSupport",
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ]
        ),
        .testTarget(
            name: "ExternalStorageProxyTests",
            dependencies: [
                "ExternalStorageCodecServer",
                "ExternalStorageGRPC",
                "ExternalStorageProxy",
                "TemporalTransport",
                "temporal-storage",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
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

/// Targets without settings of ours: a generator's habits are not our errors, and C knows no Swift settings.
let unsettled: Set<String> = ["AllocationCounter", "CExternalStorageZlib", "TemporalAPI"]

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
