// Command cert-manager runs cert-manager's own controllers for Certificates: in a pod those of self-signed and CA
// issuers, out of it, with a kubeconfig, also those of ACME issuers with DNS-01, and the shim that makes Certificates of
// annotated Ingresses.
//
// The project's command is a module inside its module, which cannot be required; its controllers are public packages
// that register themselves when they are imported.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/cert-manager/cert-manager/pkg/controller"
	"github.com/cert-manager/cert-manager/pkg/controller/acmechallenges"
	"github.com/cert-manager/cert-manager/pkg/controller/acmeorders"
	shim "github.com/cert-manager/cert-manager/pkg/controller/certificate-shim/ingresses"
	requestsacme "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/acme"
	"github.com/cert-manager/cert-manager/pkg/issuer/acme/dns/util"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
	"golang.org/x/sync/errgroup"
	"k8s.io/klog/v2"

	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/approver"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/ca"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/selfsigned"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/issuing"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/keymanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/readiness"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/requestmanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/revisionmanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/trigger"
	_ "github.com/cert-manager/cert-manager/pkg/controller/clusterissuers"
	_ "github.com/cert-manager/cert-manager/pkg/controller/issuers"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/acme"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/ca"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/selfsigned"
)

var (
	kubeconfig  = flag.String("kubeconfig", "", "file of the cluster; none: that of the pod")
	secrets     = flag.String("cluster-resource-namespace", os.Getenv("POD_NAMESPACE"), "where Secrets of ClusterIssuers are")
	acme        = flag.Bool("acme", false, "issue by ACME too")
	withShim    = flag.Bool("shim", false, "make Certificates of annotated Ingresses")
	nameservers = flag.String("dns01-nameservers", "", "HOST:PORT,... to ask for zones and challenges; none: those of the system")
	backoff     = flag.Duration("backoff", time.Hour, "how long after a failed request the next is made; doubled each time")
	workers     = flag.Int("workers", 2, "of each controller")
	qps         = flag.Float64("kube-api-qps", 100, "requests a second to the API server; the burst is twice that")
)

func main() {
	klog.InitFlags(nil)
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(logf.NewContext(ctx, logf.Log)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	factory, err := controller.NewContextFactory(ctx, controller.ContextOptions{
		Kubeconfig:         *kubeconfig,
		KubernetesAPIQPS:   float32(*qps),
		KubernetesAPIBurst: int(2 * *qps),
		IssuerOptions:      controller.IssuerOptions{ClusterResourceNamespace: *secrets},
		ACMEOptions: controller.ACMEOptions{
			DNS01CheckRetryPeriod: time.Second,
			DNS01Nameservers:      dns01Nameservers(),
		},
		CertificateOptions: controller.CertificateOptions{
			CertificateRequestMinimumBackoffDuration: *backoff,
			CertificateRequestMaximumBackoffDuration: 32 * *backoff,
		},
		IngressShimOptions: controller.IngressShimOptions{DefaultIssuerKind: "ClusterIssuer"},
		// Zero would keep every challenge waiting for ever.
		SchedulerOptions: controller.SchedulerOptions{MaxConcurrentChallenges: 60},
	})
	if err != nil {
		return err
	}
	shared, err := factory.Build()
	if err != nil {
		return err
	}
	var controllers []controller.Interface
	for name, construct := range controller.Known() {
		if !isWanted(name) {
			continue
		}
		made, err := construct(factory)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		controllers = append(controllers, made)
	}
	// By now each has asked for the informers it needs.
	shared.SharedInformerFactory.Start(ctx.Done())
	shared.KubeSharedInformerFactory.Start(ctx.Done())
	if *acme {
		// The controller of challenges waits for them, though nobody solves by HTTP-01.
		shared.HTTP01ResourceMetadataInformersFactory.Start(ctx.Done())
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, made := range controllers {
		group.Go(func() error { return made.Run(*workers, ctx) })
	}
	return group.Wait()
}

func isWanted(name string) bool {
	switch name {
	case acmechallenges.ControllerName, acmeorders.ControllerName, requestsacme.CRControllerName:
		return *acme
	case shim.ControllerName:
		return *withShim
	default:
		return true
	}
}

func dns01Nameservers() []string {
	if *nameservers == "" {
		return util.RecursiveNameservers
	}
	return strings.Split(*nameservers, ",")
}
