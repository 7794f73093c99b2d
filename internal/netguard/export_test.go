package netguard

// Connect is the default way to connect, for the test of its own check.
var Connect = connect
