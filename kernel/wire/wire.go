// Package wire speaks ZeroMQ: the sockets that a Jupyter kernel binds and the ones that connect to a child kernel.
package wire

// Frames is one multipart message, without the routing identity that ZeroMQ strips or adds on the wire. The slices are
// owned by whoever receives them and must not be changed after they were sent.
type Frames = [][]byte
