// Package dns stands in for lego's DNS providers. Here Traefik reads its certificates from Secrets, and some of the
// providers' SDKs cannot be downloaded everywhere.
package dns

import (
	"fmt"

	"github.com/go-acme/lego/v5/challenge"
)

// NewDNSChallengeProviderByName knows no provider.
func NewDNSChallengeProviderByName(name string) (challenge.Provider, error) {
	return nil, fmt.Errorf("Traefik was built without DNS providers, so without %q", name)
}
