import CWingbeat
import Engine

/// Calls of the ABI as the table of functions has them, for whoever writes down what a thread calls.

/// Checks the out-parameter, then computes, then publishes: a call that fails leaves it as it was. `written` is made
/// only where this thread's calls are being written down.
func returning(
    _ target: UnsafeMutablePointer<OpaquePointer?>?, _ operation: String,
    _ written: @autoclosure () throws(Failure) -> Written,
    _ make: () throws(Failure) -> Tensor
) -> wb_status {
    call { () throws(Failure) in
        let target = try out(target, operation)
        let result = try make()
        if let recorder = ThreadState.currentRecorder { try written().tell(recorder, [result]) }
        try publish(result, .tensor, target)
    }
}

/// The same for several results, each with an out-parameter that may be null.
func returning(
    _ targets: [UnsafeMutablePointer<OpaquePointer?>?], _ written: @autoclosure () throws(Failure) -> Written,
    _ make: () throws(Failure) -> [Tensor]
) -> wb_status {
    call { () throws(Failure) in
        let results = try make()
        if let recorder = ThreadState.currentRecorder { try written().tell(recorder, results) }
        try publish(Array(zip(results, targets)))
    }
}

/// The same for an array of as many results as `make` gives.
func returning(
    all target: UnsafeMutablePointer<OpaquePointer?>?, _ operation: String,
    _ written: @autoclosure () throws(Failure) -> Written,
    _ make: () throws(Failure) -> [Tensor]
) -> wb_status {
    call { () throws(Failure) in
        let results = try make()
        let target = try outs(target, results.count, operation)
        if let recorder = ThreadState.currentRecorder { try written().tell(recorder, results) }
        try publish(results, target)
    }
}

/// The same for values that the host hands over: nothing computes them, so that they are constants to whoever writes
/// calls down.
func returning(
    constant target: UnsafeMutablePointer<OpaquePointer?>?, _ operation: String, _ make: () throws(Failure) -> Tensor
) -> wb_status {
    call { () throws(Failure) in
        let target = try out(target, operation)
        let result = try make()
        ThreadState.currentRecorder?.recordConstant(result)
        try publish(result, .tensor, target)
    }
}

/// The same for another box of a value that is there already: that of `source`.
func returning(
    _ target: UnsafeMutablePointer<OpaquePointer?>?, _ operation: String, aliasOf source: OpaquePointer?,
    _ make: () throws(Failure) -> Tensor
) -> wb_status {
    call { () throws(Failure) in
        let target = try out(target, operation)
        let result = try make()
        if let recorder = ThreadState.currentRecorder {
            try recorder.recordAlias(of: result, to: tensor(source, operation))
        }
        try publish(result, .tensor, target)
    }
}

/// Throws where this thread's calls are being written down: no call of a function says what is asked for.
func refuseInRecording(_ what: @autoclosure () -> String) throws(Failure) {
    if let recorder = ThreadState.currentRecorder { try recorder.refuse(what()) }
}

/// A tensor that the host may look into: one whose value depends on what is being recorded has none yet.
func readable(_ handle: OpaquePointer?, _ operation: String) throws(Failure) -> Tensor {
    let tensor = try tensor(handle, operation)
    if let recorder = ThreadState.currentRecorder, recorder.isTraced(tensor) {
        try recorder.refuse("a value is asked for in the middle of the forward pass")
    }
    return tensor
}

/// A call of a function of tensors as its table has it.
struct Written {
    let function: String
    /// In the order of the function's parameters, or with their names.
    let items: [Item]

    init(_ function: String, _ items: Item...) { self.init(function, items) }

    init(_ function: String, _ items: [Item]) { (self.function, self.items) = (function, items) }

    enum Item {
        /// A null handle is None.
        case tensor(OpaquePointer?)
        case tensors([OpaquePointer?])
        /// A tensor in the dtype of another.
        case cast(OpaquePointer?, like: OpaquePointer?)
        /// A 0-d tensor of a number that its dtype may not hold.
        case filled(Double, DType)
        case value(Value)
        indirect case named(String, Item)

        static func tensors(_ handles: UnsafePointer<OpaquePointer?>?, _ count: Int32) -> Item {
            .tensors((0..<Int(count)).map { handles?[$0] })
        }

