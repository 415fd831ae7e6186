import CHDF5
import Engine

extension HDF5 {
    /// libhdf5's type of elements of a dtype as they lie in a file.
    static func fileType(_ dtype: DType, _ path: String, _ cannot: String) throws(Failure) -> Handle {
        switch dtype {
        case .uint8: return try Handle(H5Tcopy(wb_h5_u8_le()), path, cannot)
        case .int32: return try Handle(H5Tcopy(wb_h5_i32_le()), path, cannot)
        case .int64: return try Handle(H5Tcopy(wb_h5_i64_le()), path, cannot)
        case .float32: return try Handle(H5Tcopy(wb_h5_f32_le()), path, cannot)
        case .float64: return try Handle(H5Tcopy(wb_h5_f64_le()), path, cannot)
        case .bfloat16: return try Handle(H5Tcopy(wb_h5_i16_le()), path, cannot)
        case .float16:
            // IEEE 754 binary16: sign at bit 15, exponent of 5 bits at 10, fraction of 10 bits at 0.
            let type = try Handle(H5Tcopy(wb_h5_f32_le()), path, cannot)
            try HDF5.check(H5Tset_fields(type.id, 15, 10, 5, 0, 10), path, cannot)
            try HDF5.check(H5Tset_size(type.id, 2), path, cannot)
            try HDF5.check(H5Tset_ebias(type.id, 15), path, cannot)
            return type
        case .bool:
            let type = try Handle(H5Tenum_create(wb_h5_i8_le()), path, cannot)
            for (name, value) in [("FALSE", 0), ("TRUE", 1)] as [(String, UInt8)] {
                var value = value
                try HDF5.check(H5Tenum_insert(type.id, name, &value), path, cannot)
            }
            return type
        }
    }
}
