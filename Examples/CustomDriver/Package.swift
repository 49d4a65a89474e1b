// swift-tools-version: 6.2

import PackageDescription

let package = Package(
    name: "CustomDriver",
    platforms: [.macOS(.v15)],
    products: [.library(name: "CustomDriver", targets: ["CustomDriver"])],
    dependencies: [
        .package(name: "temporal-external-storage", path: "../.."),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
    ],
    targets: [
        .target(
            name: "CustomDriver",
            dependencies: [
                .product(name: "ExternalStorageCore", package: "temporal-external-storage"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]
        ),
        .testTarget(
            name: "CustomDriverTests",
            dependencies: [
                "CustomDriver",
                .product(name: "ExternalStorageCore", package: "temporal-external-storage"),
                .product(name: "ExternalStorageTesting", package: "temporal-external-storage"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)
