package egress

// Outgoing is what decides which headers leave.
var Outgoing = (*Door).outgoing
