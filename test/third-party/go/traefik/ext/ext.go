// Package ext stands in for a module that Traefik replaces by a folder of its own repository.
package ext

// HTTP stands in for the extensions of the HTTP section.
type HTTP struct{}

// Router stands in for the extensions of a router.
type Router struct{}
