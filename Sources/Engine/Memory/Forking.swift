import Kernels

/// For Storage, which does not see Kernels.
public typealias AtFork = Kernels.AtFork