        /// A whole number where it is one: formulas in sizes are of whole numbers.
        static func number(_ value: Double) -> Item { .value(Written.number(value)) }
        static func whole(_ value: some BinaryInteger) -> Item { .value(.integer(Int64(value))) }
        static func flag(_ value: Int32) -> Item { .value(.flag(value != 0)) }
        static func text(_ value: String) -> Item { .value(.text(value)) }
        static func dtype(_ value: wb_dtype) -> Item {
            .value(DType(rawValue: Int32(bitPattern: value.rawValue)).map { .text($0.name) } ?? .none)
        }

        /// A tuple, or None where the array is null: all axes.
        static func axes(_ list: UnsafePointer<Int32>?, _ count: Int32) -> Item {
            list == nil ? .value(.none) : .list(list, count)
        }

        /// A tuple.
        static func list<Number: BinaryInteger>(_ list: UnsafePointer<Number>?, _ count: Int32) -> Item {
            .value(.list((0..<Int(count)).map { .integer(Int64(list?[$0] ?? 0)) }))
        }

        /// An index of a slice, or None for what is open.
        static func bound(_ value: Int64) -> Item { .value(Written.bound(value)) }

        /// All axes of a tensor, as a tuple.
        static func allAxes(of x: OpaquePointer?, reversed: Bool = false) throws(Failure) -> Item {
            let axes = try Wingbeat.tensor(x, "axes").shape.indices.map { Value.integer(Int64($0)) }
            return .value(.list(reversed ? axes.reversed() : axes))
        }

        /// What a tensor of a dtype is filled with: a whole number only where the dtype holds it, since that is
        /// checked.
        static func filling(_ value: Double, _ type: wb_dtype) -> Item {
            let isHeld =
                type == WB_UINT8 ? UInt8(exactly: value) != nil : type == WB_INT32 ? Int32(exactly: value) != nil : true
            return isHeld ? .number(value) : .value(.real(value))
        }
    }

    func tell(_ recorder: any CallRecorder, _ results: [Tensor]) throws(Failure) {
        try recorder.record(function, items.map { (item) throws(Failure) in try given(item, recorder) }, results)
    }

    private func given(_ item: Item, _ recorder: any CallRecorder) throws(Failure) -> Arguments.Item {
        switch item {
        case .tensor(let handle):
            guard let tensor = try optionalTensor(handle, function) else { return Arguments.Item(.value(.none)) }
            return Arguments.Item(.tensor(tensor))
        case .tensors(let handles):
            return Arguments.Item(
                .tensors(try handles.map { (handle) throws(Failure) in try tensor(handle, function) }))
        case .cast(let handle, let like):
            let (tensor, dtype) = (try tensor(handle, function), try tensor(like, function).dtype)
            if tensor.dtype == dtype { return Arguments.Item(.tensor(tensor)) }
            let cast = try tensor.cast(dtype)
            try recorder.record(
                "to", [Arguments.Item(.tensor(tensor)), Arguments.Item(.value(.text(dtype.name)))], [cast])
            return Arguments.Item(.tensor(cast))
        case .filled(let number, let dtype):
            let tensor = try Tensor.full([], number, dtype)
            let items: [Given] = [.value(.list([])), .value(.real(number)), .value(.text(dtype.name))]
            try recorder.record("full", items.map { Arguments.Item($0) }, [tensor])
            return Arguments.Item(.tensor(tensor))
        case .value(let value): return Arguments.Item(.value(value))
        case .named(let name, let item):
            var named = try given(item, recorder)
            named.keyword = name
            return named
        }
    }

    // MARK: Numbers

    /// Whole numbers up to here are doubles exactly.
    private static let exact = 0x1p53

    /// A whole number where it is one that a double holds exactly; -0.0 is none.
    static func number(_ value: Double) -> Value {
        guard abs(value) <= exact, let whole = Int64(exactly: value), whole != 0 || value.sign == .plus else {
            return .real(value)
        }
        return .integer(whole)
    }

    static func bound(_ value: Int64) -> Value { value == Int64.min ? .none : .integer(value) }

    /// A number that meets a tensor of `dtype`, whose dtype it takes unless it is a fraction.
    static func operand(_ value: Double, beside dtype: DType) -> Item {
        if dtype.isFloat || value.rounded(.towardZero) != value { return .number(value) }
        if value == 0, value.sign == .minus { return .filled(value, dtype) }
        let holds: Bool
        switch dtype {
        case .bool:
            if value == 0 || value == 1 { return .value(.flag(value == 1)) }
            holds = abs(value) <= exact
            if !holds { return .filled(value, .int64) }
        case .uint8: holds = UInt8(exactly: value) != nil
        case .int32: holds = Int32(exactly: value) != nil
        case .int64, .float32, .float64, .bfloat16, .float16: holds = abs(value) <= exact
        }
        return holds ? .whole(Int64(value)) : .filled(value, dtype)
    }
}

