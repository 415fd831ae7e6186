// swift-tools-version: 6.1
import PackageDescription

// A package of its own, so that building Wingbeat needs no Python headers.
let package = Package(
    name: "EmbeddedPython",
    targets: [
        .systemLibrary(name: "CPython", pkgConfig: "python3-embed", providers: [.apt(["libpython3-dev"])]),
        .target(name: "Interpreter", dependencies: ["CPython"]),
        .testTarget(name: "EmbeddedPythonTests", dependencies: ["Interpreter"]),
    ],
    swiftLanguageModes: [.v5]
)
