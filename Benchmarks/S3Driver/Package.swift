// swift-tools-version: 6.2

import PackageDescription

let package = Package(
    name: "s3-benchmark",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "temporal-external-storage", path: "../.."),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
    ],
    targets: [
        .executableTarget(
            name: "s3-benchmark",
            dependencies: [
                .product(name: "AWSSigning", package: "temporal-external-storage"),
                .product(name: "ExternalStorageCore", package: "temporal-external-storage"),
                .product(name: "ExternalStorageS3", package: "temporal-external-storage"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]
        )
    ],
    swiftLanguageModes: [.v6]
)
