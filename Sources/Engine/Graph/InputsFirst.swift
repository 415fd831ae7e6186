/// Meets nodes behind `roots`, each after what lies behind it: depth first without recursion, so that long chains do no
/// harm. `behind`: what lies behind a node, or nil where it is not entered, because it has been met or is an end. It is
/// asked when a node is entered and again when it is left.
func inputsFirst<Thrown: Error>(_ roots: [Node], behind: (Node) -> [Node]?, meet: (Node) throws(Thrown) -> Void)
    throws(Thrown)
{
    var isOpen: Set<ObjectIdentifier> = []
    var stack = Array(roots.reversed())
    while let node = stack.popLast() {
        guard let next = behind(node) else { continue }
        if isOpen.insert(ObjectIdentifier(node)).inserted {
            stack.append(node)
            stack += next.reversed()
        } else {
            try meet(node)
        }
    }
}
