// Command traefik-oracle answers, for each JSON line {"protocol", "syntax", "rule"}, what Traefik's own parsers make
// of the rule: the domains it extracts, whether extraction fails, and whether the router loads under that syntax.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/rs/zerolog"
	httpmuxer "github.com/traefik/traefik/v3/pkg/muxer/http"
	tcpmuxer "github.com/traefik/traefik/v3/pkg/muxer/tcp"
	"github.com/traefik/traefik/v3/pkg/tcp"
)

type question struct {
	Protocol string `json:"protocol"`
	Syntax   string `json:"syntax"`
	Rule     string `json:"rule"`
}

type answer struct {
	// Domains is what ParseDomains or ParseHostSNI returns; ParseError is its error.
	Domains    []string `json:"domains"`
	ParseError string   `json:"parseError"`
	// LoadError is the error of AddRoute under the asked syntax.
	LoadError string `json:"loadError"`
}

func main() {
	zerolog.SetGlobalLevel(zerolog.Disabled)

	httpParser, err := httpmuxer.NewSyntaxParser()
	if err != nil {
		fail(err)
	}

	in := json.NewDecoder(bufio.NewReader(os.Stdin))
	w := bufio.NewWriter(os.Stdout)
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)

	for {
		var q question
		if err := in.Decode(&q); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			fail(err)
		}

		a := answer{Domains: []string{}}
		a.ParseError = text(func() (err error) {
			domains, err := extract(q)
			if err == nil {
				a.Domains = append(a.Domains, domains...)
			}
			return err
		})
		a.LoadError = text(func() error { return load(httpParser, q) })

		if err := out.Encode(a); err != nil {
			fail(err)
		}
	}

	if err := w.Flush(); err != nil {
		fail(err)
	}
}

func extract(q question) ([]string, error) {
	if q.Protocol == "tcp" {
		return tcpmuxer.ParseHostSNI(q.Rule)
	}
	return httpmuxer.ParseDomains(q.Rule)
}

func load(httpParser httpmuxer.SyntaxParser, q question) error {
	if q.Protocol == "tcp" {
		muxer, err := tcpmuxer.NewMuxer(nil)
		if err != nil {
			return err
		}
		return muxer.AddRoute(q.Rule, q.Syntax, 0, "", tcp.HandlerFunc(func(tcp.WriteCloser) {}))
	}
	return httpmuxer.NewMuxer(httpParser, nil).AddRoute(q.Rule, q.Syntax, 0, "", http.NotFoundHandler())
}

// text runs f and returns its error as text, "" for none. A panic counts as an error.
func text(f func() error) (message string) {
	defer func() {
		if r := recover(); r != nil {
			message = fmt.Sprint("panic: ", r)
		}
	}()
	if err := f(); err != nil {
		return err.Error()
	}
	return ""
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
