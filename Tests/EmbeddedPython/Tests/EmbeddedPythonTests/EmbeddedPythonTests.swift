import Glibc
import Interpreter
import Testing

/// A host, such as a simulation, that has loaded the library itself and runs Python inside its process: the wrapper
/// must then work on the host's engine, so that handles mean the same on both sides.
@Suite struct EmbeddedPythonTests {
    static let root = #filePath.split(separator: "/").dropLast(5).map { "/" + $0 }.joined()

    /// The library's calls that the host makes. Handles are integers here, as they are in Python.
    struct Host {
        let full: @convention(c) (CInt, Int32, UnsafePointer<Int64>?, Double, UnsafeMutablePointer<UInt>) -> CInt
        let item: @convention(c) (UInt, UnsafeMutablePointer<Double>) -> CInt
        let free: @convention(c) (UInt) -> CInt

        init(_ library: UnsafeMutableRawPointer) throws {
            func function<T>(_ name: String, as type: T.Type) throws -> T {
                unsafeBitCast(try #require(dlsym(library, name), "the library lacks \(name)"), to: type)
            }
            full = try function("wb_tensor_full", as: type(of: full))
            item = try function("wb_tensor_item", as: type(of: item))
            free = try function("wb_tensor_free", as: type(of: free))
        }
    }

    @Test func pythonInsideAHostTrainsOnTheHostsEngine() throws {
        // The build for every processor: left to itself, the wrapper would pick the one with AVX-512 where there is
        // AVX-512.
        let library = try #require(
            dlopen(Self.root + "/build/lib/libwingbeat.so.0", RTLD_NOW | RTLD_LOCAL), "\(String(cString: dlerror()))")
        let host = try Host(library)
        var handle: UInt = 0
        let float64: CInt = 5
        try #require(host.full(float64, 0, nil, 42, &handle) == 0)

        if let error = interpreter_begin(Self.root + "/.venv/bin/python") {
            Issue.record("Python did not start: \(String(cString: error))")
            return
        }
        try #require(interpreter_run("host_handle = \(handle)\n" + Self.program) == 0)

        var value = 0.0
        let trained = UInt(interpreter_integer("trained_handle"))
        #expect(host.item(trained, &value) == 0)
        #expect(value > 0 && value < 0.01, "the loss that Python reached, read by the host")
        #expect(host.free(trained) == 0)
        #expect(host.free(handle) == 0)
        #expect(interpreter_end() == 0)

        // Python has gone; the host's engine has not.
        #expect(host.full(float64, 0, nil, 7, &handle) == 0)
        #expect(host.item(handle, &value) == 0 && value == 7)
        #expect(host.free(handle) == 0)
    }

    static let program = """
        import ctypes, re
        import numpy as np
        import wingbeat as wb
        from wingbeat import nn, optim
        from wingbeat._library import check, lib

        # One library in the process, and it knows the host's tensor.
        mapped = set(re.findall(r"/\\S*libwingbeat\\S*", open("/proc/self/maps").read()))
        assert len(mapped) == 1 and "hwcaps" not in mapped.pop(), "a second library was loaded"
        value = ctypes.c_double()
        check(lib.wb_tensor_item(host_handle, ctypes.byref(value)))
        assert value.value == 42

        wb.manual_seed(0)
        x = np.linspace(-1, 1, 64, dtype=np.float32).reshape(-1, 1)
        model = nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 1))
        loss_fn, optimizer = nn.MSELoss(), optim.Adam(model.parameters(), lr=0.01)
        inputs, targets = wb.tensor(x), wb.tensor(x * x)
        losses = []
        for _ in range(300):
            loss = loss_fn(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        assert losses[-1] < 0.01 < losses[0], losses[::50]

        result = ctypes.c_void_p()
        check(lib.wb_tensor_full(5, 0, None, losses[-1], ctypes.byref(result)))
        trained_handle = result.value
        """
}
