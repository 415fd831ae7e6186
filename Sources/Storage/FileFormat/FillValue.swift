import Engine

extension ObjectHeader {
    /// What an element has that was never stored, as in the file; zeros where nothing else is said (specification,
    /// IV.A.2.e and f).
    func fillValue(size: Int, in file: StoredFile) throws(Failure) -> [UInt8] {
        let zeros = [UInt8](repeating: 0, count: size)
        if let message = first(.fillValue), !message.isShared {
            var body = message.body
            let version = try body.byte()
            guard (1...3).contains(version) else { throw file.damaged("its fill value has version \(version)") }
            if version == 3 {
                guard try body.byte() & 0x20 != 0 else { return zeros }
            } else {
                try body.skip(2)
                let isDefined = try body.byte() != 0
                guard version == 1 || isDefined else { return zeros }
            }
            let length = try body.length(4)
            return length == size ? try body.take(length) : zeros
        }
        if let message = first(.oldFillValue), !message.isShared {
            var body = message.body
            let length = try body.length(4)
            return length == size ? try body.take(length) : zeros
        }
        return zeros
    }
}
