package paapi

// Turn turns an answer around, without further errors.
func Turn(in []byte) ([]byte, error) { return turn(in, nil) }
