import Kernels

/// For the rooms above, which do not see Kernels.
public typealias AtFork = Kernels.AtFork
