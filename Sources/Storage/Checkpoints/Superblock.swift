import Engine

/// The first 48 bytes of an HDF5 file of the newer formats (HDF5 File Format Specification, II.A): signature, version,
/// sizes, flags, four addresses, and a checksum of the 44 bytes before it.
///
/// `H5Fget_file_image` clears the flag "open for writing" in its copy, but leaves the checksum that was right with it,
/// so that no library opens the image (seen in 1.10.8). For an image without this defect nothing changes.
enum Superblock {
    private static let checksumOffset = 44

    static func correctChecksum(of image: UnsafeMutableRawBufferPointer, _ path: String) throws(Failure) {
        guard image.count >= checksumOffset + 4, image[8] == 2 || image[8] == 3 else {
            throw .internal(operation: path, "libhdf5 has made a file of an unexpected format")
        }
        let checksum = MetadataChecksum.lookup3(UnsafeRawBufferPointer(rebasing: image[..<checksumOffset]))
        image.storeBytes(of: checksum.littleEndian, toByteOffset: checksumOffset, as: UInt32.self)
    }
}
