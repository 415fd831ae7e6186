import Steps

/// What the rooms above say without the name of the room below.
public typealias DType = Steps.DType
public typealias Failure = Steps.Failure
