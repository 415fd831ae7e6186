/// The compression that h5py calls "lzf": runs of bytes as they are, and copies of what was written before (LibLZF).
enum LZF {
    /// The `size` bytes that it stands for; nil if it is damaged or holds another number of them.
    static func expand(_ source: [UInt8], size: Int) -> [UInt8]? {
        // Three bytes stand for 264 at most.
        guard size / 100 <= source.count else { return nil }
        var target: [UInt8] = []
        target.reserveCapacity(size)
        var place = 0
        while place < source.count {
            let control = Int(source[place])
            place += 1
            if control < 32 {
                let count = control + 1
                guard count <= source.count - place, count <= size - target.count else { return nil }
                target += source[place..<place + count]
                place += count
                continue
            }
            var count = control >> 5
            if count == 7 {
                guard place < source.count else { return nil }
                count += Int(source[place])
                place += 1
            }
            guard place < source.count else { return nil }
            let back = (control & 31) << 8 + Int(source[place]) + 1
            place += 1
            count += 2
            guard back <= target.count, count <= size - target.count else { return nil }
            let start = target.count - back
            // The copy may reach into itself.
            for offset in 0..<count { target.append(target[start + offset]) }
        }
        return target.count == size ? target : nil
    }
}
