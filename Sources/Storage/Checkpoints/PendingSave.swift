import Engine
import Glibc
import Machine

/// A checkpoint that a thread of its own writes. What it writes is held, and given back by whoever waits for it: the
/// thread touches nothing of the engine but that memory.
final class PendingSave {
    private let work: Work
    private let thread: pthread_t
    private let process = getpid()

    /// nil if the system gives no thread. `left` are files to be removed once the new one is there.
    init?(_ work: Work) {
        self.work = work
        guard let thread = OwnThread.start({ [work] in work.run() }) else { return nil }
        self.thread = thread
    }

    /// Waits until the file is there; why it is not. To be called once. A forked child has no such thread: there is
    /// nothing to wait for, and what the parent has in hand is left alone.
    func wait() -> Failure? {
        guard process == getpid() else {
            _ = Unmanaged.passRetained(work)
            return nil
        }
        pthread_join(thread, nil)
        return work.failure
    }

    /// What is to be done, for this thread or another.
    final class Work: @unchecked Sendable {
        private let path: FilePath
        private var replacement: FileReplacement?
        private let snapshot: Snapshot
        private let libraryVersion: String
        private let left: [FilePath]
        private(set) var failure: Failure?

        init(_ snapshot: Snapshot, to path: FilePath, removing left: [FilePath], libraryVersion: String) throws(Failure)
        {
            try HDF5.require(for: "\(path)")
            (self.path, self.snapshot, self.left, self.libraryVersion) = (path, snapshot, left, libraryVersion)
            replacement = try FileReplacement(path)
        }

        func run() {
            do throws(Failure) {
                try save()
                for file in left { _ = file.withCString { unlink($0) } }
            } catch {
                failure = error
            }
        }

        /// A fork waits until the image is made, but not until it is written.
        private func save() throws(Failure) {
            let made = ForkGate.inside { () -> Result<ImageBox, Failure> in
                do throws(Failure) {
                    let writer = CheckpointWriter(path: "\(path)")
                    return .success(ImageBox(try writer.image(of: snapshot, libraryVersion: libraryVersion)))
                } catch {
                    return .failure(error)
                }
            }
            let image = try made.get()
            guard let replacement = replacement.take() else { return }
            try replacement.finish(with: image.image.bytes)
        }
    }

    private final class ImageBox {
        let image: FileImage
        init(_ image: consuming FileImage) { self.image = image }
    }
}
