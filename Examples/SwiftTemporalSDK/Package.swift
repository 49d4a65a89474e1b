// swift-tools-version: 6.2

import PackageDescription

let package = Package(
    name: "swift-temporal-sdk-example",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "temporal-external-storage", path: "../.."),
        .package(url: "https://github.com/apple/swift-temporal-sdk.git", from: "1.0.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport.git", from: "2.9.2"),
    ],
    targets: [
        .executableTarget(
            name: "Example",
            dependencies: [
                .product(name: "ExternalStorageCore", package: "temporal-external-storage"),
                .product(name: "ExternalStorageGRPC", package: "temporal-external-storage"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Temporal", package: "swift-temporal-sdk"),
            ]
        ),
        // What Tests/TemporalWorkflowsTests compiles and runs with TemporalWorkflows.
        .target(
            name: "PizzaWorkflows",
            dependencies: [.product(name: "Temporal", package: "swift-temporal-sdk")]
        ),
    ]
)