/// Operations by their numbers.
extension Written {
    init(_ operation: Tensor.Unary, _ x: OpaquePointer?, parameter: Double? = nil) {
        switch (operation, parameter) {
        case (.geluTanh, _): self.init(operation.function, .tensor(x), .text("tanh"))
        case (.polygamma, _): self.init(operation.function, .number(parameter ?? 1), .tensor(x))
        case (.round, let places?): self.init(operation.function, .tensor(x), .named("decimals", .number(places)))
        case (.leakyRelu, let number?), (.elu, let number?), (.celu, let number?):
            self.init(operation.function, .tensor(x), .number(number))
        default: self.init(operation.function, .tensor(x))
        }
    }

    init(_ operation: Tensor.Binary, _ a: Item, _ b: Item) {
        if operation == .truncDivide {
            self.init(operation.function, a, b, .named("rounding_mode", .text("trunc")))
        } else {
            self.init(operation.function, a, b)
        }
    }

    /// `function` is one that reduces, with its own arguments in between. No axes are all axes to the table, but none
    /// here.
    init(
        reducing function: String, _ x: OpaquePointer?, _ arguments: Item..., axes list: UnsafePointer<Int32>?,
        _ count: Int32, _ keepdims: Int32,
        _ more: Item...
    ) throws(Failure) {
        guard list == nil || count > 0 else {
            throw .unsupported(
                operation: function,
                "a graph has no word for a reduction over no axes; give NULL for all, or leave it out")
        }
        self.init(function, [.tensor(x)] + arguments + [.axes(list, count), .named("keepdim", .flag(keepdims))] + more)
    }

    /// A call with the entries of an index expression behind its other arguments.
    init(
        _ function: String, indexing x: OpaquePointer?, _ arguments: [Item], _ count: Int32,
        _ kinds: UnsafePointer<wb_index_kind>?,
        _ numbers: UnsafePointer<Int64>?, _ handles: UnsafePointer<OpaquePointer?>?
    ) {
        var entries: [Value] = []
        var indices: [OpaquePointer?] = []
        for place in 0..<Int(count) {
            func number(_ which: Int) -> Int64 { numbers?[3 * place + which] ?? 0 }
            switch kinds?[place] {
            case WB_INDEX_AT: entries.append(.integer(number(0)))
            case WB_INDEX_SLICE:
                entries.append(.list([Written.bound(number(0)), Written.bound(number(1)), .integer(number(2))]))
            case WB_INDEX_NEW_AXIS: entries.append(.none)
            case WB_INDEX_ELLIPSIS: entries.append(.text("..."))
            default:
                entries.append(.text("tensor"))
                indices.append(handles?[place])
            }
        }
        self.init(
            function, [.tensor(x)] + arguments + [.value(.list(entries))] + (indices.isEmpty ? [] : [.tensors(indices)])
        )
    }

    init(
        padding x: OpaquePointer?, _ widths: UnsafePointer<Int64>?, _ count: Int32, _ mode: wb_pad_mode, _ value: Item
    ) throws(Failure) {
        let mode: Tensor.PadMode = try decode(mode.rawValue, "mode", "pad")
        self.init("pad", .tensor(x), .list(widths, 2 * count), .text("\(mode)"), value)
    }

    init(
        _ distribution: Generator.Distribution, _ type: wb_dtype, _ rank: Int32, _ extents: UnsafePointer<Int64>?,
        _ a: Double, _ b: Double
    ) throws(Failure) {
        let (size, dtype): (Item, Item) = (.named("size", .list(extents, rank)), .named("dtype", .dtype(type)))
        switch distribution {
        case .uniform: self.init("uniform", .number(a), .number(b), size, dtype)
        case .normal: self.init("normal", .number(a), .number(b), size, dtype)
        case .exponential: self.init("exponential", .number(a), size, dtype)
        case .gumbel: self.init("gumbel", .number(a), .number(b), size, dtype)
        case .integers:
            guard Int64(exactly: a) != nil, Int64(exactly: b) != nil else {
                throw .unsupported(
                    operation: "random", "a graph draws whole numbers between whole bounds, but they are \(a) and \(b)")
            }
            self.init("randint", .number(a), .number(b), size, dtype)
        }
    }
}
