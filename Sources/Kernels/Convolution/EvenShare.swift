/// How many of `count` a block gets, `most` at most, so that all have about as many.
func evenShare(of count: Int, most: Int) -> Int {
    let blocks = (count + most - 1) / most
    return (count + blocks - 1) / blocks
}
