// swift-tools-version: 6.1
import PackageDescription

// Kernels are called with checked arguments only, so a build may trust them (`make` sets this). The flag is left out by
// default because a package with unsafe flags cannot be a dependency of another.
let trusting: [SwiftSetting] =
    Context.environment["WINGBEAT_TRUST_KERNELS"] == nil
    ? [] : [.unsafeFlags(["-Ounchecked", "-enforce-exclusivity=unchecked"])]

// Swift's checks that no two accesses to a variable overlap cost a twentieth of recording a graph. Tests run with them.
let relaxed: [SwiftSetting] =
    Context.environment["WINGBEAT_TRUST_KERNELS"] == nil ? [] : [.unsafeFlags(["-enforce-exclusivity=unchecked"])]

let package = Package(
    name: "wingbeat",
    products: [
        .library(name: "wingbeat", type: .dynamic, targets: ["Wingbeat"])
    ],
    targets: [
        .systemLibrary(name: "CWingbeat", path: "include"),
        .target(name: "CHDF5"),
        .systemLibrary(name: "CFiles"),
        .systemLibrary(name: "CVectors"),
        .target(name: "Machine", dependencies: ["CVectors"], swiftSettings: trusting),
        .target(name: "Steps"),
        .target(name: "Kernels", dependencies: ["Machine", "Steps", "CVectors"], swiftSettings: trusting),
        .target(name: "Processor", dependencies: ["Kernels", "Machine", "Steps"], swiftSettings: trusting),
        .target(name: "Engine", dependencies: ["Machine", "Processor", "Steps"], swiftSettings: relaxed),
        .target(name: "Networks", dependencies: ["Engine"], swiftSettings: relaxed),
        .target(name: "Storage", dependencies: ["Engine", "Machine", "CFiles", "CHDF5"]),
        .target(
            name: "Wingbeat", dependencies: ["Storage", "Networks", "Engine", "Machine", "Steps", "CWingbeat"],
            swiftSettings: relaxed),
        .target(name: "References", dependencies: ["Steps"], path: "Tests/References"),
        .testTarget(name: "KernelsTests", dependencies: ["Kernels", "Machine", "References", "Steps"]),
        .testTarget(name: "EngineTests", dependencies: ["Engine", "Processor", "References", "Steps"]),
        .testTarget(name: "NetworksTests", dependencies: ["Networks"]),
        .testTarget(name: "StorageTests", dependencies: ["Storage", "MoreOfHDF5"]),
        .target(name: "MoreOfHDF5", dependencies: ["CHDF5"], path: "Tests/MoreOfHDF5"),
    ],
    swiftLanguageModes: [.v5]
)
