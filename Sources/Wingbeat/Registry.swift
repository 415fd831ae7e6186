import CWingbeat
import Engine
import Networks

/// The tables of what can be made and called by name, entry by entry.

private struct Entry {
    let signature: Signature
    let family: String
}

/// All entries of a table, made once.
private enum Tables {
    static let layers = Registry.layers.flatMap { family in
        family.kinds.map { Entry(signature: $0.signature, family: family.name) }
    }
    static let losses = Registry.losses.flatMap { family in
        family.kinds.map { Entry(signature: $0.signature, family: family.name) }
    }
    static let optimizers = Registry.optimizers.map { Entry(signature: $0.signature, family: "optimizers") }
    static let schedules = Registry.schedules.map { Entry(signature: $0.signature, family: "schedules") }
    static let functions = Functions.families.flatMap { family in
        family.functions.map { Entry(signature: $0.signature, family: family.name) }
    }

    static func table(_ registry: wb_registry) throws(Failure) -> [Entry] {
        switch registry {
        case WB_REGISTRY_LAYERS: return layers
        case WB_REGISTRY_LOSSES: return losses
        case WB_REGISTRY_OPTIMIZERS: return optimizers
        case WB_REGISTRY_FUNCTIONS: return functions
        case WB_REGISTRY_SCHEDULES: return schedules
        default: throw .argument(operation: "registry", "there is no table number \(registry.rawValue)")
        }
    }

    static func entry(_ registry: wb_registry, _ index: Int32) throws(Failure) -> Entry {
        let table = try table(registry)
        guard table.indices.contains(Int(index)) else {
            throw .index(operation: "registry", "there is no entry number \(index); there are \(table.count)")
        }
        return table[Int(index)]
    }
}

@implementation @_cdecl("wb_registry_count") public func wb_registry_count(
    _ registry: wb_registry, _ count: UnsafeMutablePointer<Int32>?
) -> wb_status {
    call { () throws(Failure) in try out(count, "registry_count").pointee = Int32(Tables.table(registry).count) }
}

@implementation @_cdecl("wb_registry_entry") public func wb_registry_entry(
    _ registry: wb_registry, _ index: Int32, _ name: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
    _ family: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
    _ documentation: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
    _ inputs: UnsafeMutablePointer<UnsafePointer<CChar>?>?, _ outputs: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
    _ argument_count: UnsafeMutablePointer<Int32>?
) -> wb_status {
    call { () throws(Failure) in
        let entry = try Tables.entry(registry, index)
        name?.pointee = StaticText.pointer(entry.signature.name)
        family?.pointee = StaticText.pointer(entry.family)
        documentation?.pointee = StaticText.pointer(entry.signature.documentation)
        inputs?.pointee = StaticText.pointer(Input.text(entry.signature.inputs))
        outputs?.pointee = StaticText.pointer(entry.signature.outputs.joined(separator: ", "))
        argument_count?.pointee = Int32(entry.signature.parameters.count)
    }
}

@implementation @_cdecl("wb_registry_argument") public func wb_registry_argument(
    _ registry: wb_registry, _ index: Int32, _ argument: Int32, _ name: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
    _ type: UnsafeMutablePointer<UnsafePointer<CChar>?>?, _ initial: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
    _ documentation: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> wb_status {
    call { () throws(Failure) in
        let parameters = try Tables.entry(registry, index).signature.parameters
        guard parameters.indices.contains(Int(argument)) else {
            throw .index(
                operation: "registry", "there is no argument number \(argument); there are \(parameters.count)")
        }
        let parameter = parameters[Int(argument)]
        name?.pointee = StaticText.pointer(parameter.isVariadic ? "*" + parameter.name : parameter.name)
        type?.pointee = StaticText.pointer(parameter.type.description)
        initial?.pointee = parameter.initial.flatMap { StaticText.pointer($0.literal) }
        documentation?.pointee = StaticText.pointer(parameter.documentation)
    }
}
